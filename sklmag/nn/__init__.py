"""Networks: tensors in, tensors out."""

from sklmag.nn._attention import AttentionNet, SampleAttention
from sklmag.nn._dense import ACTIVATIONS, DenseBody, DenseNet
from sklmag.nn._embedding import FeatureAttention, PeriodicEmbedding
from sklmag.nn._losses import WeightedLoss
from sklmag.nn._packed import PackedDropout, PackedLinear, packed

__all__ = [
    "ACTIVATIONS",
    "AttentionNet",
    "DenseBody",
    "DenseNet",
    "FeatureAttention",
    "PackedDropout",
    "PackedLinear",
    "PeriodicEmbedding",
    "SampleAttention",
    "WeightedLoss",
    "packed",
]
