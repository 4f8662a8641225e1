"""A few compositions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Mapping


class CompositionBarDisplay:
    """Compositions side by side, a group of bars for each element.

    Parameters
    ----------
    amounts : DataFrame of shape (n_compositions, n_elements)
        In at.%; the index names the compositions.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Notes
    -----
    Figure 15 of [1]_.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.inspection import CompositionBarDisplay
    >>> display = CompositionBarDisplay.from_formulas(
    ...     {"measured": "Ti41Zr25Be28Fe6", "designed": "Ti42Zr27Be27Fe4"}
    ... )
    >>> display.amounts.loc["measured"].round(1).tolist()
    [28.0, 41.0, 6.0, 25.0]
    """

    def __init__(self, amounts: pd.DataFrame) -> None:
        self.amounts = amounts

    @classmethod
    def from_formulas(
        cls, formulas: Mapping[str, str], *, ax: Any = None
    ) -> CompositionBarDisplay:
        """Read formulas and plot.

        Parameters
        ----------
        formulas : dict of str to str
            Formulas by name.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CompositionBarDisplay
        """
        from sklmag.composition import element_symbols, parse_formula

        fractions = [parse_formula(formula) for formula in formulas.values()]
        table = 100 * pd.DataFrame(fractions, index=list(formulas)).fillna(0.0)
        order = [symbol for symbol in element_symbols() if symbol in table]
        return cls(table[order]).plot(ax=ax)

    def plot(self, *, ax: Any = None, **bar: Any) -> CompositionBarDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        **bar : dict
            Passed to ``Axes.bar``.

        Returns
        -------
        CompositionBarDisplay
        """
        self.ax_ = axes(ax, figsize=(6, 3.6))
        n = len(self.amounts)
        place, width = np.arange(self.amounts.shape[1]), 0.8 / n
        for k, (name, row) in enumerate(self.amounts.iterrows()):
            shifted = place + (k - (n - 1) / 2) * width
            self.ax_.bar(shifted, row, **{"width": width, "label": name} | bar)
        self.ax_.set(
            xticks=place, xticklabels=self.amounts.columns, ylabel="amount (at.%)"
        )
        self.ax_.legend(frameon=False)
        return self
