"""A property, and what the elements contribute, along A_x B_(1-x)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes
from sklmag.inspection._pipeline import ask

if TYPE_CHECKING:
    import pandas as pd


class CompositionLineDisplay:
    """Prediction, uncertainty and contributions of two elements along their mixtures.

    Parameters
    ----------
    elements : tuple of str
        The elements A and B.
    fractions : ndarray of shape (n_points,)
        Fraction of A.
    prediction, low, high : ndarray of shape (n_points,)
        Prediction and the ends of its interval.
    contributions : DataFrame of shape (n_points, 3)
        Columns ``baseline`` and the two elements.
    name : str, default="y"
        Name of the property, with its unit after the last underscore.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import CompositionLineDisplay
    >>> display = CompositionLineDisplay.from_estimator(
    ...     model, "Si", "O", name="band_gap_eV"
    ... )  # doctest: +SKIP
    """

    def __init__(
        self,
        elements: tuple[str, ...],
        fractions: np.ndarray,
        prediction: np.ndarray,
        low: np.ndarray,
        high: np.ndarray,
        contributions: pd.DataFrame,
        *,
        name: str = "y",
    ) -> None:
        self.elements = elements
        self.fractions = fractions
        self.prediction = prediction
        self.low = low
        self.high = high
        self.contributions = contributions
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        model: Any,
        first: str,
        second: str,
        *,
        n_points: int = 101,
        coverage: float = 0.9,
        name: str = "y",
        ax: Any = None,
    ) -> CompositionLineDisplay:
        """Predict along the line with a fitted model, and plot.

        Parameters
        ----------
        model : Pipeline that ends with an LGDCNNRegressor
            Fitted; it begins with a FormulaTokenizer of ``unit="at.%"``.
        first, second : str
            The elements A and B.
        n_points : int, default=101
            Compositions, without the pure elements.
        coverage : float, default=0.9
            Share of the targets that the band holds.
        name : str, default="y"
            Name of the property, with its unit.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CompositionLineDisplay

        Raises
        ------
        ValueError
            If the model reads amounts as wt.%.
        """
        if getattr(model[0], "unit", "at.%") != "at.%":
            raise ValueError(
                f"The tokenizer reads amounts as {model[0].unit!r}, but x is a "
                "fraction of the atoms. Pass a model with "
                "FormulaTokenizer(unit='at.%')."
            )
        fractions = np.linspace(0, 1, n_points + 2)[1:-1]
        line = [{first: x, second: 1 - x} for x in fractions]
        low, high = ask(model, "predict_interval", line, coverage=coverage)
        display = cls(
            (first, second),
            fractions,
            model.predict(line),
            low,
            high,
            ask(model, "element_contributions", line),
            name=name,
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> CompositionLineDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        CompositionLineDisplay
        """
        self.ax_ = axes(ax, figsize=(5.5, 4))
        x = self.fractions
        first, second = self.elements
        self.ax_.fill_between(
            x, self.low, self.high, color="0.88", lw=0, label="interval"
        )
        self.ax_.plot(x, self.prediction, color="black", lw=1.8, label="prediction")
        for element, colour in ((first, "tab:blue"), (second, "tab:red")):
            self.ax_.plot(x, self.contributions[element], color=colour, label=element)
        baseline = self.contributions["baseline"].iloc[0]
        self.ax_.axhline(baseline, color="0.5", lw=0.8, ls=":", label="training mean")
        self.ax_.set(
            xlabel=rf"$x$ in {first}$_x${second}$_{{1-x}}$", ylabel=with_unit(self.name)
        )
        self.ax_.legend(frameon=False)
        return self
