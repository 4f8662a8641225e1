"""Looking at data, models and searches."""

from sklmag.inspection._attention_map import AttentionMapDisplay
from sklmag.inspection._cecv import (
    CECVDisplay,
    cecv,
    cecv_score,
    make_cecv_scorer,
)
from sklmag.inspection._composition_bars import CompositionBarDisplay
from sklmag.inspection._composition_line import CompositionLineDisplay
from sklmag.inspection._composition_map import CompositionMapDisplay
from sklmag.inspection._composition_parity import CompositionParityDisplay
from sklmag.inspection._coverage import CoverageDisplay, interval_coverage
from sklmag.inspection._demagnetization import DemagnetizationDisplay
from sklmag.inspection._element_contributions import ElementContributionDisplay
from sklmag.inspection._element_pairs import ElementPairDisplay, element_pair_changes
from sklmag.inspection._feature_map import FeatureMapDisplay
from sklmag.inspection._grain_map import GrainMapDisplay
from sklmag.inspection._joint_distribution import JointDistributionDisplay
from sklmag.inspection._loss_curve import LossCurveDisplay
from sklmag.inspection._morphing import MorphingDisplay, ReconstructionDisplay
from sklmag.inspection._parallel_compositions import ParallelCompositionDisplay
from sklmag.inspection._parity import ParityDisplay
from sklmag.inspection._search import GaussianProcessSearchDisplay
from sklmag.inspection._shap import (
    ShapInteractionDisplay,
    ShapSummaryDisplay,
    shap_values,
)
from sklmag.inspection._ternary import TernaryDisplay
from sklmag.inspection._tree import TreeDisplay

__all__ = [
    "AttentionMapDisplay",
    "CECVDisplay",
    "CompositionBarDisplay",
    "CompositionLineDisplay",
    "CompositionMapDisplay",
    "CompositionParityDisplay",
    "CoverageDisplay",
    "DemagnetizationDisplay",
    "ElementContributionDisplay",
    "ElementPairDisplay",
    "FeatureMapDisplay",
    "GaussianProcessSearchDisplay",
    "GrainMapDisplay",
    "JointDistributionDisplay",
    "LossCurveDisplay",
    "MorphingDisplay",
    "ParallelCompositionDisplay",
    "ParityDisplay",
    "ReconstructionDisplay",
    "ShapInteractionDisplay",
    "ShapSummaryDisplay",
    "TernaryDisplay",
    "TreeDisplay",
    "cecv",
    "cecv_score",
    "element_pair_changes",
    "interval_coverage",
    "make_cecv_scorer",
    "shap_values",
]
