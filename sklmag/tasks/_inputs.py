"""What a model is given: structures, formulas, or the part of a table it reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sklmag._utils._frames import as_pandas
from sklmag.composition._process_table import bad_formula
from sklmag.tasks._tables import (
    file_in,
    find_formula_column,
    find_grain_column,
    find_structure_column,
    with_index,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from sklmag.persistence._files import SavedModel


_MANY = 12  # names of columns in an error


def inputs_for(
    model: SavedModel,
    kind: Literal["structure", "formula", "table"],
    items: Any,
    *,
    name: str = "the table",
    folder: str | Path = ".",
    confined: bool = False,
) -> tuple[SavedModel, list | pd.Series | pd.DataFrame | np.ndarray]:
    """Return a model, and what it predicts from of what a user gives.

    Parameters
    ----------
    model : SavedModel
        From :func:`sklmag.persistence.open_model`.
    kind : {"structure", "formula", "table"}
        What the user gives.
    items : list of str or Path, Series, or DataFrame
        Structures or their files, formulas, or a table, which may have more columns
        than the model reads.
    name : str, default="the table"
        What a table is called in errors.
    folder : str or Path, default="."
        What names of structure files in a table are relative to.
    confined : bool, default=False
        Whether structure files outside the folder count as missing.

    Returns
    -------
    model : SavedModel
        The same, or, for a model of Voronoi attributes, one that takes structures.
    items : list, Series, DataFrame or ndarray
        What its ``predict`` takes.

    Raises
    ------
    ValueError
        For what the model does not predict from, with what it does; where a table
        lacks columns, or none holds formulas or files.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from sklmag.persistence import open_model, save
    >>> from sklmag.tasks import inputs_for
    >>> X = pd.DataFrame({"Dy": [0.0, 1.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = open_model(save(Ridge().fit(X, [12, 15]), f"{folder}/a", X=X))
    >>> _, found = inputs_for(model, "table", X.assign(lot=["a", "b"]))
    >>> list(found)
    ['Dy']
    """
    if kind == "structure":
        return model.of_structures(), items
    if kind == "table":
        model = _that_fits(model, items, folder, confined)
        return model, _of_table(model, items, name, folder, confined)
    if model.card.input.kind != "formula":
        needed = model.card.input.columns
        way = (
            f" Give it a table with the columns {', '.join(needed)}." if needed else ""
        )
        raise ValueError(
            f"The model predicts from {model.takes}, not from formulas.{way}"
        )
    return model, items


def formulas_in(text: str) -> list[str]:
    r"""Return the formulas of a text: one a line, or several with blanks between.

    Parameters
    ----------
    text : str
        A line whose words are no formulas by themselves is one: ``Nd30 B1 Fe bal.``

    Returns
    -------
    list of str

    Examples
    --------
    >>> from sklmag.tasks._inputs import formulas_in
    >>> formulas_in("Nd2Fe14B SmCo5\nNd30 B1 Fe bal.")
    ['Nd2Fe14B', 'SmCo5', 'Nd30 B1 Fe bal.']
    """
    found: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words = re.split(r"[\s;]+|,(?=\s)", line)
        words = [word for word in words if word]
        whole = bad_formula(line) is None and any(map(bad_formula, words))
        found += [line] if whole else words
    return found


def _that_fits(model, table, folder, confined):
    """Return the model, with a featurizer before it where the table names crystals."""
    card, table = model.card.input, as_pandas(table)
    has_all = set(card.columns) <= set(table) and (
        card.kind == "table" or table.shape[1] == card.n_features
    )
    if card.kind not in ("numbers", "table") or has_all:
        return model
    column = find_structure_column(with_index(table), folder, confined=confined)
    return model if column is None else model.of_structures()


def _of_table(model, table, name, folder, confined):
    card, table = model.card.input, with_index(as_pandas(table))
    if card.kind == "table":
        needed = list(model.estimator.feature_names_in_)
        missing = [column for column in needed if column not in table]
        if missing:
            raise ValueError(
                f"{name} lacks the columns {_some(missing)}, which the model has "
                f"learnt from. It has: {_some(table)}."
            )
        return table[needed]
    if card.kind == "formula":
        return table[_column(card, table, find_formula_column(table), name, "formulas")]
    if card.kind == "structure":
        found = find_structure_column(table, folder, confined=confined)
        column = _column(card, table, found, name, "names of structure files")
        return _paths(table[column], folder, confined)
    if card.kind == "grains":
        found = find_grain_column(table, folder, confined=confined)
        if found is not None:
            return _paths(table[found], folder, confined)
    if card.kind in ("numbers", "grains") and table.shape[1] == card.n_features:
        return table.to_numpy(dtype=float)
    raise ValueError(
        f"The model predicts from {model.takes}, not from {name} of {table.shape[1]} "
        "columns."
    )


def _paths(names, folder, confined):
    """Return the files that a column names, also where they are not there."""
    paths = [file_in(folder, n, confined=confined) for n in names]
    lost = [Path(folder) / re.sub(r"[/\\\0]", "_", str(n)) for n in names]
    return [path or other for path, other in zip(paths, lost, strict=True)]


def _some(names):
    """Return names, of which no more than a dozen are read."""
    names = list(map(str, names))
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + more


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
