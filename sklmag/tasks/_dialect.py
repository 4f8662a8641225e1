"""Delimited text: which character separates, and what the first lines are.

Judged on all lines: a header may hold commas, line breaks and units of its own.
"""

from __future__ import annotations

import csv
import io
import re

import pandas as pd

from sklmag.composition._process_table import bad_formula
from sklmag.tasks._numbers import MISSING, looks_numeric

_SEPARATORS = ",;\t|"
_SAMPLE = 2000  # rows whose cells are looked at
_SEP_LINE = re.compile(r"\"?sep=(.)\"?[;,\t]*\r?\n", re.IGNORECASE)
_SYMBOL = (
    r"(?:[kMGmµuncp]?(?:Oe|G|T|A|m|g|J|Pa|V|W|N|s|eV|Hz|mol|emu|bar|L|Ω|K)|MGOe|°|°C|"
    r"°F|C|Å|h|hr|min|sec|d|HV|HRC|u|µB|muB|cm|dm|mm|atom|deg|rpm|%|ppm|ppb)"
    r"(?:\^?[-\u2212]?[\d²³⁻¹]{1,2})?"
)
_UNIT = re.compile(
    r"[\[(]?\s*(?:(?:wt|at|mol|mass|vol|weight|atomic|Gew)[.\s-]*%|deg\.? ?C|degC|"
    r"a\.?u\.?|hours?|days?|minutes?|seconds?|Gauss|Kelvin|Tesla|Celsius|-|1|"
    rf"{_SYMBOL}(?:\s*[/·*\s]\s*\(?{_SYMBOL}(?:\s*[·*\s]\s*{_SYMBOL})?\)?)?)\s*[\])]?"
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
    names, rows, lines, notes = _below_titles(*_rows(text, separator))
    if rows and all(len(row) == len(names) + 1 and row[-1] for row in rows):
        names = ["Unnamed: 0", *names]  # as R writes the names of rows
    refuse_twice(names)
    _refuse_ragged(names, rows, lines, ends=text.endswith(("\n", "\r", "\x1a")))
    width = len(names)
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    table = pd.DataFrame(rows, columns=names, dtype=object)
    if len(names) == 1 and all(" " in cell for cell in [*names, *(r[0] for r in rows)]):
        _refuse_blanks(names, rows)
    table = _without_units(_with_names(table, separator))
    table.attrs |= {"notes": notes, "separator": separator}
    return table


def table_of_cells(rows):
    """Return a table of the cells of a sheet, which may begin with titles.

    Parameters
    ----------
    rows : list of list
        Words, numbers, and None for empty cells.

    Returns
    -------
    DataFrame of object
    """
    rows = [[x.strip() if isinstance(x, str) else x for x in row] for row in rows]
    rows = [row for row in rows if any(x not in (None, "") for x in row)]
    if not rows:
        raise ValueError("No columns: it is empty.")
    width = max(k for row in rows for k, x in enumerate(["x", *row]) if x is not None)
    rows = [[*row, *[None] * width][:width] for row in rows]
    names = _named(["" if x is None else str(x) for x in rows[0]])
    names, rows, _, notes = _below_titles(names, rows[1:], [0] * (len(rows) - 1))
    refuse_twice(names)
    table = _without_units(pd.DataFrame(rows, columns=names, dtype=object))
    table.attrs["notes"] = notes
    return table


def _below_titles(names, rows, lines):
    """Leave out lines above the names that hold one word, or are comments."""
    notes = []
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=widths.count) if widths else 1
    while rows and usual > 1:
        given = [x for x in rows[0] if x not in (None, "")]
        is_title = (
            all(name.startswith("Unnamed: ") for name in names[1:])
            and len(given) > 1
            and not any(map(_is_number, given))
        )
        is_comment = names[0].startswith("#") and len(rows[0]) > len(names)
        if not is_title and not is_comment:
            break
        shown = " ".join(name for name in names if not name.startswith("Unnamed: "))
        notes.append(f"A line above the names is left out: {shown!r}.")
        names, rows, lines = _named(rows[0]), rows[1:], lines[1:]
    return names, rows, lines, notes


def _refuse_blanks(names, rows):
    counts = {len(cell.split()) for cell in [names[0], *(row[0] for row in rows)]}
    if len(counts) == 1 and all(
        any(map(looks_numeric, row[0].split()[1:])) for row in rows
    ):
        raise ValueError(
            f"its columns seem to be separated by blanks, in {rows[0][0]!r}. Separate "
            "them by commas, semicolons or tabs."
        )


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
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    cells = [cell for row in sample for cell in row] or names
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
    n_used = max(k for row in found for k, cell in enumerate(["x", *row]) if cell)
    found = [row[:n_used] for row in found]  # a separator may end each line
    return _named(found[0]), found[1:], lines[1:]


def _named(row):
    names = [" ".join(str(name or "").split()) for name in row]
    for k, name in enumerate(names):
        if name in ("", "#"):
            names[k] = f"Unnamed: {k}"
            while names.count(names[k]) > 1:
                names[k] += ".1"
    return names


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
    numbers = [name for name in names if name and looks_numeric(name)]
    formulas = [
        name for name in names if re.search("[A-Z]", name) and _is_formula(name)
    ]
    others = [n for n in names if n and n not in numbers and n not in formulas]
    if len(names) == 1 and formulas:
        words = [names[0], *table.iloc[:, 0]]
        if sum(map(_is_formula, words[1:])) > 0.5 * len(table):
            return pd.DataFrame({"formula": words}, dtype=object)
    is_data = any("." in name or "," in name for name in numbers) or len(numbers) > 1
    if numbers and not others and (formulas or is_data) and len(names) > 1:
        raise ValueError(
            f"its first line, {separator.join(names)!r}, holds data, not the names of "
            "columns. Write names above it."
        )
    return table


def _is_formula(word):
    return bad_formula(word) is None


def _is_number(value):
    return looks_numeric(value) if isinstance(value, str) else True


def _without_units(table):
    """Take a line of units out of the rows, and keep it in ``attrs["units"]``."""
    if len(table) < 2:
        return table
    first, others = table.iloc[0], table.iloc[1:]
    units = {}
    for name in table:
        word = first[name]
        known = [w for w in others[name] if w is not None and w not in MISSING]
        numeric = sum(map(_is_number, known)) > 0.5 * len(known)
        if word is None or word in MISSING:
            continue
        if not isinstance(word, str) or not _UNIT.fullmatch(word):
            return table
        if numeric:
            units[name] = word.strip("[]() ")
    if set(units.values()) <= {"1"}:  # which is a number too
        return table
    table = others.reset_index(drop=True)
    table.attrs["units"] = units
    return table
