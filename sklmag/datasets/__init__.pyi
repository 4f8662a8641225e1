import os
import pathlib

from ._band_gaps import make_band_gaps, schematic_gap
from ._bundled import (
    load_curie_temperatures,
    load_fe_nanocrystalline,
    load_re2fe14b,
    load_single_grains,
    load_steels,
)
from ._curation import curate_energies
from ._fetch import fetch_file
from ._formula_sets import fetch_extended, fetch_matbench
from ._metallic_glasses import make_metallic_glasses, schematic_glass
from ._nanocrystalline import load_nanocrystalline_magnets
from ._optimade import fetch_structures
from ._real import fetch_matbench_steels, fetch_nemad_curie
from ._registry import REGISTRY
from ._sigma_phases import load_sigma_phases
from ._sintered_ndfeb import make_sintered_ndfeb
from ._wbm import fetch_wbm

def data_home(data_home: str | os.PathLike[str] | None = None) -> pathlib.Path: ...

__all__ = [
    "REGISTRY",
    "curate_energies",
    "data_home",
    "fetch_extended",
    "fetch_file",
    "fetch_matbench",
    "fetch_matbench_steels",
    "fetch_nemad_curie",
    "fetch_structures",
    "fetch_wbm",
    "load_curie_temperatures",
    "load_fe_nanocrystalline",
    "load_nanocrystalline_magnets",
    "load_re2fe14b",
    "load_sigma_phases",
    "load_single_grains",
    "load_steels",
    "make_band_gaps",
    "make_metallic_glasses",
    "make_sintered_ndfeb",
    "schematic_gap",
    "schematic_glass",
]
