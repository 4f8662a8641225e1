"""Tables that are larger than memory, read part by part."""

import contextlib
import os
from pathlib import Path

from sklmag.cli._parts import digest, stamp
from sklmag.cli._work import Part

ROWS = 10_000  # of a part of a table
_LARGE_BYTES = 10_000_000  # of a text that is read in parts
_LARGEST_BYTES = 50_000_000  # the same, in whatever encoding
_LARGE_ROWS = 500_000  # of a Parquet file
_SAMPLE_BYTES = 1_000_000


def is_large(word):
    """Tell a table that is read in parts, by its size, from one that fits."""
    path = Path(word)
    if is_parquet_folder(path):
        return True
    if not path.is_file():
        return False
    if path.suffix.lower() == ".parquet":
        with contextlib.suppress(ValueError):  # the reader of whole tables says why
            return _n_rows(path) > _LARGE_ROWS
        return False
    size = path.stat().st_size
    if path.suffix.lower() == ".gz":
        return size > _LARGE_BYTES // 10
    if path.suffix.lower() == ".xlsx" or size <= _LARGE_BYTES:
        return False
    return size > _LARGEST_BYTES or _is_utf_8(path)


def _is_utf_8(path):
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_parquet_folder(path):
    """Tell a folder that holds Parquet files."""
    return Path(path).is_dir() and any(Path(path).glob("*.parquet"))


def _n_rows(path):
    """Return how many rows a Parquet file has; raise for what is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path).metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"Table {str(path)!r} cannot be read: {error}") from error


class StreamedTable:
    """A table on disk whose parts are read one after the other.

    Columns and decimal mark are those of its beginning. Text stays as it is written.

    Parameters
    ----------
    word : str
        A CSV file, a Parquet file, or a folder of them.
    decimal : {",", "."}, default=None
        The decimal mark of a text; told from its beginning where it is None.

    Attributes
    ----------
    items : DataFrame
        The first rows, to find columns in.
    n_rows, n_parts : int or None
        Where they are known before the end.
    """

    kind = "table"

    def __init__(self, word, decimal=None):
        self.name, self._take = str(word), None
        is_text = not (
            is_parquet_folder(word) or str(word).lower().endswith(".parquet")
        )
        self._reader = (_Text if is_text else _Parquet)(Path(word), decimal)
        self.n_rows, self.n_parts = self._reader.n_rows, self._reader.n_parts
        self.items = self._reader.beginning
        self.keys = [self.name]

    def fit_to(self, model):
        """Keep what a model predicts from, by the columns of the first rows."""
        from sklmag.tasks import inputs_for

        folder = Path(self.name).parent

        def taken(table):
            return inputs_for(model, "table", table, name=self.name, folder=folder)[1]

        first = taken(self.items)
        name = getattr(first, "name", None)
        if name is None:
            self._take = lambda written: taken(self._reader.typed(written))
        else:
            self.take_column(name)
        return model

    def take_column(self, name):
        """Keep one column alone, as it is written: formulas."""
        self._take = lambda written: written[name].replace("", None)

    def parts(self):
        """Yield the parts, from the beginning."""
        first = 0
        for number, written in enumerate(self._reader.tables()):
            keys = range(first, first + len(written))
            mark = digest(self._reader.stamp, number)
            yield Part(number, first, self._take(written), written, keys, mark)
            first += len(written)

    def named(self, part, place, why):
        """Return a reason with its row."""
        return f"Row {part.first + place}: {why}"


class _Parquet:
    """One file, or those of a folder in the order of their names."""

    def __init__(self, path, decimal):
        self._paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        counts = [_n_rows(one) for one in self._paths]
        self.n_rows = sum(counts)
        self.n_parts = sum(-(-count // ROWS) for count in counts)
        self.stamp = [[one.name, stamp(one)] for one in self._paths]
        if not self.n_rows:
            raise ValueError(f"Table {str(path)!r} has no rows.")
        self.beginning = next(self.tables())

    def typed(self, table):
        """Return a table as it is: its columns have types."""
        return table

    def tables(self):
        """Yield the parts."""
        import pyarrow.parquet as pq

        from sklmag.tasks._tables import with_index

        for path in self._paths:
            file = pq.ParquetFile(path)
            for batch in file.iter_batches(batch_size=ROWS):
                yield with_index(batch.to_pandas())


class _Text:
    """Delimited text in UTF-8."""

    n_rows = n_parts = None

    def __init__(self, path, decimal):
        from sklmag.tasks._dialect import read_delimited
        from sklmag.tasks._numbers import decimal_of, typed

        self._path, self.stamp = path, stamp(path)
        sample = self._sample()
        try:
            table = read_delimited(sample)
            self._separator = table.attrs["separator"]
            self._decimal = decimal_of(table, decimal, self._separator)
            self.beginning, _ = typed(table, self._decimal, self._separator)
        except ValueError as error:
            raise ValueError(f"Table {str(path)!r} cannot be read: {error}") from error
        self._names = list(table)
        self._is_list = "formula" not in sample.splitlines()[0] and self._names == [
            "formula"
        ]  # formulas without a name above them
        self._units = bool(table.attrs.get("units"))
        if table.attrs["notes"]:
            raise ValueError(
                f"{str(path)!r}: {table.attrs['notes'][0]} A table of this size must "
                "begin with the names of its columns."
            )

    def _sample(self):
        """Return the beginning, up to the end of a line."""
        import gzip

        opened = gzip.open if self._path.suffix.lower() == ".gz" else open
        with opened(self._path, "rb") as file:
            content = file.read(_SAMPLE_BYTES)
        content = content[: content.rfind(b"\n") + 1]
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{str(self._path)!r} is not UTF-8 (byte {error.start}). A table of "
                "this size must be: export it so."
            ) from None

    def typed(self, written):
        """Return a part with numbers for words."""
        from sklmag.tasks._numbers import typed

        return typed(written, self._decimal, self._separator)[0]

    def tables(self):
        """Yield each part as it is written."""
        import pandas as pd

        self._refuse_cut_off()
        try:
            with pd.read_csv(
                self._path, sep=self._separator, dtype=str, keep_default_na=False,
                na_filter=False, chunksize=ROWS, encoding="utf-8-sig",
                skipinitialspace=self._separator != "\t", header=None,
                names=self._names, skiprows=0 if self._is_list else 1 + self._units,
                index_col=False,
            ) as chunks:  # fmt: skip
                for chunk in chunks:
                    yield chunk.reset_index(drop=True)
        except (UnicodeDecodeError, pd.errors.ParserError) as error:
            raise ValueError(
                f"Table {str(self._path)!r} cannot be read: {error}"
            ) from error

    def _refuse_cut_off(self):
        """Raise for a last line that does not end and holds fewer values."""
        if self._path.suffix.lower() == ".gz":  # which has a checksum
            return
        with open(self._path, "rb") as file:
            file.seek(-min(100_000, self._path.stat().st_size), os.SEEK_END)
            *_, last = file.read().split(b"\n")
        if last and last.count(self._separator.encode()) < len(self._names) - 1:
            raise ValueError(
                f"{str(self._path)!r}: its last line does not end and holds fewer "
                "values: the file is cut off. Complete or delete it."
            )
