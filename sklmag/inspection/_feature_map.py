"""Compounds on a plane, as a network sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes
from sklmag.inspection._pipeline import ask

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class FeatureMapDisplay:
    """The learnt features of compounds in two dimensions, coloured by a property.

    Parameters
    ----------
    positions : ndarray of shape (n_samples, 2)
        Where each compound lies.
    y : ndarray of shape (n_samples,)
        What colours it.
    name : str, default="y"
        Name of the property, with its unit after the last underscore.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import FeatureMapDisplay
    >>> display = FeatureMapDisplay(np.eye(2), np.array([0.0, 5.0]), name="gap_eV")
    >>> display.plot().ax_.get_title()
    ''
    """

    def __init__(
        self, positions: np.ndarray, y: np.ndarray, *, name: str = "y"
    ) -> None:
        self.positions = positions
        self.y = y
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        model: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        reducer: Any = None,
        name: str = "y",
        ax: Any = None,
    ) -> FeatureMapDisplay:
        """Reduce the features of a fitted model to two dimensions, and plot.

        Parameters
        ----------
        model : LGDCNNRegressor or Pipeline that ends with one
            Fitted; its `transform` gives the features.
        X : array-like of shape (n_samples,)
            Compounds, as the model predicts from them.
        y : array-like of shape (n_samples,), default=None
            What colours the points; None means the prediction.
        reducer : transformer, default=None
            What makes two dimensions; None means UMAP.
        name : str, default="y"
            Name of the property, with its unit.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        FeatureMapDisplay

        Raises
        ------
        ImportError
            If `reducer` is None and umap-learn is not installed.
        """
        reducer = _umap() if reducer is None else reducer
        positions = reducer.fit_transform(ask(model, "transform", X))
        y = model.predict(X) if y is None else y
        return cls(np.asarray(positions), np.asarray(y), name=name).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> FeatureMapDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        FeatureMapDisplay
        """
        self.ax_ = axes(ax, figsize=(5.5, 4.5))
        points = self.ax_.scatter(*self.positions.T, c=self.y, s=8, cmap="viridis")
        self.ax_.figure.colorbar(points, ax=self.ax_, label=with_unit(self.name))
        self.ax_.set(xticks=[], yticks=[])
        return self


def _umap():
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError(
            "The default map is made by umap-learn: pip install umap-learn, or pass "
            "reducer=PCA(2)."
        ) from error
    return UMAP(random_state=0, n_jobs=1)
