"""Warnings as text, also where several threads warn at once."""

import contextlib
import threading
import warnings

from sklmag.exceptions import SklmagWarning

_ONE_AT_A_TIME = threading.Lock()  # what records warnings is one for the process


@contextlib.contextmanager
def recorded():
    """Give a list that holds our warnings, as text, when the block is over."""
    texts = []
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SklmagWarning)
        yield texts
        texts += [
            str(w.message) for w in caught if issubclass(w.category, SklmagWarning)
        ]
