"""What a command works on: structure files, tables, formulas, standard input."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklmag.cli._parts import digest, stamp
from sklmag.cli._streams import ROWS, StreamedTable, is_large, is_parquet_folder
from sklmag.cli._work import Part
from sklmag.exceptions import StructureError

_FILES = 64  # structures of a part
_DATABASE = "optimade:"
# what a first line may say that holds no formula
_TITLES = {
    "formula", "formulas", "composition", "compositions", "alloy", "alloys", "compound",
    "compounds", "material", "materials", "name", "names",
}  # fmt: skip


@dataclass
class Inputs:
    """The items of a command, in order.

    Parameters
    ----------
    kind : {"structure", "formula", "table"}
        What they are.
    items : list of Path, list of str, or DataFrame
        What is read or predicted from.
    lead : DataFrame
        The columns of the output that say which item a row belongs to.
    keys : list of str
        A name for each, that the next run gives it again.
    stamps : callable
        Gives for a place the stamp of the file that the item is in.
    name : str, default="the table"
        The file of a table.
    noun : str, default="File"
        What a structure is in errors.
    """

    kind: str
    items: Any
    lead: Any
    keys: list
    stamps: Any
    name: str = "the table"
    noun: str = "File"

    @property
    def n_rows(self):
        """How many rows there are."""
        return len(self.keys)

    @property
    def n_parts(self):
        """How many parts there are."""
        return -(-len(self.keys) // self._size)

    @property
    def _size(self):
        return _FILES if self.kind == "structure" else ROWS

    def fit_to(self, model):
        """Keep what a model predicts from; return the model that takes it."""
        from sklmag.tasks import inputs_for

        model, self.items = inputs_for(
            model, self.kind, self.items, name=self.name, folder=Path(self.name).parent
        )
        return model

    def take_column(self, name):
        """Keep one column of a table alone."""
        self.items = self.items[name]

    def parts(self):
        """Yield the parts that are worked on, always the same."""
        for number in range(self.n_parts):
            first = number * self._size
            places = range(first, min(first + self._size, len(self.keys)))
            keys = [self.keys[i] for i in places]
            mark = digest(keys, [self.stamps(i) for i in places])
            lead = self.lead.iloc[places]
            yield Part(number, first, self.part(places), lead, keys, mark)

    def part(self, places):
        """Return the items at some places."""
        if hasattr(self.items, "iloc"):
            return self.items.iloc[places]
        return [self.items[i] for i in places]

    def named(self, part, place, why):
        """Return a reason that names its item."""
        if self.kind == "table":
            return f"Row {part.first + place}: {why}"
        if self.kind == "structure" and part.keys[place] not in why:
            return f"{self.noun} {part.keys[place]!r}: {why}"
        return why


def read_inputs(arguments, *, wanted=None):
    """Return the inputs that the words of a command line name.

    Parameters
    ----------
    arguments : Namespace
        With ``inputs``: tables, structure files and folders, formulas, a database as
        ``optimade:PROVIDER?FILTER``, or ``-``.
    wanted : str, default=None
        The kind that is needed, which decides what a word that is no file means.

    Returns
    -------
    Inputs

    Raises
    ------
    ValueError
        For what is no file and no formula, and for several kinds at once.
    """
    from sklmag.tasks._tables import is_table

    words, decimal = arguments.inputs, getattr(arguments, "decimal", None)
    if any(word.startswith(_DATABASE) for word in words):
        if len(words) > 1:
            raise ValueError(f"{', '.join(words)}: one database at a time.")
        return _database(words[0], verbose=not arguments.quiet)
    is_one = {word: is_table(word) or is_parquet_folder(word) for word in words}
    if "-" in words or any(is_one.values()):
        if len(words) > 1:
            raise ValueError(f"{', '.join(words)}: one table at a time.")
        if is_large(words[0]):
            return StreamedTable(words[0], decimal)
        return _table(words[0], decimal)
    if wanted == "formula" or _are_formulas(words):
        return _formulas(words)
    return _structures(arguments)


def _table(word, decimal):
    from sklmag.tasks import read_table

    if word == "-":
        table, mark = _standard_input(decimal)
    else:
        table, mark = read_table(word, decimal=decimal), stamp(word)
    for note in table.attrs.get("notes", []):
        sys.stderr.write(f"{note}\n")
    keys = [f"{word}:{i}" for i in range(len(table))]
    return Inputs("table", table, table, keys, lambda i: mark, word)


def _standard_input(decimal):
    """Read a CSV table, or formulas, one a line, from standard input; its checksum."""
    import hashlib
    import io

    import pandas as pd

    from sklmag.tasks import read_table
    from sklmag.tasks._encoding import decoded

    content = sys.stdin.buffer.read()
    mark = [hashlib.sha256(content).hexdigest()]
    lines = [line.strip() for line in decoded(content).splitlines() if line.strip()]
    if not lines:
        raise ValueError("There is nothing on standard input.")
    if not any(map(_has_columns, lines)) and any(map(_is_formula, lines)):
        lines = [line for line in lines if not line.startswith("#")]
        lines = lines[1:] if _TITLES & set(lines[0].lower().split()) else lines
        return pd.DataFrame({"formula": lines}), mark
    return read_table(io.BytesIO(content), "-", decimal=decimal), mark


def _has_columns(line):
    """Tell separators from commas in formulas: (Nd0.8,Dy0.2)15Fe77B8, Fe0,5Co0,5."""
    is_decimal = re.search(r",\d+[A-Z(\[]", line)
    if _is_formula(line) and (is_decimal or not re.search(r",\s*[-+.\d]+$", line)):
        return False
    line = re.sub(r"\([^()]*\)", "", line)
    return bool(re.search(r"[;\t|]|,(?!\d+[A-Z(\[])", line))


def _are_formulas(words):
    """Tell formulas, of which some may be misspelt, from names of files."""
    import glob

    if any(Path(word).exists() or glob.glob(word) for word in words):
        return False
    return any(map(_is_formula, words))


def _is_formula(word):
    from sklmag.composition._process_table import bad_formula

    return bad_formula(word) is None


def _formulas(words):
    import pandas as pd

    table = pd.DataFrame({"formula": words})
    keys = [f"{i}: {word}" for i, word in enumerate(words)]
    return Inputs("formula", words, table, keys, lambda i: None)


def _database(word, verbose):
    """Return the crystals that a database gives for ``optimade:PROVIDER?FILTER``."""
    from sklmag.datasets import fetch_structures

    provider, _, asked = word.removeprefix(_DATABASE).partition("?")
    found = fetch_structures(
        provider, asked.removeprefix("filter="), on_error="nan", verbose=verbose
    )
    lead = found.frame.drop(columns=["structure", "retrieved"])
    items = list(found.data["structure"])
    for row, why in found.errors.items():
        items[row] = StructureError(why)
    stamps = list(lead["last_modified"])
    return Inputs(
        "structure", items, lead, list(lead["id"]), stamps.__getitem__, noun="Entry"
    )


def _structures(arguments):
    import pandas as pd

    paths = _structure_files(arguments.inputs)
    if arguments.output:
        output = Path(arguments.output).resolve()
        paths = [path for path in paths if path.resolve() != output]
    # a name on disk may be no UTF-8, a table is
    names = [os.fsencode(path).decode(errors="backslashreplace") for path in paths]
    table = pd.DataFrame({"file": names})
    return Inputs(
        "structure", paths, table, [str(p) for p in paths], lambda i: stamp(paths[i])
    )


def _structure_files(words):
    """Return all files; one that is missing among others fails as a row of its own."""
    from sklmag.structure import find_structure_files

    missing = [w for w in words if not Path(w).exists() and not set("*?[") & set(w)]
    if len(missing) == len(words):
        return find_structure_files(words)
    there = [word for word in words if word not in missing]
    return [*find_structure_files(there), *map(Path, missing)]
