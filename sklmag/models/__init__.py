"""Estimators that learn."""

from sklmag.models._attention import MultiHeadAttentionRegressor
from sklmag.models._dense import DenseRegressor
from sklmag.models._grain_vae import GrainVAE
from sklmag.models._lgdcnn import LGDCNNRegressor
from sklmag.models._median_voting import MedianVotingRegressor
from sklmag.models._shared_head import SharedHeadRegressor
from sklmag.models._sipfenn import SIPFENNRegressor

__all__ = [
    "DenseRegressor",
    "GrainVAE",
    "LGDCNNRegressor",
    "MedianVotingRegressor",
    "MultiHeadAttentionRegressor",
    "SIPFENNRegressor",
    "SharedHeadRegressor",
]
