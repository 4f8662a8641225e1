"""A formula, or a table of amounts and process parameters, becomes numbers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
