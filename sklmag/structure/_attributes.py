"""The 126 structural attributes, computed from the faces of a tessellation."""

import numpy as np

from sklmag._utils._numba import njit


@njit
def structural_attributes(
    neighbor, area, distance, start, reverse, image, kind, values, with_order
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
    with_order : bool
        Whether the Warren-Cowley magnitudes are computed, which takes most of the time;
        else they are NaN.

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
    out[12:15] = np.nan
    if with_order:
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

    A walk steps from site to site through faces, with a chance in proportion to the
    area of each, and never back to a site where it has been. The walks of one and two
    steps are counted for every site first. A walk of three steps is one step and then
    a walk of two from the neighbor; `_remove_closed_walks` takes out those of them that
    would come back to where they began.
    """
    share, facing = _shares(neighbor, area, start, kind)
    two_steps, through = _two_steps(neighbor, area, start, kind, surface, facing)
    chance = np.zeros((len(kind), 3, len(share)))  # of sites, shells and elements
    for i in range(len(kind)):
        for t in range(len(share)):
            chance[i, 0, t] = facing[i, t] / surface[i]
        for e in range(start[i], start[i + 1]):
            j = neighbor[e]
            weight = area[e] / surface[i] / (surface[j] - area[e])
            for t in range(len(share)):
                chance[i, 1, t] += weight * facing[j, t]
                chance[i, 2, t] += weight * two_steps[j, t]
                if reverse[e] >= 0:
                    chance[i, 2, t] -= weight * through[reverse[e], t]
            chance[i, 1, kind[i]] -= weight * area[e]
    place, step = _place_numbers(neighbor, image)
    _remove_closed_walks(
        chance, neighbor, area, start, reverse, place, step, kind, surface, facing,
        through,
    )  # fmt: skip
    total = np.zeros(3)
    for i in range(len(kind)):
        for shell in range(3):
            total[shell] += np.abs(1 - chance[i, shell] / share).sum()
    return total / (len(kind) * len(share))


@njit
def _remove_closed_walks(
    chance, neighbor, area, start, reverse, place, step, kind, surface, facing, through
):
    """Correct `chance` for walks i, j, k in which k is a neighbor of i.

    From k such a walk must not step back to i. Its third step was counted as if it
    could, so that share is removed, and the chances of the other steps from k grow.
    """
    # faces of one site that lead to copies of the same neighbor form a chain: `latest`
    # is its end, `before` leads from each face to the one before it
    latest, before = np.full(len(kind), -1), np.empty(len(neighbor), np.int64)
    for i in range(len(kind)):
        for e in range(start[i], start[i + 1]):
            before[e] = latest[neighbor[e]]
            latest[neighbor[e]] = e
        for e in range(start[i], start[i + 1]):
            j = neighbor[e]
            weight = area[e] / surface[i] / (surface[j] - area[e])
            for f in range(start[j], start[j + 1]):
                k = neighbor[f]
                if latest[k] < start[i] or f == reverse[e]:
                    continue
                g = _face_to(place[f] + step[e], latest[k], before, place, start[i])
                if g >= 0:
                    third = weight * area[f] / (surface[k] - area[f] - area[g])
                    for t in range(facing.shape[1]):
                        difference = third * facing[k, t] - weight * through[f, t]
                        chance[i, 2, t] += difference
                    chance[i, 2, kind[j]] -= third * area[f]
                    chance[i, 2, kind[i]] -= third * area[g]


@njit
def _shares(neighbor, area, start, kind):
    """Return the share of each element, and the area that each site turns to it."""
    n_sites, n_kinds = len(kind), kind.max() + 1
    share, facing = np.zeros(n_kinds), np.zeros((n_sites, n_kinds))
    for i in range(n_sites):
        share[kind[i]] += 1 / n_sites
        for e in range(start[i], start[i + 1]):
            facing[i, kind[neighbor[e]]] += area[e]
    return share, facing


@njit
def _face_to(end, g, before, place, begin):
    """Return the face in the chain from `g` that leads to a place, or -1."""
    while g >= begin and place[g] != end:
        g = before[g]
    return g if g >= begin else -1


@njit
def _two_steps(neighbor, area, start, kind, surface, facing):
    """Return the chances of two steps from each site, in all and through each face.

    Both have one column for each element at the end of the walk, and are multiplied by
    the surface of the site at its beginning.
    """
    two_steps, through = np.zeros_like(facing), np.empty((len(area), facing.shape[1]))
    for j in range(len(kind)):
        for f in range(start[j], start[j + 1]):
            k = neighbor[f]
            weight = area[f] / (surface[k] - area[f])
            for t in range(facing.shape[1]):
                through[f, t] = weight * facing[k, t]
            through[f, kind[j]] -= weight * area[f]
            for t in range(facing.shape[1]):
                two_steps[j, t] += through[f, t]
    return two_steps, through


@njit
def _place_numbers(neighbor, image):
    """Return one number for where each face leads, and one for its step between cells.

    The three indices of a step are packed into the digits of one integer, so that the
    number of two steps in a row is the sum of their numbers.
    """
    place, step = np.empty(len(neighbor), np.int64), np.empty(len(neighbor), np.int64)
    for e in range(len(neighbor)):
        step[e] = image[e, 0] + (image[e, 1] << 14) + (image[e, 2] << 28)
        place[e] = (neighbor[e] << 42) + step[e]
    return place, step
