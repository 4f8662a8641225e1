"""Downloading: atomic, checked, repeated on failure, and never in the way offline."""

import time

from sklmag import __version__
from sklmag._utils._paths import data_home as _data_home
from sklmag.datasets._registry import REGISTRY
from sklmag.exceptions import DownloadError


def fetch_file(
    name, *, data_home=None, download_if_missing=True, n_retries=3, delay=1.0, verbose=0
):
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
    if path.exists() and _checksum_agrees(path, remote):
        return path
    if not download_if_missing:
        raise DownloadError(
            f"{path} is not there and downloading is off. {_way(remote, path)}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    attempt = 0
    while True:
        try:
            return _download(remote, path, verbose)
        except (OSError, ValueError) as error:  # pooch's checksum error is a ValueError
            if attempt == n_retries:
                raise DownloadError(
                    f"Downloading {name!r} failed after {attempt + 1} attempts: "
                    f"{error} {_way(remote, path)}"
                ) from error
        time.sleep(delay * 2**attempt)
        attempt += 1


def _download(remote, path, verbose):
    """Download to a temporary file, check it, and move it into place."""
    import pooch

    downloader = pooch.HTTPDownloader(
        headers={"User-Agent": f"sklmag/{__version__}"}, progressbar=bool(verbose)
    )
    checksum = f"sha256:{remote.sha256}" if remote.sha256 else None
    found = pooch.retrieve(
        remote.url,
        known_hash=checksum,
        fname=path.name,
        path=path.parent,
        downloader=downloader,
    )
    return path.parent / found


def _checksum_agrees(path, remote):
    if remote.sha256 is None:
        return True
    import pooch

    return pooch.file_hash(str(path)) == remote.sha256


def _way(remote, path):
    checksum = f" (sha256 {remote.sha256})" if remote.sha256 else ""
    return f"Get it from {remote.url}{checksum} and save it as {path}."
