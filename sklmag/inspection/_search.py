"""What a Bayesian search believes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

from sklmag.inspection._base import axes


class GaussianProcessSearchDisplay:
    r"""Gaussian process of a search along one parameter (the paper's figure 3).

    Above the mean score that the process expects, the 95 % band of what a trial would
    score, and the trials; below the expected improvement and its highest point, the
    next trial.

    Parameters
    ----------
    values : ndarray of shape (n_points,)
        Values of the parameter.
    mean, std : ndarray of shape (n_points,)
        Expected score and its standard deviation, that of the folds included.
    utility : ndarray of shape (n_points,)
        Expected improvement over the best trial.
    observed : tuple of ndarray of shape (n_trials,)
        Values and scores of the trials, and whether a trial lies at the slice.
    name : str
        Name of the parameter.
    log : bool, default=False
        Whether the parameter is searched on a logarithmic scale.

    Attributes
    ----------
    ax_, utility_ax_ : matplotlib Axes
        The axes, after `plot`.
    next_value_ : float
        Value of the next trial.

    Notes
    -----
    ``skopt.plots.plot_gaussian_process`` draws searches of one parameter only; here
    all other parameters stay at those of the best trial, so that the curve goes through
    it. Trials whose other parameters are within a tenth of their ranges of these lie
    at the slice; the others are drawn hollow. The process takes scores as exact, and
    its own band is thin where trials are dense: what the folds of the cross-validation
    leave open (the mean standard error of the trials' scores) is added to it. With the
    best score :math:`s^*`, :math:`z = (\mu - s^*) / \sigma` and the normal density
    :math:`\varphi` and distribution :math:`\Phi`, the expected improvement is
    :math:`(\mu - s^*) \Phi(z) + \sigma \varphi(z)`, with the :math:`\sigma` of the
    process alone.
    """

    def __init__(
        self,
        values: np.ndarray,
        mean: np.ndarray,
        std: np.ndarray,
        utility: np.ndarray,
        observed: tuple[np.ndarray, ...],
        *,
        name: str,
        log: bool = False,
    ) -> None:
        self.values = values
        self.mean = mean
        self.std = std
        self.utility = utility
        self.observed = observed
        self.name = name
        self.log = log

    @classmethod
    def from_search(
        cls,
        search: Any,
        name: str | None = None,
        *,
        n_points: int = 200,
        ax: Any = None,
    ) -> GaussianProcessSearchDisplay:
        """Read the process out of a fitted search and plot it.

        Parameters
        ----------
        search : skopt.BayesSearchCV
            Fitted; of a StagedSearchCV pass one of ``searches_``.
        name : str, default=None
            The parameter; by default the first.
        n_points : int, default=200
            Points of the curves.
        ax : pair of matplotlib Axes, default=None
            Axes of the process and of the utility.

        Returns
        -------
        GaussianProcessSearchDisplay
        """
        result = search.optimizer_results_[0]
        names = sorted(search.search_spaces)
        name = names[0] if name is None else name
        if name not in names:
            raise ValueError(f"{name!r} was not searched; these were: {names}.")
        if not result.models:
            raise ValueError(
                f"The search made only {len(result.x_iters)} trials, all of them at "
                "random: no process was fitted yet. Raise n_iter above 10."
            )
        column = names.index(name)
        dimension = result.space.dimensions[column]
        values = _spread(dimension, np.linspace(0, 1, n_points), result.x[column])
        points = [[*result.x[:column], v, *result.x[column + 1 :]] for v in values]
        mean, std = result.models[-1].predict(
            result.space.transform(points), return_std=True
        )
        observed = np.array([x[column] for x in result.x_iters], dtype=float)
        best = -result.fun
        display = cls(
            np.asarray(values, dtype=float),
            -mean,
            np.hypot(std, _standard_error(search)),
            _expected_improvement(-mean, std, best),
            (observed, -np.asarray(result.func_vals), _at_slice(result, column)),
            name=name,
            log=getattr(dimension, "prior", None) == "log-uniform",
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> GaussianProcessSearchDisplay:
        """Plot.

        Parameters
        ----------
        ax : pair of matplotlib Axes, default=None
            Axes of the process and of the utility.

        Returns
        -------
        GaussianProcessSearchDisplay
        """
        if ax is None:
            ax = axes(nrows=2, sharex=True, figsize=(5.5, 5), height_ratios=(2.2, 1))
        self.ax_, self.utility_ax_ = ax
        low, high = self.mean - 1.96 * self.std, self.mean + 1.96 * self.std
        self.ax_.fill_between(self.values, low, high, alpha=0.25, label="95 % band")
        self.ax_.plot(self.values, self.mean, "--", label="expected score")
        values, scores, at_slice = self.observed
        style, label = {"color": "tab:red", "ms": 5}, "trials"
        if not at_slice.all():
            rest = values[~at_slice], scores[~at_slice]
            self.ax_.plot(*rest, "o", mfc="none", label="trials elsewhere", **style)
            label = "trials at the slice"
        here = values[at_slice], scores[at_slice]
        self.ax_.plot(*here, "o", label=label, **style)
        self.ax_.set_ylabel("score")
        self.ax_.legend(fontsize=8)
        self.utility_ax_.plot(self.values, self.utility, color="tab:purple")
        best = int(np.argmax(self.utility))
        self.next_value_ = float(self.values[best])
        self.utility_ax_.plot(
            self.next_value_, self.utility[best], "*", ms=14, color="gold",
            markeredgecolor="black", label=f"next: {self.next_value_:.4g}",
        )  # fmt: skip
        self.utility_ax_.set(xlabel=self.name, ylabel="expected\nimprovement")
        self.utility_ax_.legend(fontsize=8)
        if self.log:
            self.utility_ax_.set_xscale("log")
        return self


def _standard_error(search):
    """Return the mean standard error, over the folds, of the scores of the trials."""
    return np.mean(search.cv_results_["std_test_score"]) / np.sqrt(search.n_splits_)


def _at_slice(result, column):
    """Return which trials have all other parameters near those of the best one."""
    trials = np.array(result.space.transform(result.x_iters), dtype=float)
    best = np.array(result.space.transform([result.x]), dtype=float)
    if trials.shape[1] != len(result.space.dimensions):  # a category has many columns
        return np.array([x == result.x for x in result.x_iters])
    near = np.abs(trials - best) <= 0.1
    near[:, column] = True
    return near.all(axis=1)


def _spread(dimension, grid, best):
    """Return values of a dimension, even on the searched scale, and the best."""
    if not hasattr(dimension, "low"):
        raise ValueError(f"{dimension.name!r} is categorical; a curve needs a number.")
    low, high = float(dimension.low), float(dimension.high)
    if getattr(dimension, "prior", None) == "log-uniform":
        values = low * (high / low) ** grid
    else:
        values = low + (high - low) * grid
    if type(dimension).__name__ == "Integer":
        return [int(v) for v in np.unique([*values.round(), best])]
    return [float(v) for v in np.unique([*values.clip(low, high), best])]


def _expected_improvement(mean, std, best):
    gain, std = mean - best, np.maximum(std, 1e-12)
    return gain * norm.cdf(gain / std) + std * norm.pdf(gain / std)
