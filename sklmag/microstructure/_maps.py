"""Maps of grains as estimators take them: arrays, columns of a table, or files."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from sklmag.microstructure._grains import GrainStructures
from sklmag.microstructure._map_files import is_map_file, read_grain_map

_SAME_CELL = 1e-3  # of its edge


def as_maps(X):
    """Return the maps of structures or of a column as one array; all else as it is.

    Parameters
    ----------
    X : GrainStructures; Series, list or ndarray of arrays or paths; or else
        Structures; the column of maps that a ColumnTransformer picks out of a table;
        or files of :func:`read_grain_map`.

    Returns
    -------
    ndarray of shape (n_samples, n_y, n_x), or X

    Raises
    ------
    ValueError
        For an entry that is no map, or has another shape than the first.
    """
    if isinstance(X, GrainStructures):
        return X.angles
    if isinstance(X, list) and X and isinstance(X[0], (str, Path)):
        X = np.array(X, dtype=object)
    dtype = getattr(X, "dtype", None)
    if getattr(dtype, "kind", "") != "O" or X.ndim != 1 or not len(X):
        return X
    maps = [
        read_grain_map(entry) if _is_file(entry) else np.asarray(entry) for entry in X
    ]
    shape = maps[0].shape
    for row, entry in enumerate(maps):
        if entry.ndim != 2 or entry.dtype.kind not in "fiu" or entry.shape != shape:
            raise ValueError(
                f"Row {row} of the column of maps holds an entry of shape "
                f"{entry.shape} and type {entry.dtype}, row 0 one of shape {shape}. "
                "Each must be an array of numbers of shape (n_y, n_x), the same for "
                "all rows."
            )
    return np.stack(maps)


def _is_file(entry):
    return isinstance(entry, (str, Path)) and is_map_file(entry)


def map_shape(X):
    """Return height and width of the maps in an array of maps or a table of them."""
    if X.ndim == 3:
        return X.shape[1:]
    if X.ndim > 3:
        raise ValueError(
            f"X of shape {X.shape} must be maps of shape (n_samples, n_y, n_x), or a "
            "table with a map in each row."
        )
    side = math.isqrt(X.shape[1])
    return (side, side) if side**2 == X.shape[1] else (1, X.shape[1])


def remember_grid(estimator, X, maps):
    """Keep what grid an estimator was fitted on: its shape, and cells where known."""
    estimator.shape_ = map_shape(maps)
    estimator.__dict__.pop("cell_nm_", None)
    if isinstance(X, GrainStructures):
        estimator.cell_nm_ = float(X.cell_nm)


def read_again(estimator, X, validate):
    """Return maps for an estimator that was fitted; refuse other cells and shapes."""
    fitted = getattr(estimator, "cell_nm_", None)
    if fitted and isinstance(X, GrainStructures):
        if not math.isclose(X.cell_nm, fitted, rel_tol=_SAME_CELL):
            raise ValueError(
                f"X has cells of {X.cell_nm:.3g} nm, but {type(estimator).__name__} "
                f"was fitted on cells of {fitted:.3g} nm: exchange would act over "
                f"another number of grains. X.resampled({fitted:.3g}) makes such cells."
            )
    maps = validate(as_maps(X))
    shape = getattr(estimator, "shape_", map_shape(maps))
    if map_shape(maps) != shape:
        raise ValueError(
            f"X has maps of shape {map_shape(maps)}, but {type(estimator).__name__} "
            f"was fitted on {shape}."
        )
    return maps
