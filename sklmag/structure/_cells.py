"""Voronoi cells of a crystal: polyhedra that planes cut, nearest first.

Three faces meet in each vertex of a polyhedron, also where more would: vertices that
coincide stay apart, joined by edges of no length, so the polyhedron is always simple.
``owner[a, b]`` is the vertex where face b follows face a anticlockwise.

All is in one file because numba's cache looks at the file of a function alone, and the
polyhedron in three arrays because handing over a dozen takes longer than most loops.
"""

import numpy as np

from sklmag._utils._numba import njit

COINCIDENT, TORN, OVERFULL, TOO_WIDE = -1, -2, -3, -5
_MISSED = 0

_MAX_FACES = 250  # at one time; no power of two, which would clash in the cache
_MAX_VERTICES = 2 * _MAX_FACES
_POSITION, _HEIGHT, _NEW, _NORMAL = 0, 3, 4, 7  # rows of `real`
_FACES, _REMOVED, _IS_REMOVED, _RIM, _N_USES, _SOURCE, _NEXT, _ANY = (
    0,
    3,
    4,
    5,
    7,
    8,
    9,
    10,
)
# A vertex above a plane by less than this share of its distance to the farthest vertex
# is taken to lie on it: rounding cannot make a plane cut what it only touches.
_TOUCHED = 1e-14
_SMALLEST_FACE = 1e-11  # share of the surface of a cell
_SMALLEST_SQUARE = 1e-8  # Å²: nearer sites are one site twice
_MOST_NEAR = 1_000_000  # neighbours of a site to look at: 200 MB
_MOST_ROWS = 4_000_000  # that it looks for them in
_MOST_LOOKED_AT = 30_000_000  # of all sites: about 5 s


# -- the polyhedron -------------------------------------------------------------------


@njit
def _workspace():
    """Return the arrays of a polyhedron: `real`, `whole` and `owner`."""
    whole = np.zeros((11, _MAX_VERTICES), np.int64)
    whole[_NEXT] = -1
    owner = np.empty((_MAX_FACES, _MAX_FACES), np.int16)
    return np.empty((10, _MAX_VERTICES)), whole, owner


@njit
def _set_vertex(whole, owner, v, a, b, c):
    whole[_FACES, v], whole[_FACES + 1, v], whole[_FACES + 2, v] = a, b, c
    owner[a, b] = v
    owner[b, c] = v
    owner[c, a] = v
    whole[_N_USES, a] += 1
    whole[_N_USES, b] += 1
    whole[_N_USES, c] += 1


