from ._read import find_structure_files, read_structure
from ._tessellation import VoronoiTessellation, voronoi_tessellation
from ._voronoi import VoronoiFeaturizer

__all__ = [
    "VoronoiFeaturizer",
    "VoronoiTessellation",
    "find_structure_files",
    "read_structure",
    "voronoi_tessellation",
]
