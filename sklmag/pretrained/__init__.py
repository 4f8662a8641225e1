"""Trained models: files of our own, published networks, and ONNX."""

from sklmag._utils._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "_archive": ["read_card"],
        "_card": ["unit_of"],
        "_domain": ["DomainOfValidity"],
        "_files": ["SavedModel", "load", "open_model", "save"],
        "_onnx": ["read_onnx", "write_onnx"],
        "_registry": ["WEIGHTS", "fetch_weights", "load_pretrained"],
    },
)
