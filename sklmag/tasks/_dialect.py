"""Delimited text: which character separates, and what the first lines are.

Judged on all lines: a header may hold commas, line breaks and units of its own.
"""

from __future__ import annotations

import csv
import io
import re

import pandas as pd

from sklmag.composition import parse_formula
from sklmag.exceptions import FormulaError
from sklmag.tasks._numbers import MISSING, _looks_numeric

_SEPARATORS = ",;\t|"
_SEP_LINE = re.compile(r"\"?sep=(.)\"?[;,\t]*\r?\n", re.IGNORECASE)
_UNIT = re.compile(
    r"[\[(]?\s*(?:(?:wt|at|mol|mass|vol|weight|atomic)\.?\s*-?\s*%|%|ppm|ppb|°|deg|"
    r"(?:°|deg\s*)?[CF]|K|[kMGm]?(?:Oe|G|Pa|A|T|J|eV|g|m|s|W|V|N)|MGOe|[µucnp]m|mm|cm|"
    r"Å|A|h|min|d|kOe|emu|µB|muB|HV|HRC|-|1|"
    r"[\w°µ%Å^³²]{1,4}(?:\s*[/·*]\s*[\w°µ%Å^³²]{1,4}){1,2})\s*[\])]?"
)


def read_delimited(text: str) -> pd.DataFrame:
    """Return a table of words from delimited text.

    Parameters
    ----------
    text : str
        Separated by commas, semicolons, tabs or bars, quoted or not; the first line
        may be ``sep=;``. A line of units below the names is kept in ``attrs["units"]``.

    Returns
    -------
    DataFrame of object

    Raises
    ------
    ValueError
        For rows with more values than names, a last line that is cut off, two columns
        of one name, a first line that holds no names, and quotes that do not end.
    """
    text = text.lstrip("\ufeff\r\n")
    named = _SEP_LINE.match(text)
    text = text[named.end() :] if named else text
    if not text.strip():
        raise ValueError("No columns: it is empty.")
    separator = named[1] if named else _separator(text)
    names, rows, lines = _rows(text, separator)
    refuse_twice(names)
    _refuse_ragged(names, rows, lines, ends=text.endswith(("\n", "\r")))
    width = len(names)
    table = pd.DataFrame(
        [[*row, *[None] * (width - len(row))] for row in rows],
        columns=names,
        dtype=object,
    )
    return _without_units(_with_names(table, separator))


def _separator(text):
    """Return the character that makes most lines as wide and most cells clean."""
    found = [s for s in _SEPARATORS if s in text]
    return max(found, key=lambda separator: _merit(text, separator), default=",")


def _merit(text, separator):
    try:
        names, rows, _ = _rows(text, separator)
    except ValueError:
        return 0.0
    widths = [len(row) for row in rows] or [len(names)]
    width = max(set(widths), key=widths.count)
    if width < 2:
        return 0.0
    cells = [cell for row in rows for cell in row] or names
    share = widths.count(width) / len(widths)
    return share * sum(map(_is_clean, cells)) / len(cells) / (1 + (len(names) != width))


def _is_clean(cell):
    """Tell a cell that holds no separator, beside commas between digits."""
    return not set(_SEPARATORS) & set(re.sub(r"(?<=\d),(?=\d)", "", cell))


def _rows(text, separator):
    """Return names, rows of words, and the line on which each row ends."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        skipinitialspace=separator != "\t",
        strict=True,
    )
    found, lines = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as error:
        raise ValueError(
            f"line {reader.line_num}: {error}. A quote that is opened must end, and be "
            "followed by a separator."
        ) from None
    if not found:
        raise ValueError("No columns: it is empty.")
    names = [" ".join(name.split()) for name in found[0]]
    n_used = max(k for row in found for k, cell in enumerate(["x", *row]) if cell)
    names = names[:n_used]  # a separator may end each line
    names = [name or f"Unnamed: {k}" for k, name in enumerate(names)]
    return names, found[1:], lines[1:]


def _refuse_ragged(names, rows, lines, *, ends):
    for row, line in zip(rows, lines, strict=True):
        if any(row[len(names) :]):
            raise ValueError(
                f"line {line} has {len(row)} values for {len(names)} columns."
            )
        del row[len(names) :]
    if rows and len(rows[-1]) < len(names) and not ends:
        raise ValueError(
            f"its last line, {lines[-1]}, holds {len(rows[-1])} of {len(names)} values "
            "and does not end: the file is cut off. Complete or delete it."
        )


def refuse_twice(names):
    """Raise for two columns of one name, which pandas would number."""
    names = [str(name).strip() for name in names]
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise ValueError(f"it has two columns {twice[0]!r}. Rename one.")


def _with_names(table, separator):
    """Refuse a first line of data in place of names; name formulas that stand alone."""
    names = list(table)
    if names[0].startswith("#"):  # as numpy.savetxt writes it
        table = table.rename(columns={names[0]: names[0].lstrip("# ")})
    numbers = [name for name in names if name and _looks_numeric(name)]
    formulas = [
        name for name in names if re.search(r"[A-Z].*\d", name) and _is_formula(name)
    ]
    others = [n for n in names if n and n not in numbers and n not in formulas]
    if len(names) == 1 and formulas:
        first = pd.DataFrame({"formula": [names[0]]}, dtype=object)
        return pd.concat(
            [first, table.set_axis(["formula"], axis=1)], ignore_index=True
        )
    if numbers and not others and (formulas or len(numbers) == len(names) > 1):
        raise ValueError(
            f"its first line, {separator.join(names)!r}, holds data, not the names of "
            "columns. Write names above it."
        )
    return table


def _is_formula(word):
    try:
        parse_formula(word)
    except FormulaError:
        return False
    return True


def _without_units(table):
    """Take a line of units out of the rows, and keep it in ``attrs["units"]``."""
    if len(table) < 2:
        return table
    first, others = table.iloc[0], table.iloc[1:]
    units = {}
    for name in table:
        word = first[name] or ""
        known = [w for w in others[name] if w and w not in MISSING]
        numeric = sum(map(_looks_numeric, known)) > 0.5 * len(known)
        if not numeric or not word or word in MISSING:
            continue
        if not _UNIT.fullmatch(word):
            return table
        units[name] = word.strip("[]() ")
    if set(units.values()) <= {"1"}:  # which is a number too
        return table
    table = others.reset_index(drop=True)
    table.attrs["units"] = units
    return table
