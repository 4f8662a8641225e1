"""The features that a network gives to each element of a compound, as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.composition import parse_formula
from sklmag.inspection._pipeline import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes


class ElementFeatureDisplay:
    """Element feature matrices of compounds: figure 6c of the paper on L-G-DCNN.

    Parameters
    ----------
    matrices : list of ndarray of shape (n_elements, n_features)
        Of each compound.
    elements : list of list of str
        The elements that the rows belong to.
    formulas : list of str
        Titles.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        One for each compound, after `plot`.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, J. Chem. Theory Comput. 20 (2024),
       doi:10.1021/acs.jctc.4c00187.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import ElementFeatureDisplay
    >>> display = ElementFeatureDisplay([np.eye(2, 8)], [["Sr", "Ti"]], ["SrTi"]).plot()
    >>> [label.get_text() for label in display.axes_[0].get_yticklabels()]
    ['Sr', 'Ti']
    """

    def __init__(
        self,
        matrices: list[np.ndarray],
        elements: list[list[str]],
        formulas: list[str],
    ) -> None:
        self.matrices = matrices
        self.elements = elements
        self.formulas = formulas

    @classmethod
    def from_estimator(
        cls, model: Any, formulas: Sequence[str], *, axes: Sequence[Axes] | None = None
    ) -> ElementFeatureDisplay:
        """Ask a fitted model for the features of the elements, and plot.

        Parameters
        ----------
        model : Pipeline that ends with an LGDCNNRegressor
            Fitted; it begins with a FormulaTokenizer.
        formulas : sequence of str
            A few compounds.
        axes : sequence of matplotlib Axes, default=None
            Where to plot, one for each compound.

        Returns
        -------
        ElementFeatureDisplay

        Notes
        -----
        Only the first member is shown: features of different members have nothing to do
        with each other.
        """
        matrices = ask(model, "element_features", list(formulas))
        n_members = model[-1].net_.n_members
        width = matrices[0].shape[1] // n_members
        return cls(
            [matrix[:, :width] for matrix in matrices],
            [_in_order(formula) for formula in formulas],
            list(formulas),
        ).plot(axes=axes)

    def plot(self, *, axes: Sequence[Axes] | None = None) -> ElementFeatureDisplay:
        """Plot.

        Parameters
        ----------
        axes : sequence of matplotlib Axes, default=None
            Where to plot, one for each compound.

        Returns
        -------
        ElementFeatureDisplay
        """
        if axes is None:
            from matplotlib import pyplot as plt

            size = (7, 0.5 + 0.9 * len(self.matrices))
            grid = plt.subplots(
                len(self.matrices), figsize=size, squeeze=False, sharex=True,
                layout="constrained",
            )[1]  # fmt: skip
            axes = list(grid[:, 0])
        self.axes_ = list(axes)
        largest = max(float(np.abs(matrix).max()) for matrix in self.matrices)
        parts = zip(
            self.axes_, self.matrices, self.elements, self.formulas, strict=True
        )
        for ax, matrix, elements, formula in parts:
            image = ax.imshow(
                matrix, aspect="auto", cmap="RdBu_r", vmin=-largest, vmax=largest
            )
            ax.set_yticks(range(len(elements)), elements)
            ax.set_title(formula, fontsize=9, loc="left")
        self.axes_[-1].set_xlabel("feature")
        self.axes_[0].figure.colorbar(image, ax=self.axes_, label="state", shrink=0.8)
        return self


def _in_order(formula):
    """Return elements by falling fraction, then atomic number, as networks see them."""
    fractions = parse_formula(formula)  # in order of atomic number
    return sorted(fractions, key=lambda element: -round(fractions[element], 12))
