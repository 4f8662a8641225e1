"""What stands out in a table before it is used."""

from __future__ import annotations

import re

import pandas as pd

_FEW = 3  # examples of each kind
_MOST_WORDS = 0.5  # share of cells that are no numbers, above which a column is words
_LIMIT = re.compile(r"^\s*([<>≤≥]=?)\s*[\d.,]+\s*$")


def survey(table: pd.DataFrame) -> list[str]:
    """Return what stands out in a table, in words.

    Parameters
    ----------
    table : DataFrame
        As it was read.

    Returns
    -------
    list of str
        Gaps, rows that stand twice, cells that are no numbers in columns of numbers,
        limits of detection such as ``<10``, and columns that are empty or constant.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.tasks._survey import survey
    >>> survey(pd.DataFrame({"Hcj_kOe": ["12", "<10", "14"], "lot": [1, 1, 1]}))
    ["Hcj_kOe, row 1: '<10' is a limit, no value.", 'lot is 1 in all rows.']
    """
    remarks = list(getattr(table, "attrs", {}).get("notes", []))
    for name in table:
        remarks += _of_column(str(name), table[name])
    twice = table.astype(str).duplicated()
    if twice.any():
        rows = ", ".join(map(str, table.index[twice][:_FEW]))
        remarks.append(f"{twice.sum()} rows stand twice, such as row {rows}.")
    return remarks


def _of_column(name, column):
    known = column.dropna()
    if known.empty:
        return [f"{name} is empty."]
    remarks = []
    if len(known) < len(column):
        share = 1 - len(known) / len(column)
        remarks.append(f"{name}: {len(column) - len(known)} gaps ({share:.0%}).")
    if known.astype(str).nunique() == 1 and len(known) > 1:
        remarks.append(f"{name} is {known.iloc[0]} in all rows.")
    if pd.api.types.is_numeric_dtype(column):
        return remarks
    text = known.astype(str)
    is_number = pd.to_numeric(text, errors="coerce").notna()
    is_limit = text.str.match(_LIMIT)
    if (is_number | is_limit).mean() < 1 - _MOST_WORDS:
        return remarks
    strange = text[~is_number]
    for row, value in strange.iloc[:_FEW].items():
        what = "a limit, no value" if is_limit[row] else "no number"
        remarks.append(f"{name}, row {row}: {value!r} is {what}.")
    if len(strange) > _FEW:
        remarks.append(f"{name}: {len(strange) - _FEW} more such cells.")
    return remarks
