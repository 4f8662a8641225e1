"""Predictions row by row: a bad row is reported, and the others go on."""

import warnings

import pandas as pd

from sklmag._utils._errors import SklmagWarning
from sklmag.tasks._tables import find_formula_column


def predict_rows(model, X):
    """Predict, with what is known of how far each row is to be trusted.

    Parameters
    ----------
    model : SavedModel
        From :func:`sklmag.pretrained.open_model`.
    X : DataFrame, Series or list of length n_samples
        What it predicts from.

    Returns
    -------
    table : DataFrame
        As :meth:`sklmag.pretrained.SavedModel.predict`, without the rows that failed;
        its index counts the rows of X.
    errors : dict of int to str
        Row and reason of those.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import GlassFeaturizer
    >>> from sklmag.pretrained import open_model, save
    >>> from sklmag.tasks import predict_rows
    >>> formulas = ["Cu50Zr50", "Ni40Nb60"]
    >>> net = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(formulas, [1.0, 2.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = open_model(save(net, f"{folder}/a", X=formulas, y=[1.0, 2.0]))
    >>> table, errors = predict_rows(model, ["Cu50Zr50", "Xx2"])
    >>> list(table.index), errors[1][:24]
    ([0], "Formula 'Xx2': 'Xx' is n")
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SklmagWarning)  # `beyond` says it row by row
        try:
            return model.predict(X).set_axis(range(len(X))), {}
        except (ValueError, OSError):  # of one of them: see which
            return _one_by_one(model, X)


def _one_by_one(model, X):
    tables, errors = [], {}
    for i in range(len(X)):
        one = X.iloc[[i]] if hasattr(X, "iloc") else X[i : i + 1]
        try:
            tables.append(model.predict(one).set_axis([i]))
        except (ValueError, OSError) as error:
            errors[i] = str(error).removeprefix("Row 0: ")
    return (pd.concat(tables) if tables else pd.DataFrame()), errors


def table_inputs(model, table, name="the table"):
    """Return the part of a table that a model predicts from.

    Parameters
    ----------
    model : SavedModel
        The model.
    table : DataFrame
        A table of the user, which may have more columns.
    name : str, default="the table"
        What it is called in errors.

    Returns
    -------
    DataFrame or Series

    Raises
    ------
    ValueError
        Where columns are missing, or none holds formulas.
    """
    card = model.card["input"]
    if card["kind"] == "table":
        needed = list(model.estimator.feature_names_in_)
        missing = [column for column in needed if column not in table]
        if missing:
            raise ValueError(
                f"{name} lacks the columns {', '.join(missing)}, which the model has "
                f"learnt from. It has: {', '.join(map(str, table))}."
            )
        return table[needed]
    if card["kind"] == "formula":
        column = find_formula_column(table)
        if column is None:
            raise ValueError(
                f"{name}: none of its columns {', '.join(map(str, table))} holds "
                "nothing but formulas."
            )
        return table[column]
    if card["kind"] == "numbers" and table.shape[1] == card.get("n_features"):
        return table.to_numpy(dtype=float)
    raise ValueError(
        f"The model predicts from {model.takes}, not from {name} of {table.shape[1]} "
        "columns."
    )
