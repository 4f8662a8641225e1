"""Every data set that can be downloaded: address, checksum, license, citation."""

from sklmag.datasets._formula_files import FORMULA_FILES
from sklmag.datasets._remote import RemoteFile

REGISTRY = FORMULA_FILES | {
    "nemad_curie": RemoteFile(
        filename="nemad_curie.csv",
        url=(
            "https://raw.githubusercontent.com/sumanitani/NEMAD-MagneticML/"
            "345951fb0a9a692d9bc228d3373022746470d1da/Dataset/FM_with_curie.csv"
        ),
        sha256=None,
        n_rows=None,
        license="not stated",
        citation=(
            "S. Itani, Y. Zhang, J. Zang, Nat. Commun. (2025), "
            "doi:10.1038/s41467-025-64458-z"
        ),
    ),
}
