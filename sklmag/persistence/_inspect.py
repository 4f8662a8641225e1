"""A second look at what was built from a file, by other means than the first."""

import math
import types

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch

from sklmag.persistence._classes import TYPES, function_name, name_of

_MOST = 5_000_000  # objects that a walk looks at
_WIDEST = 10_000  # columns for each that goes in
_AFTER = ("final_estimator", "final_estimator_", "transformer", "transformer_")
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
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if len(seen) > _MOST:
            raise ValueError("it holds too many objects")
        for name, part in _parts(place, thing):
            if not isinstance(part, (*_LEAVES, np.generic)):
                waiting.append((f"{place[-200:]}.{name!s:.40}", part))
    _refuse_files_of_its_own(estimator, takes_input=True)
    if _widening(estimator) > _WIDEST:
        raise ValueError("its columns become too many")


def _refuse_files_of_its_own(thing, *, takes_input):
    """Raise for what reads files, and is told which by another part of the model.

    Only what stands first in a model is given what the user gives.
    """
    if getattr(type(thing), "reads", None) == "structure" and not takes_input:
        raise ValueError(f"a {type(thing).__name__} behind other parts")
    if isinstance(thing, (list, tuple)):
        for part in thing:
            _refuse_files_of_its_own(part, takes_input=takes_input)
    elif isinstance(thing, dict):
        _refuse_files_of_its_own(list(thing.values()), takes_input=takes_input)
    elif isinstance(thing, Pipeline):
        for k, (_, step) in enumerate(thing.steps):
            _refuse_files_of_its_own(step, takes_input=takes_input and k == 0)
    elif isinstance(thing, BaseEstimator):
        for name, part in vars(thing).items():
            first = takes_input and name not in _AFTER
            _refuse_files_of_its_own(part, takes_input=first)


def _widening(thing):
    """Return how many times more columns come out of a model's parts than go in."""
    if isinstance(thing, Pipeline):
        return math.prod(_widening(step) for _, step in thing.steps)
    members = getattr(thing, "transformer_list", getattr(thing, "transformers", None))
    if members is not None:
        return max(1, sum(_widening(member[1]) for member in members))
    n_in = getattr(thing, "n_features_in_", None)
    if hasattr(thing, "n_output_features_"):
        return thing.n_output_features_ / max(n_in, 1)
    if hasattr(thing, "_n_features_outs"):
        return max(1, sum(thing._n_features_outs) / max(n_in, 1))
    inner = [v for v in getattr(thing, "__dict__", {}).values()
             if isinstance(v, BaseEstimator)]  # fmt: skip
    return max([1, *map(_widening, inner)])


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
