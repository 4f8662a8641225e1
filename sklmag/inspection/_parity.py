"""Predicted against measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes
from sklmag.metrics import regression_table

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class ParityDisplay:
    """Predictions against measurements, and the line where they are equal.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n_samples,)
        One target, measured and predicted.
    name : str, default="y"
        Name of the target, with its unit after the last underscore.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import ParityDisplay
    >>> display = ParityDisplay.from_predictions([1, 2, 3], [1.1, 1.9, 3], name="Br_kG")
    >>> display.ax_.get_xlabel()
    'measured Br (kG)'
    """

    def __init__(
        self, y_true: np.ndarray, y_pred: np.ndarray, *, name: str = "y"
    ) -> None:
        self.y_true = y_true
        self.y_pred = y_pred
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        target: str | int | None = None,
        ax: Any = None,
    ) -> ParityDisplay:
        """Predict with a fitted estimator and plot.

        Parameters
        ----------
        estimator : regressor
            Fitted.
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Measured targets.
        target : str or int, default=None
            Which target, where there are several; by default the first.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParityDisplay
        """
        y_pred = estimator.predict(X)
        y_true, y_pred, name = _one_target(y, y_pred, target)
        return cls.from_predictions(y_true, y_pred, name=name, ax=ax)

    @classmethod
    def from_predictions(
        cls, y_true: ArrayLike, y_pred: ArrayLike, *, name: str = "y", ax: Any = None
    ) -> ParityDisplay:
        """Plot given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            One target, measured and predicted.
        name : str, default="y"
            Name of the target.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParityDisplay
        """
        return cls(np.asarray(y_true), np.asarray(y_pred), name=name).plot(ax=ax)

    def plot(self, *, ax: Any = None, **scatter: Any) -> ParityDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        **scatter : dict
            Passed to ``Axes.scatter``.

        Returns
        -------
        ParityDisplay
        """
        self.ax_ = axes(ax, figsize=(4.5, 4.5))
        self.ax_.scatter(self.y_true, self.y_pred, **{"s": 14, "alpha": 0.6} | scatter)
        both = np.concatenate([self.y_true, self.y_pred])
        limits = [both.min(), both.max()]
        self.ax_.plot(limits, limits, color="tab:red", lw=1.2)
        errors = regression_table(self.y_true, self.y_pred).iloc[0]
        label = with_unit(self.name)
        self.ax_.set(
            xlabel=f"measured {label}",
            ylabel=f"predicted {label}",
            title=f"R² {errors.R2:.3f}, MAE {errors.MAE:.3g}, RMSE {errors.RMSE:.3g}",
            aspect="equal",
        )
        return self


def _one_target(y, y_pred, target):
    """Return one target's column of `y` and of the predictions, and its name."""
    if np.ndim(y) == 1:
        name = getattr(y, "name", None) or "y"
        return np.asarray(y), np.asarray(y_pred), name
    y_pred = np.reshape(y_pred, (len(y_pred), -1))
    columns = list(getattr(y, "columns", range(np.shape(y)[1])))
    target = columns[0] if target is None else target
    if target not in columns:
        raise ValueError(f"target={target!r} is not among the targets {columns}.")
    i = columns.index(target)
    return np.asarray(y)[:, i], y_pred[:, i], str(target)
