"""Crystals of a solid solution: elements at random on the sites of a lattice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import check_random_state

from sklmag.composition import magpie_properties, parse_formula
from sklmag.composition._elements import atomic_numbers
from sklmag.structure._prototypes import prototype

if TYPE_CHECKING:
    from pymatgen.core import Structure

_VOLUME = "gs_volume_A3"


def random_solutions(
    lattice: str | Structure,
    formula: Any,
    n: int = 1,
    *,
    n_sites: int = 64,
    random_state: int | np.random.RandomState | None = None,
) -> list[Structure]:
    r"""Return crystals of one composition, its elements at random on a lattice.

    Parameters
    ----------
    lattice : str or pymatgen.core.Structure
        Name of a :func:`prototype`, such as ``"fcc"``, or a crystal, of which the sites
        are taken and the elements are not.
    formula : str, dict or pymatgen.core.Composition
        Composition in at.%, such as ``"Fe50Co50"``.
    n : int, default=1
        Number of crystals.
    n_sites : int, default=64
        The least number of sites of each.
    random_state : int, RandomState instance or None, default=None
        Seed of the places.

    Returns
    -------
    list of pymatgen.core.Structure
        Each with whole numbers of atoms that are nearest to the composition.

    Raises
    ------
    ValueError
        Where an element is so rare that none of the sites would hold it.

    Notes
    -----
    The cell is repeated along its shortest vector until it has enough sites, and scaled
    to the mean volume :math:`\sum x_i v_i` of the elements' own crystals (Zen's law).
    Attributes of some such crystals, averaged, are those of the solution.

    Examples
    --------
    >>> from sklmag.structure import random_solutions
    >>> first, second = random_solutions("bcc", "Fe70Co30", 2, random_state=0)
    >>> first.formula
    'Fe45 Co19'
    >>> first == second
    False
    """
    cell = prototype(lattice) if isinstance(lattice, str) else lattice
    fractions = parse_formula(formula)
    repeats = _repeats(cell, n_sites)
    counts = _counts(fractions, len(cell) * int(np.prod(repeats)), formula)
    supercell = cell.copy().make_supercell(repeats)
    supercell.scale_lattice(len(supercell) * _mean_volume(fractions))
    symbols = [symbol for symbol, count in counts.items() for _ in range(count)]
    random = check_random_state(random_state)
    return [_occupied(supercell, random.permutation(symbols)) for _ in range(n)]


def _occupied(supercell, symbols):
    from pymatgen.core import Structure

    return Structure(supercell.lattice, list(symbols), supercell.frac_coords)


def _repeats(cell, n_sites):
    """Return how often each vector is repeated, so that the lengths stay alike."""
    lengths, repeats = np.array(cell.lattice.abc), np.ones(3, dtype=int)
    while len(cell) * repeats.prod() < n_sites:
        repeats[np.argmin(lengths * repeats)] += 1
    return repeats


def _counts(fractions, n_sites, formula):
    """Return atoms of each element: whole numbers with the largest remainders first."""
    exact = np.array(list(fractions.values())) * n_sites
    counts = np.floor(exact + 1e-9).astype(int)
    for place in np.argsort(counts - exact, kind="stable")[: n_sites - counts.sum()]:
        counts[place] += 1
    found = dict(zip(fractions, counts.tolist(), strict=True))
    for symbol, count in found.items():
        if count == 0:
            needed = int(np.ceil(1 / fractions[symbol]))
            raise ValueError(
                f"{formula}: {100 * fractions[symbol]:.3g} at.% {symbol} are less than "
                f"one of {n_sites} sites. n_sites={needed} holds it."
            )
    return found


def _mean_volume(fractions):
    names, values, _ = magpie_properties()
    rows = [atomic_numbers()[symbol] for symbol in fractions]
    volumes = dict(zip(fractions, values[rows, names.index(_VOLUME)], strict=True))
    unknown = [symbol for symbol, volume in volumes.items() if np.isnan(volume)]
    if unknown:
        raise ValueError(f"The volume of {', '.join(unknown)} is not known.")
    return sum(x * volumes[symbol] for symbol, x in fractions.items())
