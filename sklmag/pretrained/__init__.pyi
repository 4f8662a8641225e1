from ._downloads import downloaded_models, fetch_model
from ._registry import WEIGHTS, Weights, fetch_weights, load_pretrained
from ._shelf import ReadyModel, ready_models

__all__ = [
    "WEIGHTS",
    "ReadyModel",
    "Weights",
    "downloaded_models",
    "fetch_model",
    "fetch_weights",
    "load_pretrained",
    "ready_models",
]
