"""What the columns of a table are: formulas, amounts, numbers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from sklmag.composition._elements import RARE_EARTHS, atomic_masses
from sklmag.composition._formula import parse_formula
from sklmag.exceptions import FormulaError

TOTAL_RARE_EARTH = "TRE"
_GRADE = re.compile(r"N\d\d[A-Z]*")  # of sintered magnets: N52, N42SH


def total_rare_earth(X: pd.DataFrame) -> pd.DataFrame:
    """Sum the rare-earth columns of a table.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
        Amounts; a column counts when its name is made of rare-earth symbols only:
        ``Nd``, and also ``PrNd`` or ``PrNdCe``, the mischmetals of the industry.

    Returns
    -------
    DataFrame of shape (n_samples, 1)
        Column ``TRE``, in the unit of the table; NaN where an amount is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.composition import total_rare_earth
    >>> table = pd.DataFrame({"PrNd": [29.0], "Dy": [1.5], "Fe": [68.5]})
    >>> float(total_rare_earth(table).loc[0, "TRE"])
    30.5
    """
    columns = rare_earth_columns(X)
    amounts = to_numbers(X[columns])
    return amounts.sum(axis=1, skipna=False).to_frame(TOTAL_RARE_EARTH)


def rare_earth_columns(X):
    """Return the names of the columns that hold rare earths, unless TRE is there."""
    if TOTAL_RARE_EARTH in _named(X):
        return []
    return [name for name in _named(X) if _is_rare_earth(str(name))]


def _is_rare_earth(name):
    symbols = re.findall("[A-Z][a-z]?", name)
    return (
        bool(symbols) and "".join(symbols) == name and RARE_EARTHS.issuperset(symbols)
    )


def formula_columns(X):
    """Return the name of the column of formulas, in a list, or an empty list."""
    found = [
        name for name in _named(X) if not _is_numeric(X[name]) and is_formula(X[name])
    ]
    if len(found) > 1:
        raise ValueError(
            f"Several columns hold formulas: {found}. Keep one: X.drop(columns=[...])."
        )
    amounts = [name for name in X.columns if name in atomic_masses()]
    if found and amounts:
        raise ValueError(
            f"The table has formulas in {found[0]!r} and amounts in {amounts}. Keep "
            "one of the two: X.drop(columns=[...])."
        )
    return found


def number_columns(X):
    """Return the names of all columns that are not formulas."""
    formulas = formula_columns(X)
    return [name for name in _named(X) if name not in formulas]


def _named(X):
    if not isinstance(X, pd.DataFrame):
        raise TypeError(
            "A magnet table is a DataFrame with named columns, got "
            f"{type(X).__name__}. Write pandas.DataFrame(X, columns=[...])."
        )
    return list(X.columns)


def _is_numeric(column):
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def is_formula(column):
    """Tell whether every value reads as a formula, and one looks like nothing else.

    Grades (N52) and processes (SPS, HIP) are spelt with element symbols too.
    """
    known = column.dropna().unique()
    try:
        sizes = [len(parse_formula(value)) for value in known]
    except FormulaError:
        return False
    if all(_GRADE.fullmatch(str(value)) for value in known):
        return False
    return any(
        n > 1 and (not isinstance(value, str) or any(map(str.isdigit, value)))
        for n, value in zip(sizes, known, strict=True)
    )


def to_numbers(X):
    """Return every column of a table as floats."""
    return pd.DataFrame(
        {name: _to_number(X[name]) for name in X.columns}, index=X.index
    )


def _to_number(column):
    """Return one column as floats, or raise an error that names the row."""
    if column.dtype.kind in "mMc":
        raise ValueError(
            f"Column {column.name!r} holds {column.dtype}, not plain numbers. Drop it, "
            "or write it as a number, such as days since the first."
        )
    values = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = values.isna() & column.notna() | np.isinf(values)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"Column {column.name!r} (row {row}): {column.iloc[row]!r} is not a finite "
            "number. Write missing values as empty fields, read formulas from a column "
            "of their own, and encode categories first (OneHotEncoder)."
        )
    return values
