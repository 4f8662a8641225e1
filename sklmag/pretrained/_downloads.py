"""Model files of others, downloaded once and found by name from then on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sklmag._utils._download import download, is_as_downloaded
from sklmag._utils._paths import data_home as _data_home
from sklmag._utils._ready import ready_entries
from sklmag.exceptions import DownloadError

if TYPE_CHECKING:
    from collections.abc import Sequence


def fetch_model(
    url: str,
    sha256: str,
    *,
    folder: str | Path | None = None,
    mirrors: Sequence[str] = (),
    verbose: int | bool = 0,
) -> Path:
    """Return a model file that somebody offers, downloaded where it is not here.

    Parameters
    ----------
    url : str
        Address of a ``.sklmag`` file: a release of a repository, a hub, a record.
    sha256 : str
        Of the file, in 64 hexadecimal digits, as whoever offers it says.
    folder : str or Path, default=None
        Where the file goes; by default where models are found by name:
        ``sklmag predict Nd2Fe14B --model NAME``.
    mirrors : sequence of str, default=()
        Other addresses of the same file, tried in their order.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For an address that names no ``.sklmag`` file, for no SHA-256, and where the
        name is that of a ready model and no other folder is given.
    DownloadError
        Where no address gives the file, or what they give is another one. What was
        downloaded so far is kept, and the next call goes on.

    Examples
    --------
    >>> from sklmag.pretrained import fetch_model
    >>> fetch_model("https://example.org/hcj.zip", "0" * 64)
    Traceback (most recent call last):
    ...
    ValueError: 'https://example.org/hcj.zip' names no .sklmag file.
    """
    name = unquote(Path(urlsplit(url).path).name)
    if not re.fullmatch(r"[\w.+-]+\.sklmag", name):
        raise ValueError(f"{url!r} names no .sklmag file.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256 or ""):
        raise ValueError(
            f"sha256={sha256!r} is none: 64 hexadecimal digits, which whoever offers "
            "the model writes beside it. Without them nobody knows what arrived."
        )
    if folder is None and Path(name).stem in ready_entries():
        raise ValueError(
            f"{Path(name).stem!r} is the name of a ready model. Choose a folder (--to "
            "DIR), and give the path of the file where a model is asked for."
        )
    path = Path(folder or downloads()) / name
    checksum = f"sha256:{sha256.lower()}"
    if path.exists():
        if not is_as_downloaded(path, checksum):
            raise DownloadError(
                f"{path} is another file than {url}: its checksum is not {checksum}. "
                "Delete it, or name another folder."
            )
        return path
    errors = []
    for address in (url, *mirrors):
        try:
            download(address, path, checksum=checksum, verbose=verbose)
        except OSError as error:
            errors.append(str(error))
        else:
            return path
    raise DownloadError(
        f"{' '.join(errors)} Get it from {url} on a machine with a network, and save "
        f"it as {path}."
    )


def downloads() -> Path:
    """Return the folder in which downloaded models are found by name."""
    return _data_home(None) / "pretrained"


def downloaded_models() -> dict[str, Path]:
    """Return the model files that were downloaded, by name.

    Returns
    -------
    dict of str to Path

    Examples
    --------
    >>> from sklmag.pretrained import downloaded_models
    >>> isinstance(downloaded_models(), dict)
    True
    """
    return {path.stem: path for path in sorted(downloads().glob("*.sklmag"))}
