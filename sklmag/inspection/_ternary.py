"""A property over all compositions of three elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class TernaryDisplay:
    """A property over all compositions of three elements.

    Parameters
    ----------
    amounts : DataFrame of shape (n_points, 3)
        In at.%, in columns named after the elements.
    values : ndarray of shape (n_points,)
        The property.
    name : str, default="value"
        Its name, with the unit after the last underscore.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.datasets import schematic_glass
    >>> from sklmag.inspection import TernaryDisplay
    >>> display = TernaryDisplay.from_function(
    ...     ["Zr", "Cu", "Al"], lambda t: schematic_glass(t)["G_GPa"], name="G_GPa"
    ... )
    >>> len(display.values)
    1326
    """

    def __init__(
        self, amounts: pd.DataFrame, values: np.ndarray, *, name: str = "value"
    ) -> None:
        self.amounts = amounts
        self.values = values
        self.name = name

    @classmethod
    def from_function(
        cls,
        elements: Sequence[str],
        function: Callable[..., Any],
        *,
        step: float = 2.0,
        name: str = "value",
        ax: Any = None,
    ) -> TernaryDisplay:
        """Evaluate a function on a grid and plot.

        Parameters
        ----------
        elements : list of str
            Three elements: right, top and left corner.
        function : callable
            From a frame of at.% to values, such as the `predict` of a forward model.
        step : float, default=2.0
            Distance of the points, in at.%.
        name : str, default="value"
            Name of the property.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        TernaryDisplay

        Raises
        ------
        ValueError
            For other than three elements.
        """
        if len(elements) != 3:
            raise ValueError(f"elements: three are shown, got {list(elements)}.")
        n = round(100 / step)
        points = [(i, j, n - i - j) for i in range(n + 1) for j in range(n + 1 - i)]
        frame = pd.DataFrame(np.array(points) * 100 / n, columns=list(elements))
        return cls(frame, np.ravel(function(frame)), name=name).plot(ax=ax)

    def plot(self, *, ax: Any = None, **tricontourf: Any) -> TernaryDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        **tricontourf : dict
            Passed to ``Axes.tricontourf``.

        Returns
        -------
        TernaryDisplay
        """
        self.ax_ = axes(ax, figsize=(5.5, 4.4))
        corners = np.array([[1, 0], [0.5, np.sqrt(3) / 2], [0, 0]])
        x, y = (self.amounts.to_numpy() / 100 @ corners).T
        filled = self.ax_.tricontourf(x, y, self.values, **{"levels": 20} | tricontourf)
        self.ax_.figure.colorbar(filled, ax=self.ax_, label=with_unit(self.name))
        places = ("left", "center", "right")
        for (cx, cy), element, side in zip(corners, self.amounts, places, strict=True):
            down = "bottom" if cy else "top"
            self.ax_.text(cx, cy, f" {element} ", ha=side, va=down, fontsize=12)
        self.ax_.set(aspect="equal")
        self.ax_.set_axis_off()
        return self
