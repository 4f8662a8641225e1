"""Published networks, by name."""

from sklmag._utils._lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__, {"_registry": ["WEIGHTS", "Weights", "fetch_weights", "load_pretrained"]}
)
