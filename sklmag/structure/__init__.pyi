from ._potential_featurizer import PotentialFeaturizer
from ._potentials import Evaluation
from ._read import find_structure_files, read_structure
from ._site_fractions import SiteFractionFeaturizer
from ._tessellation import VoronoiTessellation, voronoi_tessellation
from ._voronoi import VoronoiFeaturizer

__all__ = [
    "Evaluation",
    "PotentialFeaturizer",
    "SiteFractionFeaturizer",
    "VoronoiFeaturizer",
    "VoronoiTessellation",
    "find_structure_files",
    "read_structure",
    "voronoi_tessellation",
]
