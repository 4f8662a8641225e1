"""Parts of a table that are done, kept on disk until all of it is."""

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import sys
from pathlib import Path

from sklmag.cli._terminal import write_table

FORMATS = (".csv", ".parquet", ".xlsx")


class PartStore:
    """The finished parts of a table that takes long, each in a file of its own.

    A part is there when its note is: a run that was ended in the middle of one loses
    that one. The next run of the same command goes on with the parts whose input has
    not changed. One process at a time writes. Nothing is in memory but one part.

    Parameters
    ----------
    output : Path or None
        The table; the parts lie beside it in ``.<name>.parts``. None is standard
        output; then they lie in a folder for temporary files.
    settings : str
        What is run; another run does not go on with these parts.
    is_folder : bool, default=False
        Whether the output is a folder of Parquet files.

    Raises
    ------
    ValueError
        Where another process is at work on the same table.
    """

    def __init__(self, output, *, settings, is_folder=False):
        self.output, self.is_folder = output, is_folder
        suffix = ".csv" if output is None else output.suffix
        self._suffix = ".parquet" if is_folder else suffix
        self._settings, self._lock, self._finished = settings, None, False

    def __enter__(self):
        from filelock import FileLock, Timeout

        from sklmag.cli._interrupt import temporary_folder

        self._ends = contextlib.ExitStack()
        if self.output is None:
            self.folder = Path(self._ends.enter_context(temporary_folder()))
        else:
            self.folder = self.output.with_name(f".{self.output.name}.parts")
            _make_folder(self.folder)
            self._lock = FileLock(f"{self.folder}.lock", timeout=0)
            try:
                self._lock.acquire()
            except Timeout:
                raise ValueError(
                    f"Another process is writing {str(self.output)!r}. Wait for it, or "
                    "choose another --output."
                ) from None
            self.folder.mkdir(exist_ok=True)
        self._begin()
        return self

    def __exit__(self, *exception):
        self._ends.close()
        if self._finished:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            if self._finished:
                with contextlib.suppress(OSError):
                    os.unlink(self._lock.lock_file)
            self._lock.release()

    def _begin(self):
        """Forget the parts of another run."""
        note = self.folder / "settings.json"
        try:
            known = json.loads(note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = None
        wanted = [self._settings, self._suffix]
        if known != wanted:
            shutil.rmtree(self.folder)
            self.folder.mkdir()
            _write_whole(note, json.dumps(wanted).encode())

    # -- parts --------------------------------------------------------------------

    def _path(self, number):
        return self.folder / f"{number:07d}{self._suffix}"

    def note_of(self, number, stamp):
        """Return the note of a part that is done from the same input, or None."""
        try:
            note = json.loads(
                self._path(number).with_suffix(".json").read_text(encoding="utf-8")
            )
            is_whole = self._path(number).stat().st_size == note["n_bytes"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return note if is_whole and note["stamp"] == stamp else None

    def add(self, number, stamp, table, n_lead, errors):
        """Write a part, and then its note.

        Parameters
        ----------
        number : int
            Which part it is.
        stamp : str
            What its input is, with all that decides about the rows.
        table : DataFrame
            Its rows.
        n_lead : int
            How many columns say what a row belongs to; more are there where at least
            one row was worked out.
        errors : dict of int to str
            Row of the whole table, and why nothing is in it.
        """
        path = self._path(number)
        content = _written(table, self._suffix)
        path.with_suffix(".json").unlink(missing_ok=True)
        _write_whole(path, content)
        note = {
            "stamp": stamp,
            "n_bytes": len(content),
            "n_rows": len(table),
            "n_lead": n_lead,
            "columns": list(map(str, table.columns)),
            "errors": {str(row): why for row, why in errors.items()},
        }
        _write_whole(path.with_suffix(".json"), json.dumps(note).encode())

    # -- the whole ----------------------------------------------------------------

    def finish(self, n_parts, columns=None):
        """Put the parts together in one move; they are not needed any more.

        Parameters
        ----------
        n_parts : int
            How many there are.
        columns : list of str, default=None
            Columns behind those that lead, for the case that no row was worked out.
        """
        notes = [
            json.loads(self._path(k).with_suffix(".json").read_text(encoding="utf-8"))
            for k in range(n_parts)
        ]
        full = [n["columns"] for n in notes if len(n["columns"]) > n["n_lead"]]
        lead = notes[0]["columns"][: notes[0]["n_lead"]] if notes else []
        names = full[0] if full else [*lead, *(columns or [])]
        paths = [self._path(k) for k in range(n_parts)]
        if self.output is None:
            _show(paths, notes, names)
            return
        draft = self.output.with_name(f".{self.output.name}.draft{self._suffix}")
        try:
            if self.is_folder:
                _fill_folder(self.output, paths, names)
            else:
                _MERGES[self._suffix](paths, notes, names, draft)
                os.replace(draft, self.output)
        finally:
            draft.unlink(missing_ok=True)
        self._finished = True


def _show(paths, notes, names):
    """Write to standard output: in columns where a terminal is, and few rows."""
    if not sys.stdout.isatty():
        _merge_csv(paths, notes, names, sys.stdout)
        return
    import pandas as pd

    whole = io.StringIO()
    _merge_csv(paths, notes, names, whole)
    whole.seek(0)
    write_table(pd.read_csv(whole, keep_default_na=False, na_values=[""]))


def _make_folder(folder):
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise ValueError(
            f"{str(folder)!r} is a file, where the parts are to lie. Remove it."
        ) from None


def _write_whole(path, content):
    """Write a file that is there whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(content)
    os.replace(draft, path)


def _written(table, suffix):
    if suffix == ".csv":
        return table.to_csv(index=False, lineterminator="\n").encode()
    if suffix == ".parquet":
        whole = io.BytesIO()
        _of_one_type_each(table).to_parquet(whole, index=False)
        return whole.getvalue()
    rows = [[_plain(value) for value in row] for row in table.itertuples(index=False)]
    return json.dumps(rows).encode()


def _plain(value):
    return getattr(value, "item", lambda: value)()


def _of_one_type_each(table):
    """Return a table that Parquet can hold: columns of several types become text."""
    mixed = [
        name
        for name in table
        if table[name].dtype == object and table[name].dropna().map(type).nunique() > 1
    ]
    return table.assign(**{n: table[n].map(str, na_action="ignore") for n in mixed})


def _merge_csv(paths, notes, names, target):
    """Write a header and the lines of all parts, to a path or an open file."""
    with contextlib.ExitStack() as stack:
        if isinstance(target, Path):
            target = stack.enter_context(
                open(target, "w", encoding="utf-8", newline="")
            )
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(names)
        for path, note in zip(paths, notes, strict=True):
            with open(path, encoding="utf-8", newline="") as part:
                if note["columns"] == names:
                    part.readline()
                    shutil.copyfileobj(part, target)
                    continue
                blanks = [""] * (len(names) - len(note["columns"]))
                rows = csv.reader(part)
                next(rows)
                writer.writerows([*row, *blanks] for row in rows)


def _merge_parquet(paths, notes, names, draft):
    """Write the parts as row groups of one file."""
    import pyarrow.parquet as pq

    schema = _common_schema(paths, names)
    with pq.ParquetWriter(draft, schema) as writer:
        for path in paths:
            writer.write_table(_in_schema(pq.read_table(path), schema))


def _fill_folder(folder, paths, names):
    import pyarrow.parquet as pq

    schema = _common_schema(paths, names)
    folder.mkdir(exist_ok=True)
    for old in folder.glob("part-*.parquet"):
        old.unlink()
    for k, path in enumerate(paths):
        draft = folder / f".part-{k:07d}.parquet"
        pq.write_table(_in_schema(pq.read_table(path), schema), draft)
        os.replace(draft, folder / f"part-{k:07d}.parquet")


def _common_schema(paths, names):
    """Return one schema for all parts: a column of whole numbers may have gaps."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {}
    for path in paths:
        for field in pq.read_schema(path).remove_metadata():
            kinds.setdefault(field.name, set()).add(field.type)
    fields = []
    for name in names:
        known = {kind for kind in kinds.get(name, ()) if kind != pa.null()}
        if len(known) > 1:
            numeric = all(
                pa.types.is_integer(k) or pa.types.is_floating(k) for k in known
            )
            known = {pa.float64() if numeric else pa.string()}
        fields.append(pa.field(name, known.pop() if known else pa.float64()))
    return pa.schema(fields)


def _in_schema(table, schema):
    import pyarrow as pa

    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _merge_excel(paths, notes, names, draft):
    """Write a sheet in which every text is text: none is run as a formula of Excel."""
    import pandas as pd
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    rows = []
    for path in paths:
        part = json.loads(path.read_text(encoding="utf-8"))
        rows += [[*row, *[None] * (len(names) - len(row))] for row in part]
    table = pd.DataFrame(rows, columns=names).replace(
        ILLEGAL_CHARACTERS_RE, "", regex=True
    )
    with pd.ExcelWriter(draft, engine="openpyxl") as writer:
        table.to_excel(writer, index=False)
        for row in writer.book.active.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


_MERGES = {".csv": _merge_csv, ".parquet": _merge_parquet, ".xlsx": _merge_excel}


def stamp(path):
    """Return size and time of a file, which tell whether it has changed, or None."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


def digest(*values):
    """Return a short name for some plain values."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:32]
