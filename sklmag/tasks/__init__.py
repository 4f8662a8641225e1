"""What command line and page do: read tables, train, predict, explain, design."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
