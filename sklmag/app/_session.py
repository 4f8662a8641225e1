"""What one visitor has uploaded and trained; nobody else sees it."""

import re
import shutil
import tempfile
from pathlib import Path

from sklmag.app._jobs import Jobs
from sklmag.app._limits import MAX_FILE_BYTES, MAX_FILES, MAX_SESSION_BYTES
from sklmag.persistence import open_model
from sklmag.tasks import read_table
from sklmag.tasks._tables import is_table

_MAX_TABLE_BYTES = 200_000_000  # unpacked


class Session:
    """Files and models of one visitor, in a folder that goes with the visit.

    Parameters
    ----------
    root : Path
        Where the folder is made.
    shared : dict of str to SavedModel
        Models that are there from the beginning.
    """

    def __init__(self, root, shared):
        self.folder = Path(tempfile.mkdtemp(prefix="session-", dir=root))
        self.models = dict(shared)
        self.jobs = Jobs()
        self._sizes = {}

    def keep(self, name, content):
        """Store an uploaded file.

        Parameters
        ----------
        name : str
            What the browser calls it; only its last part is used, and only letters,
            digits, dots, dashes and underscores of that, with a number behind it where
            the name is taken.
        content : bytes
            The file.

        Returns
        -------
        Path

        Raises
        ------
        ValueError
            For a name without such letters, and beyond the limits of size and number.
        """
        safe = self.free_name(safe_name(name))
        if len(content) > MAX_FILE_BYTES:
            raise ValueError(
                f"{safe} has {len(content) / 1e6:.0f} MB; a file may have "
                f"{MAX_FILE_BYTES / 1e6:.0f} MB at most."
            )
        sizes = self._sizes | {safe: len(content)}
        if sum(sizes.values()) > MAX_SESSION_BYTES or len(sizes) > MAX_FILES:
            raise ValueError(
                f"{safe}: all files together may have {MAX_SESSION_BYTES / 1e6:.0f} "
                f"MB and be {MAX_FILES}. Reload the page to begin anew."
            )
        path = self.folder / safe
        path.write_bytes(content)
        self._sizes = sizes
        return path

    def free_name(self, name):
        """Return a name that no file and no model has, by a number if need be."""
        path, k = Path(name), 1
        while (self.folder / path.name).exists() or path.name in self.models:
            k += 1
            path = Path(name).with_stem(f"{Path(name).stem}-{k}")
        return path.name

    def add_model(self, path):
        """Open a model file, so that it can be chosen; return its name."""
        self.models[path.name] = open_model(path)
        return path.name

    def close(self):
        """End the work of the visit, and remove all that was uploaded."""
        self.jobs.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def safe_name(name):
    """Return the last part of a name, with nothing in it that means anything."""
    last = re.split(r"[/\\]", str(name))[-1]
    safe = re.sub(r"[^\w.+-]", "_", last).lstrip(".")[-100:]
    if not re.search(r"[^\W_]", safe):
        raise ValueError(f"{last!r} is no name of a file. Rename it.")
    return safe


def table_of(path):
    """Return an uploaded table."""
    return read_table(path, path.name, max_bytes=_MAX_TABLE_BYTES)


def kind_of(path):
    """Tell a model file and a table from what is taken for a structure."""
    if path.suffix == ".sklmag":
        return "model"
    return "table" if is_table(path.name) else "structure"
