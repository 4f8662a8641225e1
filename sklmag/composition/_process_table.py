"""What the columns of a table are: formulas, amounts, numbers."""

from __future__ import annotations

import re
from numbers import Number

import numpy as np
import pandas as pd

from sklmag._utils._frames import as_pandas
from sklmag.composition._elements import RARE_EARTHS, atomic_masses
from sklmag.composition._formula import parse_formula
from sklmag.exceptions import FormulaError

TOTAL_RARE_EARTH = "TRE"
# grades of sintered magnets (N52, N42SH) and numbers of samples (SB1)
_GRADE = re.compile(r"N\d\d[A-Z]*")
_WEIGHT = re.compile(
    r"(?:wt|mass|weight|Gew)[.\s-]*(?:%|percent)|wt_percent", re.IGNORECASE
)
_NUMBERED = re.compile(r"[A-Z]{1,3}\d{1,4}[A-Z]{0,3}")
# names of columns that say that they hold formulas
_NAMED_FORMULA = re.compile(
    r"(?:^|[^a-z])(?:formula|composition|compound|alloy|material|stoichiometry|element)e?s?"
    r"(?![a-z]|[ _]?(?:id|no|number|name|type|class)s?(?![a-z]))|成分|合金|組成|组成|"
    r"zusammensetzung|legierung|состав|сплав",
    re.IGNORECASE,
)
_SAMPLE = 500  # values of a column that are looked at
_MAJORITY = 0.5  # of them that must be formulas
_WHOLES = (1.0, 100.0)


_LARGEST = 1e37  # trees keep 32 bits


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
    X = as_pandas(X)
    columns = rare_earth_columns(X)
    amounts = to_numbers(X[columns])
    return amounts.sum(axis=1, skipna=False).to_frame(TOTAL_RARE_EARTH)


def rare_earth_columns(X):
    """Return the names of the columns that hold rare earths, unless TRE is there."""
    if TOTAL_RARE_EARTH in _named(X):
        return []
    return [name for name in _named(X) if _is_rare_earth(str(name))]


def _is_rare_earth(name):
    return is_made_of_elements(name, RARE_EARTHS)


def is_made_of_elements(name, elements=None):
    """Tell a column of amounts: ``Nd``, or a mischmetal such as ``PrNd``."""
    known = atomic_masses().keys() if elements is None else elements
    symbols = re.findall("[A-Z][a-z]?", name)
    return bool(symbols) and "".join(symbols) == name and set(symbols) <= set(known)


def formula_columns(X):
    """Return the name of the column of formulas, in a list, or an empty list.

    Most of a sample of its values are formulas, and its name or an amount in one of
    them says that they are nothing else: processes (SPS, HIP) and grades (N52) are
    spelt with element symbols too. Formulas without an amount (GaAs, CoCrFeNi) count
    where nothing else in the table is a composition.
    """
    signs = {name: _formula_signs(name, X[name]) for name in _text_columns(X)}
    surely = [name for name, n in signs.items() if n > 1]
    amounts = _amount_columns(X)
    named = [name for name in surely if _NAMED_FORMULA.search(str(name))]
    if named or amounts:  # a crucible of Al2O3 beside the alloy is a category
        surely = named
    if len(surely) > 1:
        raise ValueError(
            f"Several columns hold formulas: {surely}. Keep one: X.drop(columns=[...])."
        )
    if surely and amounts:
        raise ValueError(
            f"The table has formulas in {surely[0]!r} and amounts in {amounts}. Keep "
            "one of the two: X.drop(columns=[...])."
        )
    for name in surely:
        _refuse_unit_of_name(name, X[name])
    maybe = [name for name, n in signs.items() if n == 1]
    return surely or (maybe if len(maybe) == 1 and not amounts else [])


def _refuse_unit_of_name(name, column):
    """Raise for formulas under "Composition (wt.%)", which would be read as at.%."""
    said = _WEIGHT.search(str(name))
    words = [v for v in column.dropna() if isinstance(v, str)]
    if said and not all(_WEIGHT.search(word) for word in words):
        raise ValueError(
            f"Column {name!r} is named {said.group()}, but formulas are read in at.%. "
            "Write the unit behind each formula, such as 'Nd30Fe69B1 (wt.%)'."
        )


