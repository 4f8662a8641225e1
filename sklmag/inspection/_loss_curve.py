"""How a network learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag import DenseRegressor, GrainVAE, MultiHeadAttentionRegressor


class LossCurveDisplay:
    """Training and validation loss over the epochs (the paper's figure 7a).

    Parameters
    ----------
    loss_curve : list of float
        Training loss of each epoch.
    validation_curve : list of (int, float)
        Epoch and validation loss; may be empty.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import LossCurveDisplay
    >>> LossCurveDisplay([1.0, 0.5], [(2, 0.6)]).plot().ax_.get_xlabel()
    'epoch'
    """

    def __init__(
        self, loss_curve: Sequence[float], validation_curve: Sequence[tuple[int, float]]
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_curve = validation_curve

    @classmethod
    def from_estimator(
        cls,
        estimator: DenseRegressor | MultiHeadAttentionRegressor | GrainVAE | Pipeline,
        *,
        ax: Any = None,
    ) -> LossCurveDisplay:
        """Plot the curves of a fitted network, or of a pipeline that ends in one.

        Parameters
        ----------
        estimator : DenseRegressor, MultiHeadAttentionRegressor, GrainVAE or Pipeline
            Fitted; any network of the package.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        LossCurveDisplay
        """
        if isinstance(estimator, Pipeline):
            estimator = estimator[-1]
        validation = getattr(estimator, "validation_curve_", [])
        return cls(estimator.loss_curve_, validation).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> LossCurveDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        LossCurveDisplay
        """
        self.ax_ = axes(ax, figsize=(5, 3.5))
        epochs = np.arange(1, len(self.loss_curve) + 1)
        self.ax_.plot(epochs, self.loss_curve, label="training")
        if self.validation_curve:
            self.ax_.plot(*zip(*self.validation_curve, strict=True), label="held out")
            best = min(self.validation_curve, key=lambda point: point[1])
            self.ax_.plot(*best, "o", color="tab:red", label=f"best, epoch {best[0]}")
        self.ax_.set(xlabel="epoch", ylabel="loss of scaled targets", yscale="log")
        self.ax_.legend()
        return self
