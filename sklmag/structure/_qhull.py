"""The faces of all Voronoi cells of a crystal, by Qhull on periodic images."""

import numpy as np
from scipy.spatial import Voronoi, cKDTree

from sklmag.structure._cells import COINCIDENT

TOO_LONG = -4
_SMALLEST_FACE = 1e-11
_MAX_POINTS = 60_000  # 20 s, and 0.6 GB


def qhull_cells(basis, wrapped):
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
        (0, 0, 0), COINCIDENT and two sites, or TOO_LONG for an elongated cell that
        needs too many images.
    neighbor, image, area, distance, start : ndarray
        As in VoronoiTessellation.
    """
    n_sites = len(wrapped)
    reach = np.linalg.norm(basis)  # no cell reaches farther than half of it
    heights = 1 / np.linalg.norm(np.linalg.inv(basis), axis=0)
    if n_sites * np.prod(1 + 2 * reach / heights) > _MAX_POINTS:
        return (TOO_LONG, 0, 0), *[np.zeros(0)] * 5
    points, owner, cell = _with_images(basis, wrapped, reach, heights)
    nearest, which = cKDTree(points).query(points[:n_sites], k=2)
    if nearest[:, 1].min() < 1e-4:
        i = int(nearest[:, 1].argmin())
        other = which[i][which[i] != i][0]
        return (COINCIDENT, i, int(owner[other])), *[np.zeros(0)] * 5
    faces = _faces_of(Voronoi(points, qhull_options="Qbb Qc"), n_sites)
    site, other, area = (np.array(column) for column in zip(*faces, strict=True))
    order = np.lexsort((other, site))
    site, other, area = site[order], other[order], area[order]
    surface = np.bincount(site, area)
    kept = area > _SMALLEST_FACE * surface[site]
    site, other, area = site[kept], other[kept], area[kept]
    distance = np.linalg.norm(points[other] - points[site], axis=1)
    start = np.searchsorted(site, np.arange(n_sites + 1))
    return (0, 0, 0), owner[other], cell[other], area, distance, start


def _with_images(basis, wrapped, reach, heights):
    """Return all points that near to the cell, those given first."""
    n_images = np.ceil(reach / heights).astype(int)
    cells = np.stack(
        np.meshgrid(*[np.arange(-n, n + 1) for n in n_images], indexing="ij"), axis=-1
    ).reshape(-1, 3)
    cells = cells[np.argsort(np.abs(cells).sum(axis=1), kind="stable")]
    place = (wrapped + cells[:, None]).reshape(-1, 3)
    owner = np.tile(np.arange(len(wrapped)), len(cells))
    cell = np.repeat(cells, len(wrapped), axis=0)
    beyond = np.maximum(-place, place - 1) * heights
    near = (beyond <= reach).all(axis=1)
    return place[near] @ basis, owner[near], cell[near]


def _faces_of(voronoi, n_sites):
    """Yield site, neighbouring point and area of each face."""
    faces = zip(voronoi.ridge_points, voronoi.ridge_vertices, strict=True)
    for (a, b), corners in faces:
        if min(a, b) >= n_sites or -1 in corners:
            continue
        ring = voronoi.vertices[corners] - voronoi.vertices[corners[0]]
        area = 0.5 * np.linalg.norm(np.cross(ring[:-1], ring[1:]).sum(axis=0))
        if a < n_sites:
            yield a, b, area
        if b < n_sites:
            yield b, a, area
