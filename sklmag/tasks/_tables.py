"""Tables of the user: CSV, Parquet and Excel files."""

import csv
import gzip
import io
import re
import zipfile
from pathlib import Path

import pandas as pd

from sklmag.composition._process_table import formula_columns

TABLE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".xlsx")
_MAX_BYTES = 1_000_000_000  # of a table when it is unpacked
_MAX_CELLS = 200_000_000


def is_table(name):
    """Tell by its name whether a file is a table."""
    return str(name).lower().endswith(TABLE_SUFFIXES)


def read_table(source, name=None, *, max_bytes=_MAX_BYTES):
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
        Only empty fields are missing values: ``NaN`` is sodium nitride.

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
    except ImportError as error:
        raise ValueError(
            f"{name!r}: {error.name} is needed to read it: pip install {error.name}. "
            "Or write a .csv file."
        ) from None
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
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise ValueError("it is no text.")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    names = [name.strip() for name in next(csv.reader([head], delimiter=separator), [])]
    _refuse_twice(names)
    comma = separator != "," and re.search(r"[;\t]-?\d+,\d", text[:10_000])
    return pd.read_csv(
        io.StringIO(text),
        sep=separator,
        decimal="," if comma else ".",
        keep_default_na=False,
        na_values=[""],
        skipinitialspace=True,
    )


def _read_parquet(content, max_bytes):
    import pyarrow.parquet

    metadata = pyarrow.parquet.ParquetFile(io.BytesIO(content)).metadata
    cells = metadata.num_rows * metadata.num_columns
    _refuse_large(min(cells * 8, 8 * _MAX_CELLS + cells), max_bytes)
    return pd.read_parquet(io.BytesIO(content))


def _read_excel(content, max_bytes):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _refuse_large(sum(i.file_size for i in archive.infolist()), max_bytes)
    return pd.read_excel(
        io.BytesIO(content), engine="openpyxl", keep_default_na=False, na_values=[""]
    )


def _refuse_twice(names):
    """Raise for two columns of one name, which pandas would number."""
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

    Raises
    ------
    ValueError
        Where there are several.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.tasks import find_formula_column
    >>> find_formula_column(pd.DataFrame({"name": ["a"], "alloy": ["Nd2Fe14B"]}))
    'alloy'
    """
    text = table.select_dtypes(exclude="number")
    found = formula_columns(text) if len(text.columns) else []
    return found[0] if found else None


def find_structure_column(table, folder):
    """Return the name of the column that names structure files, or None.

    Parameters
    ----------
    table : DataFrame
        The table.
    folder : str or Path
        What the names are relative to.

    Returns
    -------
    str or None
    """
    for name in table.select_dtypes(exclude="number"):
        known = table[name].dropna().astype(str)
        if len(known) and all(map(_is_a_file_in(folder), known.iloc[:20])):
            return name
    return None


def _is_a_file_in(folder):
    def is_a_file(name):
        try:
            return (Path(folder) / name).is_file()
        except OSError:  # a text that is too long for a name
            return False

    return is_a_file
