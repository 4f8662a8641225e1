"""Every data set that can be downloaded: address, checksum, licence, citation."""

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
    sha256 : str or None
        Checksum; None where the source publishes none and the address holds a commit.
    n_rows : int or None
        Rows after reading, checked where known.
    licence : str
    citation : str
        What to cite.
    """

    filename: str
    url: str
    sha256: str | None
    n_rows: int | None
    licence: str
    citation: str


REGISTRY = {
    "matbench_steels": RemoteFile(
        filename="matbench_steels.json.gz",
        url="https://ml.materialsproject.org/projects/matbench_steels.json.gz",
        sha256="473bc4957b2ea5e6465aef84bc29bb48ac34db27d69ea4ec5f508745c6fae252",
        n_rows=312,
        licence="MIT (Matbench); the data are from Citrine Informatics",
        citation=(
            "A. Dunn, Q. Wang, A. Ganose, D. Dopp, A. Jain, npj Comput. Mater. 6 "
            "(2020) 138, doi:10.1038/s41524-020-00406-3"
        ),
    ),
    "nemad_curie": RemoteFile(
        filename="nemad_curie.csv",
        url=(
            "https://raw.githubusercontent.com/sumanitani/NEMAD-MagneticML/"
            "345951fb0a9a692d9bc228d3373022746470d1da/Dataset/FM_with_curie.csv"
        ),
        sha256=None,
        n_rows=None,
        licence="not stated",
        citation=(
            "S. Itani, Y. Zhang, J. Zang, Nat. Commun. (2025), "
            "doi:10.1038/s41467-025-64458-z"
        ),
    ),
}
