"""Crystal structures by the names that metallurgists have for them."""

from __future__ import annotations

import difflib
import gzip
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymatgen.core import Structure

_COMMON = {
    "fcc": "A1", "bcc": "A2", "hcp": "A3", "diamond": "A4", "rocksalt": "B1",
    "nacl": "B1", "cscl": "B2", "nias": "B8_1", "fluorite": "C1", "cu3au": "L1_2",
    "cuau": "L1_0", "nd2fe14b": "A68B4C1_tP68", "cacu5": "D2_d", "mgcu2": "C15",
    "mgzn2": "C14", "sigma": "D8_b", "heusler": "L2_1", "cementite": "D0_11",
}  # fmt: skip


def prototype(name: str) -> Structure:
    """Return a crystal structure by its name.

    Parameters
    ----------
    name : str
        Strukturbericht symbol (``"L1_2"``, ``"D8_b"``), label of AFLOW
        (``"AB3_cP4_221_a_c"``), mineral (``"Cementite"``), or one of fcc, bcc, hcp,
        sigma, Heusler, CsCl, NaCl, Cu3Au, CuAu, CaCu5, MgZn2, MgCu2 and others.

    Returns
    -------
    pymatgen.core.Structure
        With elements and lattice of the crystal that the prototype is named after;
        ``structure.replace_species`` puts others in.

    Raises
    ------
    ValueError
        For a name that is not known, or that several prototypes have.

    Notes
    -----
    The 288 prototypes are those of AFLOW's encyclopedia [1]_ that pymatgen ships.

    References
    ----------
    .. [1] M. J. Mehl et al., Comput. Mater. Sci. 136 (2017) S1,
       doi:10.1016/j.commatsci.2017.01.017.

    Examples
    --------
    >>> from sklmag.structure import prototype
    >>> nickel_aluminide = prototype("L1_2")
    >>> nickel_aluminide.formula
    'Cu3 Au1'
    >>> nickel_aluminide.replace_species({"Cu": "Ni", "Au": "Al"}).formula
    'Al1 Ni3'
    """
    from pymatgen.core import Structure

    wanted = _plain(_COMMON.get(_plain(name), name))
    found = [entry for entry in _library() if wanted in map(_plain, _names(entry))]
    if len(found) > 1:
        labels = ", ".join(entry["tags"]["aflow"] for entry in found)
        raise ValueError(f"Several prototypes are called {name!r}: {labels}. Name one.")
    if not found:
        known = sorted(
            {n for entry in _library() for n in _names(entry)} | set(_COMMON)
        )
        near = difflib.get_close_matches(name, known, n=5, cutoff=0.4)
        hint = f" Near: {', '.join(near)}." if near else ""
        raise ValueError(f"{name!r} is no prototype that is known.{hint}")
    return Structure.from_dict(found[0]["snl"])


def _names(entry):
    """Return what a prototype may be called."""
    names = (entry["tags"][kind] for kind in ("strukturbericht", "aflow", "mineral"))
    return [name for name in names if name and name != "None"]


def _plain(name):
    return "".join(c for c in name.lower() if c not in "_ -{}$")


@cache
def _library():
    import pymatgen.analysis.prototypes as package

    path = Path(package.__file__).parent / "aflow_prototypes.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))
