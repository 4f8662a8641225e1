"""The one downloader: resumed where it broke off, repeated, checked, and once only."""

import contextlib
import hashlib
import http.client
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
_LASTING = {400, 401, 403, 404, 405, 410, 414, 451}  # the next answer is the same
_LONGEST_WAIT = 60  # s that a server may ask for before the next attempt
_MOST_WORDS = 300  # characters of an answer that says why


class RefusedError(DownloadError):
    """A server understood what it was asked, and does not give it."""


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
    path.parent.mkdir(parents=True, exist_ok=True)
    with _own_part(path) as part:
        _retried(lambda: _fetch(url, part, checksum, verbose), url, n_retries, delay)
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
        except DownloadError:  # of which another attempt would be the same
            raise
        except (OSError, http.client.HTTPException) as error:
            if attempt == n_retries:
                raise DownloadError(
                    f"Downloading {url} failed after {attempt + 1} attempts: "
                    f"{str(error) or repr(error)}."
                ) from error
            asked_for = _asked_to_wait(error)
        time.sleep(max(delay * 2**attempt, asked_for))


def _asked_to_wait(error):
    """Return the seconds that a busy server asks to be left alone."""
    headers = getattr(error, "headers", None) or {}
    seconds = str(headers.get("Retry-After", "0"))
    return min(int(seconds), _LONGEST_WAIT) if seconds.isdecimal() else 0


def _opened(url, **headers):
    headers["User-Agent"] = f"sklmag/{__version__}"
    request = urllib.request.Request(url, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _LASTING:
                raise RefusedError(f"{url} answers: {error}{_words(error)}") from None
        raise


def _words(answer):
    """Return what an answer says of its reason: JSON:API's details, or plain text."""
    said = answer.read(1 << 16).decode(errors="replace")
    try:
        details = [
            str(e.get("detail") or e["title"]) for e in json.loads(said)["errors"]
        ]
        said = "; ".join(details)
    except (ValueError, KeyError, TypeError, AttributeError):
        said = "" if "<" in said else said  # a page for a browser
    said = " ".join(said.split())[:_MOST_WORDS]
    return f": {said}" if said else "."


@contextlib.contextmanager
def _own_part(path):
    """Give the file that a download goes to, which no other process writes."""
    part = path.with_name(path.name + ".part")
    with open(part, "ab") as file:
        if _is_locked(file):
            part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            yield part
        finally:
            _remove_if_empty(part)


def _is_locked(file):
    """Lock a file until it is closed; tell whether another process has."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        def lock():
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    else:

        def lock():
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    try:
        lock()
    except OSError:
        return True
    return False


def _remove_if_empty(part):
    with contextlib.suppress(OSError):
        if part.stat().st_size == 0:
            part.unlink()


def _fetch(url, part, checksum, verbose):
    """Make one attempt; without a checksum nothing tells whether a part fits."""
    done = part.stat().st_size if checksum and part.exists() else 0
    _append(url, part, done, verbose)
    found = checksum and file_checksum(part, checksum)
    if found == checksum:
        return
    part.unlink()
    text = f"has the checksum {found} in place of {checksum}"
    if done:
        raise OSError(f"what an earlier attempt had left {text}; it was removed")
    raise DownloadError(
        f"What {url} sent {text}: it is damaged, or another file. It was removed."
    )


def _append(url, part, done, verbose):
    """Append to the bytes that are done what follows them on the server."""
    try:
        answer = _opened(url, **({"Range": f"bytes={done}-"} if done else {}))
    except urllib.error.HTTPError as error:
        if error.code == 416 and done:  # nothing follows: the part may be whole
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
