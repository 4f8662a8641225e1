"""The best compromises of several objectives, by a genetic search."""

from __future__ import annotations

import numpy as np

from sklmag._utils._optional import needed
from sklmag.design._search import MET, spread_out

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
    points, values = np.atleast_2d(found.X), np.atleast_2d(found.F)
    unit = (values - values.min(axis=0)) / (np.ptp(values, axis=0) + 1e-12)
    ends = list(dict.fromkeys(unit.argmin(axis=0)))
    n_more = min(n_points, len(points)) - len(ends)
    return points[[*ends, *spread_out(unit, max(0, n_more), unit[ends])]]


def not_excelled(values):
    """Tell which rows no other row is at least as small as in all, and less in one."""
    values = np.asarray(values)
    kept = np.ones(len(values), dtype=bool)
    for k, row in enumerate(values):
        better = (values <= row).all(axis=1) & (values < row).any(axis=1)
        kept[k] = not better.any()
    return kept
