"""Lattice bases of short vectors."""

import numpy as np

from sklmag._utils._numba import njit

SHORTEST_VECTOR = 1e-4  # Å
LONGEST_VECTOR = 1e9  # Å; of a skew basis, before it is reduced
FARTHEST = 1e9  # cells from the origin: farther out a place is lost to rounding
_THICK = 1e-6  # share of the product of the lengths that is surely a volume
_MOST_ROUNDS = 1000  # each makes a vector shorter; a dozen are usual


@njit
def reduced_basis(lattice):
    """Return the shortest basis of a lattice, and the integers that give it.

    Parameters
    ----------
    lattice : ndarray of shape (3, 3)
        Basis vectors in rows.

    Returns
    -------
    basis, transform : ndarray of shape (3, 3)
        ``basis = transform @ lattice``; no vector gets shorter by adding or
        subtracting the others (Minkowski reduced).
    """
    basis, transform = lattice.copy(), np.eye(3)
    improved, n_rounds = True, 0
    while improved and n_rounds < _MOST_ROUNDS:
        improved, n_rounds = False, n_rounds + 1
        for i in range(3):
            for j in range(3):
                square = (basis[j] * basis[j]).sum()
                if i == j or square == 0:
                    continue
                times = np.round((basis[i] * basis[j]).sum() / square)
                improved |= _add(basis, transform, i, j, -times, j, 0.0)
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3
            for first in (-1.0, 1.0):
                for second in (-1.0, 1.0):
                    improved |= _add(basis, transform, i, j, first, k, second)
    return basis, transform


@njit
def _add(basis, transform, i, j, first, k, second):
    """Add multiples of two vectors to a third, where that makes it shorter."""
    candidate = basis[i] + first * basis[j] + second * basis[k]
    if (candidate * candidate).sum() >= (basis[i] * basis[i]).sum() * (1 - 1e-12):
        return False
    basis[i] = candidate
    transform[i] += first * transform[j] + second * transform[k]
    return True


@njit
def proportions(lattice):
    """Return the volume over the product of the lengths, and the extreme lengths."""
    a, b, c = lattice
    normal = np.empty(3)
    for k in range(3):
        m, n = (k + 1) % 3, (k + 2) % 3
        normal[k] = b[m] * c[n] - b[n] * c[m]
    lengths = np.sqrt((lattice * lattice).sum(axis=1))
    shortest, longest = lengths.min(), lengths.max()
    if shortest == 0:
        return 0.0, shortest, longest
    # divided one by one: the product of three lengths may be too large for a float
    share = abs((a / lengths[0] * (normal / lengths[1] / lengths[2])).sum())
    return share, shortest, longest


@njit
def is_plain_cell(lattice, positions):
    """Tell that a cell is as usual; False where it takes a closer look."""
    share, shortest, longest = proportions(lattice)
    for i in range(len(positions)):
        for k in range(3):
            if not abs(positions[i, k]) <= FARTHEST:
                return False
    long_enough, short_enough = shortest >= SHORTEST_VECTOR, longest <= LONGEST_VECTOR
    return len(positions) > 0 and share > _THICK and long_enough and short_enough


@njit
def volume_of(lattice):
    """Return the volume of a cell."""
    a, b, c = lattice
    total = 0.0
    for k in range(3):
        m, n = (k + 1) % 3, (k + 2) % 3
        total += a[k] * (b[m] * c[n] - b[n] * c[m])
    return abs(total)


@njit
def wrapped_positions(positions, transform):
    """Return coordinates in another basis from 0 to 1, and the cells they were in."""
    inverse = np.rint(np.linalg.inv(transform))
    wrapped, shift = np.empty(positions.shape), np.empty(positions.shape)
    for i in range(len(positions)):
        for k in range(3):
            x = 0.0
            for m in range(3):
                x += positions[i, m] * inverse[m, k]
            shift[i, k] = np.floor(x)
            wrapped[i, k] = x - shift[i, k]
    return wrapped, shift
