"""A magnet cell by cell: grains, phases, and their boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt

from sklmag.exceptions import MicrostructureError
from sklmag.microstructure._grains import GrainStructures
from sklmag.microstructure._material import ND2FE14B, Material

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike

_NO_GRAIN = -1


@dataclass(frozen=True)
class Magnet:
    """Intrinsic properties of every cell of a magnet.

    Parameters
    ----------
    Js_T, K1_J_m3, A_J_m : ndarray of shape (n_z, n_y, n_x)
        Spontaneous polarization, anisotropy constant and exchange stiffness; cells of
        no polarization are not magnetic.
    easy_axes : ndarray of shape (n_z, n_y, n_x, 3)
        Unit vectors along x, y and z.
    grains : ndarray of shape (n_z, n_y, n_x), dtype int
        Number of the grain; -1 in a boundary phase.
    cell_nm : tuple of float
        Edges of a cell along x, y and z; the last is infinite in two dimensions.
    boundary_exchange : float
        Share of the exchange stiffness that is left between cells of two grains.
    periodic : bool
        Whether the plane is filled with repetitions.
    """

    Js_T: np.ndarray
    K1_J_m3: np.ndarray
    A_J_m: np.ndarray
    easy_axes: np.ndarray
    grains: np.ndarray
    cell_nm: tuple[float, float, float]
    boundary_exchange: float
    periodic: bool

    def __repr__(self):
        n_z, n_y, n_x = self.Js_T.shape
        cells = f"{n_x} x {n_y}" + ("" if self.endless else f" x {n_z}")
        return (
            f"Magnet({cells} cells of {self.cell_nm[0]:g} nm, "
            f"{len(np.unique(self.grains[self.grains >= 0]))} grains, mean Js "
            f"{self.Js_T.mean():.3g} T)"
        )

    @property
    def endless(self):
        """Whether cells are infinitely long along z."""
        return np.isinf(self.cell_nm[2])

    @property
    def saturation_T(self):
        """Polarization when all cells point along one direction, in T."""
        return float(self.Js_T.mean())


def make_magnet(
    grains: ArrayLike | GrainStructures,
    easy_axes: ArrayLike | None = None,
    *,
    material: Material | Sequence[Material] = ND2FE14B,
    cell_nm: float | tuple[float, float, float] | None = None,
    boundary_nm: float = 0.0,
    boundary_material: Material | None = None,
    boundary_exchange: float = 1.0,
    periodic: bool = False,
) -> Magnet:
    """Make a magnet of grains, materials and grain boundaries.

    Parameters
    ----------
    grains : array-like of shape (n_y, n_x) or (n_z, n_y, n_x), or GrainStructures
        Number of the grain of each cell, from 0. Cells of two-dimensional maps are
        infinitely long along z. One GrainStructures brings axes and cells along.
    easy_axes : array-like of shape (n_grains, 3), default=None
        Easy axis of each grain along x, y and z, of any length; None is y for all.
    material : Material or sequence of Material, default=ND2FE14B
        Of all grains, or of each grain.
    cell_nm : float or tuple of float, default=None
        Edge of a cell, or its edges along x, y and z.
    boundary_nm : float, default=0.0
        Thickness of a phase between the grains, which takes the place of the nearest
        cells.
    boundary_material : Material, default=None
        Of that phase; None is not magnetic.
    boundary_exchange : float, default=1.0
        Share of the exchange stiffness that is left between touching grains, from 0,
        and so between grain and phase.
    periodic : bool, default=False
        Whether the plane is filled with repetitions, of two-dimensional maps.

    Returns
    -------
    Magnet

    Raises
    ------
    MicrostructureError
        For axes or materials that are not as many as grains, a boundary that is
        thinner than a cell or leaves no grain, and sizes that are missing.

    Examples
    --------
    Two grains of 10 nm with easy axes in space, and 2 nm that are not magnetic between:

    >>> import numpy as np
    >>> from sklmag.microstructure import make_magnet
    >>> grains = np.repeat([[0] * 10 + [1] * 10], 10, axis=0)
    >>> magnet = make_magnet(
    ...     grains, [[0, 1, 0.2], [0.1, 1, 0]], cell_nm=1.0, boundary_nm=2.0
    ... )
    >>> magnet
    Magnet(20 x 10 cells of 1 nm, 2 grains, mean Js 1.45 T)
    """
    if isinstance(grains, GrainStructures):
        grains, easy_axes, cell_nm = _of_structure(grains, easy_axes, cell_nm)
    grains, cell = _grid(np.asarray(grains), cell_nm, periodic)
    n_grains = int(grains.max()) + 1
    axes = _axes(easy_axes, n_grains)[grains]
    materials = _materials(material, n_grains)
    values = {
        name: np.array([getattr(one, name) for one in materials])[grains]
        for name in ("Js_T", "K1_J_m3", "A_J_m")
    }
    if not 0 <= boundary_exchange < np.inf:
        raise MicrostructureError(
            f"boundary_exchange={boundary_exchange} must be a share from 0."
        )
    if not 0 <= boundary_nm < np.inf:
        raise MicrostructureError(
            f"boundary_nm={boundary_nm} must be a thickness in nm."
        )
    if boundary_nm:
        between = _boundary(grains, boundary_nm, cell, periodic)
        grains = np.where(between, _NO_GRAIN, grains)
        for name, value in values.items():
            value[between] = getattr(boundary_material, name, 0.0)
    return Magnet(
        **values,
        easy_axes=axes,
        grains=grains,
        cell_nm=cell,
        boundary_exchange=float(boundary_exchange),
        periodic=periodic,
    )


def _of_structure(structures, easy_axes, cell_nm):
    """Return grains, axes and cells of one structure."""
    if len(structures) != 1:
        raise MicrostructureError(
            f"there are {len(structures)} structures; a magnet is one of them: "
            "make_magnet(structures[0])."
        )
    grains = structures.grains[0]
    if easy_axes is None:
        kinds, first = np.unique(grains, return_index=True)
        angles = np.zeros(grains.max() + 1)
        angles[kinds] = structures.angles[0].ravel()[first]
        easy_axes = np.stack((-np.sin(angles), np.cos(angles), 0 * angles), axis=1)
    return grains, easy_axes, structures.cell_nm if cell_nm is None else cell_nm


def _grid(grains, cell_nm, periodic):
    """Return grains in three dimensions, and the edges of a cell."""
    if grains.ndim not in (2, 3) or grains.dtype.kind not in "iu" or not grains.size:
        raise MicrostructureError(
            f"grains of shape {grains.shape} and type {grains.dtype} must be whole "
            "numbers on a grid of (n_y, n_x) or (n_z, n_y, n_x) cells."
        )
    if grains.min() < 0:
        raise MicrostructureError(f"grain {grains.min()}: numbers count from 0.")
    edges = np.full(3, np.nan if cell_nm is None else cell_nm, dtype=float)
    flat = grains.ndim == 2
    if flat:
        edges[2] = np.inf
    if not (edges > 0).all():
        raise MicrostructureError(
            f"cell_nm={cell_nm} must be the edge of a cell in nm, or three of them."
        )
    if flat and edges[0] != edges[1]:
        raise MicrostructureError(
            f"cell_nm={cell_nm}: cells of a plane are square. Resample the map."
        )
    if periodic and not flat:
        raise MicrostructureError("periodic=True needs a two-dimensional map.")
    return grains[None] if flat else grains, tuple(map(float, edges))


def _axes(easy_axes, n_grains):
    """Return unit vectors."""
    if easy_axes is None:
        return np.tile([0.0, 1.0, 0.0], (n_grains, 1))
    axes = np.asarray(easy_axes, dtype=float)
    if axes.ndim != 2 or axes.shape[1] != 3 or len(axes) < n_grains:
        raise MicrostructureError(
            f"easy_axes of shape {axes.shape} must be one vector of x, y and z for "
            f"each of the {n_grains} grains."
        )
    lengths = np.linalg.norm(axes, axis=1)
    bad = ~np.isfinite(lengths) | (lengths == 0)
    if bad.any():
        row = int(np.argmax(bad))
        raise MicrostructureError(f"easy axis {row} is {axes[row]}: no direction.")
    return axes / lengths[:, None]


def _materials(material, n_grains):
    if isinstance(material, (Material, str)):
        material = [material] * n_grains
    if len(material) < n_grains:
        raise MicrostructureError(
            f"there are {len(material)} materials for {n_grains} grains."
        )
    for grain, one in enumerate(material):
        if not isinstance(one, Material):
            raise MicrostructureError(
                f"the material of grain {grain} is {one!r}, no Material. Take "
                "Material.named('SmCo5'), or Material(Js_T, K1_J_m3, A_J_m)."
            )
    return list(material)


def _boundary(grains, thickness, cell, periodic):
    """Tell which cells lie within half a thickness of another grain."""
    edges = np.array([min(edge, 1e9) for edge in cell[::-1]])
    pads = [(0, 0)] + [(n // 2, n - n // 2) for n in grains.shape[1:]]
    padded = np.pad(grains, pads, mode="wrap") if periodic else grains
    away = np.full(padded.shape, np.inf)
    for axis, edge in enumerate(edges):
        differs = np.diff(padded, axis=axis) != 0
        if not differs.any():
            continue
        beside = np.zeros(padded.shape, dtype=bool)
        both = [slice(None)] * 3
        for part in (slice(None, -1), slice(1, None)):
            both[axis] = part
            beside[tuple(both)] |= differs
        # from the centre of a cell beside a boundary it is half a cell to it
        away = np.minimum(away, distance_transform_edt(~beside, edges) + edge / 2)
    inner = tuple(slice(p, p + n) for (p, _), n in zip(pads, grains.shape, strict=True))
    between = (away[inner if periodic else ...]) <= thickness / 2 + 1e-9
    if not between.any() and len(np.unique(grains)) > 1:
        raise MicrostructureError(
            f"boundary_nm={thickness} is thinner than the two cells of "
            f"{cell[0]:g} nm that touch. Take smaller cells, or boundary_exchange."
        )
    if between.all():
        raise MicrostructureError(f"boundary_nm={thickness} leaves nothing of a grain.")
    return between
