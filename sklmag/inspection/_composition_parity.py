"""Predicted against measured amounts, for alloys of two, three, ... elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import r2_score

from sklmag.metrics import composition_rmse

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class CompositionParityDisplay:
    r"""Predicted against measured amounts, a panel for each number of elements.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n_samples, n_slots)
        Amounts in at.%; 0 in empty slots of `y_true`.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels, after `plot`.

    Notes
    -----
    Figure 12 of [1]_; a title holds the number of alloys, the coefficient of
    determination of all amounts of the panel, and the root of the mean squared distance
    of its alloys in at.%.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.inspection import CompositionParityDisplay
    >>> y_true, y_pred = [[60, 40, 0], [50, 30, 20]], [[57, 43, 0], [52, 29, 19]]
    >>> display = CompositionParityDisplay.from_predictions(y_true, y_pred)
    >>> [ax.get_title() for ax in display.axes_]
    ['2 elements (1)\nR² 0.910, RMSE 4.2', '3 elements (1)\nR² 0.987, RMSE 2.4']
    """

    def __init__(self, y_true: np.ndarray, y_pred: np.ndarray) -> None:
        self.y_true = y_true
        self.y_pred = y_pred

    @classmethod
    def from_predictions(
        cls, y_true: ArrayLike, y_pred: ArrayLike
    ) -> CompositionParityDisplay:
        """Plot given predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples, n_slots)
            Amounts in at.%.

        Returns
        -------
        CompositionParityDisplay
        """
        return cls(np.asarray(y_true, float), np.asarray(y_pred, float)).plot()

    def plot(self, **scatter: Any) -> CompositionParityDisplay:
        """Plot.

        Parameters
        ----------
        **scatter : dict
            Passed to ``Axes.scatter``.

        Returns
        -------
        CompositionParityDisplay
        """
        import matplotlib.pyplot as plt

        n_elements = (self.y_true > 0).sum(axis=1)
        kinds = np.unique(n_elements)
        figure, grid = plt.subplots(
            1, len(kinds), figsize=(3 * len(kinds), 3.8), squeeze=False,
            sharex=True, sharey=True, layout="constrained",
        )  # fmt: skip
        self.axes_ = grid[0]
        for ax, n in zip(self.axes_, kinds, strict=True):
            rows = n_elements == n
            used = self.y_true[rows] > 0
            error = composition_rmse(self.y_true[rows], self.y_pred[rows])
            measured, predicted = self.y_true[rows][used], self.y_pred[rows][used]
            ax.scatter(measured, predicted, **{"s": 12, "alpha": 0.6} | scatter)
            ax.axline((0, 0), slope=1, color="tab:red", lw=1.2)
            r2 = r2_score(measured, predicted)
            scores = f"R² {r2:.3f}, RMSE {error:.1f}"
            ax.set_title(f"{n} elements ({rows.sum()})\n{scores}", fontsize=10)
            ax.set(aspect="equal")
        figure.supxlabel("measured (at.%)")
        figure.supylabel("predicted (at.%)")
        return self
