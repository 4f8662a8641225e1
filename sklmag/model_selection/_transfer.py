"""What a few rows are worth to a trained network: figures 3.6 to 3.9 of SIPFENN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from joblib import delayed
from sklearn.base import clone
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sklmag._utils._typing import ArrayLike

_FEWEST_TESTED = 5  # rows


def transfer_curve(
    estimator: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    sizes: Sequence[int] = (10, 20, 40, 80, 160),
    n_repeats: int = 10,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    others: Mapping[str, Any] | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    verbose: int | bool = 0,
) -> pd.DataFrame:
    """Fine-tune a network on more and more rows, and predict the others.

    Parameters
    ----------
    estimator : estimator or Pipeline
        Fitted to other data, with `fine_tune`: a
        :class:`~sklmag.models.SIPFENNRegressor` or
        :class:`~sklmag.models.LGDCNNRegressor`, or a pipeline that ends in one.
    X : array-like of shape (n_samples, ...)
        What the estimator predicts from.
    y : array-like of shape (n_samples,)
        The target.
    sizes : sequence of int, default=(10, 20, 40, 80, 160)
        How many rows are learned from.
    n_repeats : int, default=10
        How often they are drawn anew; larger draws hold the smaller ones.
    options : dict of str to dict, default=None
        Ways to fine-tune, by name: arguments of `fine_tune`, such as
        ``{"1 %": {"lr_scale": 0.01}}``. None is ``{"fine-tuned": {}}``.
    others : dict of str to estimator, default=None
        What learns from the same rows without the network. None is the median, a ridge
        and XGBoost.
    random_state : int, default=0
        Seed of the first draw; each next one adds 1.
    n_jobs : int, default=None
        Draws at the same time; None is 1, or what ``joblib.parallel_config`` says.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    DataFrame
        ``model``, ``n_new`` (rows learned from), ``repeat``, ``MAE`` of the rows that
        were not, and the ``correlation`` (Pearson) of predicted and measured, NaN where
        all predictions are the same. "as it was" is the estimator untouched.

    Raises
    ------
    ValueError
        For sizes that leave fewer than 5 rows, and an estimator without `fine_tune`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag import SIPFENNRegressor
    >>> from sklmag.model_selection import transfer_curve
    >>> X = np.random.default_rng(0).uniform(size=(300, 3))
    >>> net = SIPFENNRegressor(width_factor=0.01, max_epochs=20, random_state=0)
    >>> net = net.fit(X[:200], X[:200, 0])
    >>> table = transfer_curve(
    ...     net, X[200:], X[200:, 0] + 1, sizes=[10, 20], n_repeats=2
    ... )
    >>> sorted(table["model"].unique())
    ['XGBoost', 'as it was', 'fine-tuned', 'median', 'ridge']
    """
    *first, net = [step for _, step in _steps(estimator)]
    if not hasattr(net, "fine_tune"):
        raise ValueError(f"{type(net).__name__} has no fine_tune.")
    X = np.asarray(make_pipeline(*first).transform(X) if first else X)
    y = np.asarray(y, dtype=float)
    most = len(y) - _FEWEST_TESTED
    if max(sizes) > most:
        raise ValueError(
            f"sizes={tuple(sizes)}: {len(y)} rows allow up to {most}, so that some are "
            "left to be predicted."
        )
    ways = {"fine-tuned": {}} if options is None else options
    others = _usual() if others is None else others
    seeds = range(random_state, random_state + n_repeats)
    work = (
        delayed(_one_draw)(net, X, y, size, seed, ways, others)
        for size in sizes
        for seed in seeds
    )
    total = len(sizes) * n_repeats
    bar = progress(in_order(work, n_jobs), verbose=verbose, total=total, desc="draws")
    table = pd.DataFrame([row for rows in bar for row in rows])
    table["repeat"] -= random_state
    return table


def _usual():
    return {
        "median": DummyRegressor(strategy="median"),
        "ridge": make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 5, 15))),
        "XGBoost": XGBRegressor(
            n_estimators=300, learning_rate=0.05, max_depth=4, subsample=0.8,
            colsample_bytree=0.3, n_jobs=1, random_state=0,
        ),
    }  # fmt: skip


def _steps(estimator):
    return estimator.steps if isinstance(estimator, Pipeline) else [("net", estimator)]


def _one_draw(net, X, y, size, seed, ways, others):
    """Return the scores of all that learns from the rows of a draw."""
    order = np.random.default_rng(seed).permutation(len(y))
    new, rest = order[:size], order[size:]
    fitted = {"as it was": net}
    for name, chosen in ways.items():
        fitted[name] = net.fine_tune(X[new], y[new], **chosen)
    for name, model in others.items():
        fitted[name] = clone(model).fit(X[new], y[new])
    return [
        {"model": name, "n_new": size, "repeat": seed}
        | _scores(y[rest], model.predict(X[rest]))
        for name, model in fitted.items()
    ]


def _scores(measured, predicted):
    varies = np.ptp(predicted) > 0
    correlation = np.corrcoef(measured, predicted)[0, 1] if varies else np.nan
    error = mean_absolute_error(measured, predicted)
    return {"MAE": error, "correlation": correlation}
