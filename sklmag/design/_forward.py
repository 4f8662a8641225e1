"""Forward models: from compositions to properties, one for each target."""

import warnings
from collections.abc import Mapping
from contextlib import contextmanager

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sklmag.composition import element_symbols
from sklmag.exceptions import DesignError
from sklmag.recipes import make_gaussian_process

_CHUNK = 5000  # compositions at a time: bounds the memory of a Gaussian process


@contextmanager
def no_word_of_bounds():
    """Leave out the warning of a length scale at its bound: a descriptor is no help."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


class ForwardModels:
    """A model for each target, fitted and asked together."""

    def __init__(self, given):
        self.given = given

    def fit(self, compositions, targets, seed):
        """Fit a clone for each column of `targets`."""
        given = self.given
        if isinstance(given, Mapping):
            missing = [name for name in targets if name not in given]
            if missing:
                raise DesignError(
                    f"forward has no model for {missing[0]!r}, only for {list(given)}."
                )
        else:
            model = make_gaussian_process(seed) if given is None else given
            given = dict.fromkeys(targets, model)
        with no_word_of_bounds():
            self.models = {
                name: clone(given[name]).fit(compositions, targets[name].to_numpy())
                for name in targets
            }
        return self

    def predict(self, compositions, return_std=False):
        """Return predictions, (n_samples, n_targets), and standard deviations."""
        models = self.models.values()
        parts = [
            compositions.iloc[start : start + _CHUNK]
            for start in range(0, len(compositions), _CHUNK)
        ]
        found = [[value_and_std(model, part) for model in models] for part in parts]
        value, std = (
            np.vstack([np.column_stack([one[k] for one in row]) for row in found])
            for k in range(2)
        )
        return (value, std) if return_std else value


def value_and_std(model, compositions):
    """Return predictions and the standard deviations that a model knows, or NaN."""
    try:
        return model.predict(compositions, return_std=True)
    except (TypeError, ValueError):  # takes no return_std, or has a single member
        value = model.predict(compositions)
        return value, np.full(len(compositions), np.nan)


def compositions_of(number, amount):
    """Return slots as a frame of at.% in columns named after elements."""
    number = number.astype(int)
    present = np.unique(number[number > 0])
    table = np.zeros((len(number), number.max() + 1))
    np.put_along_axis(table, number, amount, axis=1)
    table[:, 0] = 0
    table *= 100 / table.sum(axis=1, keepdims=True)
    names = [element_symbols()[z - 1] for z in present]
    return pd.DataFrame(table[:, present], columns=names)


def ranges_of(table):
    """Return the least and the largest of each column of a frame."""
    return {name: (float(c.min()), float(c.max())) for name, c in table.items()}
