"""Looking at data, models and searches."""

from sklmag.inspection._attention_map import AttentionMapDisplay
from sklmag.inspection._joint_distribution import JointDistributionDisplay
from sklmag.inspection._loss_curve import LossCurveDisplay
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
    "GaussianProcessSearchDisplay",
    "JointDistributionDisplay",
    "LossCurveDisplay",
    "ParityDisplay",
    "ShapInteractionDisplay",
    "ShapSummaryDisplay",
    "TreeDisplay",
    "shap_values",
]
