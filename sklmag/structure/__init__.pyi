from ._potential_featurizer import PotentialFeaturizer
from ._potentials import Evaluation
from ._prototypes import prototype
from ._read import find_structure_files, read_structure
from ._site_fractions import SiteFractionFeaturizer
from ._solutions import random_solutions
from ._tessellation import VoronoiTessellation, voronoi_tessellation
from ._voronoi import VoronoiFeaturizer

__all__ = [
    "Evaluation",
    "PotentialFeaturizer",
    "SiteFractionFeaturizer",
    "VoronoiFeaturizer",
    "VoronoiTessellation",
    "find_structure_files",
    "prototype",
    "random_solutions",
    "read_structure",
    "voronoi_tessellation",
]
