from ._dataset import make_hysteresis_dataset
from ._demagnetization import (
    DemagnetizationCurves,
    anchor_points,
    demagnetization_curve,
)
from ._ebsd import grains_from_ebsd
from ._ebsd_files import read_ebsd
from ._featurizer import GrainFeaturizer
from ._figures_of_merit import figures_of_merit
from ._grains import (
    GrainStructures,
    decode_easy_axis,
    encode_easy_axis,
    make_grain_structures,
    symmetric_copies,
)
from ._material import ND2FE14B, Material
from ._stoner_wohlfarth import stoner_wohlfarth_curve

__all__ = [
    "ND2FE14B",
    "DemagnetizationCurves",
    "GrainFeaturizer",
    "GrainStructures",
    "Material",
    "anchor_points",
    "decode_easy_axis",
    "demagnetization_curve",
    "encode_easy_axis",
    "figures_of_merit",
    "grains_from_ebsd",
    "make_grain_structures",
    "make_hysteresis_dataset",
    "read_ebsd",
    "stoner_wohlfarth_curve",
    "symmetric_copies",
]
