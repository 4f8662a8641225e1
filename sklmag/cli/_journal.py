"""Rows that are done, kept on disk until the whole table is."""

import json
import os
from pathlib import Path


class Journal:
    """The finished rows of a table that takes long, one line for each.

    A line is appended when a row is done, and read back by the next run of the same
    command; one that was torn by the end of a process is dropped. Rows of files that
    have changed since are done again. Without an output nothing is kept on disk.

    Parameters
    ----------
    output : Path or None
        The table; the journal lies beside it as ``.<name>.journal``.
    settings : str
        What was run; another run does not go on with these rows.
    """

    def __init__(self, output, *, settings):
        self.output = output
        self.head = {"settings": settings}
        self.rows = {}
        self._is_done = False
        if output is not None:
            self.path = output.with_name(f".{output.name}.journal")

    def __enter__(self):
        if self.output is None:
            return self
        self._file = open(self.path, "a+b")
        _lock(self._file, self.output)
        self.rows = {line["key"]: line for line in self._read()}
        if self.path.stat().st_size == 0:
            self._write(self.head)
        return self

    def _read(self):
        """Return the lines of the same run, and cut off what follows the last whole."""
        self._file.seek(0)
        lines, n_whole = [], 0
        for text in self._file:
            line = _parsed(text)
            if "key" not in line if lines else line != self.head:
                break
            lines.append(line)
            n_whole += len(text)
        self._file.truncate(n_whole)
        return lines[1:]

    def has(self, key, stamp):
        """Tell whether there is a row of something as it is now; forget another."""
        line = self.rows.get(key)
        if line is not None and line["stamp"] != stamp:
            del self.rows[key]
        return key in self.rows

    def add(self, key, stamp, row):
        """Append a row, with the stamp that its file had before it was read.

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
        self.rows[key] = {"key": key, "stamp": stamp, "row": row}
        if self.output is not None:
            self._write(self.rows[key])

    def _write(self, line):
        self._file.write(json.dumps(line).encode() + b"\n")

    def flush(self):
        """Make sure that the rows outlive the process."""
        if self.output is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

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
        if self.output is None:
            return
        self._file.close()
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


def _parsed(text):
    """Return what is in a line; nothing where it was torn or damaged."""
    try:
        line = json.loads(text) if text.endswith(b"\n") else {}
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _lock(file, output):
    """Keep other processes off until this one ends, however it does."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise ValueError(
            f"Another process is writing {str(output)!r}. Wait for it, or choose "
            "another --output."
        ) from None
    except OSError:  # a file system that knows no locks
        return
