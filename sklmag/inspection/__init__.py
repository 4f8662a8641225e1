"""Looking at data, models and searches."""

from sklmag.inspection._attention_map import AttentionMapDisplay
from sklmag.inspection._cecv import (
    CECVDisplay,
    cecv,
    cecv_score,
    make_cecv_scorer,
)
from sklmag.inspection._composition_line import CompositionLineDisplay
from sklmag.inspection._coverage import CoverageDisplay, interval_coverage
from sklmag.inspection._demagnetization import DemagnetizationDisplay
from sklmag.inspection._element_contributions import ElementContributionDisplay
from sklmag.inspection._element_pairs import ElementPairDisplay, element_pair_changes
from sklmag.inspection._feature_map import FeatureMapDisplay
from sklmag.inspection._grain_map import GrainMapDisplay
from sklmag.inspection._joint_distribution import JointDistributionDisplay
from sklmag.inspection._loss_curve import LossCurveDisplay
from sklmag.inspection._morphing import MorphingDisplay, ReconstructionDisplay
from sklmag.inspection._parity import ParityDisplay
from sklmag.inspection._search import GaussianProcessSearchDisplay
from sklmag.inspection._shap import (
    ShapInteractionDisplay,
    ShapSummaryDisplay,
    shap_values,
)
from sklmag.inspection._tree import TreeDisplay

__all__ = [
    "AttentionMapDisplay",
    "CECVDisplay",
    "CompositionLineDisplay",
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
    "ParityDisplay",
    "ReconstructionDisplay",
    "ShapInteractionDisplay",
    "ShapSummaryDisplay",
    "TreeDisplay",
    "cecv",
    "cecv_score",
    "element_pair_changes",
    "interval_coverage",
    "make_cecv_scorer",
    "shap_values",
]
