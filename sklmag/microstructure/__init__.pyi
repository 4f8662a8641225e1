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
from ._forc import ReversalCurves, reversal_curves
from ._grains import (
    GrainStructures,
    decode_easy_axis,
    encode_easy_axis,
    make_grain_structures,
    symmetric_copies,
)
from ._hysteresis_loop import HysteresisLoop
from ._loops import field_path, hysteresis_loop
from ._magnet import Magnet, make_magnet
from ._material import ND2FE14B, Material
from ._stoner_wohlfarth import stoner_wohlfarth_curve

__all__ = [
    "ND2FE14B",
    "DemagnetizationCurves",
    "GrainFeaturizer",
    "GrainStructures",
    "HysteresisLoop",
    "Magnet",
    "Material",
    "ReversalCurves",
    "anchor_points",
    "decode_easy_axis",
    "demagnetization_curve",
    "encode_easy_axis",
    "field_path",
    "figures_of_merit",
    "grains_from_ebsd",
    "hysteresis_loop",
    "make_grain_structures",
    "make_hysteresis_dataset",
    "make_magnet",
    "read_ebsd",
    "reversal_curves",
    "stoner_wohlfarth_curve",
    "symmetric_copies",
]
