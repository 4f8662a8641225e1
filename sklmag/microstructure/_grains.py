"""Grain structures: which grain each cell belongs to, and its easy axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial import cKDTree
from sklearn.utils import check_random_state

from sklmag.exceptions import MicrostructureError


@dataclass(frozen=True)
class GrainStructures:
    """Maps of several grain structures on one grid.

    Parameters
    ----------
    angles : ndarray of shape (n_samples, n_y, n_x)
        Angle of the easy axis to the y-axis, the direction of alignment and of the
        field, in radians, positive towards -x.
    grains : ndarray of shape (n_samples, n_y, n_x), dtype int
        Number of the grain of each cell, from 0.
    size_nm : float
        Length of the grid along x.
    parameters : dict of str to ndarray of shape (n_samples,)
        What was drawn: ``"n_grains"`` and ``"max_misorientation"``; NaN where it is
        not known.
    """

    angles: np.ndarray
    grains: np.ndarray
    size_nm: float
    parameters: dict

    def __repr__(self):
        n, n_y, n_x = self.angles.shape
        return f"GrainStructures({n} of {n_x} x {n_y} cells of {self.cell_nm:g} nm)"

    def __len__(self):
        return len(self.angles)

    def __getitem__(self, rows):
        """Return some of the structures."""
        rows = np.atleast_1d(np.arange(len(self))[rows])
        parameters = {name: values[rows] for name, values in self.parameters.items()}
        return GrainStructures(
            self.angles[rows], self.grains[rows], self.size_nm, parameters
        )

    @property
    def cell_nm(self):
        """Edge of a cell."""
        return self.size_nm / self.angles.shape[2]

    @classmethod
    def joined(cls, sets):
        """Return the structures of several sets, one after the other.

        Parameters
        ----------
        sets : sequence of GrainStructures
            On grids of one shape and one length. A parameter that one of them lacks
            is NaN for its structures.

        Returns
        -------
        GrainStructures

        Raises
        ------
        MicrostructureError
            For no set, and for sets on different grids.
        """
        sets = list(sets)
        if not sets:
            raise MicrostructureError("there is no set of structures to join.")
        grids = {(one.angles.shape[1:], float(one.size_nm)) for one in sets}
        if len(grids) > 1:
            told = " and ".join(f"{y} x {x} cells of {nm:g} nm" for (y, x), nm in grids)
            raise MicrostructureError(
                f"the sets lie on different grids, {told} in all. Bring them to one "
                "with .resampled(cell_nm), or cut them alike."
            )
        names = dict.fromkeys(name for one in sets for name in one.parameters)
        parameters = {
            name: np.concatenate(
                [one.parameters.get(name, np.full(len(one), np.nan)) for one in sets]
            )
            for name in names
        }
        return cls(
            np.concatenate([one.angles for one in sets]),
            np.concatenate([one.grains for one in sets]),
            sets[0].size_nm,
            parameters,
        )

    def resampled(self, cell_nm):
        """Return the same structures on cells of another edge, each as the nearest.

        Parameters
        ----------
        cell_nm : float
            Edge of a cell; whole cells that are nearest to the size are made.

        Returns
        -------
        GrainStructures
        """
        if not cell_nm > 0:
            raise MicrostructureError(f"cell_nm={cell_nm} must be positive.")
        shape = self.angles.shape[1:]
        counts = [max(1, round(n * self.cell_nm / cell_nm)) for n in shape]
        y, x = (
            np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
            for new, old in zip(counts, shape, strict=True)
        )
        at = np.ix_(np.arange(len(self)), y, x)
        return GrainStructures(
            self.angles[at], self.grains[at], self.size_nm, self.parameters
        )


def make_grain_structures(
    n_samples: int = 100,
    *,
    shape: tuple[int, ...] = (160, 160),
    size_nm: float = 320.0,
    n_grains: int | tuple[int, ...] = (16, 256),
    max_misorientation: float | tuple[float, ...] = (0.0, np.pi),
    random_state: int | np.random.RandomState | None = None,
) -> GrainStructures:
    """Make two-dimensional grain structures by Voronoi tessellation [1]_.

    Parameters
    ----------
    n_samples : int, default=100
        How many.
    shape : tuple of int, default=(160, 160)
        Cells along y and x.
    size_nm : float, default=320.0
        Length of the grid along x; cells are square.
    n_grains : int or tuple of int, default=(16, 256)
        Number of grains, or the least and the most of which each structure draws its
        own.
    max_misorientation : float or tuple of float, default=(0, pi)
        Largest angle between easy axes and the y-axis in radians, or the range from
        which each structure draws its own; grains draw theirs between plus and minus
        of it.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    GrainStructures

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> from sklmag.microstructure import make_grain_structures
    >>> grains = make_grain_structures(3, shape=(40, 40), size_nm=80, random_state=0)
    >>> grains.angles.shape, grains.cell_nm
    ((3, 40, 40), 2.0)
    """
    random = check_random_state(random_state)
    low, high = _range(n_grains, "n_grains", 1)
    counts = random.randint(int(low), int(high) + 1, size=n_samples)
    spreads = random.uniform(
        *_range(max_misorientation, "max_misorientation", 0), n_samples
    )
    if spreads.max(initial=0) > 2 * np.pi:
        raise MicrostructureError(
            f"max_misorientation={max_misorientation} is in radians, up to 2 pi; for "
            "degrees write numpy.deg2rad."
        )
    n_y, n_x = shape
    centers = np.stack([*np.mgrid[:n_y, :n_x]], axis=-1).reshape(-1, 2) + 0.5
    grains = np.empty((n_samples, n_y, n_x), dtype=np.int32)
    angles = np.empty((n_samples, n_y, n_x))
    for i, (count, spread) in enumerate(zip(counts, spreads, strict=True)):
        seeds = random.uniform(size=(count, 2)) * shape
        grains[i] = cKDTree(seeds).query(centers)[1].reshape(shape)
        angles[i] = random.uniform(-spread, spread, size=count)[grains[i]]
    parameters = {"n_grains": counts, "max_misorientation": spreads}
    return GrainStructures(angles, grains, float(size_nm), parameters)


def _range(values, name, least):
    low, high = values if np.iterable(values) else (values, values)
    if not least <= low <= high:
        raise MicrostructureError(
            f"{name}={values} must be a number from {least} on, or two in rising order."
        )
    return low, high


def encode_easy_axis(
    angles: np.ndarray, encoding: Literal["double-angle", "x"] = "double-angle"
) -> np.ndarray:
    """Return easy axes as images.

    Parameters
    ----------
    angles : ndarray of shape (n_samples, n_y, n_x)
        Angles to the y-axis in radians.
    encoding : {"double-angle", "x"}, default="double-angle"
        "double-angle" is cos 2a and sin 2a, the same for an axis and its reverse; "x"
        is the component along x, as in [1]_, which is not.

    Returns
    -------
    ndarray of shape (n_samples, n_channels, n_y, n_x)
        Two channels, or one.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.microstructure import encode_easy_axis
    >>> axis = np.full((1, 1, 1), 0.3)
    >>> np.allclose(encode_easy_axis(axis), encode_easy_axis(axis + np.pi))
    True
    """
    if encoding == "double-angle":
        return np.stack((np.cos(2 * angles), np.sin(2 * angles)), axis=1)
    if encoding == "x":
        return -np.sin(angles)[:, None]
    raise ValueError(f"encoding={encoding!r} must be 'double-angle' or 'x'.")


def decode_easy_axis(
    images: np.ndarray, encoding: Literal["double-angle", "x"] = "double-angle"
) -> np.ndarray:
    """Return the easy axes that images show, the reverse of `encode_easy_axis`.

    Parameters
    ----------
    images : ndarray of shape (n_samples, n_channels, n_y, n_x)
        Of two channels, or one.
    encoding : {"double-angle", "x"}, default="double-angle"
        How they were encoded.

    Returns
    -------
    ndarray of shape (n_samples, n_y, n_x)
        Angles to the y-axis from -pi/2 to pi/2. "double-angle" gives each axis back; of
        "x" this is known for axes that were encoded within a quarter turn of the
        y-axis only, because a and pi - a have one component along x.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.microstructure import decode_easy_axis, encode_easy_axis
    >>> axis = np.full((1, 1, 1), 0.3)
    >>> float(decode_easy_axis(encode_easy_axis(axis + np.pi))[0, 0, 0].round(6))
    0.3
    """
    if encoding == "double-angle":
        return np.arctan2(images[:, 1], images[:, 0]) / 2
    if encoding == "x":
        return -np.arcsin(np.clip(images[:, 0], -1, 1))
    raise ValueError(f"encoding={encoding!r} must be 'double-angle' or 'x'.")


def symmetric_copies(angles: np.ndarray) -> np.ndarray:
    """Return the structures that have the same demagnetization curve as these.

    Parameters
    ----------
    angles : ndarray of shape (n_samples, n_y, n_x)
        Angles of the easy axes to the y-axis.

    Returns
    -------
    ndarray of shape (4 * n_samples, n_y, n_x)
        These, their images in a mirror along x and along y, and turned by 180°. A turn
        by 90° is none of them: the field stays along y.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.microstructure import symmetric_copies
    >>> symmetric_copies(np.array([[[0.1, 0.2]]])).tolist()
    [[[0.1, 0.2]], [[-0.2, -0.1]], [[-0.1, -0.2]], [[0.2, 0.1]]]
    """
    angles = np.asarray(angles)
    mirrored = (-angles[:, :, ::-1], -angles[:, ::-1], angles[:, ::-1, ::-1])
    return np.concatenate((angles, *mirrored))
