"""A second look at what was built from a file, by other means than the first."""

import types

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from sklmag.persistence._classes import TYPES, function_name, name_of

_MOST = 5_000_000  # objects that a walk looks at
_LEAVES = (bool, int, float, str, type(None), np.random.RandomState, np.dtype)
_OWN_MAKE = {  # made by our own setters from what was checked
    "Booster", "Tree", "TreePredictor", "KDTree", "BallTree", "TensorNet",
}  # fmt: skip
_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, np.ufunc)


def look_through(estimator):
    """Raise for anything in an estimator that could do more than compute.

    Parameters
    ----------
    estimator : estimator
        As it was built from a file. Every attribute, and what it holds, is looked at.

    Raises
    ------
    ValueError
        For a function, class or object that no file may hold, for an array of objects
        that are neither words nor estimators, and for a folder to write to (`memory`).
    """
    waiting, seen = [("", estimator)], set()
    while waiting:
        place, thing = waiting.pop()
        if isinstance(thing, _LEAVES) or isinstance(thing, np.generic):
            continue
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if len(seen) > _MOST:
            raise ValueError("it holds too many objects")
        waiting += [(f"{place}.{name}", part) for name, part in _parts(place, thing)]


def _parts(place, thing):
    """Return what a thing holds, by name; raise where it must not be there."""
    if isinstance(thing, np.ndarray):
        return enumerate(thing.ravel()) if thing.dtype == object else ()
    if type(thing) in (list, tuple, set):
        return enumerate(thing)
    if type(thing) in (dict, Bunch):
        return [*thing.items(), *((f"{k!r:.20}", k) for k in thing)]
    if isinstance(thing, slice):
        return enumerate((thing.start, thing.stop, thing.step))
    if isinstance(thing, type) and TYPES.get(thing.__name__) is thing:
        return ()
    if isinstance(thing, _CALLABLE) and function_name(thing) is not None:
        return ()
    if _is_own_make(thing):
        return ()
    if isinstance(thing, (type, *_CALLABLE)) or name_of(type(thing)) is None:
        name = getattr(thing, "__qualname__", type(thing).__qualname__)
        raise ValueError(f"{place.strip('.') or 'it'} is {name!r:.80}")
    if isinstance(thing, BaseEstimator) and getattr(thing, "memory", None) is not None:
        raise ValueError(f"{place.strip('.') or 'it'} has a memory, a folder")
    return vars(thing).items()


def _is_own_make(thing):
    home = type(thing).__module__.partition(".")[0]
    if type(thing).__module__ == "sklearn._loss.loss":
        return True
    names = {base.__name__ for base in type(thing).__mro__}
    return bool(names & _OWN_MAKE) and home in ("sklearn", "xgboost", "sklmag")