@njit
def _begin(real, whole, owner, half):
    """Make the polyhedron a cube of six faces without a neighbour behind them."""
    for face in range(_MAX_FACES):
        whole[_N_USES, face] = 0
    for face in range(6):
        whole[_SOURCE, face] = -1
        for k in range(3):
            real[_NORMAL + k, face] = 0.0
        real[_NORMAL + face // 2, face] = 1.0 if face % 2 else -1.0
    for v in range(8):
        x, y, z = v // 4, (v // 2) % 2, v % 2
        real[_POSITION, v] = (2 * x - 1) * half
        real[_POSITION + 1, v] = (2 * y - 1) * half
        real[_POSITION + 2, v] = (2 * z - 1) * half
        if (x + y + z) % 2:
            _set_vertex(whole, owner, v, x, 2 + y, 4 + z)
        else:
            _set_vertex(whole, owner, v, x, 4 + z, 2 + y)
    return 8


@njit
def _cut(real, whole, owner, n_vertices, largest, x, y, z, candidate):
    """Cut off what is nearer to a point than to the origin.

    `largest` is the square of the distance of the farthest vertex. Returns how many
    vertices there are then, _MISSED where the plane does not reach the polyhedron, TORN
    where rounding has torn it, OVERFULL where it is too large.
    """
    square = x * x + y * y + z * z
    offset = 0.5 * square
    touched = _TOUCHED * np.sqrt(square * largest)
    for v in range(n_vertices):
        real[_HEIGHT, v] = (
            real[_POSITION, v] * x
            + real[_POSITION + 1, v] * y
            + real[_POSITION + 2, v] * z
            - offset
        )
    top, highest = -1, touched
    for v in range(n_vertices):
        if real[_HEIGHT, v] > highest:
            top, highest = v, real[_HEIGHT, v]
    if top < 0:
        return _MISSED
    n_removed, n_rim = _find_rim(real, whole, owner, top, touched)
    if not _is_one_loop(whole, n_rim):
        return TORN
    face = 0
    while face < _MAX_FACES and whole[_N_USES, face] > 0:
        face += 1
    if face == _MAX_FACES or n_vertices - n_removed + n_rim > _MAX_VERTICES:
        return OVERFULL
    length = np.sqrt(square)
    real[_NORMAL, face] = x / length
    real[_NORMAL + 1, face] = y / length
    real[_NORMAL + 2, face] = z / length
    whole[_SOURCE, face] = candidate
    return _replace(real, whole, owner, n_vertices, n_removed, n_rim, face)


@njit
def _find_rim(real, whole, owner, top, touched):
    """Collect the vertices above the plane that hang together, and the edges down."""
    whole[_REMOVED, 0] = top
    whole[_IS_REMOVED, top] = 1
    n_removed, n_rim, done = 1, 0, 0
    while done < n_removed:
        v = whole[_REMOVED, done]
        done += 1
        for side in range(3):
            a, b = whole[_FACES + side, v], whole[_FACES + (side + 1) % 3, v]
            w = owner[b, a]
            if whole[_IS_REMOVED, w]:
                continue
            if real[_HEIGHT, w] > touched:
                whole[_REMOVED, n_removed] = w
                whole[_IS_REMOVED, w] = 1
                n_removed += 1
                continue
            share = real[_HEIGHT, v] / (real[_HEIGHT, v] - min(real[_HEIGHT, w], 0.0))
            for k in range(3):
                begin, end = real[_POSITION + k, v], real[_POSITION + k, w]
                real[_NEW + k, n_rim] = begin + share * (end - begin)
            whole[_RIM, n_rim], whole[_RIM + 1, n_rim] = a, b
            n_rim += 1
    for k in range(n_removed):
        whole[_IS_REMOVED, whole[_REMOVED, k]] = 0
    return n_removed, n_rim


@njit
def _is_one_loop(whole, n_rim):
    """Tell whether the edges of the rim follow each other round once."""
    fine = n_rim >= 3
    for k in range(n_rim):
        fine = fine and whole[_NEXT, whole[_RIM, k]] < 0
        whole[_NEXT, whole[_RIM, k]] = whole[_RIM + 1, k]
    first = whole[_RIM, 0]
    face = first
    for step in range(n_rim):
        face = whole[_NEXT, face]
        fine = fine and face >= 0 and (face != first or step == n_rim - 1)
        if not fine:
            break
    for k in range(n_rim):
        whole[_NEXT, whole[_RIM, k]] = -1
    return fine and face == first


@njit
def _replace(real, whole, owner, n_vertices, n_removed, n_rim, face):
    """Put the new vertices in the place of those cut off; return how many there are."""
    for k in range(n_removed):
        for side in range(3):
            whole[_N_USES, whole[_FACES + side, whole[_REMOVED, k]]] -= 1
    for k in range(n_rim):
        v = whole[_REMOVED, k] if k < n_removed else n_vertices + k - n_removed
        for axis in range(3):
            real[_POSITION + axis, v] = real[_NEW + axis, k]
        _set_vertex(whole, owner, v, whole[_RIM, k], whole[_RIM + 1, k], face)
    if n_rim >= n_removed:
        return n_vertices + n_rim - n_removed
    return _close_gaps(real, whole, owner, n_vertices, n_removed, n_rim)


@njit
def _close_gaps(real, whole, owner, n_vertices, n_removed, n_rim):
    """Move the last vertices into the places that remained empty."""
    for _ in range(n_removed - n_rim):
        last = n_rim  # of the empty places the one with the largest number
        for k in range(n_rim, n_removed):
            if whole[_REMOVED, k] > whole[_REMOVED, last]:
                last = k
        gap = whole[_REMOVED, last]
        whole[_REMOVED, last] = -1
        n_vertices -= 1
        if gap == n_vertices:
            continue
        for k in range(3):
            real[_POSITION + k, gap] = real[_POSITION + k, n_vertices]
            whole[_FACES + k, gap] = whole[_FACES + k, n_vertices]
        for side in range(3):
            a, b = whole[_FACES + side, gap], whole[_FACES + (side + 1) % 3, gap]
            owner[a, b] = gap
    return n_vertices


@njit
def _square_radius(real, n_vertices):
    """Return the square of the distance of the farthest vertex."""
    largest = 0.0
    for v in range(n_vertices):
        x, y, z = real[_POSITION, v], real[_POSITION + 1, v], real[_POSITION + 2, v]
        largest = max(largest, x * x + y * y + z * z)
    return largest


@njit
def _face_area(real, whole, owner, face):
    """Return the area of a face."""
    start = whole[_ANY, face]
    ox, oy = real[_POSITION, start], real[_POSITION + 1, start]
    oz = real[_POSITION + 2, start]
    nx, ny, nz = real[_NORMAL, face], real[_NORMAL + 1, face], real[_NORMAL + 2, face]
    ax, ay, az, twice, v = 0.0, 0.0, 0.0, 0.0, start
    while True:
        side = 0
        while whole[_FACES + side, v] != face:
            side += 1
        v = owner[face, whole[_FACES + (side + 2) % 3, v]]
        if v == start:
            return 0.5 * abs(twice)
        bx, by = real[_POSITION, v] - ox, real[_POSITION + 1, v] - oy
        bz = real[_POSITION + 2, v] - oz
        twice += nx * (ay * bz - az * by)
        twice += ny * (az * bx - ax * bz)
        twice += nz * (ax * by - ay * bx)
        ax, ay, az = bx, by, bz


# -- the crystal ----------------------------------------------------------------------


@njit
def clipped_cells(basis, wrapped):
    """Return the faces of every site, or what went wrong.

    Parameters
    ----------
    basis : ndarray of shape (3, 3)
        A reduced basis in rows.
    wrapped : ndarray of shape (n_sites, 3)
        Fractional coordinates from 0 to 1.

    Returns
    -------
    status : tuple of int
        (0, 0, 0), or COINCIDENT, TORN, OVERFULL or TOO_WIDE (so much empty space that
        the neighbours are too many), a site and its neighbor.
    neighbor, image, area, distance, start : ndarray
        As in VoronoiTessellation.
    """
    n_sites = len(wrapped)
    grid = _grid(basis, wrapped)
    half = 0.51 * np.sqrt((basis * basis).sum())  # no cell reaches beyond 0.5 of it
    spacing = (abs(np.linalg.det(basis)) / n_sites) ** (1 / 3)
    real, whole, owner = _workspace()
    found_whole, found_real = np.empty((256, 4), np.int64), np.empty((256, 4))
    start = np.zeros(n_sites + 1, np.int64)
    faces_whole = np.empty((20 * n_sites + _MAX_FACES, 4), np.int64)
    faces_real = np.empty((20 * n_sites + _MAX_FACES, 2))
    status, n, n_looked_at = (0, 0, 0), 0, 0.0
    for i in range(n_sites):
        n_vertices = _begin(real, whole, owner, half)
        largest = _square_radius(real, n_vertices)
        inner, outer, n_found = 0.0, 2 * spacing, 0
        while inner * inner < 4 * largest:
            n_before = n_found
            found_whole, found_real, n_found, n_steps = _gather(
                found_whole, found_real, n_found, grid, i, inner, outer
            )
            n_looked_at += n_steps
            if n_found > _MOST_NEAR or n_looked_at > _MOST_LOOKED_AT:
                status = (TOO_WIDE, i, 0)
                break
            for c in n_before + np.argsort(found_real[n_before:n_found, 3]):
                square = found_real[c, 3]
                if square >= 4 * largest:
                    break
                x, y, z = found_real[c, 0], found_real[c, 1], found_real[c, 2]
                cut = COINCIDENT
                if square > _SMALLEST_SQUARE:
                    cut = _cut(real, whole, owner, n_vertices, largest, x, y, z, c)
                if cut < 0:
                    status, largest = (cut, i, found_whole[c, 0]), 0.0
                    break
                if cut != _MISSED:
                    n_vertices = cut
                    largest = _square_radius(real, n_vertices)
            inner, outer = outer, min(2 * outer, 2.000001 * np.sqrt(largest))
        if status[0]:
            break
        faces_whole, faces_real = _with_room(faces_whole, n), _with_room(faces_real, n)
        n = _store(
            real, whole, owner, n_vertices, found_whole, found_real, faces_whole,
            faces_real, n,
        )  # fmt: skip
        start[i + 1] = n
    neighbor, image = faces_whole[:n, 0].copy(), faces_whole[:n, 1:].copy()
    area, distance = faces_real[:n, 0].copy(), faces_real[:n, 1].copy()
    return status, neighbor, image, area, distance, start


@njit
def _longer(array):
    longer = np.empty((2 * len(array) + _MAX_FACES, array.shape[1]), array.dtype)
    longer[: len(array)] = array
    return longer


@njit
def _with_room(faces, n):
    """Return the array of faces, or a longer one where one more cell may not fit."""
    return _longer(faces) if n + _MAX_FACES > len(faces) else faces


@njit
def _grid(basis, wrapped):
    """Sort sites into bins of about one site each."""
    n_sites = len(wrapped)
    volume = abs(np.linalg.det(basis))
    width = (volume / n_sites) ** (1 / 3)
    heights, n_bins = np.empty(3), np.empty(3, np.int64)
    for k in range(3):
        normal = np.cross(basis[(k + 1) % 3], basis[(k + 2) % 3])
        heights[k] = volume / np.sqrt((normal * normal).sum())
        n_bins[k] = max(1, int(heights[k] / width))
    number = np.zeros(n_sites, np.int64)
    for i in range(n_sites):
        for k in range(3):
            place = min(int(wrapped[i, k] * n_bins[k]), n_bins[k] - 1)
            number[i] = number[i] * n_bins[k] + place
    first = np.zeros(n_bins[0] * n_bins[1] * n_bins[2] + 1, np.int64)
    for i in range(n_sites):
        first[number[i] + 1] += 1
    first = np.cumsum(first)
    order, fill = np.empty(n_sites, np.int64), first.copy()
    for i in range(n_sites):
        order[fill[number[i]]] = i
        fill[number[i]] += 1
    return basis, wrapped, wrapped @ basis, heights, n_bins, order, first


@njit
def _rows_within(heights, n_bins, radius):
    """Return how many rows of bins, each in one cell, may be within a distance."""
    n_rows = 2 * radius / heights[2] + 2
    for k in range(2):
        n_rows *= 2 * radius / heights[k] * n_bins[k] + 2
    return n_rows


@njit
def _gather(found_whole, found_real, n, grid, i, inner, outer):
    """Add the neighbours at distances between two: site and cell, vector and square.

    Returns also how many steps that took. Where they would be too many, as in a cell
    that is nearly empty, it ends early with a number above the limit.
    """
    basis, wrapped, cartesian, heights, n_bins, order, first = grid
    n_before, n_steps = n, _rows_within(heights, n_bins, outer)
    if n_steps > _MOST_ROWS:
        return found_whole, found_real, n, np.inf
    low, high = np.empty(3, np.int64), np.empty(3, np.int64)
    low_cell = np.empty(3, np.int64)
    for k in range(3):
        reach = outer / heights[k] + 1e-9  # no neighbor is lost to rounding
        low[k] = int(np.floor((wrapped[i, k] - reach) * n_bins[k]))
        high[k] = int(np.floor((wrapped[i, k] + reach) * n_bins[k]))
        low_cell[k] = low[k] // n_bins[k]
    cell_p = low_cell[0]
    for p in range(low[0], high[0] + 1):
        cell_p += p == (cell_p + 1) * n_bins[0]
        if n > _MOST_NEAR:
            break
        cell_q = low_cell[1]
        for q in range(low[1], high[1] + 1):
            cell_q += q == (cell_q + 1) * n_bins[1]
            row = (p - cell_p * n_bins[0]) * n_bins[1] + q - cell_q * n_bins[1]
            r, cell_r = low[2], low_cell[2] - 1
            while r <= high[2]:  # the bins of a row in one cell follow each other
                cell_r += 1
                begin = first[row * n_bins[2] + r - cell_r * n_bins[2]]
                r = min(high[2] + 1, (cell_r + 1) * n_bins[2])
                end = first[row * n_bins[2] + r - cell_r * n_bins[2]]
                x = cell_p * basis[0, 0] + cell_q * basis[1, 0] + cell_r * basis[2, 0]
                y = cell_p * basis[0, 1] + cell_q * basis[1, 1] + cell_r * basis[2, 1]
                z = cell_p * basis[0, 2] + cell_q * basis[1, 2] + cell_r * basis[2, 2]
                x, y, z = x - cartesian[i, 0], y - cartesian[i, 1], z - cartesian[i, 2]
                for k in range(begin, end):
                    j = order[k]
                    dx, dy = cartesian[j, 0] + x, cartesian[j, 1] + y
                    dz = cartesian[j, 2] + z
                    square = dx * dx + dy * dy + dz * dz
                    if (
                        square > outer * outer
                        or (inner > 0 and square <= inner**2)
                        or (j == i and cell_p == 0 and cell_q == 0 and cell_r == 0)
                    ):
                        continue
                    if n == len(found_real):
                        found_whole = _longer(found_whole)
                        found_real = _longer(found_real)
                    found_whole[n, 0], found_whole[n, 1] = j, cell_p
                    found_whole[n, 2], found_whole[n, 3] = cell_q, cell_r
                    found_real[n, 0], found_real[n, 1] = dx, dy
                    found_real[n, 2], found_real[n, 3] = dz, square
                    n += 1
    return found_whole, found_real, n, n_steps + n - n_before


@njit
def _store(
    real, whole, owner, n_vertices, found_whole, found_real, faces_whole, faces_real, n
):
    """Write the faces of a cell behind those of the sites before it."""
    last = 0
    for v in range(n_vertices):
        for side in range(3):
            face = whole[_FACES + side, v]
            whole[_ANY, face] = v
            last = max(last, face)
    begun, surface = n, 0.0
    for face in range(last + 1):
        if whole[_N_USES, face] > 0:
            c = whole[_SOURCE, face]
            faces_real[n, 0] = _face_area(real, whole, owner, face)
            faces_real[n, 1] = np.sqrt(found_real[c, 3])
            for k in range(4):
                faces_whole[n, k] = found_whole[c, k]
            surface += faces_real[n, 0]
            n += 1
    kept = begun
    for f in range(begun, n):
        if faces_real[f, 0] > _SMALLEST_FACE * surface:
            faces_real[kept, 0], faces_real[kept, 1] = (
                faces_real[f, 0],
                faces_real[f, 1],
            )
            for k in range(4):
                faces_whole[kept, k] = faces_whole[f, k]
            kept += 1
    return kept


@njit
def reverse_faces(neighbor, image, start):
    """Return for each face which one it is as seen from its other side, or -1."""
    reverse = np.full(len(neighbor), -1)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            j = neighbor[e]
            for f in range(start[j], start[j + 1]):
                if (
                    neighbor[f] == i
                    and image[f, 0] == -image[e, 0]
                    and image[f, 1] == -image[e, 1]
                    and image[f, 2] == -image[e, 2]
                ):
                    reverse[e] = f
                    break
    return reverse


@njit
def images_in_given_basis(neighbor, image, start, shift, transform):
    """Return the site of each face, and its image counted in the basis of the user."""
    site, out = np.empty_like(neighbor), np.empty((len(neighbor), 3), np.int64)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            site[e] = i
            for k in range(3):
                count = 0.0
                for m in range(3):
                    moved = image[e, m] - shift[neighbor[e], m] + shift[i, m]
                    count += moved * transform[m, k]
                out[e, k] = np.rint(count)
    return site, out


@njit
def volume_and_worst_face(area, distance, start, reverse, tolerance):
    """Return the volume of all cells, and a face that is another from behind, or -1."""
    volume, worst = 0.0, -1
    for i in range(len(start) - 1):
        surface = area[start[i] : start[i + 1]].sum()
        for e in range(start[i], start[i + 1]):
            volume += area[e] * distance[e] / 6
            other = area[reverse[e]] if reverse[e] >= 0 else 0.0
            if worst < 0 and abs(area[e] - other) > tolerance * surface:
                worst = e
    return volume, worst
