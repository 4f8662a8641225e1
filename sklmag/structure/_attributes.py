"""The 126 structural attributes, computed from the faces of a tessellation."""

import numpy as np

from sklmag._utils._numba import njit


@njit
def structural_attributes(
    neighbor, area, distance, start, reverse, image, kind, values
):
    """Return the attributes of one structure in the order of the paper.

    Parameters
    ----------
    neighbor, area, distance, start, reverse, image : ndarray
        A VoronoiTessellation.
    kind : ndarray of shape (n_sites,), dtype int
        Which element is at a site, counted from 0.
    values : ndarray of shape (n_kinds, n_properties)
        Properties of these elements.

    Returns
    -------
    ndarray of shape (16 + 5 * n_properties,)
    """
    n_sites, n_properties = len(kind), values.shape[1]
    surface, local = _cells(area, distance, start)
    coordination, length, variation, volume, radius = local
    out = np.empty(16 + 5 * n_properties)
    out[:4] = _mean_dev_min_max(coordination)
    out[4:7] = _mean_dev_min_max(length / length.mean())[1:]
    out[7:11] = _mean_dev_min_max(variation)
    out[11] = _mean_dev_min_max(volume / volume.mean())[1]
    out[12:15] = _ordering(neighbor, area, start, reverse, image, kind, surface)
    out[15] = (4 / 3 * np.pi * radius**3).sum() / volume.sum()
    difference = np.empty(n_sites)
    for p in range(n_properties):
        for i in range(n_sites):
            total = 0.0
            for e in range(start[i], start[i + 1]):
                total += area[e] * abs(
                    values[kind[i], p] - values[kind[neighbor[e]], p]
                )
            difference[i] = total / surface[i]
        begin = 16 + 5 * p
        out[begin : begin + 4] = _mean_dev_min_max(difference)
        out[begin + 4] = out[begin + 3] - out[begin + 2]
    return out


@njit
def _mean_dev_min_max(values):
    """Return four statistics; NaN where one of the values is."""
    out = np.empty(4)
    out[0] = values.mean()
    out[1] = np.abs(values - out[0]).mean()
    out[2], out[3] = values.min(), values.max()
    if np.isnan(out[0]):
        out[:] = np.nan
    return out


@njit
def _cells(area, distance, start):
    """Return the surface of each cell, and what does not depend on the elements."""
    n_sites = len(start) - 1
    surface, local = np.empty(n_sites), np.empty((5, n_sites))
    for i in range(n_sites):
        a, d = area[start[i] : start[i + 1]], distance[start[i] : start[i + 1]]
        total = a.sum()
        length = (a * d).sum() / total
        surface[i] = total
        local[0, i] = total * total / (a * a).sum()
        local[1, i] = length
        local[2, i] = (a * np.abs(d - length)).sum() / (length * total)
        local[3, i] = (a * d).sum() / 6
        local[4, i] = d.min() / 2
    return surface, local


@njit
def _ordering(neighbor, area, start, reverse, image, kind, surface):
    """Return the Warren-Cowley magnitudes of three shells.

    A walk steps through faces with a probability in proportion to their area, to none
    of the sites where it has been.
    """
    n_sites, n_kinds = len(kind), kind.max() + 1
    share = np.zeros(n_kinds)
    facing = np.zeros((n_sites, n_kinds))  # area towards each element
    for i in range(n_sites):
        share[kind[i]] += 1 / n_sites
        for e in range(start[i], start[i + 1]):
            facing[i, kind[neighbor[e]]] += area[e]
    place, step = _place_numbers(neighbor, image)
    total = np.zeros(3)
    chance = np.empty((3, n_kinds))  # of shells and elements
    for i in range(n_sites):
        chance[:] = 0.0
        chance[0] = facing[i] / surface[i]
        for e in range(start[i], start[i + 1]):
            j = neighbor[e]
            weight = area[e] / surface[i] / (surface[j] - area[e])
            chance[1] += weight * facing[j]
            chance[1, kind[i]] -= weight * area[e]
            for f in range(start[j], start[j + 1]):
                if f != reverse[e]:
                    k, end, back = neighbor[f], place[f] + step[e], 0.0
                    for g in range(start[i], start[i + 1]):
                        back = area[g] if place[g] == end else back
                    third = weight * area[f] / (surface[k] - area[f] - back)
                    for t in range(n_kinds):
                        chance[2, t] += third * facing[k, t]
                    chance[2, kind[j]] -= third * area[f]
                    chance[2, kind[i]] -= third * back
        for shell in range(3):
            total[shell] += np.abs(1 - chance[shell] / share).sum()
    return total / (n_sites * n_kinds)


@njit
def _place_numbers(neighbor, image):
    """Give numbers to the places that faces lead to, and to the steps between cells.

    The numbers of steps add up like the steps.
    """
    place, step = np.empty(len(neighbor), np.int64), np.empty(len(neighbor), np.int64)
    for e in range(len(neighbor)):
        step[e] = image[e, 0] + (image[e, 1] << 14) + (image[e, 2] << 28)
        place[e] = (neighbor[e] << 42) + step[e]
    return place, step
