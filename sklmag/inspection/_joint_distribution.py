"""Where data lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes

if TYPE_CHECKING:
    import pandas as pd

    from sklmag._utils._typing import ArrayLike


class JointDistributionDisplay:
    """Joint distribution of a feature and a target, by source (the paper's figure 1).

    Parameters
    ----------
    x, y : Series of shape (n_samples,)
        Feature and target.
    source : array-like of shape (n_samples,), default=None
        Label of each row, such as laboratory or enterprise.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the scatter, after `plot`.
    ax_x_, ax_y_ : matplotlib Axes
        Those of the histograms along the two margins.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.inspection import JointDistributionDisplay
    >>> X, y = make_sintered_ndfeb(50, 20, random_state=0)
    >>> source = X.index.get_level_values("source")
    >>> display = JointDistributionDisplay(X["Al"], y["Br_kG"], source).plot()
    >>> display.ax_.get_ylabel()
    'Br (kG)'
    """

    def __init__(
        self, x: pd.Series, y: pd.Series, source: ArrayLike | None = None
    ) -> None:
        self.x = x
        self.y = y
        self.source = source

    def plot(self, *, ax: Any = None) -> JointDistributionDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; the margins are drawn beside it.

        Returns
        -------
        JointDistributionDisplay
        """
        self.ax_ = axes(ax, figsize=(4.5, 4.5))
        self.ax_x_ = self.ax_.inset_axes([0, 1.02, 1, 0.2], sharex=self.ax_)
        self.ax_y_ = self.ax_.inset_axes([1.02, 0, 0.2, 1], sharey=self.ax_)
        for label, rows in self._sources():
            x, y = self.x[rows], self.y[rows]
            self.ax_.scatter(x, y, s=9, alpha=0.5, label=label)
            style = {"density": True, "alpha": 0.5}
            self.ax_x_.hist(x, bins=_bins(self.x), **style)
            self.ax_y_.hist(y, bins=_bins(self.y), orientation="horizontal", **style)
        for margin in (self.ax_x_, self.ax_y_):
            margin.axis("off")
        self.ax_.set(xlabel=with_unit(self.x.name), ylabel=with_unit(self.y.name))
        if self.source is not None:
            self.ax_.legend()
        return self

    def _sources(self):
        if self.source is None:
            return [(None, slice(None))]
        labels = list(dict.fromkeys(self.source))
        return [(label, [s == label for s in self.source]) for label in labels]


def _bins(values):
    """Return edges that all sources share; missing values have no place."""
    return np.histogram_bin_edges(values.dropna(), bins=30)
