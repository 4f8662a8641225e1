"""Which features attend to which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


class AttentionMapDisplay:
    """Mean attention of each feature (row) to each other (the paper's figure 7b).

    Bright columns are features that matter with ``attention="sample"``, the default of
    :class:`~sklmag.MultiHeadAttentionRegressor`, alone: see its ``attention_maps``.

    Parameters
    ----------
    weights : ndarray of shape (n_features, n_features)
        Weights; each row sums to 1.
    feature_names : list of str
        Names of the features.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import AttentionMapDisplay
    >>> display = AttentionMapDisplay(np.eye(2), ["Nd", "Fe"]).plot()
    >>> [label.get_text() for label in display.ax_.get_xticklabels()]
    ['Nd', 'Fe']
    """

    def __init__(self, weights: np.ndarray, feature_names: Sequence[str]) -> None:
        self.weights = weights
        self.feature_names = feature_names

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: ArrayLike, *, ax: Any = None
    ) -> AttentionMapDisplay:
        """Average the attention maps over samples and plot.

        Parameters
        ----------
        estimator : MultiHeadAttentionRegressor, or Pipeline that ends in one
            Fitted.
        X : array-like of shape (n_samples, n_features)
            Samples.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        AttentionMapDisplay
        """
        if isinstance(estimator, Pipeline):
            X, estimator = estimator[:-1].transform(X), estimator[-1]
        names = getattr(
            estimator, "feature_names_in_", [f"x{i}" for i in range(np.shape(X)[1])]
        )
        return cls(estimator.attention_maps(X).mean(axis=0), list(names)).plot(ax=ax)

    def plot(self, *, ax: Any = None, cmap: str = "viridis") -> AttentionMapDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        cmap : str, default="viridis"
            Colour map.

        Returns
        -------
        AttentionMapDisplay
        """
        size = max(4.0, 0.28 * len(self.feature_names))
        self.ax_ = axes(ax, figsize=(size + 1, size))
        image = self.ax_.imshow(self.weights, cmap=cmap, vmin=0)
        ticks = range(len(self.feature_names))
        self.ax_.set_xticks(ticks, self.feature_names, rotation=90, fontsize=8)
        self.ax_.set_yticks(ticks, self.feature_names, fontsize=8)
        self.ax_.set(xlabel="attended to", ylabel="feature")
        self.ax_.figure.colorbar(image, ax=self.ax_, label="mean attention", shrink=0.8)
        return self
