"""How strongly features enter a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    import pandas as pd


class InputWeightsDisplay:
    """How strongly each feature enters a network: figure 3.2 of SIPFENN.

    Parameters
    ----------
    weights : Series of shape (n_features,)
        From :meth:`sklmag.models.SIPFENNRegressor.input_weights`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Notes
    -----
    A large sum of squares says that weight decay left the feature what it had to tell;
    it says nothing of the sign, nor of features that tell the same. SHAP does:
    :class:`ShapSummaryDisplay`.

    References
    ----------
    .. [1] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import InputWeightsDisplay
    >>> weights = pd.Series([3.0, 1.0], index=["mean_row", "max_row"])
    >>> InputWeightsDisplay(weights).plot().ax_.get_xlabel()
    'feature, by falling weight'
    """

    def __init__(self, weights: pd.Series) -> None:
        self.weights = weights

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, n_labels: int = 15, ax: Any = None
    ) -> InputWeightsDisplay:
        """Plot the input weights of a fitted network, or of a pipeline that ends in it.

        Parameters
        ----------
        estimator : SIPFENNRegressor or Pipeline
            Fitted.
        n_labels : int, default=15
            How many features are named.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        InputWeightsDisplay
        """
        net = estimator[-1] if hasattr(estimator, "steps") else estimator
        return cls(net.input_weights()).plot(n_labels=n_labels, ax=ax)

    def plot(self, *, n_labels: int = 15, ax: Any = None) -> InputWeightsDisplay:
        """Plot the sums of squared weights, the largest first.

        Parameters
        ----------
        n_labels : int, default=15
            How many features are named.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        InputWeightsDisplay
        """
        self.ax_ = axes(ax, figsize=(8, 4.5))
        falling = self.weights.sort_values(ascending=False)
        self.ax_.plot(range(len(falling)), falling, ".", ms=3)
        named = falling.head(n_labels)
        self.ax_.plot(range(len(named)), named, "o", ms=4, color="tab:red")
        top, bottom = 0.97, 0.97 - 0.06 * (len(named) - 1)
        for place, (name, value) in enumerate(named.items()):
            height = top - (top - bottom) * place / max(1, len(named) - 1)
            self.ax_.annotate(
                name, (place, value), (0.3, height), textcoords="axes fraction",
                fontsize="x-small", va="center",
                arrowprops={"arrowstyle": "-", "lw": 0.4, "color": "0.5"},
            )  # fmt: skip
        self.ax_.set(
            xlabel="feature, by falling weight",
            ylabel="sum of squared input weights",
            ylim=(0, None),
        )
        return self
