"""What the rows of the training data are called, and what was measured there."""

import numpy as np
import pandas as pd

from sklmag._utils._featurizer import as_items
from sklmag.composition._process_table import formula_columns

_LONGEST = 160  # characters of a name


def row_names(X, kind):
    """Return what each row of the training data is called.

    Parameters
    ----------
    X : array-like
        Training data.
    kind : str
        What the model predicts from, as of ``reads_of``.

    Returns
    -------
    list of str
        The formula, where there is one; else ``row 3``, by the index of a table or
        counted from 0.
    """
    if kind in ("table", "numbers"):
        table = pd.DataFrame(X)
        formulas = formula_columns(table)
        if formulas:
            return [_named(text, place) for place, text in table[formulas[0]].items()]
        return [f"row {place}" for place in table.index]
    return [_named(item, place) for place, item in enumerate(as_items(X))]


def _named(item, place):
    """Return a formula, that of a structure, or the last part of a path."""
    composition = getattr(item, "composition", None)
    text = str(getattr(composition, "reduced_formula", item))
    text = text.replace("\\", "/").split("/")[-1] if "/" in text else text
    is_short = 0 < len(text) <= _LONGEST and text.isprintable()
    return text if is_short else f"row {place}"


def as_bytes(names):
    """Return names as one array of bytes, as a model file holds them."""
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def from_bytes(content, n_rows):
    """Return the names of so many rows; raise ValueError for anything else."""
    if content.dtype != np.uint8 or content.ndim != 1:
        raise ValueError("names of rows that are no text")
    names = content.tobytes().decode().split("\n")
    if len(names) != n_rows:
        raise ValueError(f"{len(names)} names of {n_rows} rows")
    return names
