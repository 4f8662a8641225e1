"""A number for each element, at its place in the periodic table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.composition import ElementFractionFeaturizer, element_symbols
from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_NOBLE = (2, 10, 18, 36, 54, 86, 118)  # the last element of each period
_BELOW = {57: 8, 89: 9}  # first of the rows that are drawn below the table


class PeriodicTableDisplay:
    """A number for each element, as a colour of the periodic table.

    Parameters
    ----------
    values : mapping of str to float
        Element and number; elements that are not in it stay white.
    label : str, default=""
        What the number is.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Notes
    -----
    Figure 1a of [1]_ shows in how many alloys each element is.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.inspection import PeriodicTableDisplay
    >>> display = PeriodicTableDisplay.from_formulas(["Zr50Cu50", "Zr60Al40"])
    >>> display.values
    {'Al': 1, 'Cu': 1, 'Zr': 2}
    """

    def __init__(self, values: Mapping[str, float], label: str = "") -> None:
        self.values = values
        self.label = label

    @classmethod
    def from_formulas(
        cls, formulas: Sequence[str], *, ax: Any = None
    ) -> PeriodicTableDisplay:
        """Count in how many formulas each element is, and plot.

        Parameters
        ----------
        formulas : sequence of str
            Formulas.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        PeriodicTableDisplay
        """
        amounts = ElementFractionFeaturizer().set_output(transform="pandas")
        counts = (amounts.fit_transform(formulas) > 0).sum()
        found = {name: int(n) for name, n in counts.items() if n}
        return cls(found, "formulas with the element").plot(ax=ax)

    def plot(self, *, ax: Any = None, cmap: str = "YlGnBu") -> PeriodicTableDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        cmap : str, default="YlGnBu"
            Colours.

        Returns
        -------
        PeriodicTableDisplay

        Raises
        ------
        ValueError
            For a name that is no element.
        """
        from matplotlib import colormaps
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize
        from matplotlib.patches import Rectangle

        symbols = element_symbols()
        for name in self.values:
            if name not in symbols:
                raise ValueError(f"{name!r} is no element; elements are H, He, ...")
        self.ax_ = axes(ax, figsize=(9.5, 4.6))
        known = np.array(list(self.values.values()), dtype=float)
        norm = Normalize(min(0.0, known.min()), known.max())
        for Z, symbol in enumerate(symbols, 1):
            row, column = _place(Z)
            color, ink = "white", "0.7"
            if symbol in self.values:
                share = norm(self.values[symbol])
                color, ink = colormaps[cmap](share), "white" if share > 0.6 else "black"
                self.ax_.text(
                    column, row + 0.24, f"{self.values[symbol]:.4g}", ha="center",
                    va="center", fontsize=6.5, color=ink,
                )  # fmt: skip
            self.ax_.add_patch(
                Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, ec="0.85")
            )
            self.ax_.text(
                column, row - 0.1, symbol, ha="center", va="center", fontsize=9,
                color=ink,
            )  # fmt: skip
        self.ax_.set(xlim=(0.4, 18.6), ylim=(9.6, 0.4), aspect="equal")
        self.ax_.axis("off")
        self.ax_.figure.colorbar(
            ScalarMappable(norm, cmap), ax=self.ax_, label=self.label, shrink=0.7
        )
        return self


def _place(Z):
    """Return row and column of an element, lanthanides and actinides below."""
    for first, row in _BELOW.items():
        if first <= Z < first + 15:
            return row, 3 + Z - first
    period = int(np.searchsorted(_NOBLE, Z)) + 1
    before = _NOBLE[period - 2] if period > 1 else 0
    n, length = Z - before, _NOBLE[period - 1] - before
    if n <= (1 if period == 1 else 2):
        return period, n
    return period, 18 - (length - n)
