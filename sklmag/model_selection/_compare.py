"""The same models on the same data: the paper's table 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from joblib import delayed
from sklearn.base import clone
from sklearn.model_selection import train_test_split

from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress
from sklmag.metrics import regression_table

if TYPE_CHECKING:
    from collections.abc import Mapping


def compare_models(
    models: Mapping[str, Any],
    datasets: Mapping[str, tuple[Any, Any]],
    *,
    test_size: float = 0.3,
    n_repeats: int = 10,
    random_state: int = 0,
    n_jobs: int | None = None,
    verbose: int | bool = 0,
    return_estimators: bool = False,
) -> Any:
    """Score models on data sets by repeated splits: the paper's table 1.

    Parameters
    ----------
    models : dict of str to estimator
        For example :func:`sklmag.recipes.magnet_models`.
    datasets : dict of str to (X, y)
        Features and targets of each data set.
    test_size : float, default=0.3
        Share of the rows in the test part.
    n_repeats : int, default=10
        Random splits.
    random_state : int, default=0
        Seed of the first split; each next one adds 1.
    n_jobs : int, default=None
        Parallel fits.
    verbose : int or bool, default=0
        Whether to show a progress bar.
    return_estimators : bool, default=False
        Also return the fitted models, each of the last split.

    Returns
    -------
    table : DataFrame
        Rows (model, target); columns (data set, statistic), the statistics being
        ``RMSE``, ``MAE``, ``R2`` and ``R2_std``, means and the standard deviation
        over the splits.
    estimators : dict of (str, str) to estimator
        By data set and model; only with ``return_estimators=True``.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.model_selection import compare_models
    >>> X, y = make_sintered_ndfeb(200, 0, random_state=0)
    >>> data = {"enterprise": (X[["Al", "Gd", "Ce"]], y)}
    >>> table = compare_models({"ridge": Ridge()}, data, n_repeats=2)
    >>> bool(table.loc[("ridge", "Br_kG"), ("enterprise", "R2")] > 0.5)
    True
    """
    tasks = [
        (model, dataset, random_state + repeat)
        for dataset in datasets
        for model in models
        for repeat in range(n_repeats)
    ]
    work = (
        delayed(_fit_and_score)(models[model], *datasets[dataset], test_size, seed)
        for model, dataset, seed in tasks
    )
    results = in_order(work, n_jobs)
    bar = progress(results, verbose=verbose, total=len(tasks), desc="fits", unit="fit")
    tables, estimators = {}, {}
    for i, (scores, fitted) in enumerate(bar):
        tables[i], estimators[tasks[i][1::-1]] = scores, fitted
    rows = pd.concat(tables, names=["task", "target"])
    rows["model"], rows["dataset"], _ = zip(
        *(tasks[task] for task in rows.index.get_level_values("task")), strict=True
    )
    table = _summary(rows.reset_index("target"), models, datasets)
    return (table, estimators) if return_estimators else table


def _fit_and_score(model, X, y, test_size, seed):
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=test_size, random_state=seed
    )
    fitted = clone(model).fit(X_train, y_train)
    return regression_table(y_test, fitted.predict(X_test)), fitted


def _summary(rows, models, datasets):
    targets = list(dict.fromkeys(rows["target"]))
    grouped = rows.groupby(["dataset", "model", "target"])
    table = grouped.mean().join(grouped["R2"].std().rename("R2_std"))
    table = table.unstack("dataset").swaplevel(axis="columns")
    order = pd.MultiIndex.from_product([models, targets], names=["model", "target"])
    columns = pd.MultiIndex.from_product([datasets, ["RMSE", "MAE", "R2", "R2_std"]])
    return table.reindex(index=order, columns=columns)
