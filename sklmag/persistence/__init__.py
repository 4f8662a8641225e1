"""Fitted models in files: safe to open, with a card, in ONNX where others read them."""

from sklmag._utils._lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "_archive": ["read_card"],
        "_card": ["InputCard", "ModelCard", "TargetCard", "TrainingCard"],
        "_domain": ["ApplicabilityDomain"],
        "_files": ["SavedModel", "load", "open_model", "save"],
        "_onnx": ["read_onnx", "write_onnx"],
    },
)
