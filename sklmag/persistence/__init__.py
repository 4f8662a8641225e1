"""Fitted models in files: safe to open, with a card, in ONNX where others read them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
