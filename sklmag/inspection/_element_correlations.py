"""Which elements a model sees as alike: the periodic table that it has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sklmag.composition import element_symbols, magpie_properties
from sklmag.inspection._base import axes
from sklmag.inspection._pipeline import arriving, ask

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from sklmag import LGDCNNRegressor
    from sklmag._utils._typing import ArrayLike

_NAMED = 60  # elements up to which each is written


class ElementCorrelationDisplay:
    """Correlations between the features of elements: figure S9 of L-G-DCNN [1]_.

    Parameters
    ----------
    correlations : DataFrame of shape (n_elements, n_elements)
        Pearson correlations, with the symbols as index and columns.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Notes
    -----
    The features of an element are those of the last layer before the pooling, the mean
    over the compounds that hold it. Where chemistry was learned, elements of a group
    stand out as squares on the diagonal, though the model was told only which element
    is which.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, J. Chem. Theory Comput. 20 (2024),
       doi:10.1021/acs.jctc.4c00187.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import FormulaTokenizer, LGDCNNRegressor
    >>> from sklmag.inspection import ElementCorrelationDisplay
    >>> net = LGDCNNRegressor(width=16, max_epochs=2, random_state=0)
    >>> model = make_pipeline(FormulaTokenizer(n_slots=3), net)
    >>> alloys = ["FeCo", "FeNi", "CoNi", "AlCu", "NdFe"]
    >>> model = model.fit(alloys, [1.0, 2.0, 3.0, 4.0, 5.0])
    >>> shown = ElementCorrelationDisplay.from_estimator(model, alloys)
    >>> list(shown.correlations)
    ['Nd', 'Fe', 'Co', 'Ni', 'Cu', 'Al']
    """

    def __init__(self, correlations: pd.DataFrame) -> None:
        self.correlations = correlations

    @classmethod
    def from_estimator(
        cls,
        estimator: LGDCNNRegressor | Pipeline,
        formulas: ArrayLike,
        *,
        order: Literal["group", "number"] = "group",
        ax: Any = None,
    ) -> ElementCorrelationDisplay:
        """Ask a fitted model for its features, and plot.

        Parameters
        ----------
        estimator : LGDCNNRegressor or Pipeline
            Fitted.
        formulas : array-like of shape (n_samples,)
            Compounds; slots, where the model is no pipeline.
        order : {"group", "number"}, default="group"
            Elements by the columns of the periodic table, or by atomic number.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ElementCorrelationDisplay
        """
        if order not in ("group", "number"):
            raise ValueError(f"order={order!r} is not among 'group', 'number'.")
        matrices = ask(estimator, "element_features", formulas)
        numbers = np.asarray(arriving(estimator, formulas))[:, ::2].astype(int)
        rows = [
            pd.DataFrame(matrix, index=z[: len(matrix)])
            for matrix, z in zip(matrices, numbers, strict=True)
        ]
        means = pd.concat(rows).groupby(level=0).mean()
        if order == "group":
            means = means.loc[sorted(means.index, key=_place)]
        symbols = [element_symbols()[z - 1] for z in means.index]
        correlations = pd.DataFrame(np.corrcoef(means), symbols, symbols)
        return cls(correlations).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> ElementCorrelationDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ElementCorrelationDisplay
        """
        n = len(self.correlations)
        side = 3.5 + 0.06 * n
        self.ax_ = axes(ax, figsize=(side + 0.8, side))
        image = self.ax_.imshow(self.correlations, cmap="RdBu_r", vmin=-1, vmax=1)
        step = 1 if n <= _NAMED else 2
        ticks, names = range(0, n, step), self.correlations.columns[::step]
        self.ax_.set_xticks(ticks, names, rotation=90, fontsize="xx-small")
        self.ax_.set_yticks(ticks, names, fontsize="xx-small")
        self.ax_.figure.colorbar(image, ax=self.ax_, label="correlation of features")
        return self


def _place(z):
    """Return column and row of an element in the periodic table."""
    names, values, _ = magpie_properties()
    column, row = (values[z, names.index(name)] for name in ("column", "row"))
    return column, row, z
