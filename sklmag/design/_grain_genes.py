"""Grain structures as what evolution can change: seeds, axes, and a stretch."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

_TURN = 0.15  # radians, of one axis
_MOVE = 0.03  # of the edge, of one seed
_TEXTURE = 0.1  # relative change of all angles


class Genes(NamedTuple):
    """One structure: seeds in the unit square, axes, and how grains are stretched.

    One that was given keeps its map, as long as only its axes are changed.
    """

    seeds: np.ndarray
    angles: np.ndarray
    stretch: float
    root: int
    grains: np.ndarray | None = None


class GeneSpace:
    """What genes may be.

    Parameters
    ----------
    n_grains, stretch : (float, float)
        Least and most.
    max_misorientation : float
        Largest angle to the y-axis.
    shape : (int, int)
        Cells along y and x.
    random : RandomState
        Where chance comes from.
    """

    def __init__(self, n_grains, stretch, max_misorientation, shape, random):
        self.n_grains, self.stretch = n_grains, stretch
        self.max_misorientation, self.shape = max_misorientation, shape
        self.random = random
        self._centers = np.stack(np.indices(shape), axis=-1).reshape(-1, 2) + 0.5

    def sample(self, root):
        """Return random genes, of any texture and number."""
        n = self.random.randint(self.n_grains[0], self.n_grains[1] + 1)
        spread = self.random.uniform(0, self.max_misorientation)
        return Genes(
            self.random.uniform(size=(n, 2)),
            self.random.uniform(-spread, spread, size=n),
            np.exp(self.random.uniform(*np.log(self.stretch))),
            root,
        )

    def of_map(self, axes, root):
        """Return the genes of a structure that is known, by the angles of its cells."""
        kinds, grains = np.unique(axes, return_inverse=True)
        grains = grains.reshape(self.shape).astype(np.int32)
        counts = np.bincount(grains.ravel())
        seeds = np.stack(
            [np.bincount(grains.ravel(), c) / counts for c in self._centers.T], axis=1
        )
        angles = (kinds + np.pi / 2) % np.pi - np.pi / 2
        return Genes(seeds / self.shape, angles, 1.0, root, grains)

    def mutated(self, genes):
        """Return genes that differ a little."""
        seeds, angles, stretch, root, grains = genes
        kind = self.random.randint(5)
        some = self.random.uniform(size=len(angles)) < max(0.1, 1 / len(angles))
        if kind == 0:
            angles = angles + some * self.random.normal(0, _TURN, len(angles))
        elif kind == 1:
            step = self.random.normal(0, _MOVE, seeds.shape) * some[:, None]
            seeds = np.clip(seeds + step, 0, 1)
        elif kind == 2:
            angles = angles * (1 + self.random.normal(0, _TEXTURE))
        elif kind == 3:
            seeds, angles = self._more_or_less(seeds, angles)
        else:
            stretch = np.clip(
                stretch * np.exp(self.random.normal(0, 0.1)), *self.stretch
            )
        limit = self.max_misorientation
        angles = np.clip(angles, -limit, limit)
        kept = grains if kind in (0, 2) else None
        return Genes(seeds, angles, float(stretch), root, kept)

    def _more_or_less(self, seeds, angles):
        """Return one grain more, or one less."""
        low, high = self.n_grains
        if len(seeds) > low and (len(seeds) >= high or self.random.randint(2)):
            out = self.random.randint(len(seeds))
            return np.delete(seeds, out, axis=0), np.delete(angles, out)
        if len(seeds) >= high:
            return seeds, angles
        spread = np.abs(angles).max()
        axis = self.random.uniform(-spread, spread)
        return np.vstack((seeds, self.random.uniform(size=2))), np.append(angles, axis)

    def maps(self, population):
        """Return the grains and the angles of all cells of some genes."""
        grains = np.empty((len(population), *self.shape), dtype=np.int32)
        angles = np.empty(grains.shape)
        for i, genes in enumerate(population):
            grains[i] = (
                self._tessellated(genes) if genes.grains is None else genes.grains
            )
            angles[i] = genes.angles[grains[i]]
        return grains, angles

    def _tessellated(self, genes):
        scale = np.array([1.0, genes.stretch])  # grains are longer along y
        tree = cKDTree(genes.seeds * self.shape * scale)
        return tree.query(self._centers * scale)[1].reshape(self.shape)
