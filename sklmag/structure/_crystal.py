"""What the descriptors need of a crystal, from whatever object holds one."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sklmag.exceptions import StructureError
from sklmag.structure._lattice import (
    LONGEST_VECTOR,
    SHORTEST_VECTOR,
    is_plain_cell,
)
from sklmag.structure._merge import FULL, SAME_SITE, close_pairs


class Crystal(NamedTuple):
    """Lattice vectors in rows in Å, fractional coordinates, and atomic numbers."""

    lattice: np.ndarray
    positions: np.ndarray
    numbers: np.ndarray

    @property
    def formula(self):
        """Elements by atomic number, each with its count."""
        from sklmag.composition import element_symbols

        symbols = element_symbols()
        kinds, counts = np.unique(self.numbers, return_counts=True)
        parts = zip(kinds, counts, strict=True)
        return "".join(f"{symbols[z - 1]}{n if n > 1 else ''}" for z, n in parts)


def as_crystal(material):
    """Return the crystal of a pymatgen Structure, ASE Atoms or dictionary.

    Parameters
    ----------
    material : Structure, Atoms, dict, Crystal or StructureError
        A dictionary is one of ``Structure.as_dict()``; an error is why a reader before
        found no crystal, and is raised here.

    Returns
    -------
    Crystal

    Raises
    ------
    StructureError
        For molecules, slabs, disordered sites, what is no element, two atoms in one
        place, and anything else.
    """
    if isinstance(material, Crystal):
        return material
    if isinstance(material, StructureError):
        raise material
    crystal = _converted(material)
    refuse_no_cell(crystal.lattice, crystal.positions)
    _refuse_close(crystal)
    return crystal


def _converted(material):
    if hasattr(material, "get_scaled_positions"):
        return _from_ase(material)
    if isinstance(material, Mapping):
        material = _from_dict(material)
    if hasattr(material, "frac_coords") and hasattr(material, "lattice"):
        return _from_pymatgen(material)
    if hasattr(material, "cart_coords"):
        raise StructureError(
            f"{type(material).__name__} {_name(material)} has no lattice: a molecule. "
            "Put it in a box: molecule.get_boxed_structure(a, b, c)."
        )
    raise StructureError(
        f"expected a pymatgen Structure, ASE Atoms, a dictionary of a Structure or the "
        f"path of a file, got {material!r:.80}."
    )


def refuse_no_cell(lattice, positions):
    """Raise for vectors that span no volume, for no sites, and for no numbers."""
    if is_plain_cell(lattice, positions):
        return
    if not len(positions):
        raise StructureError("has no sites. Add them.")
    if not np.isfinite(lattice).all() or not np.isfinite(positions).all():
        raise StructureError("a vector or coordinate is not a finite number. Mend it.")
    longest = np.abs(lattice).max()
    if longest > LONGEST_VECTOR:
        raise StructureError(
            f"a basis vector is {longest:.4g} Å long, more than {LONGEST_VECTOR:g}: no "
            "cell of a crystal. Check the scale."
        )
    lengths = np.linalg.norm(lattice, axis=1)
    if abs(np.linalg.det(lattice)) <= 1e-12 * lengths.prod():
        raise StructureError(
            f"its basis vectors {np.round(lattice, 4).tolist()} lie in a plane: no "
            "cell of a crystal. Mend them."
        )
    if lengths.min() < SHORTEST_VECTOR:
        raise StructureError(
            f"a basis vector is {lengths.min():.4g} Å long, less than "
            f"{SHORTEST_VECTOR:g}: no cell of a crystal. Check the scale."
        )


def _refuse_close(crystal):
    try:
        pairs = close_pairs(crystal.positions, crystal.lattice, SAME_SITE)
    except ValueError as error:
        raise StructureError(f"{crystal.formula}: {error}") from error
    for i, j, distance in pairs:
        raise StructureError(
            f"{crystal.formula} ({len(crystal.numbers)} sites): sites {i} and {j} are "
            f"at the same place, {distance:.3g} Å apart: rounded positions that "
            "symmetry has doubled, or an atom listed twice. Merge them: "
            "structure.merge_sites(0.4, mode='delete')."
        )


def _name(material):
    return repr(getattr(material, "formula", "")).replace(" ", "")


def refuse_open(structure):
    """Raise for a pymatgen Structure that is not periodic along all directions."""
    pbc = getattr(structure.lattice, "pbc", (True, True, True))
    if not all(pbc):
        kind = "slab or wire" if any(pbc) else "molecule"
        raise StructureError(
            f"Structure {_name(structure)} is periodic along {sum(pbc)} of three "
            f"directions (pbc {tuple(map(bool, pbc))}): a {kind}. Set lattice.pbc to "
            "(True, True, True) if the empty space is part of the crystal."
        )


def _from_pymatgen(structure):
    refuse_open(structure)
    numbers = [_number_of(s, i, structure) for i, s in enumerate(structure)]
    _refuse_unknown(numbers, lambda i: structure[i].species_string)
    lattice = np.array(structure.lattice.matrix)  # pymatgen's cannot be written
    return Crystal(lattice, structure.frac_coords, np.array(numbers))


def _number_of(site, i, structure):
    """Return the atomic number of a site; one element may have several charges."""
    try:
        numbers = {specie.Z for specie in site.species}
    except (AttributeError, TypeError):  # no element
        numbers = set()
    if len(numbers) != 1 or site.species.num_atoms < FULL:
        raise StructureError(
            f"site {i} of {_name(structure)} is {site.species_string!r}: a disordered "
            "site, or no element. Order it first, for example with pymatgen's "
            "OrderDisorderedStructureTransformation."
        )
    return numbers.pop()


def _refuse_unknown(numbers, label):
    from sklmag.composition import element_symbols

    symbols = element_symbols()
    if numbers and not 1 <= min(numbers) <= max(numbers) <= len(symbols):
        site = next(i for i, z in enumerate(numbers) if not 1 <= z <= len(symbols))
        raise StructureError(
            f"site {site} is {label(site)!r}: no element from {symbols[0]} to "
            f"{symbols[-1]}. Name the element that it stands for."
        )


def _from_ase(atoms):
    if not all(atoms.pbc):
        pbc = [bool(flag) for flag in atoms.pbc]
        raise StructureError(
            f"Atoms {str(atoms.symbols)!r} is periodic along {pbc} only: a molecule or "
            "slab. Put it in a box and set atoms.pbc = True."
        )
    refuse_no_cell(np.array(atoms.cell), atoms.positions)
    shares = atoms.info.get("occupancy") or {}
    for label, occupants in dict(shares).items():
        if len(occupants) > 1 or min(occupants.values()) < FULL:
            raise StructureError(
                f"Atoms {str(atoms.symbols)!r}: the kind {label} is {occupants} by "
                "atoms.info['occupancy']: a disordered site. Order it first."
            )
    numbers = atoms.get_atomic_numbers().tolist()
    _refuse_unknown(numbers, lambda i: atoms[i].symbol)
    positions = atoms.get_scaled_positions(wrap=False)
    return Crystal(np.array(atoms.cell), positions, np.array(numbers))


def _from_dict(dictionary):
    try:
        return structure_of(dictionary)
    except Exception as error:
        raise StructureError(
            f"a dictionary with the keys {sorted(map(str, dictionary))} is no "
            f"Structure.as_dict(): {error!r}."
        ) from error


def structure_of(dictionary):
    """Return the structure of a dictionary; other parts than the crystal stay out.

    pymatgen would make an object of whatever class the properties of a site name.

    Parameters
    ----------
    dictionary : dict
        ``Structure.as_dict()``, or ``lattice``, ``species`` and ``coords``.
    """
    from pymatgen.core import Lattice, Structure

    given = dictionary["lattice"]
    pbc = (True, True, True)
    if isinstance(given, Mapping):
        pbc = tuple(bool(flag) for flag in given.get("pbc", pbc))
        given = given["matrix"] if "matrix" in given else _parameters(given)
    lattice = given if isinstance(given, Lattice) else Lattice(_numbers(given), pbc=pbc)
    if "coords" in dictionary:
        return Structure(lattice, dictionary["species"], _numbers(dictionary["coords"]))
    sites = dictionary["sites"]
    species = [{o["element"]: o["occu"] for o in site["species"]} for site in sites]
    return Structure(lattice, species, _numbers([site["abc"] for site in sites]))


def _parameters(given):
    """Return the vectors of a cell that is given by its lengths and angles."""
    from pymatgen.core import Lattice

    names = ("a", "b", "c", "alpha", "beta", "gamma")
    return Lattice.from_parameters(*(float(given[name]) for name in names)).matrix


def _numbers(values):
    """Return rows of three numbers; raise for anything else."""
    numbers = np.array(values, dtype=float)
    return numbers.reshape(-1, 3)
