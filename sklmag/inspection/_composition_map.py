"""Predicted compositions beside measured ones, as maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.inspection._base import axes
from sklmag.metrics import composition_wasserstein

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class CompositionMapDisplay:
    """Amounts of every alloy and slot as a map, or how wrong they are.

    Parameters
    ----------
    amounts : ndarray of shape (n_samples, n_slots)
        Amounts, or absolute errors, in at.%.
    label : str, default="amount (at.%)"
        What the colour means.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.
    image_ : matplotlib AxesImage
        The map, after `plot`.

    Notes
    -----
    Figures 10 (amounts) and 11 (errors) of [1]_.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.inspection import CompositionMapDisplay
    >>> display = CompositionMapDisplay.from_predictions([[60, 40]], [[57, 43]])
    >>> display.amounts
    array([[3., 3.]])
    """

    def __init__(self, amounts: np.ndarray, *, label: str = "amount (at.%)") -> None:
        self.amounts = amounts
        self.label = label

    @classmethod
    def from_amounts(
        cls, amounts: ArrayLike, *, ax: Any = None
    ) -> CompositionMapDisplay:
        """Plot amounts.

        Parameters
        ----------
        amounts : array-like of shape (n_samples, n_slots)
            In at.%.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CompositionMapDisplay
        """
        return cls(np.asarray(amounts, dtype=float)).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls, y_true: ArrayLike, y_pred: ArrayLike, *, ax: Any = None
    ) -> CompositionMapDisplay:
        """Plot absolute errors.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples, n_slots)
            In at.%.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CompositionMapDisplay
        """
        y_true, y_pred = np.asarray(y_true, float), np.asarray(y_pred, float)
        return cls(np.abs(y_true - y_pred), label="error (at.%)").plot(ax=ax)

    @classmethod
    def side_by_side(
        cls,
        y_true: ArrayLike,
        predictions: dict[str, ArrayLike],
        *,
        errors: bool = False,
    ) -> list[CompositionMapDisplay]:
        """Plot several maps with one scale of colours, so that they can be compared.

        Parameters
        ----------
        y_true : array-like of shape (n_samples, n_slots)
            Measured amounts, in at.%.
        predictions : dict of str to array-like of shape (n_samples, n_slots)
            Name of each model and its amounts, in at.%.
        errors : bool, default=False
            Whether the absolute errors are drawn (figure 11) in place of the measured
            amounts and the predicted ones (figure 10). The titles of the amounts hold
            the :func:`~sklmag.metrics.composition_wasserstein` distance.

        Returns
        -------
        list of CompositionMapDisplay
        """
        from matplotlib import pyplot as plt

        truth = np.asarray(y_true, dtype=float)
        maps = {} if errors else {"measured": (truth, "amount (at.%)")}
        for name, y_pred in predictions.items():
            amounts = np.asarray(y_pred, dtype=float)
            if errors:
                maps[name] = (np.abs(amounts - truth), "error (at.%)")
            else:
                distance = composition_wasserstein(truth, amounts)
                name = f"{name}\nWasserstein {distance:.2f} at.%"
                maps[name] = (amounts, "amount (at.%)")
        _, grid = plt.subplots(
            1, len(maps), figsize=(3.3 * len(maps), 6), squeeze=False,
            layout="constrained",
        )  # fmt: skip
        top = max(amounts.max() for amounts, _ in maps.values())
        shown = []
        for ax, (name, (amounts, label)) in zip(grid[0], maps.items(), strict=True):
            shown.append(cls(amounts, label=label).plot(ax=ax, vmax=top))
            ax.set_title(name, fontsize=10)
        return shown

    def plot(self, *, ax: Any = None, **imshow: Any) -> CompositionMapDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        **imshow : dict
            Passed to ``Axes.imshow``.

        Returns
        -------
        CompositionMapDisplay
        """
        self.ax_ = axes(ax, figsize=(3.6, 6))
        options = {"aspect": "auto", "interpolation": "none", "vmin": 0} | imshow
        self.image_ = self.ax_.imshow(self.amounts, **options)
        n_slots = self.amounts.shape[1]
        self.ax_.set(
            xlabel="slot",
            ylabel="alloy",
            xticks=range(n_slots),
            xticklabels=range(1, n_slots + 1),
        )
        self.ax_.figure.colorbar(self.image_, ax=self.ax_, label=self.label)
        return self
