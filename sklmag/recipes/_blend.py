"""Several models as one: their weights and errors, from rows they had not seen."""

from __future__ import annotations

import itertools
import time
import warnings

import numpy as np
from joblib import delayed, effective_n_jobs
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score, root_mean_squared_error
from sklearn.model_selection import GroupKFold
from sklearn.multioutput import MultiOutputRegressor
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.validation import check_is_fitted

from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress
from sklmag.composition._process_table import is_made_of_elements
from sklmag.recipes._candidates import chosen_candidates, columns_for

_INT_MAX = np.iinfo(np.int32).max
# Weights are drawn to those that the errors of each model alone suggest: so strongly,
# and as the power of their squares. Between these, results hardly change.
_PRIOR, _POWER = 0.3, 6
_LEAST = 0.02  # smaller weights, as a share of the largest, are none
_HARD = 1e3
_CAP = 0.98  # of the squared errors: a few rows are not to say how large they are


class BlendedModels(RegressorMixin, BaseEstimator):
    """Models of several kinds on one table of numbers, averaged with weights.

    What :class:`~sklmag.AutoRegressor` ends with, and fits.

    Attributes
    ----------
    members_ : dict of str to list of estimator
        The copies of each model that has a weight, one for each part of the rows.
    weights_ : ndarray of shape (n_members, n_targets)
        Their weights; each column sums to 1.
    error_parts_ : ndarray of shape (n_targets, 2)
        Variances a and b of the error.
    error_scores_ : ndarray of shape (n_samples, n_targets)
        Errors of unseen rows in units of the expected one, in rising order.
    trials_ : list of dict
        What came of each model, of a constant, and of the whole.
    oof_prediction_ : ndarray of shape (n_samples,) or (n_samples, n_targets)
        Predictions of unseen rows.
    """

    def fit(self, X, y, groups, *, auto, seconds):
        """Fit the models in the seconds that are left, and find their weights.

        `auto` is the :class:`~sklmag.AutoRegressor` that says how.
        """
        end = time.monotonic() + seconds
        random = check_random_state(auto.random_state)
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self._one_target = np.ndim(y) == 1
        y = np.asarray(y, dtype=float).reshape(len(X), -1)
        parts = parts_of_rows(X, groups, auto.cv, random.randint(_INT_MAX))
        candidates = chosen_candidates(auto.members, X)
        bar = progress(candidates, verbose=auto.verbose, unit="model")
        tried = []
        for candidate in bar:
            if hasattr(bar, "set_postfix_str"):
                bar.set_postfix_str(candidate.name)
            seed, left = random.randint(_INT_MAX), end - time.monotonic()
            tried.append(_tried(candidate, X, y, parts, left, auto.n_jobs, seed))
        self._take(tried, y, parts)
        return self

    def _take(self, tried, y, parts):
        """Keep the models that the whole needs, and learn how wrong it is."""
        ready = [one for one in tried if "predicted" in one]
        votes = np.stack([one.pop("predicted") for one in ready])
        weights = blend_weights(votes, y)
        whole = _cross_blended(votes, y, parts)
        constant = np.empty_like(y)
        for seen, unseen in parts:
            constant[unseen] = y[seen].mean(axis=0)
        for one, vote, weight in zip(ready, votes, weights, strict=True):
            one |= _scores(y, vote) | {"weight": float(weight.mean())}
        self.trials_ = [
            {"model": "the whole", "note": ""} | _scores(y, whole),
            *({k: v for k, v in one.items() if k != "copies"} for one in tried),
            {"model": "constant", "note": ""} | _scores(y, constant),
        ]
        kept = np.flatnonzero(weights.any(axis=1))
        self.members_ = {ready[k]["model"]: ready[k]["copies"] for k in kept}
        self.weights_ = weights[kept]
        spread = _disagreement(votes[kept], self.weights_)
        errors = np.abs(y - whole)
        self.error_parts_ = np.array(list(map(_error_parts, errors.T, spread.T)))
        self.error_scores_ = np.sort(errors / self._sigma(spread), axis=0)
        self.oof_prediction_ = self._shaped(whole)

    # -- prediction ---------------------------------------------------------------

    def predict(self, X, return_std=False):
        """Predict the targets, and their standard deviation where it is wanted."""
        mean, spread = self._moments(X)
        if not return_std:
            return self._shaped(mean)
        std = self._sigma(spread) * np.sqrt((self.error_scores_**2).mean(axis=0))
        return self._shaped(mean), self._shaped(std)

    def predict_interval(self, X, coverage=0.9):
        """Predict intervals that hold a given share of the targets."""
        if not 0 < coverage < 1:
            raise ValueError(f"coverage={coverage} must be between 0 and 1.")
        mean, spread = self._moments(X)
        n = len(self.error_scores_)
        rank = min(n, int(np.ceil((n + 1) * coverage))) - 1
        reach = self._sigma(spread) * self.error_scores_[rank]
        return self._shaped(mean - reach), self._shaped(mean + reach)

    def _moments(self, X):
        check_is_fitted(self)
        votes = []
        for name, copies in self.members_.items():
            seen = X[columns_for(name, self.feature_names_in_)]
            votes.append(np.mean([_said(copy, seen) for copy in copies], axis=0))
        votes = np.stack(votes)
        return _average(votes, self.weights_), _disagreement(votes, self.weights_)

    def _sigma(self, spread):
        return np.sqrt(self.error_parts_[:, 0] + self.error_parts_[:, 1] * spread)

    def _shaped(self, y):
        return y[:, 0] if self._one_target else y


