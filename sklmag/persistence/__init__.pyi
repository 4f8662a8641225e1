from ._archive import read_card
from ._card import InputCard, ModelCard, TargetCard, TrainingCard
from ._files import ApplicabilityDomain, SavedModel, load, open_model, save
from ._fixed_network import FixedNetwork
from ._mxnet import read_mxnet
from ._onnx_in import read_onnx
from ._onnx_out import write_onnx

__all__ = [
    "ApplicabilityDomain",
    "FixedNetwork",
    "InputCard",
    "ModelCard",
    "SavedModel",
    "TargetCard",
    "TrainingCard",
    "load",
    "open_model",
    "read_card",
    "read_mxnet",
    "read_onnx",
    "save",
    "write_onnx",
]
