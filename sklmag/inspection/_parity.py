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
    number of the sample (figure 2b). Where the uncertainty is known it colours the
    cloud (figure 6 of the paper on L-G-DCNN).

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n_samples,)
        One target, measured and predicted.
    std : ndarray of shape (n_samples,), default=None
        Predicted standard deviation.
    name : str, default="y"
        Name of the target, with its unit after the last underscore.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.
    marginal_axes_ : list of matplotlib Axes
        Those of the histograms, above and to the right, where these were asked for.

    Examples
    --------
    >>> from sklmag.inspection import ParityDisplay
    >>> display = ParityDisplay.from_predictions([1, 2, 3], [1.1, 1.9, 3], name="Br_kG")
    >>> display.ax_.get_xlabel()
    'measured Br (kG)'
    """

    def __init__(
        self,
        y_true: np.ndarray,
        y_pred: np.ndarray,
        *,
        std: np.ndarray | None = None,
        name: str = "y",
    ) -> None:
        self.y_true = y_true
        self.y_pred = y_pred
        self.std = std
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        target: str | int | None = None,
        return_std: bool = False,
        kind: Literal["parity", "samples"] = "parity",
        marginals: bool = False,
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
        return_std : bool, default=False
            Whether to ask the estimator for its standard deviation too, as colour.
        kind : {"parity", "samples"}, default="parity"
            Predictions against measurements, or both against the number of the sample.
        marginals : bool, default=False
            Whether histograms of both stand beside the cloud.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParityDisplay
        """
        std = None
        if return_std:
            y_pred, std = estimator.predict(X, return_std=True)
            _, std, _ = _one_target(y, std, target)
        else:
            y_pred = estimator.predict(X)
        y_true, y_pred, name = _one_target(y, y_pred, target)
        return cls.from_predictions(
            y_true, y_pred, std=std, name=name, kind=kind, marginals=marginals, ax=ax
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        std: ArrayLike | None = None,
        name: str = "y",
        kind: Literal["parity", "samples"] = "parity",
        marginals: bool = False,
        ax: Any = None,
    ) -> ParityDisplay:
        """Plot given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            One target, measured and predicted.
        std : array-like of shape (n_samples,), default=None
            Predicted standard deviation, as colour.
        name : str, default="y"
            Name of the target.
        kind : {"parity", "samples"}, default="parity"
            Predictions against measurements, or both against the number of the sample.
        marginals : bool, default=False
            Whether histograms of both stand beside the cloud.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParityDisplay
        """
        std = None if std is None else np.asarray(std)
        display = cls(np.asarray(y_true), np.asarray(y_pred), std=std, name=name)
        return display.plot(kind=kind, marginals=marginals, ax=ax)

    def plot(
        self,
        *,
        kind: Literal["parity", "samples"] = "parity",
        marginals: bool = False,
        ax: Any = None,
        **scatter: Any,
    ) -> ParityDisplay:
        """Plot.

        Parameters
        ----------
        kind : {"parity", "samples"}, default="parity"
            Predictions against measurements, or both against the number of the sample.
        marginals : bool, default=False
            Whether histograms of both stand beside the cloud.
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
            For another kind, and for marginals of samples.
        """
        if kind not in _DRAWN:
            raise ValueError(f"kind={kind!r} is not among {list(_DRAWN)}.")
        if marginals and kind != "parity":
            raise ValueError("marginals stand beside a cloud: take kind='parity'.")
        width = 4.5 if kind == "parity" else 8
        self.ax_ = axes(ax, figsize=(width, 4.5))
        _DRAWN[kind](self, scatter)
        errors = regression_table(self.y_true, self.y_pred).iloc[0]
        title = f"R² {errors.R2:.3f}, MAE {errors.MAE:.3g}, RMSE {errors.RMSE:.3g}"
        above = self._plot_marginals() if marginals else self.ax_
        above.set_title(title)
        return self

    def _plot_parity(self, scatter):
        style = {"s": 14, "alpha": 0.6}
        if self.std is not None:
            style |= {"c": self.std, "cmap": "viridis", "alpha": 0.8}
        points = self.ax_.scatter(self.y_true, self.y_pred, **style | scatter)
        if self.std is not None:
            label = with_unit(self.name)
            self.ax_.figure.colorbar(
                points, ax=self.ax_, label=f"standard deviation of {label}", shrink=0.8
            )
        both = np.concatenate([self.y_true, self.y_pred])
        limits = [both.min(), both.max()]
        self.ax_.plot(limits, limits, color="tab:red", lw=1.2)
        label = with_unit(self.name)
        self.ax_.set(
            xlabel=f"measured {label}", ylabel=f"predicted {label}", aspect="equal"
        )

    def _plot_marginals(self):
        """Draw histograms along both axes; return the upper one's axes."""
        sides = (
            ([0, 1.02, 1, 0.16], self.y_true, "vertical", {"sharex": self.ax_}),
            ([1.02, 0, 0.16, 1], self.y_pred, "horizontal", {"sharey": self.ax_}),
        )
        self.marginal_axes_ = []
        for place, values, orientation, shared in sides:
            side = self.ax_.inset_axes(place, **shared)
            side.hist(values, bins=30, orientation=orientation, color="0.6")
            side.axis("off")
            self.marginal_axes_.append(side)
        return self.marginal_axes_[0]

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
