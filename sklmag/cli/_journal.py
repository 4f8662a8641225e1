"""Rows that are done, kept on disk until the whole table is."""

import json
import os
from pathlib import Path


class Journal:
    """The finished rows of a table that takes long, one line for each.

    A line is appended when a row is done, and read back by the next run of the same
    command; one that was torn by the end of a process is dropped. Files that have
    changed since are done again.

    Parameters
    ----------
    output : Path
        The table; the journal lies beside it as ``.<name>.journal``.
    settings : str
        What was run; another run does not go on with these rows.
    columns : list of str
        Names of the numbers in a row.
    """

    def __init__(self, output, *, settings, columns):
        self.output, self.columns = output, columns
        self.path = output.with_name(f".{output.name}.journal")
        self.head = {"settings": settings, "columns": columns}
        self.rows = {}
        self._is_done = False

    def __enter__(self):
        self._file = open(self.path, "a+b")
        _lock(self._file, self.output)
        self.rows = {line["file"]: line for line in self._read()}
        if self.path.stat().st_size == 0:
            self._write(self.head)
        return self

    def _read(self):
        """Return the lines of the same run, and cut off what follows the last whole."""
        self._file.seek(0)
        lines, n_whole = [], 0
        for text in self._file:
            line = _parsed(text)
            if "file" not in line if lines else line != self.head:
                break
            lines.append(line)
            n_whole += len(text)
        self._file.truncate(n_whole)
        return lines[1:]

    def has(self, path):
        """Tell whether there is a row of a file as it is now; forget another."""
        line = self.rows.get(str(path))
        if line is not None and line["stamp"] != stamp(path):
            del self.rows[str(path)]
        return str(path) in self.rows

    def add(self, path, stamp, row):
        """Append a row, with the stamp that the file had before it was read."""
        line = {
            "file": str(path),
            "stamp": stamp,
            "row": [float(v) for v in row],
        }
        self.rows[str(path)] = line
        self._write(line)

    def _write(self, line):
        self._file.write(json.dumps(line).encode() + b"\n")

    def flush(self):
        """Make sure that the rows outlive the process."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self, paths):
        """Write the table in the order of the paths, and remove the journal."""
        import numpy as np
        import pandas as pd

        empty = {"row": [np.nan] * len(self.columns)}
        rows = [self.rows.get(str(path), empty)["row"] for path in paths]
        table = pd.DataFrame(rows, columns=self.columns, dtype=float)
        # a name on disk may be no UTF-8, a table is
        names = [os.fsencode(path).decode(errors="backslashreplace") for path in paths]
        table.insert(0, "file", names)
        draft = self.output.with_name(f".{self.output.name}.draft{self.output.suffix}")
        if self.output.suffix == ".parquet":
            table.to_parquet(draft, index=False)
        else:
            table.to_csv(draft, index=False)
        os.replace(draft, self.output)
        self._is_done = True

    def __exit__(self, *exception):
        self._file.close()
        if self._is_done:
            self.path.unlink()


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
