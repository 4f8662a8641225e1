"""From a model and a small table to a model of that table."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.pipeline import Pipeline, make_pipeline

from sklmag._utils._frames import as_pandas
from sklmag.composition._process_table import to_numbers
from sklmag.metrics import regression_table
from sklmag.persistence._describe import refuse_reserved
from sklmag.tasks._inputs import inputs_for
from sklmag.tasks._tables import with_index
from sklmag.tasks._train import (
    TrainedModel,
    TrainingTable,
    cross_validated,
    refuse_few,
    refuse_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sklmag.persistence import SavedModel

_FEWEST = 4  # rows
_LARGE = 1e6  # weights
_FEW_ROUNDS, _MANY_ROUNDS = 25, 600  # as published, and as measured on narrow networks


def fine_tune(
    table: pd.DataFrame,
    targets: Sequence[str],
    model: SavedModel,
    *,
    drop: Sequence[str] = (),
    folder: str | Path = ".",
    confined: bool = False,
    n_folds: int = 5,
    max_epochs: int | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    watch: Callable | None = None,
) -> TrainedModel:
    """Train a model further on a small table, and cross-validate that.

    Parameters
    ----------
    table : DataFrame
        One row a material, of what the model predicts from.
    targets : list of str
        Columns to predict, as many as the model has; rows without a value are left out.
    model : SavedModel
        From :func:`open_any`; it stays as it is.
    drop : list of str, default=()
        Columns to leave out.
    folder : str or Path, default="."
        What the names of structure files are relative to.
    confined : bool, default=False
        Whether structure files outside the folder are refused.
    n_folds : int, default=5
        Parts of the cross-validation; 0 for none.
    max_epochs : int, default=None
        Passes over the rows; None is 600, and 25, as SIPFENN's paper has it, for
        networks of more than a million weights.
    random_state : int, default=0
        Seed of the parts.
    n_jobs : int, default=None
        Parts of the cross-validation that run at the same time; None is 1, or what
        ``joblib.parallel_config`` says.
    watch : callable, default=None
        Called with the estimator and a text before each fit.

    Returns
    -------
    TrainedModel
        Its ``others`` hold what else one could have done with the same rows: the model
        as it was, and their median.

    Raises
    ------
    ValueError
        For a model that cannot be trained further, another number of targets, a table
        that does not hold what the model predicts from, and fewer than 4 rows.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import FormulaTokenizer, LGDCNNRegressor
    >>> from sklmag.persistence import open_model, save
    >>> from sklmag.tasks import fine_tune
    >>> alloys = [f"Fe{x}Co{100 - x}" for x in range(10, 90, 10)]
    >>> net = LGDCNNRegressor(width=8, max_epochs=5, random_state=0)
    >>> net = make_pipeline(FormulaTokenizer(n_slots=3), net)
    >>> net = net.fit(alloys, range(8))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = open_model(save(net, f"{folder}/m", X=alloys))
    >>> table = pd.DataFrame({"alloy": alloys, "Js_T": range(8)})
    >>> tuned = fine_tune(table, ["Js_T"], model, n_folds=2, max_epochs=2)
    >>> list(tuned.others)
    ['as it was', 'median']
    """
    data, model = _training_table(table, targets, model, drop, folder, confined)
    watch = watch or (lambda estimator, text: None)
    y = data.y if data.y.shape[1] > 1 else data.y.iloc[:, 0]
    base = _of_steps(model.estimator)
    estimator = _Tuned(base, max_epochs or _usual_epochs(base[-1]))
    as_it_was = np.asarray(estimator.base.predict(data.X)).reshape(len(data.y), -1)
    if as_it_was.shape[1] != data.y.shape[1]:
        raise ValueError(
            f"The model has {as_it_was.shape[1]} targets, and {data.y.shape[1]} are "
            "named."
        )
    predicted = scores = None
    others = {"as it was": _scores(data.y, as_it_was)}
    if n_folds:
        predicted, folds = cross_validated(
            estimator, data, y, n_folds, random_state, n_jobs, watch
        )
        scores = _scores(data.y, predicted)
        others["median"] = _scores(data.y, _medians(data.y, folds))
    watch(estimator.base, "fine-tuning")
    tuned = estimator.fit(data.X, y).model_
    name = f"{type(tuned[-1]).__name__} fine-tuned"
    return TrainedModel(name, tuned, data, predicted, scores, others)


class _Tuned(RegressorMixin, BaseEstimator):
    """A fitted model as an estimator whose `fit` trains a copy of it further."""

    def __init__(self, base, max_epochs):
        self.base = base
        self.max_epochs = max_epochs

    def __sklearn_clone__(self):
        return _Tuned(self.base, self.max_epochs)

    def fit(self, X, y):
        """Train a copy of the last step further."""
        *first, (name, last) = self.base.steps
        read = make_pipeline(*(step for _, step in first)) if first else None
        rows = read.transform(X) if read else X
        tuned = last.fine_tune(rows, np.asarray(y), max_epochs=self.max_epochs)
        self.model_ = Pipeline([*copy.deepcopy(first), (name, tuned)])
        return self

    def predict(self, X):
        """Predict with the copy."""
        return self.model_.predict(X)


def _usual_epochs(net):
    n_weights = sum(part.numel() for part in net.net_.module_.parameters())
    return _MANY_ROUNDS if n_weights < _LARGE else _FEW_ROUNDS


def _of_steps(estimator):
    """Return a pipeline whose last step can be trained further."""
    steps = getattr(estimator, "steps", [("model", estimator)])
    last = steps[-1][1]
    if not hasattr(last, "fine_tune") or not hasattr(last, "net_"):
        raise ValueError(
            f"The model, {type(last).__name__}, cannot be trained further: a "
            "SIPFENNRegressor or LGDCNNRegressor can. Train a new one."
        )
    return Pipeline(steps)


def _training_table(table, targets, model, drop, folder, confined):
    """Return what the model is trained further on, and the model that takes it."""
    notes = list(getattr(table, "attrs", {}).get("notes", []))
    table = with_index(as_pandas(table))
    targets = [targets] if isinstance(targets, str) else list(map(str, targets))
    refuse_unknown([*targets, *drop], table)
    refuse_reserved(targets)
    y = to_numbers(table[targets])
    known = y.notna().all(axis=1)
    if not known.all():
        lost = f"{(~known).sum()} of {len(table)} rows"
        which = " or ".join(targets)
        notes.append(f"{lost} have no value of {which} and are left out.")
    refuse_few(known, targets, _FEWEST)
    rows = table.loc[known].drop(columns=[*targets, *drop])
    model, X = inputs_for(model, "table", rows, folder=folder, confined=confined)
    kind = model.card.input.kind
    if kind != "table":
        X = pd.Series(list(map(str, X)), name=kind)
    return TrainingTable(kind, X, y[known].reset_index(drop=True), notes), model


def _medians(y, folds):
    """Return for each row the median of those that its model has learned from."""
    out = np.empty(y.shape)
    for learned, test in folds:
        out[test] = y.iloc[learned].median()
    return out


def _scores(y, predicted):
    return regression_table(y, pd.DataFrame(np.asarray(predicted), columns=y.columns))
