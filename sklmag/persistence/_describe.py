"""The card of a fitted estimator, from the estimator and its training data."""

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from sklmag._utils._estimators import inner, reads_of
from sklmag._utils._featurizer import as_items
from sklmag._utils._units import unit_of
from sklmag._utils._versions import versions
from sklmag.composition import ElementFractionFeaturizer
from sklmag.composition._process_table import (
    category_columns,
    formula_columns,
    is_made_of_elements,
)
from sklmag.persistence._card import InputCard, ModelCard, TargetCard, TrainingCard

_WHOLE_TOLERANCE = 0.5  # per cent that amounts of a table may miss of 100
_RESERVED = ("distance", "inside", "beyond", "nearest", "counted_as_zero")
_BESIDE = ("_std", "_nearest")  # ends of what stands beside a target
_FEW_COLUMNS = 2000  # more names would make the card longer than the model


def describe(
    estimator, X=None, y=None, *, metrics=None, description="", license="", citation=()
):
    """Return the card of a fitted estimator.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X, y : array-like, default=None
        Training data; without them the card knows no ranges.
    metrics : dict, default=None
        Scores, by target.
    description, license : str, default=""
        Free text.
    citation : list of str, default=()
        References.

    Returns
    -------
    ModelCard
    """
    return ModelCard(
        estimator=summary(estimator),
        input=_input(estimator, X),
        targets=_targets(estimator, y),
        training=None if X is None else _training(estimator, X, y),
        metrics=_plain(metrics or {}),
        versions=versions(),
        description=description or "",
        license=license or "",
        citation=[citation] if isinstance(citation, str) else list(citation),
    )


def summary(estimator):
    """Return the class of an estimator, and of each step of a pipeline."""
    estimator = inner(estimator)
    name = type(estimator).__name__
    if isinstance(estimator, Pipeline):
        return f"{name}({', '.join(summary(step) for _, step in estimator.steps)})"
    version = getattr(estimator, "potential_", None)  # features depend on it
    return name if version is None else f"{name}({version})"


def _plain(metrics):
    """Return scores as floats of Python; None is a score that is not known."""
    plain = {}
    for target, scores in metrics.items():
        if not isinstance(scores, Mapping):
            raise ValueError(
                f"metrics[{target!r}] is {scores!r}, expected scores by name, such as "
                "{'Hcj_kOe': {'RMSE': 0.7}}."
            )
        plain[str(target)] = {
            str(name): _score(target, name, score) for name, score in scores.items()
        }
    return plain


def _score(target, name, score):
    try:
        return float("nan") if score is None else float(score)
    except (TypeError, ValueError):
        raise ValueError(
            f"metrics[{target!r}][{name!r}] is {score!r}, expected a number."
        ) from None


def _input(estimator, X):
    kind = reads_of(estimator)
    columns = [str(name) for name in getattr(estimator, "feature_names_in_", [])]
    if kind != "table" or len(columns) > _FEW_COLUMNS:
        columns = []
    named = isinstance(X, pd.Series) and isinstance(X.name, str)
    n_features = getattr(estimator, "n_features_in_", None)
    counted = n_features is not None and kind in ("table", "numbers", "grains")
    return InputCard(
        kind=kind,
        column=X.name if named else None,
        columns=columns,
        units=_units(columns),
        n_features=int(n_features) if counted else None,
    )


def _units(names):
    return {name: unit_of(name) for name in names if unit_of(name)}


def _targets(estimator, y):
    """Return name, unit and range of each target."""
    if y is None:
        names = getattr(estimator, "target_names_", None)
        return [TargetCard(name=str(n), unit=unit_of(n)) for n in (names or [])]
    y = target_frame(y)
    refuse_reserved(list(y))
    ranges = number_ranges(y)
    return [
        TargetCard(name=name, unit=unit_of(name), range=ranges.get(name)) for name in y
    ]


