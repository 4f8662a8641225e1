"""The Voronoi tessellation of a crystal: which faces every site has."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sklmag._utils._numba import numba
from sklmag.exceptions import StructureError
from sklmag.structure._cells import (
    COINCIDENT,
    OVERFULL,
    TOO_WIDE,
    clipped_cells,
    images_in_given_basis,
    reverse_faces,
    volume_and_worst_face,
)
from sklmag.structure._lattice import (
    FARTHEST,
    LONGEST_VECTOR,
    SHORTEST_VECTOR,
    is_plain_cell,
    proportions,
    reduced_basis,
    volume_of,
    wrapped_positions,
)
from sklmag.structure._qhull import TOO_LONG, qhull_cells

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_NO_VOLUME = 1e-14  # share of the product of the lengths that is rounding
_FLAT = 1e-9  # the same of a reduced basis
_LONGEST = 1e6  # Å, of a reduced basis
_MOST_SITES = 200_000  # about 20 s
_VOLUME_TOLERANCE = 1e-10
_FACE_TOLERANCE = 1e-9  # of the surface of a cell
_IDENTITY = np.eye(3)
_WAY_OUT = "Check for sites that are almost at one place, or move them by 1e-6 Å."


class _TornCellsError(StructureError):
    """Cells that rounding has made wrong; the other method may divide the crystal."""


@dataclass(frozen=True, slots=True)
class VoronoiTessellation:
    """The faces between each site of a crystal and its neighbours.

    Parameters
    ----------
    site : ndarray of shape (n_faces,), dtype int
        The site a face belongs to, in rising order.
    neighbor : ndarray of shape (n_faces,), dtype int
        The site on its other side.
    image : ndarray of shape (n_faces, 3), dtype int
        In which cell that neighbor is: lattice vectors to be added to its position.
    area : ndarray of shape (n_faces,)
        Area of a face, in Å².
    distance : ndarray of shape (n_faces,)
        Distance from site to neighbor, in Å.
    start : ndarray of shape (n_sites + 1,), dtype int
        The faces of site i are ``start[i]`` to ``start[i + 1]``.
    reverse : ndarray of shape (n_faces,), dtype int
        Which face is the same one seen from its other side; -1 where that side leaves
        it out.
    """

    site: np.ndarray
    neighbor: np.ndarray
    image: np.ndarray
    area: np.ndarray
    distance: np.ndarray
    start: np.ndarray
    reverse: np.ndarray

    @property
    def cell_volumes(self):
        """Volume of the cell of each site, in Å³, of shape (n_sites,)."""
        pyramids = self.area * self.distance / 6
        return np.add.reduceat(pyramids, self.start[:-1])


def voronoi_tessellation(
    lattice: ArrayLike, positions: ArrayLike
) -> VoronoiTessellation:
    r"""Divide a crystal into the cells of its sites.

    Parameters
    ----------
    lattice : array-like of shape (3, 3)
        Basis vectors in rows, in Å.
    positions : array-like of shape (n_sites, 3)
        Fractional coordinates, anywhere.

    Returns
    -------
    VoronoiTessellation

    Raises
    ------
    StructureError
        For coordinates that are not finite, a lattice without volume, two sites at
        one place, and where the cells found do not fill the volume to 1e-10.

    Notes
    -----
    Each cell is cut from a cube by the planes halfway to its neighbours, the nearest
    first, until the next is twice as far as the farthest vertex: exact up to rounding.
    Where many planes meet in one line, as for a ring of atoms in a large box, rounding
    may tear a cell; Qhull then divides the crystal, a hundred times slower. Faces below
    1e-11 of a cell's surface are left out. :math:`\sum a d / 6` over all
    faces of area a at distance d/2 is compared with the volume of the cell.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.structure import voronoi_tessellation
    >>> bcc = voronoi_tessellation(2.87 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> np.diff(bcc.start)
    array([14, 14])
    >>> bcc.cell_volumes.round(3)
    array([11.82, 11.82])
    """
    lattice = np.array(lattice, dtype=float)
    positions = np.array(positions, dtype=float).reshape(-1, 3)
    return divided_crystal(reduced_crystal(lattice, positions))


def divided_crystal(crystal):
    """Return the tessellation of a reduced crystal."""
    if numba:
        with contextlib.suppress(_TornCellsError):
            return _divided(clipped_cells, crystal)
    return _divided(qhull_cells, crystal)


def is_compiled():
    """Tell whether this process has compiled or loaded the code that divides."""
    return numba is None or bool(clipped_cells.signatures)


class ReducedCrystal(NamedTuple):
    """A crystal in a basis of short vectors, each site in the cell at the origin."""

    basis: np.ndarray
    transform: np.ndarray  # basis = transform @ lattice
    wrapped: np.ndarray
    shift: np.ndarray  # the cells that the sites were in

    @property
    def positions(self):
        """Fractional coordinates in the basis that was given."""
        return (self.wrapped + self.shift) @ self.transform

    def in_its_own_basis(self):
        """Return the crystal as if the short vectors had been given."""
        return ReducedCrystal(self.basis, _IDENTITY, self.wrapped, 0 * self.shift)


def reduced_crystal(lattice, positions):
    """Return a crystal in a basis of short vectors; raise where there is none."""
    _refuse_what_is_no_crystal(lattice, positions)
    basis, transform = reduced_basis(lattice)
    shortest, longest = _refuse_flat(basis, _FLAT)
    if shortest < SHORTEST_VECTOR or longest > _LONGEST:
        raise StructureError(
            "the reduced lattice vectors have lengths of "
            f"{np.linalg.norm(basis, axis=1)} Å; from {SHORTEST_VECTOR:g} to "
            f"{_LONGEST:g} can be divided. Check the scale."
        )
    return ReducedCrystal(basis, transform, *wrapped_positions(positions, transform))


def _divided(method, crystal):
    """Tessellate in the reduced basis; count images in the one that was given."""
    basis, transform, wrapped, shift = crystal
    status, neighbor, image, area, distance, start = method(basis, wrapped)
    _raise_where_it_failed(status, crystal)
    site, image = images_in_given_basis(neighbor, image, start, shift, transform)
    reverse = reverse_faces(neighbor, image, start)
    cells = VoronoiTessellation(site, neighbor, image, area, distance, start, reverse)
    return _checked(cells, volume_of(basis))


def _raise_where_it_failed(status, crystal):
    kind, i, j = status
    if kind == 0:
        return
    if kind == COINCIDENT:
        place = crystal.positions[i].round(4)
        raise StructureError(
            f"sites {i} and {j} are at the same place, {place}. Merge "
            "them: structure.merge_sites(mode='delete')."
            if i != j
            else f"site {i} at {place} is at the place of its own image: a lattice "
            "vector has no length."
        )
    if kind == TOO_WIDE:
        lengths = np.linalg.norm(crystal.basis, axis=1).round(4)
        raise StructureError(
            f"a cell of lengths {lengths} Å with {len(crystal.wrapped)} sites is so "
            f"empty around site {i} that its Voronoi cell would touch millions. Check "
            "the scale, or make the empty space smaller, such as 20 Å."
        )
    if kind == TOO_LONG:
        lengths = np.linalg.norm(crystal.basis, axis=1).round(4)
        raise StructureError(
            f"a cell of lengths {lengths} Å is too elongated to be divided without "
            "numba. pip install numba."
            if numba is None
            else f"the Voronoi cells of a cell of lengths {lengths} Å were torn by "
            f"rounding. {_WAY_OUT}"
        )
    reason = "has too many faces" if kind == OVERFULL else "was torn by rounding"
    raise _TornCellsError(f"the Voronoi cell of site {i} {reason}. {_WAY_OUT}")


def _checked(tessellation, volume):
    """Return cells that fill the volume and agree on their faces; raise otherwise."""
    area, reverse = tessellation.area, tessellation.reverse
    filled, face = volume_and_worst_face(
        area, tessellation.distance, tessellation.start, reverse, _FACE_TOLERANCE
    )
    excess = filled / volume - 1
    if abs(excess) > _VOLUME_TOLERANCE:
        raise _TornCellsError(
            f"the Voronoi cells of its {len(tessellation.start) - 1} sites fill the "
            f"volume but for a share of {excess:.1e}. {_WAY_OUT}"
        )
    if face >= 0:
        i, j = tessellation.site[face], tessellation.neighbor[face]
        other = area[reverse[face]] if reverse[face] >= 0 else 0.0
        raise _TornCellsError(
            f"sites {i} and {j} disagree on the area of the face between them: "
            f"{area[face]:.3e} and {other:.3e} Å². {_WAY_OUT}"
        )
    return tessellation


def _refuse_what_is_no_crystal(lattice, positions):
    if len(positions) <= _MOST_SITES and is_plain_cell(lattice, positions):
        return
    if not (np.isfinite(lattice).all() and np.isfinite(positions).all()):
        row = int(np.argmin(np.isfinite(positions).all(axis=1)))
        raise StructureError(
            f"the lattice, or the coordinates {positions[row]} of site {row}, are not "
            "finite."
        )
    if not len(positions):
        raise StructureError("there is no site.")
    if len(positions) > _MOST_SITES:
        raise StructureError(
            f"it has {len(positions):,} sites; up to {_MOST_SITES:,} can be divided."
        )
    far = np.abs(positions).max(axis=1)
    if far.max() > FARTHEST:
        row = int(far.argmax())
        raise StructureError(
            f"site {row} has a fractional coordinate of {far[row]:.4g}: so many "
            "lattice vectors away its place in the cell is lost; up to "
            f"{FARTHEST:g} can be divided. Are these coordinates in Å?"
        )
    longest = np.abs(lattice).max()
    if longest > LONGEST_VECTOR:
        raise StructureError(
            f"a lattice vector is {longest:.4g} Å long; up to {LONGEST_VECTOR:g} can "
            "be divided. Check the scale."
        )
    _refuse_flat(lattice, _NO_VOLUME)


def _refuse_flat(lattice, share):
    """Raise for vectors that span no volume; return the extreme lengths."""
    volume, shortest, longest = proportions(lattice)
    if volume <= share:
        lengths = np.linalg.norm(lattice, axis=1).round(4)
        raise StructureError(
            f"the lattice vectors of lengths {lengths} Å span no volume."
        )
    return shortest, longest
