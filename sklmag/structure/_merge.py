"""Images of one site that rounding keeps apart become one site."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.spatial import cKDTree

from sklmag._utils._numba import njit
from sklmag.structure._lattice import reduced_basis

# In Å. Positions of two decimals in a cell of 20 Å put the images of one site on a
# special position up to 0.35 Å apart; no two atoms of a crystal come so close.
SAME_SITE = 0.4
# Two sites that are listed apart, and images of a partly occupied one, which may be
# split over places beside each other on purpose.
_SAME_PLACE = 0.1
_SAME_PART = 0.06
FULL = 0.99  # an occupancy from here on is one
_HALF = 0.5  # of a cell: nearer sites are nearest by their rounded difference
_MOST_IN_THIN = 50
_FEW = 64  # sites of which each pair is looked at sooner than a tree is made
_ROUNDING = 1e-9


def averaged_orbit(position, group, matrix, radius):
    """Return all places of one site, which is moved onto its special position first.

    Parameters
    ----------
    position : ndarray of shape (3,)
        Fractional coordinates.
    group : SymmetryGroup
        The symmetry.
    matrix : ndarray of shape (3, 3)
        Basis vectors in rows, in Å.
    radius : float
        Images that are nearer to the site than this, in Å, are the site itself.

    Returns
    -------
    ndarray of shape (multiplicity, 3) or None
        None where images are close, but do not agree on a special position.
    """
    if len(group) == 1:
        return position[None]
    steps = group.apply(position) - position
    steps -= np.round(steps)
    near = np.flatnonzero(np.linalg.norm(steps @ matrix, axis=1) < radius)
    if not np.isin(group.products[np.ix_(near, near)], near).all():
        return None
    centre = position + steps[near].mean(axis=0)
    first = group.products[:, near].min(axis=1)  # of the operations with one image
    return group.apply(centre)[np.unique(first)]


def radius_of(occupancy):
    """Return within what distance, in Å, images of a site are the site itself."""
    return SAME_SITE if occupancy >= FULL else _SAME_PART


def merged_sites(labels, elements, occupancies, positions, matrix):
    """Return occupants and positions, those that share a place together.

    Atoms of one element that occupy the same place fully are one atom, listed twice.

    Raises
    ------
    ValueError
        Where atoms that occupy their places fully are too near to each other to be
        two, or a place holds more than one.
    """
    owner = _owners(labels, occupancies, positions, matrix)
    if owner is None:
        pairs = zip(elements, occupancies, strict=True)
        return [{element: _rounded(share)} for element, share in pairs], positions
    species, kept = [], []
    for first in np.unique(owner):
        members = np.flatnonzero(owner == first)
        occupants: dict[str, float] = {}
        for i in members:
            if occupancies[i] >= FULL and occupants.get(elements[i], 0) >= FULL:
                continue
            occupants[elements[i]] = occupants.get(elements[i], 0.0) + occupancies[i]
        total = sum(occupants.values())
        if total > 1.02:
            listed = " and ".join(sorted({repr(labels[i]) for i in members}))
            raise ValueError(
                f"sites {listed} share the place {np.round(positions[first] % 1, 4)}, "
                f"which then holds {total:g} atoms. Mend their places or occupancies."
            )
        scale = _rounded(total) / total
        species.append({e: share * scale for e, share in occupants.items()})
        kept.append(positions[first])
    return species, np.array(kept).reshape(-1, 3)


def _rounded(occupancy):
    """Return 1 for an occupancy that is 1 within what refinements leave."""
    return 1.0 if occupancy >= FULL else occupancy


def _owners(labels, occupancies, positions, matrix):
    """Return for each site the first of those that share its place; None if alone."""
    pairs = close_pairs(positions, matrix, SAME_SITE)
    if not pairs:
        return None
    owner = np.arange(len(positions))
    for i, j, distance in pairs:
        if distance < _SAME_PLACE:
            owner[owner == owner[j]] = owner[i]
        elif occupancies[i] >= FULL and occupancies[j] >= FULL:
            raise ValueError(
                f"sites {labels[i]!r} and {labels[j]!r} are {distance:.2f} Å apart, "
                "too near for two atoms. Mend their places, or give their occupancies."
            )
    return owner


@njit
def are_apart(positions, matrix, radius):
    """Tell that no two of a few sites are near; False where it takes a closer look."""
    n_sites = len(positions)
    inverse = np.linalg.inv(matrix)
    reach = radius * np.sqrt((inverse * inverse).sum())  # not below that of the 2-norm
    if n_sites > _FEW or not reach < _HALF:
        return False
    step = np.empty(3)
    for i in range(n_sites):
        for j in range(i):
            square = 0.0
            for k in range(3):
                step[k] = positions[i, k] - positions[j, k]
                step[k] -= np.rint(step[k])
            for k in range(3):
                x = (
                    step[0] * matrix[0, k]
                    + step[1] * matrix[1, k]
                    + step[2] * matrix[2, k]
                )
                square += x * x
            if not square > radius * radius * (1 + _ROUNDING):
                return False
    return True


def close_pairs(positions, matrix, radius):
    """Return (i, j, distance in Å) of sites that are nearer than `radius`; i < j.

    Parameters
    ----------
    positions : ndarray of shape (n_sites, 3)
        Fractional coordinates.
    matrix : ndarray of shape (3, 3)
        Basis vectors in rows, in Å.
    radius : float
        In Å.
    """
    if len(positions) < 2 or are_apart(positions, matrix, radius):
        return []
    # a step shorter than the radius is at most this long in fractions of the cell
    reach = radius * np.linalg.norm(np.linalg.inv(matrix), 2)
    if reach >= _HALF:  # a skew basis, or a cell thinner than an atom
        matrix, transform = reduced_basis(np.array(matrix, dtype=float))
        positions = positions @ np.rint(np.linalg.inv(transform))
        reach = radius * np.linalg.norm(np.linalg.inv(matrix), 2)
    inside = positions % 1.0 % 1.0  # -1e-17 % 1 is 1
    if reach < _HALF:
        i, j = cKDTree(inside, boxsize=1.0).query_pairs(reach, output_type="ndarray").T
        images = np.zeros((1, 3))
    else:
        if len(inside) > _MOST_IN_THIN:
            raise ValueError(
                f"{len(inside)} sites are in a cell of lengths "
                f"{np.linalg.norm(matrix, axis=1).round(4)} Å, thinner than an atom. "
                "Check the scale."
            )
        i, j = np.triu_indices(len(inside), 1)
        n = min(int(reach + 0.5), 8)
        images = np.array(list(itertools.product(range(-n, n + 1), repeat=3)))
    steps = inside[i] - inside[j]
    steps -= np.round(steps)
    shifted = (steps[:, None] + images) @ matrix
    distances = np.linalg.norm(shifted, axis=2).min(axis=1)
    return sorted(
        (int(i[k]), int(j[k]), float(distances[k]))
        for k in np.flatnonzero(distances < radius)
    )
