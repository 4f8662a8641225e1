"""Estimators that learn."""

from sklmag.models._attention import MultiHeadAttentionRegressor
from sklmag.models._dense import DenseRegressor

__all__ = ["DenseRegressor", "MultiHeadAttentionRegressor"]
