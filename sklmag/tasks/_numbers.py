"""Words of a table become numbers; what each word means is written down here once.

The guide shows the same table: docs/tool/tables.rst.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

# In any column these are empty fields; in a column of numbers, those below too.
MISSING = (  # NaN is sodium nitride, nan is not
    "", "n/a", "N/A", "#N/A", "-", "\u2013", "\u2014", "\u2212", "nan", "-nan", "null",
    "(null)", "none", "n.a.", "n.d.", "<NA>", "\\N", "#NV", "k.A.",
)  # fmt: skip
MISSING_NUMBERS = (
    "nan", "na", "n.a.", "nd", "n.d.", "n/d", "none", "null", "nil", "--", "---", "?",
    "missing", "unknown", "not determined", "not measured", "not available", "<na>",
    "1.#qnan", "1.#ind", "nr", ".", "*",
)  # fmt: skip
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2014\u2012\ufe63\uff0d", "-"))
# 1 050; a blank behind three digits may stand between two numbers
_GROUPS = re.compile(
    r"(?<=\d)[\u00a0\u202f\u2009'\u2019](?=\d{3}(?:\D|$))"
    r"|(?<=\d)(?<!\d\d\d) (?=\d{3}(?:\D|$))"
)
_POWER = re.compile(r"\s*[x\u00d7*\u00b7]\s*10(?:\^([-+]?\d+)|([-+]\d+))$")  # x 10^6
_EXPONENT = r"(?:[eE][-+]?\d+)?"
_PLAIN = re.compile(rf"[-+]?(?:\d+\.?\d*|\.\d+){_EXPONENT}|[-+]?inf(?:inity)?", re.I)
# a comma, or a point, as decimal mark; and words in which it may be one of thousands
_COMMA = re.compile(rf"[-+]?(?:\d{{1,3}}(?:\.\d{{3}})+|\d*),\d+{_EXPONENT}")
_POINT = re.compile(rf"[-+]?(?:\d{{1,3}}(?:,\d{{3}})+|\d*)\.\d*{_EXPONENT}")
_SIMPLE = re.compile(r"[-+]?(\d+)(?:\.(\d+))?", re.ASCII)
_THOUSANDS = {
    ",": re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+"),
    ".": re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+"),
}
_MAJORITY = 0.5  # of the words of a column that must be numbers


class _Cell(NamedTuple):
    word: str
    column: str
    row: int


def typed(
    table: pd.DataFrame, decimal: str | None = None, separator: str = ""
) -> tuple[pd.DataFrame, list]:
    """Return a table of words as one of numbers and words, and notes on what was read.

    Parameters
    ----------
    table : DataFrame of object
        Words; values of other types stay.
    decimal : {",", "."}, default=None
        The decimal mark; told from all words of the table where it is None.
    separator : str, default=""
        What stood between the words; where it is a comma, the mark is a point, unless
        words in quotes say otherwise.

    Returns
    -------
    table : DataFrame
        Columns of numbers, in which missing is NaN. A column in which some words are
        no numbers keeps them, beside numbers.
    notes : list of str
        What was read in a way that is worth a look.

    Raises
    ------
    ValueError
        Where a point or comma may be a decimal mark or one between thousands.
    """
    table = table.map(_known).astype(object)
    found = {name: _read_column(table[name]) for name in table}
    cells = [cell for column in found.values() if column for cell in column.cells]
    decimal = _chosen_mark(decimal, cells, table, separator)
    columns = {
        name: _words(table[name]) if column is None else column.numbers(decimal)
        for name, column in found.items()
    }
    return pd.DataFrame(columns, index=table.index), _notes(cells, decimal, separator)


def decimal_of(table, decimal=None, separator=""):
    """Return the decimal mark of a table of words, as :func:`typed` tells it."""
    table = table.map(_known).astype(object)
    found = [_read_column(table[name]) for name in table]
    cells = [cell for column in found if column for cell in column.cells]
    return _chosen_mark(decimal, cells, table, separator)


def _chosen_mark(decimal, cells, table, separator):
    if decimal is None:
        return _decimal_mark(cells, table, separator)
    if decimal not in (",", "."):
        raise ValueError(f"decimal={decimal!r} is neither ',' nor '.'.")
    return decimal


class _NumberColumn(NamedTuple):
    """A column of numbers: its words, and those with a mark that say which one it is.

    `is_simple` where all words are plain digits with at most one point; then one word
    stands for all that show a decimal point.
    """

    words: pd.Series
    cells: list
    is_simple: bool

    def numbers(self, decimal):
        """Return floats or integers; words that are no numbers stay."""
        if not self.is_simple or (decimal == "," and self.cells):
            return _numbers(self.words, decimal)
        numbers = self.words.astype(float)
        is_whole = not self.cells and numbers.notna().all()
        if is_whole and numbers.abs().max() < 2**53:
            return numbers.astype(np.int64)
        return numbers


def _read_column(column):
    """Return a column of numbers, or None for one of words."""
    simple, cells, shows_point = len(column) > 0, [], False
    for row, value in enumerate(column):
        match = _SIMPLE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            simple = simple and value is None
        elif match[2] and not (shows_point and not _is_group(match)):
            shows_point = shows_point or not _is_group(match)
            cells.append(_Cell(value, str(column.name), row))
        if not simple:
            break
    if simple and column.notna().any():
        return _NumberColumn(column, cells, True)
    return (
        _NumberColumn(column, list(_cells(column)), False)
        if _is_numeric(column)
        else None
    )


def _is_group(match):
    """Tell 1.050, in which the point may stand between thousands."""
    return len(match[2]) == 3 and len(match[1]) <= 3 and match[1][0] != "0"


def _known(value):
    """Return a word without blanks around it, a missing one as None."""
    if isinstance(value, str):
        value = value.strip()
        return None if value in MISSING else value
    return None if value is None or value is pd.NA or value is pd.NaT else value


def _plain(word):
    """Return a word with a plain minus and exponent, without gaps for thousands."""
    word = word.strip("'").translate(_MINUS)
    return _POWER.sub(r"e\1\2", _GROUPS.sub("", word))


def looks_numeric(word):
    """Tell whether a word is a number, whichever its decimal mark is."""
    word = _plain(word)
    patterns = (_PLAIN, _COMMA, _POINT, *_THOUSANDS.values())
    return any(pattern.fullmatch(word) for pattern in patterns) and word != "."


def _is_numeric(column):
    """Tell a column of numbers, of which some words may be none, from one of words."""
    known = [v for v in column if isinstance(v, str) and not _is_missing(v)]
    n_numbers = sum(map(looks_numeric, known))
    n_others = sum(not isinstance(v, str) and not pd.isna(v) for v in column)
    words = [v for v in column if isinstance(v, str)]
    if not known and not (words and n_others):
        return False
    return n_numbers + n_others > _MAJORITY * (len(known) + n_others)


def _is_missing(word):
    return word.lower() in MISSING_NUMBERS and word not in ("Nd", "Na")


def _cells(column):
    """Yield the words of a column of numbers that hold a comma or a point."""
    for row, value in enumerate(column):
        if isinstance(value, str) and ("," in value or "." in value):
            if looks_numeric(value):
                yield _Cell(_plain(value), str(column.name), row)


def _decimal_mark(cells, table, separator):
    """Return the decimal mark of a table, or None where each word says it itself."""
    found: dict[str, list] = {",": [], ".": [], "": []}
    for cell in cells:
        found[_mark_of(cell.word)].append(cell)
    for cell in found[""]:
        if found[","] and found["."]:
            _refuse(cell, found["." if "," in cell.word else ","][0].word)
        may_be = separator != "," or "," in cell.word
        if not found[","] and not found["."] and may_be:
            _refuse_if_thousands(cell, table[cell.column], separator)
    if found[","] and found["."]:
        return None
    return "," if found[","] else "."


def _mark_of(word):
    """Return the decimal mark that a word shows, or "" where it may be either."""
    for mark, other in ((",", "."), (".", ",")):
        if _THOUSANDS[mark].fullmatch(word):
            return other if word.count(mark) > 1 else ""
    if _COMMA.fullmatch(word):
        return ","
    return "." if _POINT.fullmatch(word) else ""


def _refuse_if_thousands(cell, column, separator):
    """Raise for 1.050 beside 983, or 1.100, where no word tells what the mark means.

    Three digits behind the point in all rows, such as densities, are decimals.
    """
    value = abs(float(cell.word.replace(",", ".")))
    for other in column:
        word = f"{other:g}" if isinstance(other, (int, float)) else str(other)
        if re.fullmatch(r"\d{3,}", word) and float(word) > 30 * value:
            _refuse(cell, word)
    groups = [v for v in column if isinstance(v, str) and "." in v]
    are_round = len(groups) > 1 and all(v.endswith("0") for v in groups)
    if "," in cell.word or (separator == ";" and are_round):
        _refuse(cell, cell.word)


def _refuse(cell, other):
    digits = re.sub("[.,]", "", cell.word)
    beside = f", beside {other!r}" if other != cell.word else ""
    raise ValueError(
        f"column {cell.column!r} (row {cell.row}): {cell.word!r} may be {digits} or "
        f"{cell.word.replace(',', '.')}{beside}. Say which mark is the decimal one "
        "(decimal=',' or '.'; on the command line --decimal), or write numbers without "
        "marks between thousands."
    )


def _notes(cells, decimal, separator):
    """Say of the first number with marks between thousands how it was read."""
    point, group = _THOUSANDS["."], _THOUSANDS["." if decimal == "," else ","]
    if separator != "," and decimal == "." and cells:
        if all(point.fullmatch(cell.word) for cell in cells):
            return [
                f"Column {cells[0].column!r}: {cells[0].word} is read with a decimal "
                "point; say --decimal , if it is one between thousands."
            ]
    for cell in cells:
        if decimal and group.fullmatch(cell.word):
            digits = re.sub("[.,]", "", cell.word)
            return [
                f"Column {cell.column!r}: {cell.word} is read as {digits}; the decimal "
                f"mark of the table is {decimal!r}."
            ]
    return []


def _numbers(column, decimal):
    """Return a column as floats or integers; words that are no numbers stay."""
    values = [_number(value, decimal) for value in column]
    if any(isinstance(value, str) for value in values):
        return pd.Series(values, column.index, dtype=object, name=column.name)
    numbers = pd.Series(values, column.index, dtype=float, name=column.name)
    is_whole = numbers.notna().all() and (numbers % 1 == 0).all()
    written = not any(isinstance(v, str) and re.search("[.,eE]", v) for v in column)
    if is_whole and written and numbers.abs().max() < 2**53:
        return numbers.astype(np.int64)
    return numbers


def _number(value, decimal):
    """Return the number that a word is, NaN where it is missing, or the word."""
    if not isinstance(value, str):
        return np.nan if pd.isna(value) else value
    if _is_missing(value):
        return np.nan
    word = _plain(value)
    if _THOUSANDS["."].fullmatch(word):
        is_group = decimal == "," or word.count(".") > 1
        word = word.replace(".", "") if is_group else word
    elif _THOUSANDS[","].fullmatch(word):
        is_group = decimal != "," or word.count(",") > 1
        word = word.replace(",", "" if is_group else ".")
    elif _COMMA.fullmatch(word) and decimal != ".":
        word = word.replace(".", "").replace(",", ".")
    elif _POINT.fullmatch(word) and decimal != ",":
        word = word.replace(",", "")
    elif "." in word or "," in word:  # not the mark of the table
        return value
    return float(word) if _PLAIN.fullmatch(word) else value


def _words(column):
    """Return a column of words, or of what else it holds, with the type that it has."""
    known = [value for value in column if value is not None]
    lower = {v.lower() if isinstance(v, str) else v for v in known}
    if lower and lower <= {"true", "false"}:
        values = [v if v is None else v.lower() == "true" for v in column]
        return pd.Series(values, column.index, name=column.name)
    if any(isinstance(value, str) for value in known):
        return column.astype("str")
    return column.infer_objects()