# -- parts of the rows ----------------------------------------------------------------


def parts_of_rows(X, groups, n_parts, seed):
    """Return which rows are learned from and which are not, for each part.

    Without `groups`, rows with the same amounts of all elements stay together, or,
    where that leaves fewer groups than parts, rows that are equal.
    """
    if groups is None:
        elements = [name for name in map(str, X.columns) if _is_amount(name)]
        groups = _same(X[elements]) if elements else _same(X)
        if len(np.unique(groups)) < n_parts:
            groups = _same(X)
    groups = np.unique(np.asarray(groups), return_inverse=True)[1].reshape(-1)
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            f"All {len(X)} rows are of one group, so that no model can be judged on "
            "rows that it has not seen. Pass rows that differ."
        )
    folds = GroupKFold(min(n_parts, n_groups), shuffle=True, random_state=seed)
    return list(folds.split(X, groups=groups))


def _is_amount(name):
    return is_made_of_elements(name.removeprefix("fraction_"))


def _same(X):
    """Return the group of each row: equal to a millionth of the ranges is one."""
    scale = (X.max() - X.min()).replace(0, 1)
    X = ((X - X.min()) / scale).round(6)
    return X.groupby(list(X.columns), sort=False, dropna=False).ngroup()


# -- fits -----------------------------------------------------------------------------


def _tried(candidate, X, y, parts, left, n_jobs, seed):
    """Return what comes of a model in the seconds that are left."""
    n_workers = effective_n_jobs(n_jobs)
    seen = X[columns_for(candidate.name, X.columns)]
    found = {"model": candidate.name, "note": ""}
    rounds = int(np.ceil(len(parts) / n_workers))
    expected = candidate.seconds(*seen.shape) * rounds
    if not candidate.always and expected > left:
        left = max(left, 0)
        return found | {"note": f"needs about {expected:.0f} s of {left:.0f} s left"}
    start, copies, predicted = time.monotonic(), [], np.empty_like(y)
    model = candidate.build(seed)
    if y.shape[1] > 1 and not get_tags(model).target_tags.multi_output:
        model = MultiOutputRegressor(model)
    tasks = (
        delayed(_fit_and_say)(model, seen.iloc[a], y[a], seen.iloc[b]) for a, b in parts
    )
    for done in range(1, rounds + 1):
        some = itertools.islice(tasks, n_workers)
        for copy, said in in_order(some, n_jobs):
            predicted[parts[len(copies)][1]] = said
            copies.append(copy)
        spent = time.monotonic() - start
        late = done < rounds and spent / done * rounds > left
        if late and not candidate.always:
            return found | {"seconds": spent, "note": f"was not ready in {left:.0f} s"}
    found |= {"seconds": time.monotonic() - start}
    if not np.isfinite(predicted).all():
        return found | {"note": "gives no finite numbers"}
    return found | {"predicted": predicted, "copies": copies}


