"""Where downloaded data live on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def data_home(data_home: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder that holds downloaded data sets; it is not created here.

    Parameters
    ----------
    data_home : str or path-like, default=None
        A folder to use instead. By default the environment variable
        ``SKLMAG_DATA``, else ``sklmag`` in the cache folder of the platform.

    Returns
    -------
    pathlib.Path
        The folder.

    Examples
    --------
    >>> from sklmag.datasets import data_home
    >>> data_home("magnets").name
    'magnets'
    """
    chosen = data_home or os.environ.get("SKLMAG_DATA")
    if chosen:
        return Path(chosen).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_cache_dir("sklmag"))
