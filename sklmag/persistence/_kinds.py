"""What a value of a model file may be: the words of the table of attributes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
_DEVICE = re.compile(r"(auto|cpu|cuda(:\d{1,2})?|mps|gpu)\Z")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}\Z")
_LONGEST_WORD = 200
_N_LARGE = 2**31  # what counts nothing that is there
PLAIN_TYPES = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Kind:
    """What an attribute may be.

    Parameters
    ----------
    what : str
        For the text of an error.
    fits : callable
        Tells whether a value is of the kind.
    """

    what: str
    fits: Callable[[Any], bool]


def is_numeric(array):
    """Tell whether an array holds nothing but numbers, and stands where it is read."""
    return type(array) is np.ndarray and array.dtype.kind in "fiub"


def is_number(value):
    """Tell whether a value is a number, a truth value or None."""
    if isinstance(value, np.generic):
        return value.dtype.kind in "fiub"
    return value is None or type(value) in (bool, int, float)


def _numbers(value):
    if isinstance(value, (list, tuple)):
        return all(map(_numbers, value))
    if type(value) in (dict, Bunch):
        return all(_numbers(v) and isinstance(k, (str, int)) for k, v in value.items())
    if isinstance(value, slice):
        return all(map(is_number, (value.start, value.stop, value.step)))
    return (
        is_number(value)
        or is_numeric(value)
        or isinstance(value, np.random.RandomState)
    )


def is_words(value):
    """Tell whether an array or a list holds words and numbers, and nothing else."""
    if isinstance(value, np.ndarray):
        kind = value.dtype.kind
        return kind in "Ufiub" or (kind == "O" and is_words(value.ravel().tolist()))
    return isinstance(value, (list, tuple)) and all(
        isinstance(v, (str, np.str_)) or is_number(v) for v in value
    )


def _plain(value):
    if isinstance(value, (list, tuple, set)):
        return all(map(_plain, value))
    if type(value) in (dict, Bunch):
        return all(type(k) in PLAIN_TYPES and _plain(v) for k, v in value.items())
    return isinstance(value, str) or is_words(value) or _numbers(value)


def _is_count(value):
    return isinstance(value, (int, np.integer)) and bool(0 <= value < _N_LARGE)


NUMBERS = Kind("numbers", _numbers)
NONE = Kind("None", lambda value: value is None)
NAMES = Kind("names of columns", lambda value: value is None or is_words(value))
PLAIN = Kind("numbers and words", _plain)
SIZES = Kind("a count", lambda value: value is None or _is_count(value))
DEVICE = Kind(
    "a device", lambda v: v is None or (isinstance(v, str) and bool(_DEVICE.match(v)))
)
VERSION = Kind("a version", lambda v: isinstance(v, str) and bool(_VERSION.match(v)))
OBJECT = Kind("an estimator", lambda value: isinstance(value, BaseEstimator))
DTYPE = Kind("a type of numbers", lambda v: isinstance(v, (np.dtype, type)))


def at_most(limit):
    """Return the kind of a number up to a limit, or of what is none."""
    return Kind(f"at most {limit}", lambda value: _is_within(value, limit))


def _is_within(value, limit):
    if value is None or isinstance(value, str):  # such as "auto"
        return True
    return is_number(value) and bool(abs(value) <= limit)


def one_of(*words):
    """Return the kind of some words."""
    return Kind(f"one of {', '.join(words)}", lambda v: type(v) is str and v in words)


def named(*names):
    """Return the kind of an object of some classes, by the names of the classes."""
    return Kind(" or ".join(names), lambda value: type(value).__name__ in names)


def either(*kinds):
    """Return the kind of what is of one of some kinds."""
    return Kind(
        " or ".join(kind.what for kind in kinds),
        lambda value: any(kind.fits(value) for kind in kinds),
    )


def list_of(kind):
    """Return the kind of a list or tuple of one kind."""
    return Kind(
        f"a list of {kind.what}",
        lambda v: isinstance(v, (list, tuple)) and all(map(kind.fits, v)),
    )


def dict_of(kind):
    """Return the kind of a dictionary with names and values of one kind."""
    return Kind(
        f"a dictionary of {kind.what}",
        lambda v: (
            type(v) in (dict, Bunch)
            and all(isinstance(k, str) and kind.fits(part) for k, part in v.items())
        ),
    )


def rows_of(*kinds):
    """Return the kind of a list of tuples, such as the steps of a pipeline."""

    def fits(value):
        return isinstance(value, (list, tuple)) and all(
            isinstance(row, (list, tuple))
            and len(row) == len(kinds)
            and all(k.fits(part) for k, part in zip(kinds, row, strict=True))
            for row in value
        )

    return Kind(f"a list of ({', '.join(k.what for k in kinds)})", fits)


WORD = Kind(
    "a word of up to 200 letters", lambda v: type(v) is str and len(v) <= _LONGEST_WORD
)
ATTRIBUTE_NAME = Kind("a name", lambda v: type(v) is str and bool(_IDENTIFIER.match(v)))
