"""Predictions row by row: a bad row is reported, and the others go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from sklmag._utils._estimators import parts_of
from sklmag._utils._remarks import recorded

if TYPE_CHECKING:
    from sklmag.persistence._files import SavedModel


def predict_rows(
    model: SavedModel, X: pd.DataFrame | pd.Series | list
) -> tuple[pd.DataFrame, dict[int, str]]:
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
            "values; one trained with --model xgboost does, and --missing zero counts "
            "properties that an element lacks as 0, as pySIPFENN does."
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
    >>> from sklmag.tasks._predict import set_in_featurizers
    >>> featurizer = GlassFeaturizer(on_error="nan")
    >>> set_in_featurizers([featurizer], on_error="raise")
    >>> featurizer.on_error
    'raise'
    """
    for part in parts_of(estimator):
        if hasattr(part, "on_error"):
            known = {n: v for n, v in parameters.items() if hasattr(part, n)}
            part.set_params(**known)


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
