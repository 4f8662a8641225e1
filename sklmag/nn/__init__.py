"""Networks: tensors in, tensors out."""

from sklmag.nn._attention import AttentionNet, SampleAttention
from sklmag.nn._dense import ACTIVATIONS, DenseBody, DenseNet
from sklmag.nn._element_set import (
    DirichletMixtureLoss,
    DirichletMixtureNet,
    ListNet,
    Penalty,
    SetEncoder,
    SetNet,
    Simplex,
)
from sklmag.nn._embedding import FeatureAttention, PeriodicEmbedding
from sklmag.nn._formula_net import BODIES, FormulaEmbedding, FormulaNet
from sklmag.nn._grain_vae_net import GRAIN_VAE_LAYERS, GrainVAELayers, GrainVAENet
from sklmag.nn._lamb import LookaheadLamb
from sklmag.nn._losses import CompositionLoss, LaplaceLoss, WeightedLoss
from sklmag.nn._packed import PackedDropout, PackedLinear, packed
from sklmag.nn._sequence import (
    ElementSelfAttention,
    PackedConv,
    PackedGRU,
    PackedLSTM,
    ResidualConv,
    SoftAttention,
)
from sklmag.nn._shared_head import HeadLinear, SharedHeadNet
from sklmag.nn._sipfenn_net import SIPFENN_LAYERS, SIPFENNLayers, SIPFENNNet

__all__ = [
    "ACTIVATIONS",
    "BODIES",
    "GRAIN_VAE_LAYERS",
    "SIPFENN_LAYERS",
    "AttentionNet",
    "CompositionLoss",
    "DenseBody",
    "DenseNet",
    "DirichletMixtureLoss",
    "DirichletMixtureNet",
    "ElementSelfAttention",
    "FeatureAttention",
    "FormulaEmbedding",
    "FormulaNet",
    "GrainVAELayers",
    "GrainVAENet",
    "HeadLinear",
    "LaplaceLoss",
    "ListNet",
    "LookaheadLamb",
    "PackedConv",
    "PackedDropout",
    "PackedGRU",
    "PackedLSTM",
    "PackedLinear",
    "Penalty",
    "PeriodicEmbedding",
    "ResidualConv",
    "SIPFENNLayers",
    "SIPFENNNet",
    "SampleAttention",
    "SetEncoder",
    "SetNet",
    "SharedHeadNet",
    "Simplex",
    "SoftAttention",
    "WeightedLoss",
    "packed",
]
