"""The one downloader: resumed where it broke off, repeated, checked, and once only."""

import hashlib
import json
import os
import time
import urllib.error
import urllib.request

from sklmag import __version__
from sklmag._utils._progress import progress
from sklmag.exceptions import DownloadError

_CHUNK = 1 << 20
_TIMEOUT = 60  # s without a byte


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
    _retried(lambda: _continue(url, part, verbose), url, n_retries, delay)
    if checksum and file_checksum(part, checksum) != checksum:
        found = file_checksum(part, checksum)
        part.unlink()
        raise DownloadError(
            f"What {url} sent has the checksum {found} in place of {checksum}: it is "
            "damaged, or another file. It was removed."
        )
    os.replace(part, path)
    if checksum:
        _remember(path, checksum)


def read_url(url, *, n_retries=3, delay=1.0):
    """Return what an address answers, for what is small; retried like a download."""

    def read():
        with _opened(url) as answer:
            return answer.read()

    return _retried(read, url, n_retries, delay)


def is_as_downloaded(path, checksum):
    """Tell whether a file that is there has a checksum.

    It is computed once, and again where size or time of the file have changed since.

    Parameters
    ----------
    path : Path
        The file.
    checksum : str
        Algorithm and digest.

    Returns
    -------
    bool
    """
    if _remembered(path) == checksum:
        return True
    agrees = file_checksum(path, checksum) == checksum
    if agrees:
        _remember(path, checksum)
    return agrees


def known_checksum(path):
    """Return the checksum with which a file was downloaded, or None."""
    try:
        return json.loads(_note(path).read_text())["checksum"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def file_checksum(path, like):
    """Return algorithm and digest of a file, by the algorithm of another checksum."""
    algorithm = like.partition(":")[0]
    with open(path, "rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def _retried(act, url, n_retries, delay):
    """Return what an attempt gives; each next one waits twice as long."""
    for attempt in range(n_retries + 1):
        try:
            return act()
        except OSError as error:
            if attempt == n_retries:
                raise DownloadError(
                    f"Downloading {url} failed after {attempt + 1} attempts: {error}."
                ) from error
        time.sleep(delay * 2**attempt)


def _opened(url, **headers):
    headers["User-Agent"] = f"sklmag/{__version__}"
    request = urllib.request.Request(url, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        raise


def _continue(url, part, verbose):
    """Append to a part what follows it on the server."""
    done = part.stat().st_size if part.exists() else 0
    try:
        answer = _opened(url, **({"Range": f"bytes={done}-"} if done else {}))
    except urllib.error.HTTPError as error:
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


def _note(path):
    return path.with_name(f".{path.name}.verified")


def _state(path):
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _remember(path, checksum):
    note = {"checksum": checksum, "state": _state(path)}
    try:
        _note(path).write_text(json.dumps(note))
    except OSError:  # a folder that cannot be written is verified each time
        return


def _remembered(path):
    """Return the checksum that a file had when it was as it is now, or None."""
    try:
        note = json.loads(_note(path).read_text())
        return note["checksum"] if note["state"] == _state(path) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
