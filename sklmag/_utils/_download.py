"""Downloading large files: resumed where they broke off, and checked."""

import hashlib
import os
import time
import urllib.error
import urllib.request

from sklmag import __version__
from sklmag._utils._progress import progress
from sklmag.exceptions import DownloadError

_CHUNK = 1 << 20


def download(url, path, *, checksum=None, n_retries=3, delay=1.0, verbose=0):
    """Download a file to a path, and go on with what an earlier attempt has left.

    Parameters
    ----------
    url : str
        Address.
    path : Path
        Where the file goes; what is not whole yet ends in ``.part``.
    checksum : str, default=None
        Algorithm and digest, such as ``"md5:900150983cd24fb0d6963f7d28e17f72"``.
    n_retries : int, default=3
        Attempts after a failed one.
    delay : float, default=1.0
        Seconds before the first repetition; each next one waits twice as long.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Raises
    ------
    DownloadError
        Where all attempts fail, or the checksum is another.
    """
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(n_retries + 1):
        try:
            _continue(url, part, verbose)
            break
        except OSError as error:
            if attempt == n_retries:
                raise DownloadError(
                    f"Downloading {url} failed after {attempt + 1} attempts: {error}."
                ) from error
        time.sleep(delay * 2**attempt)
    found = checksum and file_checksum(part, checksum.split(":")[0])
    if found != checksum:
        part.unlink()
        raise DownloadError(
            f"What {url} sent has the checksum {found} in place of {checksum}: it is "
            "damaged, or another file. It was removed."
        )
    os.replace(part, path)


def file_checksum(path, algorithm):
    """Return algorithm and digest of a file."""
    with open(path, "rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def _continue(url, part, verbose):
    """Append to a part what follows it on the server."""
    done = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": f"sklmag/{__version__}"}
    if done:
        headers["Range"] = f"bytes={done}-"
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=60
        )
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 416 and done:  # nothing follows: the part is whole
                return
            raise
    with answer:
        resumed = answer.status == 206
        expected = int(answer.headers.get("Content-Length", 0))
        chunks = iter(lambda: answer.read(_CHUNK), b"")
        bar = progress(
            chunks,
            verbose=verbose,
            total=-(-expected // _CHUNK),
            desc=part.stem,
            unit="MB",
        )
        received = 0
        with open(part, "ab" if resumed else "wb") as file:
            for chunk in bar:
                received += file.write(chunk)
    if received < expected:
        raise OSError(f"the connection broke off after {received} of {expected} bytes")
