"""Which pairs of elements two models see differently."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sklmag._utils._featurizer import as_items
from sklmag.composition import element_symbols
from sklmag.inspection._base import axes
from sklmag.inspection._cecv import correlations
from sklmag.inspection._pipeline import arriving, ask

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from sklmag import LGDCNNRegressor
    from sklmag._utils._typing import ArrayLike


def element_pair_changes(
    first: LGDCNNRegressor | Pipeline,
    second: LGDCNNRegressor | Pipeline,
    formulas: ArrayLike,
) -> pd.DataFrame:
    r"""Find, for each compound, the pair of elements that two models see differently.

    Parameters
    ----------
    first, second : LGDCNNRegressor or Pipeline
        Two fitted models, for example before and after a fusion.
    formulas : array-like of shape (n_samples,)
        Compounds of three elements and more; those of fewer are left out. Slots,
        where the models are no pipelines.

    Returns
    -------
    DataFrame of shape (n_compounds, 3)
        Columns ``formula`` (or row), ``pair`` (``"O-Si"``, by atomic number) and
        ``change``, the largest :math:`|A_{ij} - B_{ij}|` with the correlations
        :math:`A`, :math:`B` between the element features of the models.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, J. Chem. Theory Comput. 20 (2024),
       doi:10.1021/acs.jctc.4c00187, figure 12.

    Examples
    --------
    >>> from sklmag.inspection import element_pair_changes
    >>> changes = element_pair_changes(lstm, l_g_dcnn, formulas)  # doctest: +SKIP
    >>> changes.pair.value_counts()  # doctest: +SKIP
    """
    matrices = [ask(model, "element_features", formulas) for model in (first, second)]
    rows = []
    numbers = np.asarray(arriving(first, formulas))[:, ::2].astype(int)
    names = as_items(formulas) if np.ndim(formulas) == 1 else range(len(numbers))
    for formula, number, one, other in zip(names, numbers, *matrices, strict=True):
        if len(one) < 3:
            continue
        change = np.abs(correlations(one) - correlations(other))
        i, j = max(combinations(range(len(one)), 2), key=lambda pair: change[pair])
        pair = "-".join(
            element_symbols()[z - 1] for z in sorted((number[i], number[j]))
        )
        rows.append((formula, pair, float(change[i, j])))
    return pd.DataFrame(rows, columns=["formula", "pair", "change"])


class ElementPairDisplay:
    """The pairs of elements that most often change most between two models.

    Parameters
    ----------
    changes : DataFrame of shape (n_compounds, 3)
        As :func:`element_pair_changes` returns it.

    Attributes
    ----------
    counts_ : Series of shape (n_pairs,)
        In how many compounds each pair changes most, the largest first.
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import ElementPairDisplay
    >>> changes = pd.DataFrame({"formula": ["NaAlO2"], "pair": ["O-Al"], "change": 0.3})
    >>> ElementPairDisplay(changes).counts_.to_dict()
    {'O-Al': 1}
    """

    def __init__(self, changes: pd.DataFrame) -> None:
        self.changes = changes
        self.counts_ = changes["pair"].value_counts()

    @classmethod
    def from_estimators(
        cls,
        first: LGDCNNRegressor | Pipeline,
        second: LGDCNNRegressor | Pipeline,
        formulas: ArrayLike,
        *,
        n_pairs: int = 15,
        ax: Any = None,
    ) -> ElementPairDisplay:
        """Compare two fitted models and plot.

        Parameters
        ----------
        first, second : LGDCNNRegressor or Pipeline
            Fitted models.
        formulas : array-like of shape (n_samples,)
            Compounds.
        n_pairs : int, default=15
            The most pairs shown.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ElementPairDisplay
        """
        changes = element_pair_changes(first, second, formulas)
        return cls(changes).plot(n_pairs=n_pairs, ax=ax)

    def plot(self, *, n_pairs: int = 15, ax: Any = None) -> ElementPairDisplay:
        """Plot.

        Parameters
        ----------
        n_pairs : int, default=15
            The most pairs shown.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ElementPairDisplay
        """
        self.ax_ = axes(ax, figsize=(5, 4))
        shown = self.counts_.head(n_pairs)[::-1]
        self.ax_.barh(shown.index, shown, color="tab:blue")
        self.ax_.set(
            xlabel="compounds in which the pair changes most",
            title=f"{len(self.changes)} compounds",
        )
        return self
