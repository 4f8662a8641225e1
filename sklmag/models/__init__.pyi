from ._attention import MultiHeadAttentionRegressor
from ._dense import DenseRegressor
from ._grain_vae import GrainVAE
from ._lgdcnn import LGDCNNRegressor
from ._median_voting import MedianVotingRegressor
from ._shared_head import SharedHeadRegressor
from ._sipfenn import SIPFENNRegressor

__all__ = [
    "DenseRegressor",
    "GrainVAE",
    "LGDCNNRegressor",
    "MedianVotingRegressor",
    "MultiHeadAttentionRegressor",
    "SIPFENNRegressor",
    "SharedHeadRegressor",
]
