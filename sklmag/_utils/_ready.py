"""The files of the ready models that come with the package."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def ready_entries():
    """Return what is known of each ready model, by name."""
    return json.loads((_folder() / "ready.json").read_text(encoding="utf-8"))


def ready_file(name):
    """Return the file of a ready model; another content than it was made with raises.

    Parameters
    ----------
    name : str
        One of `ready_entries`.

    Returns
    -------
    Path
    """
    path = _folder() / f"{name}.sklmag"
    expected = ready_entries()[name]["sha256"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path} is not the ready model {name!r} as it was made: its sha256 is "
            f"{found} in place of {expected}. Install sklmag anew."
        )
    return path


def file_or_ready(name):
    """Return a path as it is, or that of a ready model where no file has this name."""
    if not Path(name).exists() and str(name) in ready_entries():
        return ready_file(str(name))
    return name


def _folder():
    return Path(str(files("sklmag.pretrained"))) / "files"
