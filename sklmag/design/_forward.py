"""Forward models: from compositions to properties, one for each target."""

import warnings
from collections.abc import Mapping
from contextlib import contextmanager

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag._utils._errors import DesignError
from sklmag.composition import GlassFeaturizer, element_symbols
from sklmag.models import DenseRegressor

_CHUNK = 5000  # compositions at a time: bounds the memory of a Gaussian process


def gaussian_process(random_state=None):
    """Return the forward model that is taken where none is given.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Seed of the restarts of its fit.

    Returns
    -------
    Pipeline
        A Gaussian process on the four descriptors of the paper, unfitted.

    Examples
    --------
    >>> from sklmag.datasets import make_metallic_glasses
    >>> from sklmag.design import gaussian_process
    >>> formulas, properties = make_metallic_glasses(60, random_state=0)
    >>> model = gaussian_process(0).fit(formulas, properties["G_GPa"])
    >>> mean, std = model.predict(["Zr50Cu50"], return_std=True)
    """
    process = smooth_process(4, random_state)
    return make_pipeline(GlassFeaturizer("paper"), StandardScaler(), process)


def smooth_process(n_features, random_state):
    """Return a Gaussian process of standardised descriptors, unfitted."""
    kernel = ConstantKernel(10.0, (1e-2, 1e4)) * Matern(
        np.ones(n_features), (1e-1, 1e3), nu=2.5
    ) + WhiteKernel(1e-2, (1e-6, 1.0))
    return GaussianProcessRegressor(
        kernel, normalize_y=True, n_restarts_optimizer=1, random_state=random_state
    )


@contextmanager
def no_word_of_bounds():
    """Leave out the warning of a length scale at its bound: a descriptor is no help."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


_TABLE_2 = {
    "G_GPa": {"width": 450, "dropout": 0.0, "lr": 0.007, "max_epochs": 2000},
    "K_GPa": {"width": 600, "dropout": 0.1, "lr": 0.009, "max_epochs": 2100},
}


def dense_forward_net(target, *, random_state=None):
    """Return the forward network of the paper for one modulus, unfitted.

    Parameters
    ----------
    target : {"G_GPa", "K_GPa"}
        Shear or bulk modulus.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    Pipeline
        Four descriptors, and two layers with the settings of table 2 of [1]_: the mean
        of two outputs, Adam, a fixed number of epochs. Its p = 1.0 for G can only be
        the chance to keep a unit: no dropout; p = 0.1 for K is taken as the chance to
        drop one.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.design import dense_forward_net
    >>> dense_forward_net("G_GPa")[-1].width
    450
    """
    if target not in _TABLE_2:
        raise ValueError(f"target={target!r} is not known. Choose from {[*_TABLE_2]}.")
    net = DenseRegressor(
        n_layers=2,
        outputs_per_target=2,
        loss="mse",
        early_stopping=False,
        random_state=random_state,
        **_TABLE_2[target],
    )
    return make_pipeline(GlassFeaturizer("paper"), net)


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
            model = gaussian_process(seed) if given is None else given
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
        found = [[_value_and_std(model, part) for model in models] for part in parts]
        value, std = (
            np.vstack([np.column_stack([one[k] for one in row]) for row in found])
            for k in range(2)
        )
        return (value, std) if return_std else value


def _value_and_std(model, compositions):
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