def _fit_and_say(model, X, y, unseen):
    model = clone(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y[:, 0] if y.shape[1] == 1 else y)
    return model, _said(model, unseen)


def _said(model, X):
    return np.asarray(model.predict(X), dtype=float).reshape(len(X), -1)


# -- weights --------------------------------------------------------------------------


def blend_weights(votes, y):
    r"""Return the weights with which models are averaged, for each target.

    Parameters
    ----------
    votes : ndarray of shape (n_models, n_samples, n_targets)
        What each model says of rows that it was not fitted on.
    y : ndarray of shape (n_samples, n_targets)
        Targets.

    Returns
    -------
    ndarray of shape (n_models, n_targets)
        Not negative; each column sums to 1.

    Notes
    -----
    With errors :math:`E` and weights :math:`w` of m models,
    :math:`|E w|^2 + \lambda n s^2 |w - u|^2` is least under :math:`w \ge 0` and
    :math:`\sum w = 1`, with :math:`\lambda = 0.3`, the mean square error s² of the
    best model, and :math:`u_i \propto (s^2 / s_i^2)^6`.
    """
    columns = [
        _weights(vote - y[:, k]) for k, vote in enumerate(np.moveaxis(votes, 2, 0))
    ]
    return np.stack(columns, axis=1)


def _weights(errors):
    n_models, n_samples = errors.shape
    squares = (errors**2).mean(axis=1)
    if n_models == 1 or squares.min() == 0:  # the first of those without an error
        return np.eye(n_models)[np.argmin(squares)]
    usual = (squares.min() / squares) ** _POWER
    errors = errors / np.sqrt(squares.min() * n_samples)
    drawn = np.sqrt(_PRIOR) * np.eye(n_models)
    matrix = np.vstack([errors.T, drawn, np.full((1, n_models), _HARD)])
    towards = drawn @ (usual / usual.sum())
    wanted = np.concatenate([np.zeros(n_samples), towards, [_HARD]])
    fit = LinearRegression(positive=True, fit_intercept=False).fit(matrix, wanted)
    weights = np.where(fit.coef_ < _LEAST * fit.coef_.max(), 0.0, fit.coef_)
    return weights / weights.sum()


def _cross_blended(votes, y, parts):
    """Average with weights that have not seen a part either."""
    whole = np.empty_like(y)
    for seen, unseen in parts:
        whole[unseen] = _average(
            votes[:, unseen], blend_weights(votes[:, seen], y[seen])
        )
    return whole


def _average(votes, weights):
    return np.einsum("mnt,mt->nt", votes, weights)


def _disagreement(votes, weights):
    """Return the variance between models under their weights."""
    return _average((votes - _average(votes, weights)) ** 2, weights)


def _scores(y, predicted):
    constant = (y == y[0]).all()  # of which no share can be explained
    return {
        "R2": float("nan") if constant else float(r2_score(y, predicted)),
        "RMSE": float(root_mean_squared_error(y, predicted)),
    }


def _error_parts(errors, spread):
    """Return the variances a and b of errors with the variance a + b v."""
    squares = np.minimum(errors**2, np.quantile(errors**2, _CAP))
    features = np.column_stack([np.ones(len(squares)), spread])
    scale = np.maximum(features.mean(axis=0), np.finfo(float).tiny)
    fit = LinearRegression(positive=True, fit_intercept=False)
    constant, share = fit.fit(features / scale, squares).coef_ / scale
    least = max(1e-3 * squares.mean(), np.finfo(float).tiny)  # nothing is known exactly
    return max(constant, least), share
