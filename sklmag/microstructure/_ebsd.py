"""Grain structures from maps of electron backscatter diffraction."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sklmag.exceptions import MicrostructureError, SklmagWarning
from sklmag.microstructure._ebsd_files import refuse_unknown_angles
from sklmag.microstructure._grains import GrainStructures

# x and y of an axis on the map, from those in the frame of the Euler angles
_FRAMES = {
    "map": lambda x, y: (x, y),
    "edax": lambda x, y: (y, x),
    "oxford": lambda x, y: (x, -y),
}
_TOLD_SHARE = 0.05  # of what is left out, from which on a warning says so


def grains_from_ebsd(
    table: pd.DataFrame,
    *,
    shape: tuple[int, ...] = (80, 80),
    size_nm: float = 160.0,
    frame: Literal["map", "edax", "oxford"] | None = None,
    phases: list[int] | None = None,
    min_misorientation: float = 0.0873,
    window: tuple[float, ...] | None = None,
) -> GrainStructures:
    r"""Make a grain structure of a map of orientations.

    Parameters
    ----------
    table : DataFrame
        As of :func:`read_ebsd`. Points of different ``phase``, where there is that
        column, lie in different grains.
    shape : tuple of int, default=(80, 80)
        Cells along y and x.
    size_nm : float, default=160.0
        Length that the map gets along x: grains keep their form, not their size, since
        walls need cells of 1 or 2 nm.
    frame : {"map", "edax", "oxford"}, default=None
        To which axes the Euler angles refer: to x and y of the map, or to those that
        the programs of EDAX (.ang) and Oxford Instruments (.ctf) write as a rule,
        which are turned against the map by 180° about x + y, and about x. A wrong
        choice turns a texture along y into one along x. None takes the rule of the
        program that the file names (``table.attrs["frame"]``), and says so in a
        warning.
    phases : list of int, default=None
        Numbers of the magnetic phases; the places of others are filled with the
        nearest points of these. None takes all.
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
        For a window outside of the map, angles that are not finite, phases that are not
        there, and a frame that is not known and not given.

    Warns
    -----
    SklmagWarning
        Where the frame is taken from the file, and where more than 5 % of the points
        are of other phases, or of the axes (mean square) stands out of the plane.

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
    >>> one = grains_from_ebsd(table, shape=(16, 16), size_nm=32, frame="map")
    >>> int(one.grains.max()) + 1, np.unique(one.angles).round(2).tolist()
    (2, [0.1, 1.2])
    """
    frame = _frame(frame, table)
    refuse_unknown_angles(table)
    table = _of_phases(table, phases)
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
    out_of_plane = (axes[:, 2] ** 2).mean()
    if out_of_plane > _TOLD_SHARE:
        _warn(
            f"{100 * out_of_plane:.0f} % of the c-axes (mean square) stand out of the "
            "plane, which is left out: easy axes lie in the plane."
        )
    parameters = {
        "n_grains": np.array([grains.max() + 1]),
        "out_of_plane": np.array([out_of_plane]),
    }
    return GrainStructures(angles[None], grains[None], float(size_nm), parameters)


def _frame(frame, table):
    """Return the frame that was given, or that the file names."""
    if frame is None and table.attrs.get("frame"):
        frame = table.attrs["frame"]
        _warn(
            f"frame={frame!r} is taken, the rule of the program that wrote the file. "
            "Say frame=... if its axes were changed."
        )
    if frame is None:
        raise MicrostructureError(
            "To which axes do the Euler angles refer? The file does not tell. Say "
            f"frame=..., one of {list(_FRAMES)}; who took the map knows."
        )
    if frame not in _FRAMES:
        raise MicrostructureError(f"frame={frame!r} must be one of {list(_FRAMES)}.")
    return frame


def _of_phases(table, phases):
    """Return the points of some phases; tell of others where they are many."""
    if "phase" not in table:
        if phases is not None:
            raise MicrostructureError(
                "The map has no column 'phase'. Leave phases out."
            )
        return table
    shares = table["phase"].value_counts(normalize=True)
    shown = ", ".join(
        f"{_name_of(p, table)} {100 * s:.0f} %" for p, s in shares.items()
    )
    unknown = [p for p in phases or [] if p not in shares.index]
    if unknown or (phases is not None and not len(phases)):
        raise MicrostructureError(f"phases={phases}: the map holds {shown}.")
    if phases is None:
        if shares.iloc[1:].sum() > _TOLD_SHARE:
            _warn(
                f"The map holds several phases ({shown}), and all are taken for "
                "magnetic. Choose with phases=[...]."
            )
        return table
    others = 1 - shares[list(phases)].sum()
    if others > _TOLD_SHARE:
        _warn(
            f"{100 * others:.0f} % of the points are of other phases ({shown}); their "
            "places are filled with the nearest points of the chosen ones."
        )
    return table[table["phase"].isin(phases)].reset_index(drop=True)


def _name_of(phase, table):
    name = table.attrs.get("phases", {}).get(int(phase))
    return f"{phase} ({name})" if name else f"{phase}"


def _warn(text):
    warnings.warn(text, SklmagWarning, stacklevel=4)


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