def refuse_reserved(targets):
    """Raise for a target with the name of another column of the predictions."""
    for name in targets:
        taken = {f"{other}{end}" for other in targets for end in _BESIDE}
        if name in _RESERVED or name in taken:
            raise ValueError(
                f"A target cannot be called {name!r}: a column of the predictions has "
                "that name. Rename it."
            )


def target_frame(y):
    """Return targets as a frame; without names they are ``prediction`` and on."""
    if isinstance(y, pd.Series):
        name = y.name if isinstance(y.name, str) else "prediction"
        return y.to_frame(name)
    frame = pd.DataFrame(y)
    if not all(isinstance(name, str) for name in frame):
        frame.columns = target_names(frame.shape[1])
    return frame


def target_names(n_targets):
    """Return the names of targets that have none."""
    if n_targets == 1:
        return ["prediction"]
    return [f"prediction_{k}" for k in range(n_targets)]


def number_ranges(table):
    """Return the least and the largest value of each column of numbers."""
    numbers = table.select_dtypes("number")
    return {
        str(name): (float(column.min()), float(column.max()))
        for name, column in numbers.items()
        if column.notna().any()
    }


def _composition_columns(table):
    """Return which column holds formulas, and which fills the amounts up to 100."""
    found = formula_columns(table)
    if found and isinstance(found[0], str):
        return {"formula_column": found[0], "elements": _elements(table[found[0]])}
    parts = [name for name in table if is_made_of_elements(str(name))]
    totals = table[parts].sum(axis=1) if len(parts) > 2 else pd.Series([0.0])
    if (totals - 100).abs().max() > _WHOLE_TOLERANCE:
        return {}
    return {"balance": str(table[parts].median().idxmax()), "parts": parts}


def _typical(table):
    """Return the row that is nearest to the medians of all columns."""
    numbers = table.select_dtypes("number")
    numbers = numbers.loc[:, numbers.notna().any()].astype(float)
    medians = numbers.median()
    filled = numbers.fillna(medians)
    far = ((filled - medians) / filled.std(ddof=0).replace(0, 1)) ** 2
    row = filled.iloc[int(far.sum(axis=1).to_numpy().argmin())]
    return {str(name): float(value) for name, value in row.items()}


def _categories(table):
    """Return the words of each column of words, the most frequent first."""
    return {
        str(name): [str(word) for word in table[name].value_counts().index]
        for name in category_columns(table)
    }


def _training(estimator, X, y):
    kind, found = reads_of(estimator), {}
    if kind in ("table", "numbers"):
        table = pd.DataFrame(X)
        known = table.columns[table.notna().all()]
        found = {
            "ranges": number_ranges(table),
            "complete": [str(name) for name in known],
            "typical": _typical(table),
            "categories": _categories(table),
        } | _composition_columns(table)
    elif kind == "formula":
        found = {"elements": _elements(X)}
    return TrainingCard(n_rows=len(X), sha256=fingerprint(X, y), **found)


def atomic_percent(formulas):
    """Return the at.% of all elements in some formulas, as a frame."""
    featurizer = ElementFractionFeaturizer().set_output(transform="pandas")
    return 100 * featurizer.transform(formulas)


def _elements(formulas):
    """Return the least and the largest at.% of the elements in some formulas."""
    amounts = atomic_percent(formulas)
    return number_ranges(amounts.loc[:, (amounts > 0).any()])


def fingerprint(X, y):
    """Return a SHA-256 of training data: the same rows in the same order, or others."""
    digest = hashlib.sha256()
    X = X if getattr(X, "ndim", 1) == 2 else pd.DataFrame({"item": as_items(X)})
    for table in (pd.DataFrame(X), pd.DataFrame(y)):
        text = table.map(_written)
        digest.update(
            pd.util.hash_pandas_object(text, index=False).to_numpy().tobytes()
        )
    return digest.hexdigest()


def _written(value):
    if isinstance(value, (float, np.floating)):
        return float(value).hex()
    if isinstance(value, np.ndarray):
        return value.tobytes().hex()
    return str(value)
