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

    def __enter__(self):
        lines = self._read()
        self.rows = {line["file"]: line for line in lines}
        self._file = open(self.path, "a", encoding="utf-8")
        if self.path.stat().st_size == 0:
            self._write(self.head)
        return self

    def _read(self):
        """Return the lines of the same run, and cut off what follows the last whole."""
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        lines = [json.loads(line) for line in whole.splitlines()]
        if not lines or lines[0] != self.head:
            whole, lines = b"", [{}]
        with open(self.path, "r+b") as file:
            file.truncate(len(whole))
        return lines[1:]

    def __contains__(self, path):
        line = self.rows.get(str(path))
        return line is not None and line["stamp"] == _stamp(path)

    def add(self, path, row):
        """Append a row."""
        line = {
            "file": str(path),
            "stamp": _stamp(path),
            "row": [float(v) for v in row],
        }
        self.rows[str(path)] = line
        self._write(line)

    def _write(self, line):
        self._file.write(json.dumps(line) + "\n")

    def flush(self):
        """Make sure that the rows outlive the process."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self, paths):
        """Write the table in the order of the paths, and remove the journal."""
        import numpy as np
        import pandas as pd

        empty = [np.nan] * len(self.columns)
        rows = [self.rows[str(p)]["row"] if p in self else empty for p in paths]
        table = pd.DataFrame(rows, columns=self.columns, dtype=float)
        table.insert(0, "file", [str(path) for path in paths])
        draft = self.output.with_name(f".{self.output.name}.draft{self.output.suffix}")
        if self.output.suffix == ".parquet":
            table.to_parquet(draft, index=False)
        else:
            table.to_csv(draft, index=False)
        os.replace(draft, self.output)
        self._file.close()
        self.path.unlink()

    def __exit__(self, *exception):
        self._file.close()


def _stamp(path):
    """Return size and time of a file, which tell whether it has changed."""
    status = Path(path).stat()
    return [status.st_size, status.st_mtime_ns]
