"""Files of grain maps: angles as numpy writes them, and maps of the microscope."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sklmag.exceptions import MicrostructureError

EBSD = (".ang", ".ctf", ".h5oina")
MAP_FILES = (".npy", *EBSD)
_MOST_CELLS = 4_000_000


def is_map_file(name: object) -> bool:
    """Tell whether a name is that of a file that may hold a grain map."""
    return str(name).lower().endswith(MAP_FILES)


def read_grain_map(path: str | Path) -> np.ndarray:
    """Return the easy axes of a file: angles to the y-axis in radians.

    Parameters
    ----------
    path : str or Path
        A ``.npy`` file with an array of numbers of shape (n_y, n_x); or a map of
        :func:`read_ebsd`, which becomes 80 x 80 cells by :func:`grains_from_ebsd`.

    Returns
    -------
    ndarray of shape (n_y, n_x)

    Raises
    ------
    MicrostructureError
        For a file that holds no such array, with its name.
    """
    path = Path(path)
    if path.suffix.lower() in EBSD:
        from sklmag.microstructure._ebsd import grains_from_ebsd
        from sklmag.microstructure._ebsd_files import read_ebsd

        return grains_from_ebsd(read_ebsd(path)).angles[0]
    try:
        angles = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise MicrostructureError(
            f"{str(path)!r} is no array of numbers that numpy.save wrote: {error}."
        ) from error
    is_map = isinstance(angles, np.ndarray) and angles.ndim == 2
    if not is_map or angles.dtype.kind not in "fiu" or angles.size > _MOST_CELLS:
        found = getattr(angles, "shape", None), getattr(angles, "dtype", None)
        raise MicrostructureError(
            f"{str(path)!r} holds an array of shape {found[0]} and type {found[1]}; a "
            f"map has numbers in the shape (n_y, n_x), up to {_MOST_CELLS:,} cells."
        )
    return np.array(angles, dtype=float)
