"""Gaussian processes: smooth, and sure of what they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag.composition import GlassFeaturizer

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


def make_gaussian_process(
    random_state: int | np.random.RandomState | None = None,
) -> Pipeline:
    """Return the smooth model of glasses that knows its uncertainty, unfitted.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Seed of the restarts of its fit.

    Returns
    -------
    Pipeline
        A Gaussian process on the four descriptors of the paper: what
        :class:`~sklmag.design.PredictorCorrector` takes where no model is given.

    Examples
    --------
    >>> from sklmag.datasets import make_metallic_glasses
    >>> from sklmag.recipes import make_gaussian_process
    >>> formulas, properties = make_metallic_glasses(60, random_state=0)
    >>> model = make_gaussian_process(0).fit(formulas, properties["G_GPa"])
    >>> mean, std = model.predict(["Zr50Cu50"], return_std=True)
    """
    process = make_smooth_process(4, random_state)
    return make_pipeline(GlassFeaturizer("paper"), StandardScaler(), process)


def make_smooth_process(n_features, random_state):
    """Return a Gaussian process of standardized descriptors, unfitted."""
    kernel = ConstantKernel(10.0, (1e-2, 1e4)) * Matern(
        np.ones(n_features), (1e-1, 1e3), nu=2.5
    ) + WhiteKernel(1e-2, (1e-6, 1.0))
    return GaussianProcessRegressor(
        kernel, normalize_y=True, n_restarts_optimizer=1, random_state=random_state
    )
