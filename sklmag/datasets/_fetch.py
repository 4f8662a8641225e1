"""Data sets that can be downloaded, and are when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklmag._utils._download import download, is_as_downloaded
from sklmag._utils._paths import data_home as _data_home
from sklmag.datasets._registry import REGISTRY
from sklmag.exceptions import DownloadError

if TYPE_CHECKING:
    import os
    from pathlib import Path


def fetch_file(
    name: str,
    *,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    verbose: int | bool = 0,
) -> Path:
    """Return the path of a registered file, downloaded where it is missing.

    Parameters
    ----------
    name : str
        Name in the registry, such as ``"matbench_steels"``.
    data_home : str or path-like, default=None
        Folder; by default that of :func:`sklmag.datasets.data_home`.
    download_if_missing : bool, default=True
        Whether to download; False raises where the file is not there.
    n_retries : int, default=3
        Attempts after a failed one.
    delay : float, default=1.0
        Seconds before the first repetition; each next one waits twice as long.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DownloadError
        If the file is not there and cannot be downloaded, or has another checksum
        than the registry; the text says where to get it and where to put it.
    """
    if name not in REGISTRY:
        raise ValueError(
            f"{name!r} is not a registered data set. Known: {', '.join(REGISTRY)}."
        )
    remote = REGISTRY[name]
    path = _data_home(data_home) / remote.filename
    known = remote.checksum
    if path.exists() and (known is None or is_as_downloaded(path, known)):
        return path
    if not download_if_missing:
        raise DownloadError(
            f"{path} is not there and downloading is off. {_way(remote, path)}"
            if not path.exists()
            else f"{path} is damaged, or another file. {_way(remote, path)}"
        )
    try:
        download(
            remote.url,
            path,
            checksum=known,
            n_retries=n_retries,
            delay=delay,
            verbose=verbose,
        )
    except OSError as error:
        raise DownloadError(f"{name!r}: {error} {_way(remote, path)}") from error
    return path


def _way(remote, path):
    checksum = f" ({remote.checksum})" if remote.checksum else ""
    return f"Get it from {remote.url}{checksum} and save it as {path}."
