"""The base of the transformers that read crystal structures."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from joblib import delayed

from sklmag._utils._featurizer import Featurizer, attempt
from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress
from sklmag.composition import element_symbols
from sklmag.exceptions import StructureError
from sklmag.structure._crystal import as_crystal
from sklmag.structure._read import read_structure
from sklmag.structure._tessellation import (
    divided_crystal,
    is_compiled,
    reduced_crystal,
    voronoi_tessellation,
)

_SITES_PER_BATCH = 2000  # about 50 ms


class CrystalSites:
    """What a descriptor may ask of one crystal; each answer is computed once.

    Parameters
    ----------
    crystal : Crystal
        Lattice, positions, atomic numbers.

    Attributes
    ----------
    lattice : ndarray of shape (3, 3)
        Basis vectors in rows, in Å.
    positions : ndarray of shape (n_sites, 3)
        Fractional coordinates.
    numbers : ndarray of shape (n_sites,)
        Atomic numbers.
    kinds : ndarray of shape (n_kinds,)
        The different atomic numbers.
    kind : ndarray of shape (n_sites,)
        Place of each site's atomic number in `kinds`.
    fractions : dict of str to float
        Atomic fractions by element symbol.
    """

    def __init__(self, crystal):
        self._crystal = crystal
        self.lattice, self.positions, self.numbers = crystal
        numbers, symbols = self.numbers.tolist(), element_symbols()
        counts = Counter(numbers)  # np.unique takes ten times as long on few sites
        kinds = sorted(counts)
        place = {z: i for i, z in enumerate(kinds)}
        self.kinds = np.array(kinds)
        self.kind = np.array([place[z] for z in numbers])
        self.fractions = {symbols[z - 1]: counts[z] / len(numbers) for z in kinds}

    @cached_property
    def cells(self):
        """The Voronoi tessellation, images counted in a basis of short vectors."""
        try:
            crystal = reduced_crystal(self.lattice, self.positions)
            return divided_crystal(crystal.in_its_own_basis())
        except StructureError as error:
            raise StructureError(
                f"{self._crystal.formula} ({len(self.numbers)} sites): {error}"
            ) from error


class StructureFeaturizer(Featurizer):
    """A transformer of crystal structures, or of their files.

    A subclass says what it takes of one crystal (`_describe`, which runs in the
    workers), how that becomes numbers (`_numbers`), and what these are called
    (`get_feature_names_out`). Files, batches, processes and progress are handled here.
    """

    reads = "structure"

    _parameter_constraints = {
        **Featurizer._parameter_constraints,
        "n_jobs": [int, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self, *, on_error: Any = "raise", n_jobs: Any = None, verbose: Any = 0
    ) -> None:
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.verbose = verbose

    @abstractmethod
    def _describe(self, sites):
        """Return what the numbers of one crystal are made from.

        Parameters
        ----------
        sites : CrystalSites
            The crystal; its tessellation is made when it is asked for.
        """

    def _numbers(self, described):
        return np.vstack(described)

    def _read_all(self, items):
        """Read and describe, in batches of about equal cost."""
        if len(items) and not is_compiled():
            for _ in progress([0], verbose=self.verbose, desc="Compiling"):
                voronoi_tessellation(np.eye(3), [[0.0, 0.0, 0.0]])
        tasks = (
            delayed(_described_batch)(self._describe, batch)
            for batch in _batches(items)
        )
        work = in_order(tasks, self.n_jobs)
        yield from progress(
            (outcome for batch in work for outcome in batch),
            verbose=self.verbose,
            total=len(items),
            desc=type(self).__name__,
            unit="structure",
        )


def crystal_of(item):
    """Return the crystal of a material, or of a file, which errors then name."""
    if not isinstance(item, (str, Path)):
        return as_crystal(item)
    structure = read_structure(item)
    try:
        return as_crystal(structure)
    except StructureError as error:
        raise StructureError(f"File {str(item)!r}: {error}") from error


def _batches(items):
    """Yield lists of items of about equal cost; structures become their arrays."""
    batch, n_sites = [], 0
    for item in items:
        is_path = isinstance(item, (str, Path))
        batch.append(item if is_path else attempt(as_crystal, item))
        n_sites += _SITES_PER_BATCH // 20 if is_path else _n_sites(batch[-1])
        if n_sites >= _SITES_PER_BATCH:
            yield batch
            batch, n_sites = [], 0
    if batch:
        yield batch


def _n_sites(crystal):
    return 0 if isinstance(crystal, Exception) else len(crystal.numbers)


def _described_batch(describe, batch):
    def described(item):
        if not isinstance(item, (str, Path)):
            return describe(CrystalSites(item))
        structure = read_structure(item)
        try:
            return describe(CrystalSites(as_crystal(structure)))
        except StructureError as error:
            raise StructureError(f"File {str(item)!r}: {error}") from error

    return [
        item if isinstance(item, Exception) else attempt(described, item)
        for item in batch
    ]
