from ._attention import MultiHeadAttentionRegressor
from ._dense import DenseRegressor
from ._grain_vae import GrainVAE
from ._lgdcnn import LGDCNNRegressor
from ._lgdcnn_classifier import LGDCNNClassifier
from ._median_voting import MedianVotingRegressor
from ._ordered_targets import OrderedTargetsRegressor
from ._pretrained_featurizer import PretrainedFormulaFeaturizer
from ._shared_head import SharedHeadRegressor
from ._sipfenn import SIPFENNRegressor

__all__ = [
    "DenseRegressor",
    "GrainVAE",
    "LGDCNNClassifier",
    "LGDCNNRegressor",
    "MedianVotingRegressor",
    "MultiHeadAttentionRegressor",
    "OrderedTargetsRegressor",
    "PretrainedFormulaFeaturizer",
    "SIPFENNRegressor",
    "SharedHeadRegressor",
]
