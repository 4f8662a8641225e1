"""Data: `make_` generates, `fetch_` downloads, `load_` comes with the package."""

import lazy_loader

from sklmag._utils._paths import data_home

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["data_home"]
