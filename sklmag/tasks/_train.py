"""From a table to a model: a target and the kind of model are enough."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from joblib import delayed
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold

from sklmag._utils._estimators import reads_of
from sklmag._utils._frames import as_pandas
from sklmag._utils._parallel import in_order
from sklmag._utils._units import unit_of
from sklmag.composition._process_table import (
    bad_formula,
    formula_columns,
    number_columns,
    to_numbers,
)
from sklmag.design import inverse_table
from sklmag.metrics import regression_table
from sklmag.persistence import save
from sklmag.persistence._describe import atomic_percent, refuse_reserved
from sklmag.persistence._files import own_std
from sklmag.tasks._dialect import refuse_twice
from sklmag.tasks._features import note_outcomes, without_useless, without_words
from sklmag.tasks._recipes import chosen_recipe
from sklmag.tasks._spread import spreads, system_folds
from sklmag.tasks._tables import (
    file_in,
    find_formula_column,
    find_grain_column,
    find_structure_column,
    with_index,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_FEW_ROWS = 10


@dataclass(frozen=True)
class TrainingTable:
    """What a model learns from.

    Parameters
    ----------
    kind : {"structure", "formula", "table", "grains"}
        What X holds.
    X : DataFrame or Series
        Features, formulas, or paths.
    y : DataFrame of shape (n_samples, n_targets)
        Targets.
    notes : list of str
        What was left out, and why.
    """

    kind: str
    X: pd.DataFrame | pd.Series
    y: pd.DataFrame
    notes: list


@dataclass(frozen=True)
class TrainedModel:
    """A model, and how well it predicts what it has not seen.

    Parameters
    ----------
    name : str
        A key of ``RECIPES``.
    estimator : estimator
        Fitted to all rows.
    data : TrainingTable
        What it was fitted to.
    predicted : DataFrame of shape (n_samples, n_targets) or None
        What models that had not seen the row predicted for it, in cross-validation.
    scores : DataFrame or None
        RMSE, MAE and R2 of `predicted`, by target.
    others : dict of str to DataFrame, default={}
        The same of what else could have been done with the rows.
    spread : dict of str to dict of str to float, default={}
        Deviation of the errors by target: ``std`` at the training data, and
        ``std_per_distance``, by which it grows.
    """

    name: str
    estimator: BaseEstimator
    data: TrainingTable
    predicted: pd.DataFrame | None
    scores: pd.DataFrame | None
    others: dict[str, pd.DataFrame] = field(default_factory=dict)
    spread: dict[str, dict[str, float]] = field(default_factory=dict)

    def __repr__(self) -> str:
        n, kind = len(self.data.y), self.data.kind
        told = f"TrainedModel({self.name!r}, of {n} rows of kind {kind!r})"
        return told if self.scores is None else f"{told}\n{self.scores}"

    @property
    def leaderboard(self) -> pd.DataFrame | None:
        """What each model of "auto" says of unseen rows; None for other models."""
        return getattr(self.estimator, "leaderboard_", None)

    def save(self, path: str | Path, **about: Any) -> Path:
        """Write the model file, with card and applicability domain.

        Parameters
        ----------
        path : str or Path
            The file.
        **about : dict
            ``description``, ``license`` and ``citation``, as
            :func:`sklmag.persistence.save`.

        Returns
        -------
        Path
        """
        metrics: dict[str, Any] = {}
        if self.scores is not None:
            rows = self.scores.drop(index="mean", errors="ignore").iterrows()
            metrics = {
                str(name): row.to_dict() | self.spread.get(str(name), {})
                for name, row in rows
            }
        y = self.data.y if self.data.y.shape[1] > 1 else self.data.y.iloc[:, 0]
        about |= {"metrics": metrics, "held_out": self.predicted}
        return save(self.estimator, path, X=self.data.X, y=y, **about)


def train(
    table: pd.DataFrame,
    targets: Sequence[str],
    model: str = "auto",
    *,
    drop: Sequence[str] = (),
    folder: str | Path = ".",
    confined: bool = False,
    n_folds: int = 5,
    random_state: int = 0,
    time_budget: float | None = None,
    n_jobs: int | None = None,
    watch: Callable | None = None,
) -> TrainedModel:
    """Train a model on a table, and cross-validate it.

    Parameters
    ----------
    table : DataFrame
        One row a material; formulas, names of structure files, or columns of numbers.
    targets : list of str
        Columns to predict; rows without a value are left out.
    model : str, default="auto"
        A key of ``RECIPES``.
    drop : list of str, default=()
        Columns to leave out.
    folder : str or Path, default="."
        What the names of structure files are relative to.
    confined : bool, default=False
        Whether structure files outside the folder are refused.
    n_folds : int, default=5
        Parts of the cross-validation, in which rows with the same features stay
        together; 0 for none, but for "auto", which is made from them: there it is 5.
    random_state : int, default=0
        Seed.
    time_budget : float, default=None
        Seconds that "auto" may take; None is 60.
    n_jobs : int, default=None
        Parts of the cross-validation that run at the same time; None is 1, or what
        ``joblib.parallel_config`` says.
    watch : callable, default=None
        Called with the estimator and a text before each fit.

    Returns
    -------
    TrainedModel

    Raises
    ------
    ValueError
        For an unknown model or column, a target that is not numeric, a table that does
        not hold what the model learns from, and fewer than 10 rows.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.tasks import train
    >>> X, y = make_sintered_ndfeb(200, 0, random_state=0)
    >>> trained = train(X.join(y[["Hcj_kOe"]]), ["Hcj_kOe"], "xgboost", n_folds=3)
    >>> bool(trained.scores.loc["Hcj_kOe", "R2"] > 0.5)
    True
    """
    recipe = chosen_recipe(model)
    if n_folds != 0 and n_folds < 2:
        raise ValueError(f"n_folds={n_folds}: at least 2, or 0 for none.")
    if time_budget is not None and not recipe.is_judged:
        raise ValueError(
            f"time_budget={time_budget} is for model='auto', not {model!r}."
        )
    data = training_table(
        table, targets, model, drop=drop, folder=folder, confined=confined
    )
    watch = watch or (lambda estimator, text: None)
    estimator = recipe.build(data.kind, random_state)
    if reads_of(estimator) == "targets":  # backwards: nothing to cross-validate
        watch(estimator, "fit")
        estimator.fit(*inverse_table(data.X, data.y))
        return TrainedModel(model, estimator, data, None, None)
    y = data.y if data.y.shape[1] > 1 else data.y.iloc[:, 0]
    if recipe.is_judged:
        budget = {} if time_budget is None else {"time_budget": time_budget}
        estimator.set_params(cv=n_folds or 5, n_jobs=n_jobs, **budget)
        watch(estimator, f"fit, {estimator.time_budget:g} s at most")
        estimator.fit(data.X, y)
        predicted = pd.DataFrame(estimator.oof_prediction_, columns=data.y.columns)
        scores = scores_of(data.y, predicted)
        return TrainedModel(model, estimator, data, predicted, scores)
    if not n_folds:
        watch(estimator, "fit")
        estimator.fit(data.X, y)
        return TrainedModel(model, estimator, data, None, None)
    options = (n_jobs, watch)
    predicted, folds = cross_validated(
        estimator, data, y, n_folds, random_state, *options
    )
    watch(estimator, "fit")
    estimator.fit(data.X, y)
    judged = [(predicted, folds)]
    if data.kind == "formula" and own_std(estimator, data.X) is None:
        folds = system_folds(data.X, n_folds, random_state)
        if folds:
            far = _predicted(estimator, data, y, folds, *options, "systems left out")
            judged.append((far, folds))
    spread = spreads(estimator, data.X, data.y, judged)
    scores = scores_of(data.y, predicted)
    return TrainedModel(model, estimator, data, predicted, scores, spread=spread)


def scores_of(y, predicted):
    """Return errors by target, and their means where they have one unit."""
    scores = regression_table(y, predicted)
    if "mean" in scores.index and len({unit_of(name) for name in y}) > 1:
        scores.loc["mean", ["RMSE", "MAE"]] = np.nan
    return scores


def training_table(table, targets, model, *, drop=(), folder=".", confined=False):
    """Return what a model learns from, and notes on what was left out.

    Parameters
    ----------
    table, targets, model, drop, folder, confined
        As in :func:`train`.

    Returns
    -------
    TrainingTable
    """
    notes = list(getattr(table, "attrs", {}).get("notes", []))
    table = as_pandas(table)
    table = with_index(table) if isinstance(table, pd.DataFrame) else table
    refuse_twice(table)
    targets = [targets] if isinstance(targets, str) else targets
    targets, drop = [list(dict.fromkeys(map(str, n))) for n in (targets, drop)]
    if not targets:
        raise ValueError(f"Name a target. The columns are: {', '.join(table)}.")
    refuse_unknown([*targets, *drop], table)
    refuse_reserved(targets)
    y = to_numbers(table[targets])
    X = table.drop(columns=[*targets, *(n for n in drop if n not in targets)])
    X = without_useless(X, notes)
    kind, X = _chosen_columns(X, model, folder, confined, notes)
    known = y.notna().all(axis=1)
    formulas = X[formula_columns(X)] if kind == "table" else X.to_frame()
    needed = list(formulas.columns[formulas.isna().any()])
    known &= formulas.notna().all(axis=1)
    if not known.all():
        notes.append(
            f"{(~known).sum()} of {len(table)} rows have no value of "
            f"{' or '.join([', '.join(targets), *map(str, needed)])} and are left out."
        )
    refuse_few(known, targets, _FEW_ROWS)
    X, y = X[known].reset_index(drop=True), y[known].reset_index(drop=True)
    if kind == "table":
        X = X.drop(columns=X.columns[X.isna().all()])
        note_outcomes(X, y, notes)
    return TrainingTable(kind, X, y, notes)


def refuse_unknown(names, table):
    """Raise for the name of a column that is not there."""
    for name in names:
        if name not in table:
            raise ValueError(
                f"There is no column {name!r}.{_like(name, table)} The columns are: "
                f"{', '.join(table)}."
            )


def _like(name, table):
    """Return a clause ' Did you mean ...?', or ''."""
    names = [str(column) for column in table]
    near = [n for n in names if name and n.lower().startswith(str(name).lower())]
    near = near or get_close_matches(str(name), names, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def refuse_few(known, targets, fewest):
    """Raise where fewer rows than that have values of the targets."""
    if known.sum() < fewest:
        raise ValueError(
            f"{known.sum()} rows have a value of {', '.join(targets)}; at least "
            f"{fewest} are needed."
        )


def _chosen_columns(X, model, folder, confined, notes):
    """Return what the features are, and those that the model learns from."""
    reads = chosen_recipe(model).reads
    structures = find_structure_column(X, folder, confined=confined)
    grains = find_grain_column(X, folder, confined=confined)
    formulas = find_formula_column(X)
    if grains is not None and "grains" not in reads:
        raise ValueError(
            f"{model} does not learn from grain maps, which column {grains!r} names. "
            "Take auto, xgboost or dense."
        )
    if "table" in reads and structures is None:
        columns = list(X)
        X = without_words(X, notes)
        _refuse_nothing(X, columns, folder)
    if reads == ("structure",) and structures is None:
        raise ValueError(
            f"{model} learns from structures, but no column names structure files in "
            f"{str(folder)!r}. Write their names, relative to the table."
        )
    if reads == ("formula",) and formulas is None:
        raise ValueError(
            f"{model} learns from formulas, but none of the columns "
            f"{', '.join(X)} holds formulas."
        )
    if grains is not None:
        kind, chosen = "grains", grains
    elif structures is not None and "structure" in reads:
        kind, chosen = "structure", structures
    elif formulas is not None and (reads == ("formula",) or X.shape[1] == 1):
        kind, chosen = "formula", formulas
    else:
        _refuse_bad_values(X, formulas)
        return "table", X
    others = [name for name in X if name != chosen]
    if others:
        notes.append(f"Only {chosen!r} is used, not {', '.join(others)}.")
    if kind == "formula":
        _refuse_bad_formulas(X[chosen])
        return kind, X[chosen]
    return kind, _paths(X[chosen], folder, confined)


def _refuse_bad_formulas(column):
    for row, value in enumerate(column):
        reason = None if pd.isna(value) else bad_formula(value)
        if reason:
            raise ValueError(
                f"Column {column.name!r} (row {row}): {reason} Mend it, empty it, or "
                "leave the column out."
            )


def _paths(column, folder, confined):
    """Return the paths of structure files; raise for one that is not there."""
    paths = column.astype(object)
    for row, name in enumerate(column):
        if pd.isna(name):
            continue
        path = file_in(folder, name, confined=confined)
        if path is None:
            raise ValueError(
                f"Column {column.name!r} (row {row}): there is no file {name!r} in "
                f"{'the uploads' if confined else repr(str(folder))}."
            )
        paths.iloc[row] = str(path)
    return paths


def _refuse_nothing(X, columns, folder):
    if X.empty:
        raise ValueError(
            f"None of the columns {', '.join(columns)} holds numbers or formulas. If "
            f"one names structure files: they were looked for in {str(folder)!r}."
        )


def _refuse_bad_values(X, formulas):
    if formulas is not None:
        _refuse_bad_formulas(X[formulas])
    to_numbers(X[number_columns(X)])


def cross_validated(estimator, data, y, n_folds, seed, n_jobs, watch):
    """Return what models say of rows that they have not seen, and the folds.

    Parameters
    ----------
    estimator : estimator
        Cloned for each fold.
    data : TrainingTable
        The rows; equal ones stay together.
    y : Series or DataFrame
        Targets, as the estimator takes them.
    n_folds, seed, n_jobs, watch
        As in :func:`train`.

    Returns
    -------
    predicted : DataFrame of shape (n_samples, n_targets)
    folds : list of (ndarray, ndarray)
        Rows learned from, and rows predicted.
    """
    folds = _folds(data, n_folds, seed)
    return _predicted(estimator, data, y, folds, n_jobs, watch), folds


def _folds(data, n_folds, seed):
    """Return the rows of the training and test parts; equal rows stay together."""
    rows = data.X if data.X.ndim == 2 else data.X.to_frame()
    column = rows.columns[0] if data.kind == "formula" else find_formula_column(rows)
    if column is not None and data.kind != "structure":  # however it is written
        fractions = atomic_percent(rows[column]).round(6)
        rows = rows.assign(**{column: [row.tobytes() for row in fractions.to_numpy()]})
    same = rows.groupby(list(rows.columns), sort=False, dropna=False)
    group = same.ngroup().to_numpy()
    n_folds = min(n_folds, len(np.unique(group)))
    if n_folds < 2:
        raise ValueError("All rows have the same features: nothing can be learned.")
    parts = GroupKFold(n_folds, shuffle=True, random_state=seed)
    return list(parts.split(rows, groups=group))


def _predicted(estimator, data, y, folds, n_jobs, watch, what="cross-validation"):
    """Return what is predicted for each row by a model that has not seen it."""

    def tasks():
        for k, (train_rows, test_rows) in enumerate(folds, 1):
            copy = clone(estimator)
            watch(copy, f"{what} {k} of {len(folds)}")
            train_part = data.X.iloc[train_rows], y.iloc[train_rows]
            yield delayed(_fit_and_predict)(copy, *train_part, data.X.iloc[test_rows])

    predicted = np.empty(data.y.shape)
    for (_, test_rows), found in zip(folds, in_order(tasks(), n_jobs), strict=True):
        predicted[test_rows] = found
    return pd.DataFrame(predicted, columns=data.y.columns)


def _fit_and_predict(estimator, X, y, X_test):
    estimator.fit(X, y)
    with warnings.catch_warnings():  # a part may lack an element or a category
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(estimator.predict(X_test)).reshape(len(X_test), -1)
