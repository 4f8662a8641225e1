"""Published networks, by name."""

import lazy_loader

from sklmag._utils._moved import also_moved

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = also_moved(__name__, __getattr__)
