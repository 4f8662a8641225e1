"""Machine learning on magnets and alloys, in the grammar of scikit-learn.

The public names load on first use, so that ``import sklmag`` costs nothing;
``__init__.pyi`` lists them.
"""

import logging

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

logging.getLogger("sklmag").addHandler(logging.NullHandler())
