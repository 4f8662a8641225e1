"""Sigma phases of Fe, Cr and Ni: crystals with energies, that come with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sklmag.datasets._bunch import as_bunch
from sklmag.datasets._bundled import TABLES, description_of, read_bundled

if TYPE_CHECKING:
    from sklearn.utils import Bunch

_TARGET = "formation_energy_eV_per_atom"
_CELL = 8.547048, 4.477714  # a and c of the prototype in Å
_SITES = {
    "site_2a": [0, 0, 0],
    "site_4f": [0.39991, 0.39991, 0],
    "site_8i1": [0.463029, 0.129472, 0],
    "site_8i2": [0.737702, 0.063709, 0],
    "site_8j": [0.182718, 0.182718, 0.251726],
}


def load_sigma_phases(*, return_X_y: bool = False) -> Bunch:
    """Load the formation energies of 213 sigma phases of Fe, Cr and Ni.

    The end members of a sublattice model: each of the five kinds of sites holds one
    element, in the cell of the prototype. Where transfer from other crystals to few
    calculations was shown first.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame with the column ``structure``, pymatgen Structures),
        ``target`` (Series ``formation_energy_eV_per_atom``), ``frame`` (also the
        formula and the element of each kind of sites), ``feature_names``,
        ``target_names``, ``units``, ``DESCR``, ``citation``, ``license``.

    Examples
    --------
    >>> from sklmag.datasets import load_sigma_phases
    >>> X, y = load_sigma_phases(return_X_y=True)
    >>> print(X["structure"][0].formula, y[0].round(3))
    Cr30 0.143
    """
    frame = read_bundled("sigma_phases")
    frame.insert(0, "structure", pd.Series(_structures(frame), dtype=object))
    data = frame[["structure"]]
    if return_X_y:
        return data, frame[_TARGET]
    description = description_of("sigma_phases")
    return as_bunch(frame, data, _TARGET, description, TABLES["sigma_phases"])


def _structures(frame):
    """Return the crystal of each row."""
    from pymatgen.core import Lattice, Structure

    a, c = _CELL
    lattice, names = Lattice.tetragonal(a, c), list(_SITES)
    marks = dict(zip(names, ("H", "He", "Li", "Be", "B"), strict=True))
    prototype = Structure.from_spacegroup(
        136, lattice, list(marks.values()), list(_SITES.values())
    )
    kinds = [site.specie.symbol for site in prototype]
    found = []
    for row in frame[names].to_dict("records"):
        element = {marks[name]: row[name] for name in names}
        symbols = [element[kind] for kind in kinds]
        found.append(Structure(lattice, symbols, prototype.frac_coords))
    return found
