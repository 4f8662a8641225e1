"""Whether intervals hold as many targets as they promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sklmag.inspection._base import axes
from sklmag.inspection._pipeline import ask

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


def interval_coverage(
    model: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    levels: ArrayLike = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95),
) -> pd.Series:
    """Measure which share of the targets the intervals of a model hold.

    Parameters
    ----------
    model : LGDCNNRegressor or Pipeline that ends with one
        Fitted.
    X : array-like of shape (n_samples,)
        Compounds that the model has not seen.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Their targets.
    levels : array-like of shape (n_levels,), default=(0.5, 0.6, ..., 0.95)
        Promised shares.

    Returns
    -------
    Series of shape (n_levels,)
        Measured shares, with the promised ones as index.

    Examples
    --------
    >>> from sklmag.inspection import interval_coverage
    >>> interval_coverage(model, X_test, y_test)[0.9]  # doctest: +SKIP
    0.897...
    """
    levels, shares = np.asarray(levels, dtype=float), []
    for level in levels:
        low, high = ask(model, "predict_interval", X, coverage=level)
        y = np.reshape(y, low.shape)
        shares.append(((low <= y) & (y <= high)).mean())
    return pd.Series(shares, index=pd.Index(levels, name="promised"), name="measured")


class CoverageDisplay:
    """Measured against promised coverage of prediction intervals.

    Parameters
    ----------
    coverage : Series of shape (n_levels,)
        As :func:`interval_coverage` returns it.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import CoverageDisplay
    >>> display = CoverageDisplay(pd.Series([0.52, 0.9], index=[0.5, 0.9])).plot()
    >>> display.ax_.get_xlabel()
    'promised coverage'
    """

    def __init__(self, coverage: pd.Series) -> None:
        self.coverage = coverage

    @classmethod
    def from_estimator(
        cls, model: Any, X: ArrayLike, y: ArrayLike, *, ax: Any = None
    ) -> CoverageDisplay:
        """Measure the coverage of a fitted model, and plot.

        Parameters
        ----------
        model : LGDCNNRegressor or Pipeline that ends with one
            Fitted.
        X : array-like of shape (n_samples,)
            Compounds that the model has not seen.
        y : array-like of shape (n_samples,)
            Their targets.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CoverageDisplay
        """
        return cls(interval_coverage(model, X, y)).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> CoverageDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CoverageDisplay
        """
        self.ax_ = axes(ax, figsize=(4.5, 4.5))
        ends = [self.coverage.index.min(), self.coverage.index.max()]
        self.ax_.plot(ends, ends, color="tab:red", lw=1.2)
        self.ax_.plot(self.coverage.index, self.coverage, marker="o", ms=5)
        self.ax_.set(
            xlabel="promised coverage", ylabel="measured coverage", aspect="equal"
        )
        return self
