"""One progress bar for everything that takes more than a moment."""

import sys


def progress(iterable, *, verbose, total=None, desc=None, unit="it"):
    """Iterate over `iterable`, with a bar on standard error where `verbose`.

    The bar is :mod:`tqdm`'s, which is imported only when it is shown.
    """
    if not verbose:
        return iterable
    from tqdm.auto import tqdm

    return tqdm(iterable, total=total, desc=desc, unit=unit, file=sys.stderr)
