"""Tables of the user: CSV, Parquet and Excel files."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from sklmag.composition._process_table import formula_columns
from sklmag.microstructure._map_files import is_map_file
from sklmag.tasks._dialect import read_delimited, refuse_twice, table_of_cells
from sklmag.tasks._encoding import decoded
from sklmag.tasks._numbers import typed

TABLE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".xlsx")
_MAX_BYTES = 1_000_000_000  # of a table when it is unpacked
_MOST_CELLS = 10_000_000  # of a sheet of Excel: 1 GB
_PARQUET_ROWS = 256  # that are unpacked at once
_MAJORITY = 0.5  # of the values that must be formulas, or files


def is_table(name):
    """Tell by its name whether a file is a table."""
    return str(name).lower().endswith(TABLE_SUFFIXES)


def read_table(
    source: Any,
    name: str | None = None,
    *,
    decimal: Literal[",", "."] | None = None,
    max_bytes: int = _MAX_BYTES,
) -> pd.DataFrame:
    r"""Read a table.

    Parameters
    ----------
    source : str, Path or binary file
        A CSV file (``.csv``, ``.csv.gz``, ``.tsv``; separated by commas, semicolons,
        tabs or bars, in any usual encoding), ``.parquet``, or the first sheet of
        ``.xlsx``.
    name : str, default=None
        What a file without a name is called; "-" and no suffix are CSV.
    decimal : {",", "."}, default=None
        The decimal mark. It is told from all numbers of the table, and needed only
        where these leave it open.
    max_bytes : int, default=1_000_000_000
        Most bytes after unpacking: a small archive may hold a huge table.

    Returns
    -------
    DataFrame
        Missing are empty fields, ``n/a`` and dashes; among numbers also ``nan`` and
        ``n.d.``, but among formulas ``NaN`` is sodium nitride. ``attrs["notes"]`` says
        what was read in a way that is worth a look, such as marks between thousands.

    Raises
    ------
    ValueError
        For another kind of file, one that cannot be read, an empty one, one with two
        columns of one name, without names, or cut off, one that is too large, and
        where ``1.050`` may be 1050 or 1.05.

    Examples
    --------
    >>> import io
    >>> from sklmag.tasks import read_table
    >>> read_table(io.BytesIO(b"formula;Br_kG\nNaN;12,5\n"), "magnets.csv")
      formula  Br_kG
    0     NaN   12.5
    """
    name = str(source if name is None else name)
    content = _bytes_of(source, name)
    try:
        table = _reader(name)(content, max_bytes)
        refuse_twice(table)
        table, notes = _typed(table, name, decimal)
    except ImportError as error:
        raise ValueError(
            f"{name!r}: {error.name} is needed to read it: pip install {error.name}. "
            "Or write a .csv file."
        ) from None
    except Exception as error:  # what is made up can be wrong in any way
        reason = " ".join(str(error).split()) or repr(error)
        raise ValueError(f"Table {name!r} cannot be read: {reason}") from error
    table.columns = [" ".join(str(column).split()) for column in table.columns]
    if not len(table):
        raise ValueError(f"Table {name!r} has no rows.")
    table.attrs["notes"] = notes
    return table


def _bytes_of(source, name):
    if not isinstance(source, (str, Path)):
        return source.read()
    try:
        return Path(source).read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no table {name!r}.") from None
    except IsADirectoryError:
        raise ValueError(f"{name!r} is a folder, not a table.") from None


def _typed(table, name, decimal):
    """Return numbers for words; a Parquet file has types of its own."""
    if name.lower().endswith(".parquet"):
        return table, []
    units, told = table.attrs.get("units", {}), table.attrs.get("notes", [])
    table, notes = typed(table, decimal, table.attrs.get("separator", ""))
    notes = [*told, *notes]
    if units:
        shown = ", ".join(f"{column} in {unit}" for column, unit in units.items())
        notes.append(f"The line of units is no row: {shown}.")
    return table, notes


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
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError(
            "it is no text, but an Excel file. Name it .xlsx, or export it."
        )
    if content.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(content)) as file:
            content = file.read(max_bytes + 1)
    _refuse_large(len(content), max_bytes)
    return read_delimited(decoded(content))


def _read_parquet(content, max_bytes):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file, batches, n_bytes = pq.ParquetFile(io.BytesIO(content)), [], 0
    for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
        n_bytes += batch.nbytes
        _refuse_large(n_bytes, max_bytes)
        batches.append(batch)
    table = pa.Table.from_batches(batches, file.schema_arrow).to_pandas()
    return with_index(table)


def with_index(table):
    """Return a table whose index, where it has a name, is a column as well."""
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(level=named) if named else table


def _read_excel(content, max_bytes):
    """Return the cells of the first sheet; pandas would turn #DIV/0! into nothing."""
    from openpyxl import load_workbook

    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("it is an old .xls file. Save it as .xlsx.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _refuse_large(sum(i.file_size for i in archive.infolist()), max_bytes)
    sheets = [
        load_workbook(io.BytesIO(content), read_only=True, data_only=only).worksheets[0]
        for only in (True, False)
    ]
    values, formulas = map(_cells, sheets)
    for i, (row, written) in enumerate(zip(values, formulas, strict=True), 1):
        for value, formula in zip(row, written, strict=True):
            if value is None and str(formula or "").startswith("="):
                raise ValueError(
                    f"row {i} holds {formula!r} without its value. Open the file in a "
                    "spreadsheet and save it."
                )
    return table_of_cells(values)


def _cells(sheet):
    """Return the cells of a sheet, which pads rows up to the farthest of all."""
    rows, n_cells = [], 0
    for row in sheet.iter_rows(values_only=True):
        n_cells += len(row) + 1
        if n_cells > _MOST_CELLS:
            raise ValueError(
                f"it has more than {_MOST_CELLS:,} cells, most of them perhaps empty: "
                "a value far away makes a sheet that large. Export it as .csv."
            )
        rows.append(list(row))
    return rows


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
        As :func:`~sklmag.composition._process_table.formula_columns`.

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
    found = formula_columns(table)
    return found[0] if found else None


def find_grain_column(table, folder, *, confined=False):
    """Return the name of the column that names files of grain maps, or None.

    Parameters and result are as of :func:`find_structure_column`.
    """
    name = find_structure_column(table, folder, confined=confined)
    if name is None or not all(map(is_map_file, table[name].dropna())):
        return None
    return name


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
