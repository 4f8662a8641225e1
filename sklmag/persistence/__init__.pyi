from ._archive import read_card
from ._card import InputCard, ModelCard, TargetCard, TrainingCard
from ._domain import ApplicabilityDomain
from ._files import SavedModel, load, open_model, save
from ._onnx import read_onnx, write_onnx

__all__ = [
    "ApplicabilityDomain",
    "InputCard",
    "ModelCard",
    "SavedModel",
    "TargetCard",
    "TrainingCard",
    "load",
    "open_model",
    "read_card",
    "read_onnx",
    "save",
    "write_onnx",
]
