"""Grain structures from maps of electron backscatter diffraction."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sklmag.exceptions import MicrostructureError
from sklmag.microstructure._grains import GrainStructures

_COLUMNS = ("phi1_rad", "Phi_rad", "phi2_rad", "x_um", "y_um")
_ANG = (*_COLUMNS, "iq", "ci", "phase")
_ANG_WITH_FIT = (*_COLUMNS, "iq", "ci", "fit", "phase")
# x and y of an axis on the map, from those in the frame of the Euler angles
_FRAMES = {
    "map": lambda x, y: (x, y),
    "edax": lambda x, y: (y, x),
    "oxford": lambda x, y: (x, -y),
}
_CTF = {
    "Euler1": "phi1_rad",
    "Euler2": "Phi_rad",
    "Euler3": "phi2_rad",
    "X": "x_um",
    "Y": "y_um",
    "Phase": "phase",
}


def read_ebsd(path: str | Path) -> pd.DataFrame:
    r"""Read a map of orientations.

    Parameters
    ----------
    path : str or Path
        .ang of EDAX, .ctf of Oxford Instruments, or .csv (also .csv.gz) with the
        columns ``phi1_rad``, ``Phi_rad``, ``phi2_rad`` (Euler angles of Bunge),
        ``x_um`` and ``y_um``.

    Returns
    -------
    DataFrame of shape (n_points, n_columns)
        These columns, and what else the file tells of each point, such as ``phase``
        and ``ci``; points that were not indexed are left out (phase 0 in .ctf, ci
        below 0 in .ang).

    Raises
    ------
    MicrostructureError
        For files of other kinds, missing columns, and maps without a point.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklmag.microstructure import read_ebsd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "map.ang")
    ...     _ = path.write_text("# header\n1.5 0.7 3.0 0.0 0.0 24 0.8 1\n")
    ...     read_ebsd(path)["Phi_rad"].tolist()
    [0.7]
    """
    path = Path(path)
    suffixes = "".join(path.suffixes[-2:]).lower().removesuffix(".gz")
    reader: dict[str, Any] = {".ang": _read_ang, ".ctf": _read_ctf, ".csv": pd.read_csv}
    kind = "." + suffixes.rpartition(".")[2]
    if kind not in reader:
        raise MicrostructureError(
            f"{str(path)!r} does not end in {', '.join(reader)}: no map that is known."
        )
    try:
        table = reader[kind](path)
        table.reindex(columns=_COLUMNS).to_numpy(dtype=float)
    except ValueError as error:
        raise MicrostructureError(f"File {str(path)!r}: {error}") from error
    missing = [name for name in _COLUMNS if name not in table]
    if missing or not len(table):
        lack = f"no column {', '.join(missing)}" if missing else "all columns"
        raise MicrostructureError(
            f"File {str(path)!r} has {len(table)} points and {lack}. Needed are points "
            f"with {', '.join(_COLUMNS)}."
        )
    try:
        _refuse_unknown_angles(table)
    except MicrostructureError as error:
        raise MicrostructureError(f"File {str(path)!r}, {error}") from None
    return table


def _read_ang(path):
    table = pd.read_csv(path, sep=r"\s+", comment="#", header=None)
    names = _ANG
    if table.shape[1] > len(_ANG) and (table[7] % 1 != 0).any():
        names = _ANG_WITH_FIT
    table.columns = [*names, *map(str, range(len(names), 99))][: table.shape[1]]
    return table[table["ci"] >= 0].reset_index(drop=True) if "ci" in table else table


def _read_ctf(path):
    with open(path, encoding="latin-1") as file:
        starts = (i for i, line in enumerate(file) if line.startswith("Phase\t"))
        n_header = next(starts, None)
    if n_header is None:
        raise ValueError("there is no line that names the columns, 'Phase X Y ...'.")
    table = pd.read_csv(path, sep="\t", skiprows=n_header, encoding="latin-1")
    table = table.rename(columns=_CTF)
    for name in _COLUMNS[:3]:
        table[name] = np.deg2rad(table[name])
    return table[table["phase"] > 0].reset_index(drop=True)


def grains_from_ebsd(
    table: pd.DataFrame,
    *,
    shape: tuple[int, ...] = (80, 80),
    size_nm: float = 160.0,
    frame: Literal["map", "edax", "oxford"] = "map",
    min_misorientation: float = 0.0873,
    window: tuple[float, ...] | None = None,
) -> GrainStructures:
    r"""Make a grain structure of a map of orientations.

    Parameters
    ----------
    table : DataFrame
        As of :func:`read_ebsd`, of the uniaxial phase: select it before, what is left
        out is filled with the nearest points. Points of different ``phase``, where
        there is that column, lie in different grains.
    shape : tuple of int, default=(80, 80)
        Cells along y and x.
    size_nm : float, default=160.0
        Length that the map gets along x: grains keep their form, not their size, since
        walls need cells of 1 or 2 nm.
    frame : {"map", "edax", "oxford"}, default="map"
        To which axes the Euler angles refer: to x and y of the map, or to those that
        the programs of EDAX (.ang) and Oxford Instruments (.ctf) write as a rule,
        which are turned against the map by 180° about x + y, and about x. Files do not
        tell; ask who took the map. A wrong choice turns a texture along y into one
        along x.
    min_misorientation : float, default=0.0873 (5°)
        Angle between the c-axes of neighbouring points from which on they belong to
        different grains, in radians.
    window : tuple of float, default=None
        Part of the map to take: least x, least y and length along x in µm. None takes
        as much as fits.

    Returns
    -------
    GrainStructures
        One structure. ``parameters["out_of_plane"]`` is the mean square of the
        component of the c-axes along z, which is left out: easy axes lie in the plane.

    Raises
    ------
    MicrostructureError
        For a window outside of the map, an unknown frame and angles that are not
        finite.

    Notes
    -----
    The c-axis is :math:`(\sin\phi_1 \sin\Phi, -\cos\phi_1 \sin\Phi, \cos\Phi)` in the
    frame of the Euler angles. Microscopes count y downwards; the pictures of sklmag
    have it upwards, so that they are mirrored. Each cell takes the nearest point; cells
    hang together where axes agree, and each grain has the mean axis of its cells,
    weighted by what lies in the plane.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklmag.microstructure import grains_from_ebsd
    >>> y, x = np.mgrid[:20, :20].reshape(2, -1) * 1.5
    >>> table = pd.DataFrame({"phi1_rad": np.where(x < 15, 0.1, 1.2), "Phi_rad": 1.4,
    ...                       "phi2_rad": 0.0, "x_um": x, "y_um": y})
    >>> one = grains_from_ebsd(table, shape=(16, 16), size_nm=32)
    >>> int(one.grains.max()) + 1, np.unique(one.angles).round(2).tolist()
    (2, [0.1, 1.2])
    """
    if frame not in _FRAMES:
        raise MicrostructureError(f"frame={frame!r} must be one of {list(_FRAMES)}.")
    _refuse_unknown_angles(table)
    places = table[["x_um", "y_um"]].to_numpy(dtype=float)
    cells = _cell_centers(places, shape, window)
    nearest = cKDTree(places).query(cells)[1]
    phi1, Phi = table[["phi1_rad", "Phi_rad"]].to_numpy(dtype=float)[nearest].T
    x, y = _FRAMES[frame](np.sin(phi1) * np.sin(Phi), -np.cos(phi1) * np.sin(Phi))
    axes = np.stack((x, y, np.cos(Phi)), axis=1)
    phase = table.get("phase", pd.Series(0, table.index)).to_numpy()[nearest]
    grains = _segmented(
        axes.reshape(*shape, 3), phase.reshape(shape), np.cos(min_misorientation)
    )
    director = (axes[:, 1] - 1j * axes[:, 0]) ** 2  # twice the angle from y towards -x
    number = grains.ravel()
    mean = np.bincount(number, director.real) + 1j * np.bincount(number, director.imag)
    angles = (np.angle(mean) / 2)[grains]
    parameters = {
        "n_grains": np.array([grains.max() + 1]),
        "out_of_plane": np.array([(axes[:, 2] ** 2).mean()]),
    }
    return GrainStructures(angles[None], grains[None], float(size_nm), parameters)


def _refuse_unknown_angles(table):
    missing = [name for name in _COLUMNS if name not in table]
    if missing:
        raise MicrostructureError(
            f"the map has no column {', '.join(missing)}. Needed are "
            f"{', '.join(_COLUMNS)}."
        )
    values = table[list(_COLUMNS)].to_numpy(dtype=float)
    wrong = ~np.isfinite(values).all(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MicrostructureError(f"point {row}: {values[row].tolist()} is not finite.")


def _cell_centers(places, shape, window):
    """Return the places on the map of the centers of the cells."""
    n_y, n_x = shape
    least, most = places.min(axis=0), places.max(axis=0)
    if window is None:
        length = min(most[0] - least[0], (most[1] - least[1]) * n_x / n_y)
        window = (*least, length)
    x, y, length = window
    edge = length / n_x
    slack = 1e-9 * (most - least)
    if ((x, y) < least - slack).any() or (
        (x + length, y + n_y * edge) > most + slack
    ).any():
        raise MicrostructureError(
            f"window={window} reaches beyond the map, which goes from "
            f"{least.tolist()} to {most.tolist()} µm."
        )
    rows, columns = np.mgrid[:n_y, :n_x].reshape(2, -1) + 0.5
    return np.stack((x + columns * edge, y + rows * edge), axis=1)


def _segmented(axes, phase, least_cosine):
    """Give numbers to the grains: cells that hang together by axes that agree."""
    n_y, n_x, _ = axes.shape
    number = np.arange(n_y * n_x).reshape(n_y, n_x)
    pairs = []
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        same = np.abs((axes[one] * axes[other]).sum(axis=-1)) >= least_cosine
        same &= phase[one] == phase[other]
        pairs.append(np.stack((number[one][same], number[other][same])))
    first, second = np.concatenate(pairs, axis=1)
    links = coo_array((np.ones(len(first)), (first, second)), shape=(number.size,) * 2)
    return connected_components(links, directed=False)[1].reshape(n_y, n_x)
