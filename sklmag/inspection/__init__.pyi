from ._anchor_points import AnchorParityDisplay, GrainPredictionDisplay
from ._attention_map import AttentionMapDisplay
from ._cecv import CECVDisplay, cecv, cecv_score, make_cecv_scorer
from ._composition_bars import CompositionBarDisplay
from ._composition_line import CompositionLineDisplay
from ._composition_map import CompositionMapDisplay
from ._composition_parity import CompositionParityDisplay
from ._coverage import CoverageDisplay, interval_coverage
from ._demagnetization import DemagnetizationDisplay
from ._element_contributions import ElementContributionDisplay
from ._element_correlations import ElementCorrelationDisplay
from ._element_features import ElementFeatureDisplay
from ._element_pairs import ElementPairDisplay, element_pair_changes
from ._feature_map import FeatureMapDisplay
from ._grain_map import GrainMapDisplay
from ._input_weights import InputWeightsDisplay
from ._joint_distribution import JointDistributionDisplay
from ._loop import FORCDisplay, LoopDisplay, MagnetizationMapDisplay
from ._loss_curve import LossCurveDisplay
from ._morphing import MorphingDisplay, ReconstructionDisplay
from ._parallel_compositions import ParallelCompositionDisplay
from ._pareto import ParetoDisplay
from ._parity import ParityDisplay
from ._periodic_table import PeriodicTableDisplay
from ._search import GaussianProcessSearchDisplay
from ._shap import ShapInteractionDisplay, ShapSummaryDisplay, shap_values
from ._ternary import TernaryDisplay
from ._transfer import TransferCurveDisplay, TransferParityDisplay
from ._tree import TreeDisplay

__all__ = [
    "AnchorParityDisplay",
    "AttentionMapDisplay",
    "CECVDisplay",
    "CompositionBarDisplay",
    "CompositionLineDisplay",
    "CompositionMapDisplay",
    "CompositionParityDisplay",
    "CoverageDisplay",
    "DemagnetizationDisplay",
    "ElementContributionDisplay",
    "ElementCorrelationDisplay",
    "ElementFeatureDisplay",
    "ElementPairDisplay",
    "FORCDisplay",
    "FeatureMapDisplay",
    "GaussianProcessSearchDisplay",
    "GrainMapDisplay",
    "GrainPredictionDisplay",
    "InputWeightsDisplay",
    "JointDistributionDisplay",
    "LoopDisplay",
    "LossCurveDisplay",
    "MagnetizationMapDisplay",
    "MorphingDisplay",
    "ParallelCompositionDisplay",
    "ParetoDisplay",
    "ParityDisplay",
    "PeriodicTableDisplay",
    "ReconstructionDisplay",
    "ShapInteractionDisplay",
    "ShapSummaryDisplay",
    "TernaryDisplay",
    "TransferCurveDisplay",
    "TransferParityDisplay",
    "TreeDisplay",
    "cecv",
    "cecv_score",
    "element_pair_changes",
    "interval_coverage",
    "make_cecv_scorer",
    "shap_values",
]
