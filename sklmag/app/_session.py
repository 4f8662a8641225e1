"""What one visitor has uploaded, trained and found; nobody else sees it."""

import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from sklmag.app._limits import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_MODEL_BYTES,
    MAX_SESSION_BYTES,
)
from sklmag.persistence._chain import MissingWeights
from sklmag.tasks import open_any, read_table
from sklmag.tasks._tables import is_table

_MAX_TABLE_BYTES = 200_000_000  # unpacked
_LAYERS_OF = {".params": ".json", ".data": ""}  # of MXNet, and of net.onnx.data
_MODELS = (".sklmag", ".onnx", *_LAYERS_OF)


class Session:
    """Files, models, work and results of one visitor, kept from page to page.

    Parameters
    ----------
    root : Path
        Where the folder is made.
    shared : dict of str to SavedModel
        Models that are there from the beginning.

    Attributes
    ----------
    folder : Path
        Where uploads and trained models lie.
    models : dict of str to SavedModel
        What can be chosen.
    works : dict of str to Work
        What each tab has running, or has found.
    form : dict
        What stands in the fields of the page.
    tables : dict of str to (str, DataFrame)
        Name and content of the table of each tab.
    files : dict of str to dict of str to Path
        The structure files of each tab.
    campaign : Campaign or None
        The one of the visit.
    trained : list of dict
        What each training of the visit has come to.
    n_pages : int
        Pages that show it now.
    seen : float
        When the last of them was there.
    """

    def __init__(self, root, shared):
        self.folder = Path(tempfile.mkdtemp(prefix="session-", dir=root))
        self.models = dict(shared)
        self.works, self.form, self.tables, self.files = {}, {}, {}, {}
        self.campaign, self.trained = None, []
        self.n_pages, self.seen = 0, 0.0
        self._sizes = {}

    @property
    def is_busy(self):
        """Whether a page shows it, or something runs."""
        return self.n_pages > 0 or any(not w.is_over for w in self.works.values())

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
        is_model = kind_of(Path(safe)) == "model"
        limit = MAX_MODEL_BYTES if is_model else MAX_FILE_BYTES
        if len(content) > limit:
            raise ValueError(
                f"{safe} has {len(content) / 1e6:.0f} MB; a "
                f"{'model' if is_model else 'file'} may have {limit / 1e6:.0f} MB at "
                "most."
            )
        sizes = self._sizes | {safe: len(content)}
        if sum(sizes.values()) > MAX_SESSION_BYTES or len(sizes) > MAX_FILES:
            raise ValueError(
                f"{safe}: all files together may have {MAX_SESSION_BYTES / 1e6:.0f} "
                f"MB and be {MAX_FILES}. 'Forget all' below makes room."
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
        """Open a model file, so that it can be chosen; return its name.

        A file of weights opens the layers that they belong to, and is kept for them
        where they are still to come.
        """
        if path.suffix in _LAYERS_OF:
            path = path.with_suffix(_LAYERS_OF[path.suffix])
            if not path.is_file():
                raise MissingWeights(f"Now upload the layers, {path.name}.")
        self.models[path.name] = open_any(path)
        return path.name

    def close(self):
        """End the work of the visit, and remove all that was uploaded."""
        for work in self.works.values():
            work.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)


def safe_name(name):
    """Return the last part of a name, with nothing in it that means anything."""
    last = re.split(r"[/\\]", str(name))[-1]
    safe = re.sub(r"[^\w.+-]", "_", last).lstrip(".")[-100:]
    if not re.search(r"[^\W_]", safe):
        raise ValueError(f"{last!r} is no name of a file. Rename it.")
    return safe


def files_of(path, session):
    """Return a file, or those that a zip archive holds, each kept as an upload."""
    if path.suffix.lower() != ".zip":
        return [path]
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{path.name} is no zip archive, or it is cut off: pack it anew."
        ) from error
    with archive:
        parts = [part for part in archive.infolist() if not part.is_dir()]
        size = sum(part.file_size for part in parts)
        if size > MAX_SESSION_BYTES or len(parts) > MAX_FILES:
            raise ValueError(
                f"{path.name} holds {len(parts)} files of {size / 1e6:.0f} MB; "
                f"{MAX_FILES} files of {MAX_SESSION_BYTES / 1e6:.0f} MB are the most."
            )
        found = [session.keep(part.filename, archive.read(part)) for part in parts]
    if not found:
        raise ValueError(f"{path.name} is empty.")
    return found


def table_of(path):
    """Return an uploaded table."""
    return read_table(path, path.name, max_bytes=_MAX_TABLE_BYTES)


def kind_of(path):
    """Tell a model file and a table from what is taken for a structure."""
    if path.suffix in _MODELS:
        return "model"
    return "table" if is_table(path.name) else "structure"
