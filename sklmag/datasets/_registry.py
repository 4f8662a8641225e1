"""Every data set that can be downloaded: address, checksum, license, citation."""

from dataclasses import replace

from sklmag.datasets._formula_files import FORMULA_FILES
from sklmag.datasets._remote import RemoteFile

# addresses and checksums: data-files.yml of janosh/matbench-discovery at 02c292d
_WBM = RemoteFile(
    filename="2022-10-19-wbm-computed-structure-entries.jsonl.gz",
    url="https://ndownloader.figshare.com/files/53161832",
    checksum="md5:655b7a9c368e136dd8747f1ef8002e7a",
    n_rows=None,
    license="CC-BY-4.0",
    citation=(
        "H.-C. Wang, S. Botti, M. A. L. Marques, npj Comput. Mater. 7 (2021) 12, "
        "doi:10.1038/s41524-020-00481-6; J. Riebesell et al., Nat. Mach. Intell. 7 "
        "(2025) 836, doi:10.1038/s42256-025-01055-1"
    ),
)

REGISTRY = FORMULA_FILES | {
    "wbm_structures": _WBM,
    "wbm_summary": replace(
        _WBM,
        filename="2023-12-13-wbm-summary.csv.gz",
        url="https://ndownloader.figshare.com/files/64706751",
        checksum="md5:1555268d3aa59d20262cb9d01ce0994b",
    ),
    "nemad_curie": RemoteFile(
        filename="nemad_curie.csv",
        url=(
            "https://raw.githubusercontent.com/sumanitani/NEMAD-MagneticML/"
            "345951fb0a9a692d9bc228d3373022746470d1da/Dataset/FM_with_curie.csv"
        ),
        checksum=None,
        n_rows=None,
        license="not stated",
        citation=(
            "S. Itani, Y. Zhang, J. Zang, Nat. Commun. (2025), "
            "doi:10.1038/s41467-025-64458-z"
        ),
    ),
}
