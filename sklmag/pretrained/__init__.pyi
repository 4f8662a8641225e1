from ._registry import WEIGHTS, Weights, fetch_weights, load_pretrained
from ._shelf import ReadyModel, ready_models

__all__ = [
    "WEIGHTS",
    "ReadyModel",
    "Weights",
    "fetch_weights",
    "load_pretrained",
    "ready_models",
]
