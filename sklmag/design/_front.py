"""The best compromises of several objectives, by a genetic search."""

from __future__ import annotations

import numpy as np

from sklmag._utils._optional import needed
from sklmag.design._search import MET

_N_GENERATIONS = 300


def best_compromises(judge, low, high, n_points, seed):
    """Return points of which no other is better in all objectives.

    Parameters
    ----------
    judge : callable
        From points (n, n_inputs) to what goals are missed by (n,), and objectives
        that are to be small (n, n_objectives).
    low, high : ndarray of shape (n_inputs,)
    n_points : int
        At most.
    seed : int

    Returns
    -------
    ndarray of shape (n_points, n_inputs)
        None where no point meets all goals.
    """
    needed("pymoo", extra="campaign", what="A Pareto front")
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    n_objectives = judge(low[None])[1].shape[1]

    class _Problem(Problem):
        def __init__(self):
            super().__init__(
                n_var=len(low), n_obj=n_objectives, n_ieq_constr=1, xl=low, xu=high
            )

        def _evaluate(self, x, out, *args, **kwargs):
            missed, objectives = judge(x)
            out["F"], out["G"] = objectives, missed[:, None] - MET

    found = minimize(
        _Problem(), NSGA2(pop_size=max(100, 2 * n_points)), ("n_gen", _N_GENERATIONS),
        seed=seed, verbose=False,
    )  # fmt: skip
    if found.X is None:
        return np.empty((0, len(low)))
    points = np.atleast_2d(found.X)
    return points[_spread_out(np.atleast_2d(found.F), n_points)]


def _spread_out(values, n):
    """Return rows far from each other, the ends of each column among them."""
    unit = (values - values.min(axis=0)) / (np.ptp(values, axis=0) + 1e-12)
    chosen = list(dict.fromkeys(unit.argmin(axis=0)))
    apart = np.full(len(unit), np.inf)
    for k in chosen:
        apart = np.minimum(apart, ((unit - unit[k]) ** 2).sum(axis=1))
    while len(chosen) < n and apart.max() > 1e-9:
        chosen.append(int(np.argmax(apart)))
        apart = np.minimum(apart, ((unit - unit[chosen[-1]]) ** 2).sum(axis=1))
    return np.array(chosen[:n])


def not_excelled(values):
    """Tell which rows no other row is at least as small as in all, and less in one."""
    values = np.asarray(values)
    kept = np.ones(len(values), dtype=bool)
    for k, row in enumerate(values):
        better = (values <= row).all(axis=1) & (values < row).any(axis=1)
        kept[k] = not better.any()
    return kept
