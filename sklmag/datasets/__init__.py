"""Data: `make_` generates, `fetch_` downloads, `load_` comes with the package."""

from sklmag._utils._paths import data_home
from sklmag.datasets._band_gaps import make_band_gaps, schematic_gap
from sklmag.datasets._fetch import fetch_file
from sklmag.datasets._formula_sets import fetch_extended, fetch_matbench
from sklmag.datasets._metallic_glasses import make_metallic_glasses, schematic_glass
from sklmag.datasets._nanocrystalline import load_nanocrystalline_magnets
from sklmag.datasets._real import fetch_matbench_steels, fetch_nemad_curie
from sklmag.datasets._registry import REGISTRY
from sklmag.datasets._sintered_ndfeb import make_sintered_ndfeb

__all__ = [
    "REGISTRY",
    "data_home",
    "fetch_extended",
    "fetch_file",
    "fetch_matbench",
    "fetch_matbench_steels",
    "fetch_nemad_curie",
    "load_nanocrystalline_magnets",
    "make_band_gaps",
    "make_metallic_glasses",
    "make_sintered_ndfeb",
    "schematic_gap",
    "schematic_glass",
]
