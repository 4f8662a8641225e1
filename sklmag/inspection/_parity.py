"""Predicted against measured, as a cloud or sample by sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes
from sklmag.metrics import regression_table

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class ParityDisplay:
    """Predictions against measurements: figure 2 of the paper on sintered magnets.

    As a cloud beside the line where both are equal (figure 2a), or both against the
    number of the sample (figure 2b).

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
        kind: Literal["parity", "samples"] = "parity",
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
        kind : {"parity", "samples"}, default="parity"
            Predictions against measurements, or both against the number of the sample.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParityDisplay
        """
        y_pred = estimator.predict(X)
        y_true, y_pred, name = _one_target(y, y_pred, target)
        return cls.from_predictions(y_true, y_pred, name=name, kind=kind, ax=ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        name: str = "y",
        kind: Literal["parity", "samples"] = "parity",
        ax: Any = None,
    ) -> ParityDisplay:
        """Plot given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            One target, measured and predicted.
        name : str, default="y"
            Name of the target.
        kind : {"parity", "samples"}, default="parity"
            Predictions against measurements, or both against the number of the sample.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParityDisplay
        """
        display = cls(np.asarray(y_true), np.asarray(y_pred), name=name)
        return display.plot(kind=kind, ax=ax)

    def plot(
        self,
        *,
        kind: Literal["parity", "samples"] = "parity",
        ax: Any = None,
        **scatter: Any,
    ) -> ParityDisplay:
        """Plot.

        Parameters
        ----------
        kind : {"parity", "samples"}, default="parity"
            Predictions against measurements, or both against the number of the sample.
        ax : matplotlib Axes, default=None
            Where to plot.
        **scatter : dict
            Passed to ``Axes.scatter``; of samples, to both calls of ``Axes.plot``.

        Returns
        -------
        ParityDisplay

        Raises
        ------
        ValueError
            For another kind.
        """
        if kind not in _DRAWN:
            raise ValueError(f"kind={kind!r} is not among {list(_DRAWN)}.")
        width = 4.5 if kind == "parity" else 8
        self.ax_ = axes(ax, figsize=(width, 4.5))
        _DRAWN[kind](self, scatter)
        errors = regression_table(self.y_true, self.y_pred).iloc[0]
        self.ax_.set_title(
            f"R² {errors.R2:.3f}, MAE {errors.MAE:.3g}, RMSE {errors.RMSE:.3g}"
        )
        return self

    def _plot_parity(self, scatter):
        self.ax_.scatter(self.y_true, self.y_pred, **{"s": 14, "alpha": 0.6} | scatter)
        both = np.concatenate([self.y_true, self.y_pred])
        limits = [both.min(), both.max()]
        self.ax_.plot(limits, limits, color="tab:red", lw=1.2)
        label = with_unit(self.name)
        self.ax_.set(
            xlabel=f"measured {label}", ylabel=f"predicted {label}", aspect="equal"
        )

    def _plot_samples(self, style):
        numbers = np.arange(len(self.y_true))
        style = {"lw": 0.9, "marker": "o", "ms": 2.5} | style
        self.ax_.plot(numbers, self.y_true, label="measured", **style)
        self.ax_.plot(numbers, self.y_pred, label="predicted", alpha=0.8, **style)
        self.ax_.set(xlabel="number of the sample", ylabel=with_unit(self.name))
        self.ax_.legend(fontsize=8)


_DRAWN = {
    "parity": ParityDisplay._plot_parity,
    "samples": ParityDisplay._plot_samples,
}


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
