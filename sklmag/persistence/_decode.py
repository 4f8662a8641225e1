"""The way back: a tree of plain values becomes an estimator, each step checked.

Nothing that a file says is called. Classes come from a table; an object is made by
``__new__``, and gets attributes that are of the kinds that the table of attributes
gives.
"""

import math

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from sklmag.persistence._attributes import (
    LATER,
    PARAMETER,
    kinds_of,
    parameters_of,
)
from sklmag.persistence._boosters import load_booster
from sklmag.persistence._classes import TYPES, class_of, function_of
from sklmag.persistence._kinds import (
    ATTRIBUTE_NAME,
    NUMBERS,
    PLAIN,
    is_numeric,
    is_words,
)
from sklmag.persistence._native import (
    check_bags,
    check_categories,
    check_histogram_boosting,
    check_indicator,
    check_layers,
    check_neighbours,
    check_one_hot,
    check_powers,
    check_same_features,
    check_stages,
    check_support_vectors,
    check_tree,
    neighbour_tree,
    refuse,
    unpack_loss,
    unpack_predictor,
    unpack_tree,
)
from sklmag.persistence._shapes import shapes_disagree

_DEEPEST = 100
_DEEPEST_ESTIMATOR = 8  # of which one holds the next; scikit-learn asks all, twice
_LONGEST_WORD, _LONGEST_KEPT = 1_000, 200  # characters of a word, and of a type
_MANY_WORDS = 10**6
_LONGEST_EMPTY = 1000  # side of an array without a value
_PADDED = 2**20  # characters of an array of words
_OFTEN = 8  # times that all arrays together may be in the structure
_FREE_BYTES = 10**6
_NATIVE = {
    "Tree": unpack_tree,
    "TreePredictor": unpack_predictor,
    "loss": unpack_loss,
}
_CHECKS = {  # by base: what compiled code would not look at
    "BaseDecisionTree": check_tree,
    "BaseForest": check_same_features,
    "BaseGradientBoosting": check_stages,
    "BaseHistGradientBoosting": check_histogram_boosting,
    "BaseLibSVM": check_support_vectors,
    "BaseMultilayerPerceptron": check_layers,
    "KNeighborsRegressor": check_neighbours,
    "BaggingRegressor": check_bags,
    "MissingIndicator": check_indicator,
    "_BaseEncoder": check_categories,
    "OneHotEncoder": check_one_hot,
    "PolynomialFeatures": check_powers,
}

_OF_UNFITTED = {"_sklearn_version", "_sklearn_output_config"}


