from ._registry import WEIGHTS, Weights, fetch_weights, load_pretrained

__all__ = [
    "WEIGHTS",
    "Weights",
    "fetch_weights",
    "load_pretrained",
]
