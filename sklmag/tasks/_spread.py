"""How far predictions are off, by how far a row is from the training data."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.model_selection import GroupKFold

from sklmag._utils._domain import ApplicabilityDomain
from sklmag.composition import parse_formula
from sklmag.persistence._files import arriving_numbers, own_std

_LEVEL = 0.9  # share of the errors that the intervals are made to hold
_MOST_ROWS = 2000  # of each part whose distances are looked at
_FEW_ROWS = 30


def spreads(estimator, X, y, judged):
    r"""Return the deviation of errors at a distance of 0, and how it grows.

    Parameters
    ----------
    estimator : estimator
        Fitted to all rows.
    X : Series or DataFrame
        What it was fitted to.
    y : DataFrame of shape (n_samples, n_targets)
        Targets.
    judged : list of (DataFrame, list of (ndarray, ndarray))
        Predictions for rows that models had not seen, and the folds: rows learned
        from, and rows predicted.

    Returns
    -------
    dict of str to dict of str to float
        By target ``std`` and ``std_per_distance``; empty for a model that knows its
        own deviation, one that sees no numbers, and fewer than 30 rows.

    Notes
    -----
    With :math:`d` the distance of a row to those that its model has learnt from, in the
    unit of the applicability domain, :math:`s^2 = a^2 + b^2 d^2` is fitted to the
    errors by the likelihood of Laplace's distribution, whose tails are those of
    errors, and then scaled so that :math:`\pm 1.645\,s` holds 90 % of them.
    """
    rows = arriving_numbers(estimator, X)
    if rows is None or len(rows) < _FEW_ROWS or own_std(estimator, X) is not None:
        return {}
    domain, random = ApplicabilityDomain(rows), np.random.default_rng(0)
    errors, distances = [], []
    for predicted, folds in judged:
        for learnt, held_out in folds:
            some, known = _some(held_out, random), _some(learnt, random)
            distances.append(domain.distance_to(rows[some], rows[known]))
            errors.append((y - predicted).to_numpy()[some])
    errors, distances = np.concatenate(errors), np.concatenate(distances)
    return {
        name: dict(zip(("std", "std_per_distance"), _fitted(e, distances), strict=True))
        for name, e in zip(y, errors.T, strict=True)
    }


def system_folds(formulas, n_folds, seed):
    """Return folds that leave whole systems of elements out; None for fewer than that.

    Parameters
    ----------
    formulas : Series
        Formulas.
    n_folds, seed : int

    Returns
    -------
    list of (ndarray, ndarray) or None
    """
    systems = pd.Series(["-".join(sorted(parse_formula(f))) for f in formulas])
    systems = pd.factorize(systems)[0]
    if systems.max() + 1 < n_folds:
        return None
    parts = GroupKFold(n_folds, shuffle=True, random_state=seed)
    return list(parts.split(formulas, groups=systems))


def _some(rows, random):
    if len(rows) <= _MOST_ROWS:
        return rows
    return random.choice(rows, _MOST_ROWS, replace=False)


def _fitted(errors, distances):
    """Return the deviation at a distance of 0, and its growth."""
    errors = np.abs(errors)
    scale = errors.mean()
    if not scale > 0:
        return 0.0, 0.0

    def deviation(logarithms):
        near, growth = np.exp(logarithms) * scale
        return np.hypot(near, growth * distances)

    def unlikely(logarithms):
        width = deviation(logarithms)
        return np.mean(np.log(width) + np.sqrt(2) * errors / width)

    found = minimize(unlikely, np.zeros(2), method="Nelder-Mead", bounds=[(-12, 6)] * 2)
    quantile = np.quantile(errors / deviation(found.x), _LEVEL)
    near, growth = np.exp(found.x) * scale * quantile / norm.ppf(0.5 + _LEVEL / 2)
    return float(near), float(growth)
