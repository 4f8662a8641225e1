"""Predictions row by row: a bad row is reported, and the others go on."""

import re
from pathlib import Path

import pandas as pd
from sklearn.base import BaseEstimator

from sklmag._utils._remarks import recorded
from sklmag.tasks._tables import (
    file_in,
    find_formula_column,
    find_structure_column,
)


def predict_rows(model, X):
    """Predict, with what is known of how far each row is to be trusted.

    Parameters
    ----------
    model : SavedModel
        From :func:`sklmag.persistence.open_model`. Its featurizers are set to raise
        errors, so that a row that cannot be read is never predicted.
    X : DataFrame, Series or list of length n_samples
        What it predicts from.

    Returns
    -------
    table : DataFrame
        As :meth:`sklmag.persistence.SavedModel.predict`, without the rows that failed;
        its index counts the rows of X.
    errors : dict of int to str
        Row and reason of those.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import GlassFeaturizer
    >>> from sklmag.persistence import open_model, save
    >>> from sklmag.tasks import predict_rows
    >>> formulas = ["Cu50Zr50", "Ni40Nb60"]
    >>> net = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(formulas, [1.0, 2.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = open_model(save(net, f"{folder}/a", X=formulas, y=[1.0, 2.0]))
    >>> table, errors = predict_rows(model, ["Cu50Zr50", "Xx2"])
    >>> list(table.index), errors[1][:24]
    ([0], "Formula 'Xx2': 'Xx' is n")
    """
    set_in_featurizers(model.estimator, on_error="raise")
    with recorded():  # `beyond` says it row by row
        try:
            return model.predict(X).set_axis(range(len(X))), {}
        except (ValueError, OSError, TypeError):  # of one of them: see which
            return _one_by_one(model, X)


def _one_by_one(model, X):
    tables, errors = [], {}
    for i in range(len(X)):
        one = X.iloc[[i]] if hasattr(X, "iloc") else X[i : i + 1]
        try:
            tables.append(model.predict(one).set_axis([i]))
        except (ValueError, OSError, TypeError) as error:
            errors[i] = _reason(error, one)
    return (pd.concat(tables) if tables else pd.DataFrame()), errors


def _reason(error, row):
    text = str(error).removeprefix("Row 0: ")
    if text.startswith("Input X contains NaN"):
        named = (
            "The row" if isinstance(row, pd.DataFrame) else repr(str(next(iter(row))))
        )
        return (
            f"{named} has features without a value: a blank, or an element that the "
            "tables of the featurizer know too little of. This model takes no missing "
            "values; one trained with --model xgboost does."
        )
    return re.sub(r"^(Column '.*') \(row 0\)", r"\1", text)


def set_in_featurizers(estimator, **parameters):
    """Set parameters in every part of a model that has them; in place.

    Parameters
    ----------
    estimator : estimator
        The model, with parts that are fitted too.
    parameters : dict
        As keywords: ``n_jobs=4``, ``on_error="raise"``.

    Examples
    --------
    >>> from sklmag import GlassFeaturizer
    >>> from sklmag.tasks import set_in_featurizers
    >>> featurizer = GlassFeaturizer(on_error="nan")
    >>> set_in_featurizers([featurizer], on_error="raise")
    >>> featurizer.on_error
    'raise'
    """
    if isinstance(estimator, (list, tuple)):
        for part in estimator:
            set_in_featurizers(part, **parameters)
    elif isinstance(estimator, BaseEstimator):
        if hasattr(estimator, "on_error"):
            known = {n: v for n, v in parameters.items() if hasattr(estimator, n)}
            estimator.set_params(**known)
        for part in vars(estimator).values():
            set_in_featurizers(part, **parameters)


def table_inputs(model, table, name="the table", *, folder=".", confined=False):
    """Return the part of a table that a model predicts from.

    Parameters
    ----------
    model : SavedModel
        The model.
    table : DataFrame
        A table of the user, which may have more columns.
    name : str, default="the table"
        What it is called in errors.
    folder : str or Path, default="."
        What names of structure files are relative to.
    confined : bool, default=False
        Whether structure files outside the folder count as missing.

    Returns
    -------
    DataFrame, Series or list

    Raises
    ------
    ValueError
        Where columns are missing, or none holds formulas.
    """
    card = model.card.input
    if card.kind == "table":
        needed = list(model.estimator.feature_names_in_)
        missing = [column for column in needed if column not in table]
        if missing:
            raise ValueError(
                f"{name} lacks the columns {', '.join(missing)}, which the model has "
                f"learnt from. It has: {', '.join(map(str, table))}."
            )
        return table[needed]
    if card.kind == "formula":
        return table[_column(card, table, find_formula_column(table), name, "formulas")]
    if card.kind == "structure":
        found = find_structure_column(table, folder, confined=confined)
        column = _column(card, table, found, name, "names of structure files")
        paths = [file_in(folder, n, confined=confined) for n in table[column]]
        lost = [Path(folder) / re.sub(r"[/\\\0]", "_", str(n)) for n in table[column]]
        return [p or other for p, other in zip(paths, lost, strict=True)]
    if card.kind in ("numbers", "grains") and table.shape[1] == card.n_features:
        return table.to_numpy(dtype=float)
    raise ValueError(
        f"The model predicts from {model.takes}, not from {name} of {table.shape[1]} "
        "columns."
    )


def _column(card, table, found, name, what):
    """Return the column of the training data, the one found, or the only text."""
    if card.column in table:
        return card.column
    text = list(table.select_dtypes(exclude="number"))
    if found is None and len(text) == 1:
        return text[0]
    if found is None:
        raise ValueError(
            f"{name}: none of its columns {', '.join(map(str, table))} holds {what}."
        )
    return found


def beside(lead, found):
    """Join what was given and what is predicted; nothing replaces anything.

    Parameters
    ----------
    lead, found : DataFrame of the same length
        What was given, and what is predicted.

    Returns
    -------
    DataFrame
        A prediction whose name is taken is called ``<name>_predicted``.
    """
    names = {}
    for name in found:
        free = name
        while free in lead or free in names.values():
            free = f"{free}_predicted"
        names[name] = free
    return lead.reset_index(drop=True).join(found.rename(columns=names))
