"""Crystallographic information files.

A file is held against itself before anything is computed from it: symmetry against the
cell, and sites against the formula, Z, multiplicities and volume that it states.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from sklmag.structure._cif_content import check_content
from sklmag.structure._cif_sites import sites_of
from sklmag.structure._cif_symmetry import groups_of, refuse_modulated
from sklmag.structure._cif_tags import ABSENT, FRACTIONS, number_of, tags_of, value_of
from sklmag.structure._merge import averaged_orbit, merged_sites, radius_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymatgen.core import Structure


def read_cif(text: str, tell: Callable[[str], None]) -> list[Structure]:
    """Return the structures of a CIF, one for each block that holds sites.

    Parameters
    ----------
    text : str
        The file. Magnetic moments, oxidation states and labels are left out.
    tell : callable
        Called with what is worth a look, but no error.

    Returns
    -------
    list of Structure
    """
    import gemmi

    text = text.replace("\u2212", "-").encode("ascii", "backslashreplace").decode()
    try:
        blocks = list(gemmi.cif.read_string(text, check_level=0))
    except (ValueError, RuntimeError) as error:
        raise ValueError(_parse_error(str(error))) from error
    tagged = [(block.name.lower(), tags_of(block)) for block in blocks]
    tagged = [(name, tags) for name, tags in tagged if _has_sites(tags)]
    names = [name for name, _ in tagged]
    structures = []
    for name, tags in tagged:
        if names.count(name) > 1:
            raise ValueError(
                f"has several blocks named {'data_' + name!r}. Rename them."
            )
        structures.append(_structure(tags, tell))
    if not structures:
        raise ValueError("holds no sites with fractional coordinates.")
    return structures


def _parse_error(text):
    place = re.match(r"string:(\d+):\S*:? *(.*)", text, re.S)
    if not place:
        return f"is no CIF: {text}."
    return (
        f"is no CIF from line {place[1]} on: {place[2] or 'it cannot be parsed'}. "
        "Words with blanks are written in quotes, and a loop holds a value for each "
        "column."
    )


def _has_sites(tags):
    if FRACTIONS[0] not in tags:
        if "_atom_site_cartn_x" in tags and "_cell_length_a" in tags:
            raise ValueError(
                "gives Cartesian coordinates only (_atom_site.Cartn_x), as mmCIF files "
                "of molecules do. Convert it to a CIF with _atom_site_fract_x."
            )
        return False
    places = zip(*(tags.get(name, []) for name in FRACTIONS), strict=False)
    return any(x not in ABSENT for place in places for x in place)


def _structure(tags, tell):
    """Return the structure of one block, or raise for what it contradicts."""
    from pymatgen.core import Lattice, Structure

    refuse_modulated(tags)
    lattice = Lattice.from_parameters(*_cell(tags))
    _check_volume(tags, lattice.volume)
    sites = sites_of(tags)
    groups = groups_of(tags, lattice)
    readings, reasons = {}, []
    for name, group in groups.items():
        try:
            species, places = _expanded(sites, group, lattice.matrix)
            remarks = check_content(tags, species)
        except ValueError as error:
            reasons.append(f"{name}: {error}" if len(groups) > 1 else str(error))
        else:
            readings[name] = Structure(lattice, species, places), remarks
    if not readings:
        raise ValueError(" ".join(reasons))
    _refuse_other_readings({name: crystal for name, (crystal, _) in readings.items()})
    crystal, remarks = next(iter(readings.values()))
    for remark in remarks:
        tell(remark)
    return crystal


def _refuse_other_readings(crystals):
    from pymatgen.analysis.structure_matcher import StructureMatcher

    (first, crystal), *others = crystals.items()
    for name, other in others:
        same = other.composition.almost_equals(crystal.composition)
        matcher = StructureMatcher(1e-3, 0.004, 0.1, scale=False, primitive_cell=False)
        if same and matcher.fit(other, crystal):
            continue
        raise ValueError(
            f"its symmetry is not clear: as {first} it holds {crystal.formula}, as "
            f"{name} {other.formula}. Write all operations "
            "(_space_group_symop_operation_xyz), or the full symbol with its origin."
        )


def _cell(tags):
    sizes = [f"_cell_{p}" for p in ("length_a", "length_b", "length_c")]
    sizes += [f"_cell_angle_{p}" for p in ("alpha", "beta", "gamma")]
    cell = []
    for name in sizes:
        is_angle = "angle" in name
        absent = is_angle and tags.get(name, ["."])[0] == "."  # 90, says the standard
        text = "90" if absent else value_of(tags, name)
        if text is None:
            raise ValueError(f"has sites, but no {name}. Complete it.")
        cell.append(number_of(text, name))
        if not 0 < cell[-1] < (180 if is_angle else np.inf):
            raise ValueError(f"{name} is {text}, which no cell has.")
    cosines = np.cos(np.radians(cell[3:]))
    if 1 + 2 * cosines.prod() - (cosines**2).sum() < 1e-6:
        raise ValueError(f"its angles {cell[3:]} are those of no cell. Mend one.")
    return cell


def _check_volume(tags, volume):
    text = value_of(tags, "_cell_volume")
    if text is None:
        return
    stated = number_of(text, "_cell_volume")
    if abs(stated - volume) > 0.02 * volume:
        raise ValueError(
            f"_cell_volume is {text}, but its lengths and angles give {volume:.2f} "
            "cubic angstrom. Mend one of them."
        )


def _expanded(sites, group, matrix):
    """Return the occupants and positions of all sites of the cell."""
    labels, elements, occupancies, positions = [], [], [], []
    for site in sites:
        radius = radius_of(site.occupancy)
        orbit = averaged_orbit(site.position, group, matrix, radius)
        if orbit is None:
            raise ValueError(
                f"images of site {site.label!r} lie too close to each other. Check its "
                "place and the symmetry."
            )
        _check_multiplicity(site, len(orbit), len(group))
        positions.extend(orbit)
        labels += [site.label] * len(orbit)
        elements += [site.element] * len(orbit)
        occupancies += [site.occupancy] * len(orbit)
    return merged_sites(labels, elements, occupancies, np.array(positions), matrix)


def _check_multiplicity(site, found, order):
    """Raise for a stated multiplicity; older files give the site's symmetry instead."""
    allowed = {site.multiplicity: (found,), site.order: (found, order // found)}
    for text, numbers in allowed.items():
        if text.isdigit() and int(text) not in numbers:
            raise ValueError(
                f"site {site.label!r} has the multiplicity {text}, but its symmetry "
                f"gives {found} places. Mend one of them."
            )
