"""What is known of a file that can be downloaded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """One downloadable file.

    Attributes
    ----------
    filename : str
        Name in the data folder.
    url : str
        Address.
    checksum : str or None
        Algorithm and digest, ``"sha256:..."``; None where the source publishes
        none and the address holds a commit.
    n_rows : int or None
        Rows after reading, checked where known.
    license : str
    citation : str
        What to cite.
    """

    filename: str
    url: str
    checksum: str | None
    n_rows: int | None
    license: str
    citation: str
