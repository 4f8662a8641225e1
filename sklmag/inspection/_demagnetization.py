"""Demagnetization curves and their anchor points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_LEVELS = np.array([1, 0.9, 0.8, 0.7, 0])


class DemagnetizationDisplay:
    """A computed curve, and its anchor points, also predicted (the paper's figure 6).

    Parameters
    ----------
    field : ndarray of shape (n_fields,), default=None
        In units of the anisotropy field; None draws points only.
    magnetization : ndarray of shape (n_fields,), default=None
        In units of the spontaneous magnetization.
    computed, predicted : array-like of shape (6,), default=None
        M1, Mr, Hk90, Hk80, Hk70 and Hc.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import DemagnetizationDisplay
    >>> points = [0.95, 0.7, 0.2, 0.28, 0.31, 0.34]
    >>> display = DemagnetizationDisplay(predicted=points).plot()
    >>> display.ax_.get_xlabel()
    '$H / H_A$'
    """

    def __init__(
        self,
        field: np.ndarray | None = None,
        magnetization: np.ndarray | None = None,
        *,
        computed: ArrayLike | None = None,
        predicted: ArrayLike | None = None,
    ) -> None:
        self.field = field
        self.magnetization = magnetization
        self.computed = computed
        self.predicted = predicted

    def plot(self, *, ax: Any = None) -> DemagnetizationDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        DemagnetizationDisplay
        """
        self.ax_ = axes(ax, figsize=(4.5, 3.5))
        if self.field is not None:
            self.ax_.plot(self.field, self.magnetization, color="0.6", linewidth=1)
        for name, style in (("computed", "C0s"), ("predicted", "C1o")):
            points = getattr(self, name)
            if points is not None:
                self.ax_.plot(*places(points), style, markersize=4, label=name)
        self.ax_.axhline(0, color="gray", linewidth=0.5)
        self.ax_.axvline(0, color="gray", linewidth=0.5)
        lowest = 0 if self.magnetization is None else np.nanmin(self.magnetization)
        ends = (-0.1 if lowest > -0.1 else -1.05, 1.05)  # a whole curve is seen whole
        self.ax_.set(xlabel="$H / H_A$", ylabel="$M / M_s$", ylim=ends)
        if self.computed is not None and self.predicted is not None:
            self.ax_.legend(loc="lower right")
        return self


def places(points):
    """Return where six anchor points lie: fields and magnetizations."""
    M1, Mr, *fields = np.asarray(points, dtype=float)
    return [1, 0, *(-field for field in fields)], [M1, *(Mr * _LEVELS)]
