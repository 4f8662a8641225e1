"""An estimator as a tree of plain values, beside its arrays and boosters."""

import math
from collections import OrderedDict

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from sklmag.persistence._attributes import FORGOTTEN
from sklmag.persistence._classes import TYPES, function_name, name_of
from sklmag.persistence._kinds import is_numeric, is_words
from sklmag.persistence._native import pack_loss, pack_predictor, pack_tree

_NATIVE = {"Tree": pack_tree, "TreePredictor": pack_predictor}


class Encoder:
    """Turns an estimator into what :class:`Decoder` reads.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Every array, under the name of its place.
    boosters : dict of str to bytes
        Every booster.
    """

    def __init__(self):
        self.arrays, self.boosters = {}, {}
        self._known = {}  # what is held twice is written once

    def node(self, value, place=""):
        """Return a value as what JSON can hold.

        Raises
        ------
        TypeError
            For a value that no file can hold; the text names its place.
        """
        if isinstance(value, float) and not math.isfinite(value):
            if type(value) is float:
                return {"float": str(value)}
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, np.str_):
            return str(value)
        if isinstance(value, np.generic):
            return {"scalar": self.node(value.item()), "dtype": value.dtype.name}
        if id(value) not in self._known:
            self._known[id(value)] = value, self._made(value, place)
        return self._known[id(value)][1]

    def _made(self, value, place):
        if isinstance(value, pd.Index):  # names of columns
            value = value.to_numpy(dtype=object)
        if isinstance(value, np.ndarray):
            return self._array(value, place)
        if type(value) in (list, tuple, set):
            parts = [self.node(v, f"{place}.{i}") for i, v in enumerate(value)]
            kind = type(value).__name__
            return parts if kind == "list" else {kind: parts}
        if isinstance(value, Bunch):
            return {"bunch": self._pairs(value, place)}
        if type(value) in (dict, OrderedDict):
            return {"dict": self._pairs(value, place)}
        if isinstance(value, slice):
            ends = (value.start, value.stop, value.step)
            return {"slice": [self.node(end, place) for end in ends]}
        if isinstance(value, np.random.RandomState):
            parts = list(value.get_state(legacy=True)[1:])
            return {"random": self.node(parts, place)}
        return self._named(value, place)

    def _pairs(self, value, place):
        return [
            [self.node(k, place), self.node(v, f"{place}.{k}")]
            for k, v in value.items()
        ]

    def _array(self, array, place):
        if is_numeric(array):
            name = self._free(place)
            turned = array.flags.f_contiguous and not array.flags.c_contiguous
            self.arrays[name] = np.ascontiguousarray(array.T if turned else array)
            return {"array": name, "turned": True} if turned else {"array": name}
        if is_words(array):
            kind = "words" if array.dtype.kind == "U" else "objects"
        elif all(isinstance(part, BaseEstimator) for part in array.ravel()):
            kind = "estimators"
        else:
            raise TypeError(f"{place or 'it'} is an array of {array.dtype}")
        return {kind: self.node(array.ravel().tolist(), place), "shape": array.shape}

    def _free(self, place):
        name, n = place.strip(".") or "values", 2
        free = name
        while free in self.arrays:
            free, n = f"{name}~{n}", n + 1
        return free

    def _named(self, value, place):
        """Return what is known by name: functions, types, objects."""
        kind = type(value).__name__
        if isinstance(value, np.dtype):
            return {"type": "dtype", "name": value.name}
        if isinstance(value, type) and TYPES.get(value.__name__) is value:
            return {"type": "type", "name": value.__name__}
        if function_name(value) is not None:
            return {"function": function_name(value)}
        if kind in _NATIVE:
            return {kind: self._pairs(_NATIVE[kind](value), place)}
        if kind == "Booster":
            name = f"{len(self.boosters)}.ubj"
            self.boosters[name] = bytes(value.save_raw("ubj"))
            return {"booster": name}
        if type(value).__module__ == "sklearn._loss.loss":
            return {"loss": self._pairs(pack_loss(value), place)}
        name = name_of(type(value))
        if name is None:
            what = getattr(value, "__qualname__", None) or type(value).__qualname__
            home = getattr(value, "__module__", None) or type(value).__module__
            raise TypeError(f"{place.strip('.') or 'it'} is {home}.{what}")
        return {"class": name, "state": self._pairs(_state(value), place)}


def _state(value):
    """Return the attributes of an object that its file keeps."""
    state = value.__getstate__() or {}
    kept = {k: v for k, v in state.items() if k not in FORGOTTEN}
    if "n_jobs" in kept:
        kept["n_jobs"] = None
    if "_fit_method" in kept:  # nearest neighbours: built anew from the rows
        kept.pop("_tree", None)
    return kept
