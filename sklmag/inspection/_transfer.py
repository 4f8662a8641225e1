"""What a few rows are worth to a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag._utils._units import with_unit
from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sklmag._utils._typing import ArrayLike


class TransferCurveDisplay:
    """Error against the number of new examples: figures 3.6, 3.7 and 3.9 of SIPFENN.

    Parameters
    ----------
    table : DataFrame
        From :func:`sklmag.model_selection.transfer_curve`.
    score : {"MAE", "correlation"}, default="MAE"
        What is drawn.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    References
    ----------
    .. [1] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import TransferCurveDisplay
    >>> table = pd.DataFrame(
    ...     {"model": "fine-tuned", "n_new": [10, 10, 20, 20], "repeat": [0, 1, 0, 1],
    ...      "MAE": [0.05, 0.06, 0.03, 0.04], "correlation": [0.5, 0.4, 0.8, 0.7]}
    ... )
    >>> TransferCurveDisplay.from_table(table, unit="eV/atom").ax_.get_ylabel()
    'MAE (eV/atom)'
    """

    def __init__(self, table: pd.DataFrame, *, score: str = "MAE") -> None:
        self.table = table
        self.score = score

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        *,
        score: str = "MAE",
        unit: str = "",
        points: bool = False,
        ax: Any = None,
    ) -> TransferCurveDisplay:
        """Plot.

        Parameters
        ----------
        table : DataFrame
            From :func:`sklmag.model_selection.transfer_curve`.
        score : {"MAE", "correlation"}, default="MAE"
            What is drawn.
        unit : str, default=""
            Of the target.
        points : bool, default=False
            Whether each draw is a point beside the means.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        TransferCurveDisplay
        """
        return cls(table, score=score).plot(unit=unit, points=points, ax=ax)

    def plot(
        self, *, unit: str = "", points: bool = False, ax: Any = None
    ) -> TransferCurveDisplay:
        """Plot mean and standard deviation of each model.

        Parameters
        ----------
        unit : str, default=""
            Of the target.
        points : bool, default=False
            Whether each draw is a point beside the means.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        TransferCurveDisplay
        """
        self.ax_ = axes(ax, figsize=(5.5, 3.8))
        for model, rows in self.table.groupby("model", sort=False):
            by_size = rows.groupby("n_new")[self.score]
            mean, spread = by_size.mean().dropna(), by_size.std()
            if mean.empty:  # the correlation of a constant
                continue
            (line,) = self.ax_.plot(mean.index, mean, "o-", ms=4, label=model)
            low, high = (mean + sign * spread[mean.index] for sign in (-1, 1))
            color = line.get_color()
            self.ax_.fill_between(mean.index, low, high, color=color, alpha=0.15, lw=0)
            if points:
                self.ax_.plot(
                    rows["n_new"], rows[self.score], ".", ms=3, color=color, alpha=0.4
                )
        sizes = sorted(self.table["n_new"].unique())
        self.ax_.set_xscale("log")
        self.ax_.set_xticks(sizes, [str(size) for size in sizes])
        self.ax_.minorticks_off()
        has_unit = unit and self.score != "correlation"
        self.ax_.set_ylabel(f"{self.score} ({unit})" if has_unit else self.score)
        self.ax_.set_xlabel("examples learned from")
        self.ax_.legend(fontsize="small")
        return self


class TransferParityDisplay:
    """Predictions before and after fine-tuning on shares of a set: figure 3.8.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Measured or calculated values.
    predicted : dict of float to ndarray of shape (n_samples,)
        What is predicted after learning from a share of the rows.
    learned : dict of float to ndarray of shape (n_samples,), dtype bool
        Which rows these were.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One a share, after `plot`.

    References
    ----------
    .. [1] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag import SIPFENNRegressor
    >>> from sklmag.inspection import TransferParityDisplay
    >>> X = np.random.default_rng(0).uniform(size=(60, 3))
    >>> net = SIPFENNRegressor(width_factor=0.01, max_epochs=5, random_state=0)
    >>> net = net.fit(X, X[:, 0])
    >>> shares = 0, 0.5
    >>> shown = TransferParityDisplay.from_estimator(net, X, X[:, 0], shares=shares)
    >>> [ax.get_title().split(",")[0] for ax in shown.axes_]
    ['as it was', '50 % learned']
    """

    def __init__(
        self,
        y: np.ndarray,
        predicted: dict[float, np.ndarray],
        learned: dict[float, np.ndarray],
    ) -> None:
        self.y = y
        self.predicted = predicted
        self.learned = learned

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        shares: Sequence[float] = (0, 0.1, 0.4, 1),
        name: str = "y",
        random_state: int | None = 0,
        **options: Any,
    ) -> TransferParityDisplay:
        """Fine-tune copies of a network on shares of the rows, and plot.

        Parameters
        ----------
        estimator : SIPFENNRegressor or LGDCNNRegressor
            Fitted to other data.
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,)
            The target.
        shares : sequence of float, default=(0, 0.1, 0.4, 1)
            Shares of the rows that are learned from; 0 is the estimator as it was.
        name : str, default="y"
            Name of the target, with its unit after the last underscore.
        random_state : int or None, default=0
            Seed of the draw; larger shares hold the smaller ones.
        **options : dict
            Arguments of `fine_tune`.

        Returns
        -------
        TransferParityDisplay
        """
        X, y = np.asarray(X), np.asarray(y, dtype=float)
        order = np.random.default_rng(random_state).permutation(len(y))
        predicted, learned = {}, {}
        for share in shares:
            rows = order[: round(share * len(y))]
            net = (
                estimator.fine_tune(X[rows], y[rows], **options) if share else estimator
            )
            predicted[share] = net.predict(X)
            learned[share] = np.isin(np.arange(len(y)), rows)
        return cls(y, predicted, learned).plot(name=name)

    def plot(self, *, name: str = "y") -> TransferParityDisplay:
        """Plot one parity for each share, the learned rows in another colour.

        Parameters
        ----------
        name : str, default="y"
            Name of the target, with its unit after the last underscore.

        Returns
        -------
        TransferParityDisplay
        """
        from matplotlib import pyplot as plt

        n = len(self.predicted)
        _, self.axes_ = plt.subplots(
            1, n, figsize=(3 * n, 3.2), sharex=True, sharey=True, squeeze=False,
            layout="constrained",
        )  # fmt: skip
        self.axes_ = self.axes_[0]
        ends = [self.y.min(), self.y.max()]
        for ax, (share, found) in zip(self.axes_, self.predicted.items(), strict=True):
            of_old = self.learned[share]
            ax.plot(ends, ends, color="0.6", lw=1)
            ax.plot(self.y[~of_old], found[~of_old], ".", label="not seen")
            ax.plot(self.y[of_old], found[of_old], ".", label="learned from")
            tested = ~of_old if (~of_old).any() else of_old
            error = np.abs(found - self.y)[tested].mean()
            title = f"{100 * share:g} % learned" if share else "as it was"
            ax.set_title(f"{title}, MAE {error:.3g}", fontsize="medium")
            ax.set_xlabel(with_unit(name))
        self.axes_[0].set_ylabel(f"predicted {with_unit(name)}")
        self.axes_[-1].legend(fontsize="small")
        return self
