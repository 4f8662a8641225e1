"""Published networks, and how to get them."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sklmag._utils._download import (
    download,
    is_as_downloaded,
    known_checksum,
    read_url,
)
from sklmag._utils._paths import data_home as _data_home
from sklmag.exceptions import DownloadError, SklmagWarning

if TYPE_CHECKING:
    from sklmag import SIPFENNRegressor


@dataclass(frozen=True)
class Weights:
    """A file of published weights.

    Parameters
    ----------
    filename : str
        Name in the folder of downloads.
    url : str
        Address of the file.
    record : str
        Address of the description of the record, which holds the checksum.
    megabytes : int or None
        Size; None where the source does not say it.
    license, citation : str
        Terms, and what to cite.
    """

    filename: str
    url: str
    record: str
    megabytes: int | None
    license: str
    citation: str

    @property
    def size(self):
        """Say its size, where it is known."""
        return f"{self.megabytes} MB" if self.megabytes else "size not stated"


_ZENODO = "https://zenodo.org/api/records/7373089"
_CITATION = (
    "A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208 (2022) "
    "111254, doi:10.1016/j.commatsci.2022.111254"
)

WEIGHTS = {
    f"SIPFENN_Krajewski{name}": Weights(
        filename=f"SIPFENN_Krajewski{name}.onnx",
        url=f"https://zenodo.org/records/7373089/files/SIPFENN_Krajewski{name}.onnx",
        record=_ZENODO,
        megabytes=megabytes,
        license="CC-BY-4.0",
        citation=_CITATION,
    )
    for name, megabytes in (
        ("2020_NN9", 1280),
        ("2020_NN20", 1280),
        ("2020_NN24", 150),
        ("2022_NN30", None),
    )
}


def load_pretrained(
    name: str,
    *,
    data_home: str | Path | None = None,
    download_if_missing: bool = True,
    verbose: int | bool = 0,
) -> SIPFENNRegressor:
    """Return a published network, downloaded where it is not here.

    Parameters
    ----------
    name : str
        "SIPFENN_Krajewski2020_NN9", "..._NN20" or "..._NN24": formation energies in
        eV/atom from the 271 columns of a VoronoiFeaturizer, trained on OQMD [1]_;
        "SIPFENN_Krajewski2022_NN30": from the 256 of its ``attributes="KS2022"``.
    data_home : str or Path, default=None
        Folder; by default that of :func:`sklmag.datasets.data_home`, and in it
        ``pretrained``.
    download_if_missing : bool, default=True
        Whether to download; False raises where the file is not there.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    SIPFENNRegressor
        Fitted; `predict` and `fine_tune` it.

    Raises
    ------
    DownloadError
        If the file is not there and cannot be downloaded or has another checksum than
        the record tells. What was downloaded so far is kept, and the next call goes on.

    References
    ----------
    .. [1] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag.pretrained import load_pretrained
    >>> from sklmag.structure import VoronoiFeaturizer
    >>> net = load_pretrained("SIPFENN_Krajewski2020_NN24")  # doctest: +SKIP
    >>> make_pipeline(VoronoiFeaturizer(), net).predict(["POSCAR"])  # doctest: +SKIP
    array([-0.41...])
    """
    from sklmag.persistence import read_onnx

    path = _data_home(data_home) / "pretrained"
    path = fetch_weights(
        name, path, download_if_missing=download_if_missing, verbose=verbose
    )
    try:
        return read_onnx(path)
    except ValueError as error:
        raise DownloadError(
            f"{error} Delete it, and it is downloaded again."
        ) from error


def fetch_weights(
    name: str,
    folder: str | Path,
    *,
    download_if_missing: bool = True,
    verbose: int | bool = 0,
) -> Path:
    """Return the file of a published network, downloaded where it is not in a folder.

    Parameters
    ----------
    name : str
        A key of ``WEIGHTS``.
    folder : str or Path
        Where the file is to be; made where it does not exist.
    download_if_missing : bool, default=True
        Whether to download; False raises where the file is not there.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For an unknown name.
    DownloadError
        As :func:`load_pretrained`.

    Examples
    --------
    >>> from sklmag.pretrained import fetch_weights
    >>> fetch_weights("SIPFENN_Krajewski2020_NN24", "nets")  # doctest: +SKIP
    """
    if name not in WEIGHTS:
        raise ValueError(
            f"{name!r} are no published weights. Known: {', '.join(WEIGHTS)}."
        )
    weights = WEIGHTS[name]
    path = Path(folder) / weights.filename
    if path.exists():
        _verify(path, weights, download_if_missing)
        return path
    way = (
        f"Get them from {weights.url} ({weights.size}, {weights.license}) and "
        f"save them as {path}."
    )
    if not download_if_missing:
        raise DownloadError(
            f"Weights {name!r} are not in {path.parent} and downloading is off. {way}"
        )
    try:
        checksum = _checksum_in_record(weights)
        download(weights.url, path, checksum=checksum, verbose=verbose)
    except OSError as error:
        raise DownloadError(f"{error} {way}") from error
    return path


def _verify(path, weights, ask):
    """Raise where a file is not the published one; warn where nobody can say.

    The checksum is that of the download, or for a file that came another way that of
    the record, which is asked for only where downloading is on.
    """
    checksum = known_checksum(path)
    try:
        checksum = checksum or (_checksum_in_record(weights) if ask else None)
    except DownloadError:
        checksum = None
    if checksum is None:
        warnings.warn(
            f"{path} was not verified: its checksum is in {weights.record}, which "
            f"{'does not answer' if ask else 'was not asked: downloading is off'}.",
            SklmagWarning,
            stacklevel=4,
        )
    elif not is_as_downloaded(path, checksum):
        raise DownloadError(
            f"{path} is damaged, or another file: its checksum is not {checksum}. "
            "Delete it, and it is downloaded again."
        )


def _checksum_in_record(weights):
    """Ask the record of the weights for their checksum."""
    content = read_url(weights.record)
    try:
        files = {f["key"]: f["checksum"] for f in json.loads(content)["files"]}
    except (ValueError, KeyError, TypeError):
        raise DownloadError(
            f"{weights.record} did not answer with a record of files, but with "
            f"{content[:60]!r}: the page of a network that wants a login?"
        ) from None
    if weights.filename not in files:
        raise DownloadError(f"{weights.record} knows no file {weights.filename!r}.")
    return files[weights.filename]
