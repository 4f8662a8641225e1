"""What the elements contribute on average, over the periodic table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sklmag._utils._units import with_unit
from sklmag.inspection._pipeline import ask

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from sklmag import LGDCNNRegressor
    from sklmag._utils._typing import ArrayLike


class ElementContributionDisplay:
    """Mean contribution of each element to a property, on a periodic table.

    Parameters
    ----------
    contributions : Series of shape (n_elements,)
        By element symbol.
    name : str, default="y"
        Name of the property, with its unit after the last underscore.

    Attributes
    ----------
    figure_ : plotly Figure
        The periodic table, after `plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import ElementContributionDisplay
    >>> contributions = pd.Series({"Nd": 1.0, "Fe": 2.0})
    >>> display = ElementContributionDisplay(contributions, name="Br_kG").plot()
    >>> display.figure_.layout.title.text
    'mean contribution to Br (kG)'
    """

    def __init__(self, contributions: pd.Series, *, name: str = "y") -> None:
        self.contributions = contributions
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        model: Any,
        X: ArrayLike,
        *,
        reference: LGDCNNRegressor | Pipeline | None = None,
        name: str = "y",
    ) -> ElementContributionDisplay:
        """Average the contributions of each element over compounds, and plot.

        Parameters
        ----------
        model : LGDCNNRegressor or Pipeline that ends with one
            Fitted.
        X : array-like of shape (n_samples,)
            Compounds, as the model predicts from them.
        reference : LGDCNNRegressor or Pipeline, default=None
            Another fitted model; what is shown is then `model` minus `reference`.
        name : str, default="y"
            Name of the property, with its unit.

        Returns
        -------
        ElementContributionDisplay
        """
        means = _mean_contributions(model, X)
        if reference is not None:
            means = means - _mean_contributions(reference, X)
        return cls(means, name=name).plot()

    def plot(self) -> ElementContributionDisplay:
        """Plot.

        Returns
        -------
        ElementContributionDisplay

        Raises
        ------
        ImportError
            If pymatviz is not installed.
        """
        try:
            import pymatviz
        except ImportError as error:
            raise ImportError(
                "Periodic tables are drawn by pymatviz: pip install sklmag[plots]"
            ) from error
        largest = self.contributions.abs().max()
        self.figure_ = pymatviz.ptable_heatmap(
            {str(e): float(x) for e, x in self.contributions.dropna().items()},
            fmt=".3g",
            colorscale="RdBu_r",
            cscale_range=(-largest, largest),
            nan_color="#eee",
            font_colors=["black"],
        )
        title = f"mean contribution to {with_unit(self.name)}"
        self.figure_.update_layout(title={"text": title, "x": 0.4, "y": 0.95})
        return self


def _mean_contributions(model, X) -> pd.Series:
    return ask(model, "element_contributions", X).drop(columns="baseline").mean()
