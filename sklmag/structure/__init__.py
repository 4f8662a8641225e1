"""A crystal structure becomes numbers."""

from sklmag.structure._read import find_structure_files, read_structure
from sklmag.structure._tessellation import VoronoiTessellation, voronoi_tessellation
from sklmag.structure._voronoi import VoronoiFeaturizer

__all__ = [
    "VoronoiFeaturizer",
    "VoronoiTessellation",
    "find_structure_files",
    "read_structure",
    "voronoi_tessellation",
]