class Decoder:
    """Reads what :class:`~sklmag.persistence._encode.Encoder` wrote.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The arrays.
    boosters : dict of str to bytes
        The boosters.
    """

    def __init__(self, arrays, boosters):
        self._arrays, self._boosters = arrays, boosters
        own = [a.nbytes for a in arrays.values()] + [len(b) for b in boosters.values()]
        self._bytes_left = _OFTEN * sum(own) + _FREE_BYTES
        self._read_boosters, self._n_inside = {}, 0
        self._readers = {
            "float": self._float, "scalar": self._scalar, "array": self._array,
            "words": self._words, "objects": self._words,
            "estimators": self._estimators, "tuple": self._tuple, "set": self._set,
            "dict": self._dict, "bunch": self._bunch, "slice": self._slice,
            "random": self._random, "type": self._type, "function": self._function,
            "booster": self._booster, "class": self._object,
        }  # fmt: skip

    def value(self, node, depth=0):
        """Return the value of a node.

        Raises
        ------
        ValueError
            For what is not allowed or does not fit; the text says what.
        """
        refuse(depth < _DEEPEST, "its parts are nested too deep")
        if node is None or type(node) in (bool, int, float, str):
            refuse(type(node) is not int or abs(node) < 2**64, "a number too large")
            return node
        if isinstance(node, list):
            return [self.value(part, depth + 1) for part in node]
        kind = next(iter(node), None)
        if kind in _NATIVE:
            return _NATIVE[kind](self._dict({"dict": node[kind]}, depth))
        refuse(kind in self._readers, f"it holds a part {kind!r:.40}")
        return self._readers[kind](node, depth + 1)

    def _float(self, node, depth):
        refuse(node["float"] in ("nan", "inf", "-inf"), "a number that is none")
        return float(node["float"])

    def _scalar(self, node, depth):
        dtype = _dtype(node["dtype"], "fiub")
        return np.array(self.value(node["scalar"], depth), dtype=dtype)[()]

    def _array(self, node, depth):
        array = self._arrays[node["array"]]
        refuse(is_numeric(array), "an array that holds no numbers")
        refuse(array.size or max(array.shape) <= _LONGEST_EMPTY, "an empty array")
        self._spend(array.nbytes)
        return array.T if node.get("turned") is True else array

    def _spend(self, n_bytes):
        """Count what is used again and again; a small file could ask for much."""
        self._bytes_left -= n_bytes
        refuse(self._bytes_left >= 0, "its arrays are used too often")

    def _words(self, node, depth):
        kind = "words" if "words" in node else "objects"
        words = self.value(node[kind], depth)
        refuse(isinstance(words, list) and is_words(words), "words that are none")
        longest = max((len(w) for w in words if isinstance(w, str)), default=1)
        refuse(longest <= _LONGEST_WORD, "a word that is too long")
        refuse(kind == "objects" or longest * len(words) <= _PADDED, "too long words")
        if kind == "words":
            array = np.array(words, dtype=str)
            self._spend(array.nbytes)
        else:
            array = np.empty(len(words), dtype=object)
            array[:] = words
        return array.reshape(_shape(node, len(words)))

    def _estimators(self, node, depth):
        parts = self.value(node["estimators"], depth)
        array = np.empty(len(parts), dtype=object)
        array[:] = parts
        return array.reshape(_shape(node, len(parts)))

    def _tuple(self, node, depth):
        return tuple(self._list(node["tuple"], depth))

    def _set(self, node, depth):
        return set(self._list(node["set"], depth))

    def _list(self, parts, depth):
        refuse(isinstance(parts, list), "a list that is none")
        return [self.value(part, depth) for part in parts]

    def _dict(self, node, depth):
        found = {}
        for key, part in node["dict"]:
            key = self.value(key, depth)
            is_name = isinstance(key, str) or (type(key) is int and abs(key) < 2**31)
            refuse(is_name, "a key that is no name")
            refuse(key not in found, f"two parts called {key!r:.40}")
            found[key] = self.value(part, depth)
        return found

    def _bunch(self, node, depth):
        return Bunch(**self._dict({"dict": node["bunch"]}, depth))

    def _slice(self, node, depth):
        return slice(*self._list(node["slice"], depth))

    def _random(self, node, depth):
        keys, place, *gauss = self.value(node["random"], depth)
        refuse(
            is_numeric(keys) and keys.dtype == np.uint32 and keys.shape == (624,)
            and type(place) is int and 0 <= place <= 624,
            "the state of a random generator",
        )  # fmt: skip
        random = np.random.RandomState(0)
        random.set_state(("MT19937", keys, place, *gauss))
        return random

    def _type(self, node, depth):
        if node["type"] == "dtype":
            return _dtype(node["name"], "fiubOU")
        refuse(node["name"] in TYPES, f"it names a type {node['name']!r:.40}")
        return TYPES[node["name"]]

    def _function(self, node, depth):
        return function_of(node["function"])

    def _booster(self, node, depth):
        name = node["booster"]
        if name not in self._read_boosters:
            self._read_boosters[name] = load_booster(self._boosters[name])
        self._spend(len(self._boosters[name]))
        return self._read_boosters[name]

    # -- objects ------------------------------------------------------------------

    def _object(self, node, depth):
        cls = class_of(node["class"])
        self._n_inside += issubclass(cls, BaseEstimator)
        refuse(self._n_inside <= _DEEPEST_ESTIMATOR, "estimators in estimators")
        state = self._dict({"dict": node["state"]}, depth)
        state = LATER.get(cls.__name__, {}) | state
        self._n_inside -= issubclass(cls, BaseEstimator)
        parameters, kinds = parameters_of(cls), kinds_of(cls)
        for name, value in state.items():
            _check_attribute(cls, name, value, parameters, kinds)
        strange = shapes_disagree(state)
        refuse(strange is None, f"the shape of {cls.__name__}.{strange}")
        own = cls._get_param_names() if issubclass(cls, BaseEstimator) else ()
        absent = set(own) - set(state)
        if absent:
            raise ValueError(f"{cls.__name__} has no {min(absent)!r}")
        if "_fit_method" in state:
            state["_tree"] = neighbour_tree(state)
        return _built(cls, state)


def _check_attribute(cls, name, value, parameters, kinds):
    """Raise where a class has no such attribute, or where its value is not allowed."""
    refuse(ATTRIBUTE_NAME.fits(name), f"an attribute called {name!r:.40}")
    is_parameter = name in parameters
    if not is_parameter and hasattr(cls, name):
        raise ValueError(f"{cls.__name__} has its own {name!r}, which no file changes")
    kind = kinds.get(name, PARAMETER if is_parameter else NUMBERS)
    if not kind.fits(value):
        raise ValueError(
            f"{cls.__name__}.{name} is {_brief(value)}, expected {kind.what}"
        )


def _brief(value):
    """Return a few words about a value; nothing of it is asked to print itself."""
    name = getattr(value, "__qualname__", None)
    if name:
        return f"{value.__module__}.{name}"
    return f"{value!r:.60}" if PLAIN.fits(value) else f"{type(value).__name__}"


def _built(cls, state):
    """Return an object of a class with a state that was checked."""
    instance = cls.__new__(cls)
    if "ArrayState" in (base.__name__ for base in cls.__mro__):  # torch stays out
        instance.__setstate__(state)
    elif issubclass(cls, BaseEstimator):
        BaseEstimator.__setstate__(instance, state)
    else:
        vars(instance).update(state)
    if hasattr(instance, "_validate_params") and hasattr(cls, "_parameter_constraints"):
        instance._validate_params()
    if set(state) - set(parameters_of(cls)) - _OF_UNFITTED:
        for base in cls.__mro__:
            if base.__name__ in _CHECKS:
                _CHECKS[base.__name__](instance)
    return instance


def _dtype(name, kinds):
    refuse(isinstance(name, str) and len(name) < 20, "a type of numbers")
    dtype = np.dtype(name)
    refuse(
        dtype.kind in kinds and dtype.itemsize <= 4 * _LONGEST_KEPT,
        f"numbers of type {name!r:.40}",
    )
    return dtype


def _shape(node, n_values):
    shape = tuple(node["shape"])
    refuse(
        all(type(n) is int and 0 <= n <= _MANY_WORDS for n in shape)
        and math.prod(shape) == n_values,
        "the shape of an array",
    )
    return shape
