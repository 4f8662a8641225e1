"""Tables of the user: CSV, Parquet and Excel files."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from sklmag.composition import parse_formula
from sklmag.composition._process_table import is_formula

TABLE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".xlsx")
_MAX_BYTES = 1_000_000_000  # of a table when it is unpacked
_MISSING = ["", "n/a", "N/A", "#N/A", "-", "\u2013"]  # not NaN: sodium nitride
_PARQUET_ROWS = 256  # that are unpacked at once
_MAJORITY = 0.5  # of the values that must be formulas, or files


def is_table(name):
    """Tell by its name whether a file is a table."""
    return str(name).lower().endswith(TABLE_SUFFIXES)


def read_table(
    source: Any, name: str | None = None, *, max_bytes: int = _MAX_BYTES
) -> pd.DataFrame:
    r"""Read a table.

    Parameters
    ----------
    source : str, Path or binary file
        A CSV file (``.csv``, ``.csv.gz``, ``.tsv``; separated by commas, semicolons or
        tabs), ``.parquet``, or the first sheet of ``.xlsx``.
    name : str, default=None
        What a file without a name is called; "-" and no suffix are CSV.
    max_bytes : int, default=1_000_000_000
        Most bytes after unpacking: a small archive may hold a huge table.

    Returns
    -------
    DataFrame
        Missing are empty fields, ``n/a`` and dashes, but not ``NaN``: sodium nitride.

    Raises
    ------
    ValueError
        For another kind of file, one that cannot be read, an empty one, one with two
        columns of one name, and one that is too large.

    Examples
    --------
    >>> import io
    >>> from sklmag.tasks import read_table
    >>> read_table(io.BytesIO(b"formula;Br_kG\nNaN;12,5\n"), "magnets.csv")
      formula  Br_kG
    0     NaN   12.5
    """
    name = str(source if name is None else name)
    try:
        content = (
            Path(source).read_bytes()
            if isinstance(source, (str, Path))
            else source.read()
        )
        table = _reader(name)(content, max_bytes)
        _refuse_twice([str(column) for column in table])
    except ImportError as error:
        raise ValueError(
            f"{name!r}: {error.name} is needed to read it: pip install {error.name}. "
            "Or write a .csv file."
        ) from None
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no table {name!r}.") from None
    except IsADirectoryError:
        raise ValueError(f"{name!r} is a folder, not a table.") from None
    except OSError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or repr(error)
        raise ValueError(f"Table {name!r} cannot be read: {reason}") from error
    table.columns = [str(column).strip() for column in table.columns]
    if not len(table):
        raise ValueError(f"Table {name!r} has no rows.")
    return table


def _reader(name):
    lower = name.lower()
    if lower.endswith(".parquet"):
        return _read_parquet
    if lower.endswith(".xlsx"):
        return _read_excel
    if lower.endswith((".csv", ".csv.gz", ".tsv")) or lower == "-":
        return _read_csv
    raise ValueError(f"the name must end in {', '.join(TABLE_SUFFIXES)}.")


def _read_csv(content, max_bytes):
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(max_bytes + 1)
    _refuse_large(len(content), max_bytes)
    text = _decoded(content).lstrip("\r\n")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    _refuse_ragged(text, separator)
    comma = separator != "," and re.search(r"(?m)(?:^|[;\t])\s*-?\d+,\d", text[:10_000])
    table = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        decimal="," if comma else ".",
        index_col=False,
        keep_default_na=False,
        na_values=_MISSING,
        skipinitialspace=True,
    )
    return table.apply(_with_points) if comma else table


def _with_points(column):
    """Write decimals with points where a word in the column kept them as text."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.replace(r"^\s*(-?\d+),(\d+)\s*$", r"\1.\2", regex=True)


def _decoded(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise ValueError("it is no text.")
    return text


def _refuse_ragged(text, separator):
    """Raise for rows with more values than columns, which would shift, or be lost."""
    rows = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    names = next(rows, [])
    _refuse_twice(names)
    for row in rows:
        if any(value.strip() for value in row[len(names) :]):
            raise ValueError(
                f"line {rows.line_num} has {len(row)} values for {len(names)} columns."
            )


def _read_parquet(content, max_bytes):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file, batches, n_bytes = pq.ParquetFile(io.BytesIO(content)), [], 0
    for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
        n_bytes += batch.nbytes
        _refuse_large(n_bytes, max_bytes)
        batches.append(batch)
    return pa.Table.from_batches(batches, file.schema_arrow).to_pandas()


def _read_excel(content, max_bytes):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _refuse_large(sum(i.file_size for i in archive.infolist()), max_bytes)
    options = {"engine": "openpyxl", "keep_default_na": False, "na_values": _MISSING}
    names = pd.read_excel(io.BytesIO(content), header=None, nrows=1, **options)
    _refuse_twice([str(n) for row in names.to_numpy() for n in row if not pd.isna(n)])
    return pd.read_excel(io.BytesIO(content), **options)


def _refuse_twice(names):
    """Raise for two columns of one name, which pandas would number."""
    names = [name.strip() for name in names]
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise ValueError(f"it has two columns {twice[0]!r}. Rename one.")


def _refuse_large(n_bytes, max_bytes):
    if n_bytes > max_bytes:
        raise ValueError(
            f"unpacked it has more than {max_bytes / 1e6:.0f} MB. Split it."
        )


def find_formula_column(table):
    """Return the name of the column of formulas, or None.

    Parameters
    ----------
    table : DataFrame
        The table.

    Returns
    -------
    str or None
        A column of text in which most values are formulas.

    Raises
    ------
    ValueError
        Where there are several.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.tasks._tables import find_formula_column
    >>> find_formula_column(pd.DataFrame({"name": ["a"], "alloy": ["Nd2Fe14B"]}))
    'alloy'
    """
    text = table.select_dtypes(exclude=["number", "bool", "datetime"])
    found = [name for name in text if _mostly_formulas(table[name])]
    if len(found) > 1:
        raise ValueError(
            f"Several columns hold formulas: {', '.join(found)}. Leave out all but one."
        )
    return found[0] if found else None


def _mostly_formulas(column):
    known = column.dropna()
    readable = known[[bad_formula(value) is None for value in known]]
    return len(readable) > _MAJORITY * len(known) and is_formula(readable)


def bad_formula(value):
    """Return why a value is no formula, or None."""
    try:
        parse_formula(value)
    except (ValueError, TypeError) as error:
        return str(error) or repr(error)
    return None


def find_structure_column(table, folder, *, confined=False):
    """Return the name of the column that names structure files, or None.

    Parameters
    ----------
    table : DataFrame
        The table.
    folder : str or Path
        What the names are relative to.
    confined : bool, default=False
        Whether files outside the folder do not count.

    Returns
    -------
    str or None
        A column of text in which most values name files.
    """
    for name in table.select_dtypes(exclude="number"):
        known = table[name].dropna().astype(str)
        there = [
            file_in(folder, value, confined=confined) is not None for value in known
        ]
        if sum(there) > _MAJORITY * len(known):
            return name
    return None


def file_in(folder, name, *, confined):
    """Return the path of a file that is there, or None."""
    path = Path(folder) / str(name)
    try:
        if confined and not path.resolve().is_relative_to(Path(folder).resolve()):
            return None
        return path if path.is_file() else None
    except (OSError, ValueError):  # a text that is too long for a name, or has a NUL
        return None
