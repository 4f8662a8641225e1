"""Several models side by side, on the same rows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pandas as pd

from sklmag.tasks._recipes import RECIPES
from sklmag.tasks._train import TrainedModel, train, training_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# the quick ones first: what is over when time is up has been compared
_ORDER = [
    "xgboost", "gaussian-process", "dense", "mhar", "auto", "potential",
    "potential-energy", "sipfenn", "lgdcnn", "lgdcnn-trees",
]  # fmt: skip


def compare(
    table: pd.DataFrame,
    targets: Sequence[str],
    *,
    time_budget: float = 300.0,
    watch: Callable[[Any, str], None] | None = None,
    **options: Any,
) -> tuple[list[TrainedModel], pd.DataFrame]:
    """Train all models that a table is fit for, and compare them on unseen rows.

    Parameters
    ----------
    table : DataFrame
        As for :func:`train`.
    targets : list of str
        Columns to predict.
    time_budget : float, default=300.0
        Seconds after which no further model is begun.
    watch : callable, default=None
        Called with the estimator and a text before each fit.
    **options : dict
        ``drop``, ``folder``, ``confined``, ``n_folds``, ``random_state`` and
        ``n_jobs`` of :func:`train`.

    Returns
    -------
    trained : list of TrainedModel
        Best first, by the mean R2 of rows that were not seen.
    leaderboard : DataFrame
        ``model``, ``R2`` (the mean over targets), RMSE of each target, ``seconds``, and
        for what was not trained ``why_not``.

    Raises
    ------
    ValueError
        As :func:`train`, where no model can learn from the table, and without folds.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.tasks import compare
    >>> X, y = make_sintered_ndfeb(100, 0, random_state=0)
    >>> table = X[["Dy", "Tb", "Co"]].join(y[["Hcj_kOe"]])
    >>> trained, board = compare(table, ["Hcj_kOe"], time_budget=0, n_folds=2)
    >>> trained[0].name, board.set_index("model")["why_not"]["auto"]
    ('xgboost', 'no time left')
    """
    if options.get("n_folds") == 0:
        raise ValueError(
            "n_folds=0: models are compared by cross-validation; 2 or more."
        )
    watch = watch or (lambda estimator, text: None)
    trained: list[TrainedModel] = []
    rows: list[dict[str, Any]] = []
    begun = time.monotonic()
    for name in [name for name in _ORDER if name in RECIPES]:
        why_not = _why_not(name, table, targets, options)
        if why_not is None and trained and time.monotonic() - begun > time_budget:
            why_not = "no time left"
        if why_not is not None:
            rows.append({"model": name, "why_not": why_not})
            continue
        start = time.monotonic()

        def tell(estimator, text, name=name):
            watch(estimator, f"{name}: {text}")

        one = train(table, targets, name, watch=tell, **options)
        trained.append(one)
        rows.append(_row(one, time.monotonic() - start))
    if not trained:
        raise ValueError(rows[0]["why_not"])
    trained.sort(key=lambda one: -_mean_r2(one))
    board = pd.DataFrame(rows).sort_values("R2", ascending=False, kind="stable")
    board["why_not"] = board.get("why_not", pd.Series(dtype=object)).fillna("")
    return trained, board.reset_index(drop=True)


def _why_not(name, table, targets, options):
    """Return why a model cannot learn from a table, or None."""
    known = {n: options[n] for n in ("drop", "folder", "confined") if n in options}
    try:
        data = training_table(table, targets, name, **known)
        RECIPES[name].build(data.kind, 0)
    except (ValueError, ImportError) as error:
        return str(error)
    return None


def _mean_r2(one):
    scores = one.scores["R2"]
    return float(scores.get("mean", scores.iloc[0]))


def _row(one, seconds):
    rmse = {f"RMSE {n}": v for n, v in one.scores["RMSE"].items() if n != "mean"}
    return {"model": one.name, "R2": _mean_r2(one), **rmse, "seconds": round(seconds)}
