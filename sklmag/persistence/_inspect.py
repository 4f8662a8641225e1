"""A second look at what was built from a file, by other means than the first."""

import types

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures
from sklearn.utils import Bunch

from sklmag.persistence._classes import TYPES, function_name, name_of

_MOST = 5_000_000  # objects that a walk looks at
_WIDEST = 200_000  # columns
_USUAL = 1000  # columns that are given to a model
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
    columns_out(estimator, _USUAL)


def _refuse_files_of_its_own(thing, *, takes_input):
    """Raise for what reads files, and is told which by another part of the model.

    Only what stands first in a model is given what the user gives.
    """
    if getattr(type(thing), "reads", None) == "structure" and not takes_input:
        raise ValueError(f"a {type(thing).__name__} behind other parts")
    if isinstance(thing, Pipeline):
        for k, (_, step) in enumerate(thing.steps):
            _refuse_files_of_its_own(step, takes_input=takes_input and k == 0)
        return
    if type(thing).__module__.startswith("sklmag.design"):  # which asks for itself
        takes_input = False
    for name, part in _inside(thing):
        first = takes_input and name not in _AFTER
        _refuse_files_of_its_own(part, takes_input=first)


def _inside(thing):
    """Return what may hold an estimator in a thing, by name."""
    if isinstance(thing, np.ndarray):
        return [(None, part) for part in thing.ravel()] if thing.dtype == object else []
    if isinstance(thing, (list, tuple)):
        return [(None, part) for part in thing]
    if isinstance(thing, dict):
        return [(None, part) for part in thing.values()]
    return vars(thing).items() if name_of(type(thing)) else ()


def columns_out(thing, n_in):
    """Return how many columns a part gives for so many; raise where they are too many.

    Parameters
    ----------
    thing : estimator, or what holds some
        A part of a model.
    n_in : int
        Columns that arrive there.
    """
    if isinstance(thing, Pipeline):
        n_out = n_in
        for _, step in thing.steps:
            n_out = columns_out(step, n_out)
    elif isinstance(thing, FeatureUnion):
        n_out = sum(columns_out(part, n_in) for _, part in thing.transformer_list)
    elif isinstance(thing, ColumnTransformer):
        found = vars(thing).get("transformers_", thing.transformers)
        n_out = sum(columns_out(part, _n_columns(c, n_in)) for _, part, c in found)
    elif isinstance(thing, PolynomialFeatures):
        n_out = vars(thing).get("n_output_features_", n_in)
    elif isinstance(thing, OneHotEncoder):
        n_out = max(n_in, sum(vars(thing).get("_n_features_outs", ())))
    elif isinstance(thing, SimpleImputer):
        n_out = 2 * n_in  # with its indicators
    else:
        inner = [columns_out(part, n_in) for _, part in _inside(thing)]
        n_out = max([n_in, *inner])
    if n_out > _WIDEST:
        raise ValueError("its columns become too many")
    return n_out


def _n_columns(columns, n_in):
    """Return how many columns a part of a ColumnTransformer is given."""
    is_list = isinstance(columns, (list, tuple, np.ndarray))
    return len(columns) if is_list else n_in


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