def category_columns(X):
    """Return the names of the columns of words that are no formulas and no numbers."""
    return _categories(X, formula_columns(X))


def number_columns(X):
    """Return the names of all columns that are neither formulas nor categories."""
    formulas = formula_columns(X)
    others = {*formulas, *_categories(X, formulas)}
    return [name for name in _named(X) if name not in others]


def _categories(X, formulas):
    return [
        name
        for name in _text_columns(X)
        if name not in formulas and not _is_mostly_numbers(X[name])
    ]


def _text_columns(X):
    return [name for name in _named(X) if _is_text(X[name])]


def _is_text(column):
    kinds = pd.api.types
    return (
        column.dtype == object
        or kinds.is_string_dtype(column)
        or isinstance(column.dtype, pd.CategoricalDtype)
    )


def _is_mostly_numbers(column):
    """Tell numbers of which some are mistyped, which is an error, from words."""
    known = column.dropna()
    if not len(known):
        return True
    if not known.map(lambda value: isinstance(value, (str, Number))).all():
        return True  # neither: the error names it
    return pd.to_numeric(known, errors="coerce").notna().mean() > _MAJORITY


def _amount_columns(X):
    """Return the columns named after elements, where their rows sum to 1 or 100."""
    names = [n for n in X.columns if n in atomic_masses() and not _is_text(X[n])]
    if len(names) < 2:
        return []
    totals = X[names].sum(axis=1)
    is_whole = np.any([abs(totals - whole) < 0.02 * whole for whole in _WHOLES], axis=0)
    return names if is_whole.mean() > _MAJORITY else []


def _named(X):
    if not isinstance(X, pd.DataFrame):
        raise TypeError(
            "A magnet table is a DataFrame with named columns, got "
            f"{type(X).__name__}. Write pandas.DataFrame(X, columns=[...])."
        )
    return list(X.columns)


def _formula_signs(name, column):
    """Return 0 for no formulas, 1 for what may be, 2 for what surely is."""
    known = list(column.dropna())
    words = list(dict.fromkeys(v for v in known if isinstance(v, str)))
    others = [v for v in known if not isinstance(v, str)]
    sample = [v[:: max(1, len(v) // _SAMPLE)] for v in (words, others)]
    read = [
        (value, formula) for v in sample for value in v if (formula := _read(value))
    ]
    if not read or len(read) <= _MAJORITY * sum(map(len, sample)):
        return 0
    if any(not isinstance(value, str) for value, _ in read):
        return 2
    if all(_GRADE.fullmatch(word) for word, _ in read):
        return 0
    if _NAMED_FORMULA.search(str(name)):
        return 2
    if all(_NUMBERED.fullmatch(word) for word, _ in read):
        return 0
    if any(len(formula) > 1 and re.search(r"\d", word) for word, formula in read):
        return 2
    all_read = len(read) == sum(map(len, sample))
    return int(all_read and any(re.search("[a-z]", word) for word, _ in read))


def _read(value):
    try:
        return parse_formula(value)
    except FormulaError:
        return None


def bad_formula(value):
    """Return why a value is no formula, or None."""
    try:
        parse_formula(value)
    except FormulaError as error:
        return str(error)
    return None


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
            f"Column {column.name!r} (row {row}): {_plain_value(column.iloc[row])} is "
            f"not a finite number. {_way_out(column.iloc[row])}"
        )
    vast = values.abs() > _LARGEST
    if vast.any():
        row = int(np.flatnonzero(vast)[0])
        raise ValueError(
            f"Column {column.name!r} (row {row}): {values.iloc[row]:g} is too large "
            f"for a model; up to {_LARGEST:g} can be. Mend it, or choose a larger unit."
        )
    return values


def _plain_value(value):
    """Return a value as it is written: inf, not np.float64(inf)."""
    return repr(getattr(value, "item", lambda: value)())


def _way_out(word):
    if isinstance(word, str) and word[:1] in "<>≤≥":
        return "Write a number, such as half of the limit, or leave the field empty."
    if isinstance(word, str) and word.lower().startswith(("bal", "rest")):
        return "Write the amount, 100 less the others, or leave the column out."
    return (
        "Write a number, leave the field empty where it is not known, or drop the "
        "column."
    )
