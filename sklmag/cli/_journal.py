"""Rows that are done, kept on disk until the whole table is."""

import contextlib
import json
import os
import sqlite3
from pathlib import Path

_TABLES = """
    CREATE TABLE IF NOT EXISTS run (settings TEXT);
    CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, stamp TEXT, row TEXT);
"""


class Journal:
    """The finished rows of a table that takes long, in a small database.

    Rows are committed in batches, and read back by the next run of the same command:
    of a batch that was torn by the end of a process nothing is kept. Rows of files that
    have changed since are done again. One process at a time writes. Without an output
    nothing is kept on disk.

    Parameters
    ----------
    output : Path or None
        The table; the journal lies beside it as ``.<name>.journal``.
    settings : str
        What was run; another run does not go on with these rows.
    """

    def __init__(self, output, *, settings):
        self.output = output
        self.settings = settings
        self.rows = {}
        self._file = None
        self._is_done = False
        if output is not None:
            self.path = output.with_name(f".{output.name}.journal")

    def __enter__(self):
        if self.output is None:
            return self
        with self._errors_named():
            try:
                self._open()
            except sqlite3.OperationalError as error:
                if "locked" in str(error):
                    self._close()
                    raise ValueError(
                        f"Another process is writing {str(self.output)!r}. Wait for "
                        "it, or choose another --output."
                    ) from None
                if "no such" not in str(error):
                    raise
                self._begin_anew()  # a database of another program
            except (sqlite3.DatabaseError, ValueError):  # damaged
                self._begin_anew()
        return self

    @contextlib.contextmanager
    def _errors_named(self):
        """Let an error of the database say which file it is about."""
        try:
            yield
        except sqlite3.Error as error:
            self._close()
            raise OSError(f"{str(self.path)!r}: {error}.") from error

    def _begin_anew(self):
        self._close()
        self.path.unlink()
        self._open()

    def _close(self):
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self):
        """Lock the database, and read the rows of the same run."""
        self._file = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("BEGIN EXCLUSIVE")
        for statement in filter(str.strip, _TABLES.split(";")):
            self._file.execute(statement)
        known = self._file.execute("SELECT settings FROM run").fetchone()
        if known != (self.settings,):
            self._file.execute("DELETE FROM run")
            self._file.execute("DELETE FROM done")
            self._file.execute("INSERT INTO run VALUES (?)", [self.settings])
        found = self._file.execute("SELECT key, stamp, row FROM done ORDER BY rowid")
        self.rows = {
            json.loads(key): {"stamp": json.loads(stamp), "row": json.loads(row)}
            for key, stamp, row in found
        }
        self.flush()

    def has(self, key, stamp):
        """Tell whether there is a row of something as it is now; forget another."""
        line = self.rows.get(key)
        if line is not None and line["stamp"] != stamp:
            del self.rows[key]
        return key in self.rows

    def add(self, key, stamp, row):
        """Add a row, with the stamp that its file had before it was read.

        Parameters
        ----------
        key : str
            What the row belongs to.
        stamp : list or None
            From :func:`stamp`.
        row : dict of str to float, bool or str
            By column.
        """
        row = {name: getattr(v, "item", lambda v=v: v)() for name, v in row.items()}
        self.rows[key] = {"stamp": stamp, "row": row}
        if self.output is not None:
            line = [json.dumps(part) for part in (key, stamp, row)]
            with self._errors_named():
                self._file.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?)", line)

    def flush(self):
        """Make sure that the rows outlive the process."""
        if self.output is not None:
            with self._errors_named():
                self._file.execute("COMMIT")
                self._file.execute("BEGIN EXCLUSIVE")

    def table(self, keys, columns=None):
        """Return the rows of some keys as a frame; what failed is an empty row.

        Parameters
        ----------
        keys : list of str
            In the order of the table.
        columns : list of str, default=None
            The columns; by default those of the rows that are there.

        Returns
        -------
        DataFrame of shape (len(keys), n_columns)
        """
        import pandas as pd

        if columns is None:
            known = (line["row"] for line in self.rows.values())
            columns = list(dict.fromkeys(name for row in known for name in row))
        rows = [self.rows.get(key, {"row": {}})["row"] for key in keys]
        return pd.DataFrame(rows, columns=columns)

    def finish(self, table):
        """Write the table in one move; the journal is not needed any more."""
        draft = self.output.with_name(f".{self.output.name}.draft{self.output.suffix}")
        if self.output.suffix == ".parquet":
            _of_one_type_each(table).to_parquet(draft, index=False)
        elif self.output.suffix == ".xlsx":
            _write_excel(table, draft)
        else:
            table.to_csv(draft, index=False)
        os.replace(draft, self.output)
        self._is_done = True

    def __exit__(self, *exception):
        if self._file is None:
            return
        try:
            if self._file.in_transaction:
                with self._errors_named():
                    self._file.execute("COMMIT")
        finally:
            self._close()
        if self._is_done:
            self.path.unlink()


def _write_excel(table, path):
    """Write a sheet in which every text is text: none is run as a formula of Excel."""
    import pandas as pd
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    table = table.replace(ILLEGAL_CHARACTERS_RE, "", regex=True)
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        table.to_excel(writer, index=False)
        for row in writer.book.active.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


def _of_one_type_each(table):
    """Return a table that Parquet can hold: columns of several types become text."""
    mixed = [
        name
        for name in table
        if table[name].dtype == object and table[name].dropna().map(type).nunique() > 1
    ]
    return table.assign(**{n: table[n].map(str, na_action="ignore") for n in mixed})


def stamp(path):
    """Return size and time of a file, which tell whether it has changed, or None."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
