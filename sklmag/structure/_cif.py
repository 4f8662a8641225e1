"""Crystallographic information files.

A file is held against itself before anything is computed from it: symmetry against the
cell, and sites against the formula, Z, multiplicities and volume that it states.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sklmag.structure._merge import FULL, averaged_orbit, merged_sites, radius_of
from sklmag.structure._symmetry import (
    SymmetryGroup,
    group_of_hall,
    group_of_triplets,
    groups_of_number,
    groups_of_symbol,
)
from sklmag.structure._words import element_of, to_float

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymatgen.core import Structure

_ABSENT = (".", "?", "")
_FRACTIONS = [f"_atom_site_fract_{axis}" for axis in "xyz"]
_OPERATIONS = ("symop_operation_xyz", "equiv_pos_as_xyz", "magn_operation_xyz")
# words for what is no element: vacancies, and any rare earth or transition metal
_NO_ELEMENTS = (
    "va", "vac", "vc", "vak", "ree", "ln", "dum", "dummy", "none", "nothing",
    "RE", "TM",
)  # fmt: skip
_TYPE = re.compile(  # with a charge: Fe3+, Fe+3, Fe2.67+, Fe(3+), Fe(III), Fe^3+
    r"([A-Za-z]{1,2})(?:\d*[+-]?|\d*\.\d+[+-]|[+-]\d+(?:\.\d+)?|\(\d*[+-]?\)|"
    r"\([IV]+\)|\^\d*[+-])"
)
_OXYGENS = ("Oa", "Ob", "Oc", "Od", "Oh", "Ot", "Ow", "Ox")
_NOTHING = ("p1", "1", "triclinic", "c1", "c1^1", "p1(1)", "p11")  # symmetry


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
    tagged = [(block.name.lower(), _tags(block)) for block in blocks]
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


def _tags(block):
    """Return the values by tag, in lower case; ``_cell.length_a`` as in old files."""
    import gemmi

    tags = {}
    for item in block:
        if item.pair is not None:
            found = [(item.pair[0], [item.pair[1]])]
        elif item.loop is not None:
            loop = item.loop
            values, width = list(loop.values), loop.width()
            found = [(tag, values[i::width]) for i, tag in enumerate(loop.tags)]
            operations = [tag for tag in loop.tags if tag.lower().endswith(_OPERATIONS)]
            if operations and any(value.endswith(",") for value in values):
                found = [(operations[0], _joined(values))]  # without quotes
        else:
            continue
        for tag, values in found:
            tag = tag.lower().replace(".", "_")
            values = [
                gemmi.cif.as_string(v) if v not in ("?", ".") else v for v in values
            ]
            if tags.get(tag, values) != values and _matters(tag):
                raise ValueError(f"{tag} is given twice. Keep one.")
            tags[tag] = values
    return tags


def _matters(tag):
    return tag.startswith(("_cell_", "_atom_site_", "_symmetry_", "_space_group_"))


def _has_sites(tags):
    if _FRACTIONS[0] not in tags:
        if "_atom_site_cartn_x" in tags and "_cell_length_a" in tags:
            raise ValueError(
                "gives Cartesian coordinates only (_atom_site.Cartn_x), as mmCIF files "
                "of molecules do. Convert it to a CIF with _atom_site_fract_x."
            )
        return False
    places = zip(*(tags.get(name, []) for name in _FRACTIONS), strict=False)
    return any(x not in _ABSENT for place in places for x in place)


def _structure(tags, tell):
    """Return the structure of one block, or raise for what it contradicts."""
    from pymatgen.core import Lattice, Structure

    _refuse_modulated(tags)
    lattice = Lattice.from_parameters(*_cell(tags))
    _check_volume(tags, lattice.volume)
    sites = _sites(tags)
    groups = _groups(tags, lattice)
    readings, reasons = [], []
    for name, group in groups.items():
        try:
            reading = _expanded(sites, group, lattice.matrix)
            remarks = _check_content(tags, *reading)
        except ValueError as error:
            reasons.append(f"{name}: {error}" if len(groups) > 1 else str(error))
        else:
            readings.append((name, reading))
    if not readings:
        raise ValueError(" ".join(reasons))
    for remark in remarks:
        tell(remark)
    crystals = [Structure(lattice, *reading) for _, reading in readings]
    _refuse_other_readings([name for name, _ in readings], crystals)
    return crystals[0]


def _refuse_other_readings(names, crystals):
    from pymatgen.analysis.structure_matcher import StructureMatcher

    for name, other in zip(names[1:], crystals[1:], strict=True):
        same = other.composition.almost_equals(crystals[0].composition)
        matcher = StructureMatcher(1e-3, 0.004, 0.1, scale=False, primitive_cell=False)
        if same and matcher.fit(other, crystals[0]):
            continue
        raise ValueError(
            f"its symmetry is not clear: as {names[0]} it holds {crystals[0].formula}, "
            f"as {name} {other.formula}. Write all operations "
            "(_space_group_symop_operation_xyz), or the full symbol with its origin."
        )


def _value(tags, *names):
    """Return the first value that a file gives under one of some names, or None."""
    for name in names:
        for value in tags.get(name, []):
            if value not in _ABSENT:
                return value
    return None


def _number(text, what):
    """Return a number of a CIF, which may carry its uncertainty in brackets."""
    plain = re.sub(r"\(\d*\)?$", "", text.strip())
    numerator, slash, denominator = plain.partition("/")
    try:
        return to_float(numerator) / (to_float(denominator) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{what} is {text!r}, not a number.") from None


def _refuse_modulated(tags):
    for tag in tags:
        value = _value(tags, tag)
        is_count = tag == "_cell_modulation_dimension" and value != "0"
        if value and ("_ssg_" in tag or is_count):
            raise ValueError(
                f"{tag} is {value!r}: a modulated structure, which has no cell that "
                "repeats. Give an approximant."
            )


def _cell(tags):
    sizes = [f"_cell_{p}" for p in ("length_a", "length_b", "length_c")]
    sizes += [f"_cell_angle_{p}" for p in ("alpha", "beta", "gamma")]
    cell = []
    for name in sizes:
        is_angle = "angle" in name
        absent = is_angle and tags.get(name, ["."])[0] == "."  # 90, says the standard
        text = "90" if absent else _value(tags, name)
        if text is None:
            raise ValueError(f"has sites, but no {name}. Complete it.")
        cell.append(_number(text, name))
        if not 0 < cell[-1] < (180 if is_angle else np.inf):
            raise ValueError(f"{name} is {text}, which no cell has.")
    cosines = np.cos(np.radians(cell[3:]))
    if 1 + 2 * cosines.prod() - (cosines**2).sum() < 1e-6:
        raise ValueError(f"its angles {cell[3:]} are those of no cell. Mend one.")
    return cell


def _check_volume(tags, volume):
    text = _value(tags, "_cell_volume")
    if text is None:
        return
    stated = _number(text, "_cell_volume")
    if abs(stated - volume) > 0.02 * volume:
        raise ValueError(
            f"_cell_volume is {text}, but its lengths and angles give {volume:.2f} "
            "cubic angstrom. Mend one of them."
        )


class _Site(NamedTuple):
    """One line of a file's sites."""

    label: str
    element: str
    position: np.ndarray
    occupancy: float
    multiplicity: str
    order: str


def _sites(tags):
    """Return the sites that a block lists, each checked."""
    n_sites = len(tags[_FRACTIONS[0]])

    def column(*names):
        given = [tags[name] for name in names if len(tags.get(name, [])) == n_sites]
        return given[0] if given else ["?"] * n_sites

    columns = [
        column("_atom_site_label", "_atom_site_id"),
        column("_atom_site_type_symbol"),
        column("_atom_site_occupancy"),
        column("_atom_site_site_symmetry_multiplicity"),
        column("_atom_site_symmetry_multiplicity"),
        column("_atom_site_attached_hydrogens"),
        column("_atom_site_calc_flag"),
        *map(column, _FRACTIONS),
    ]
    formula = _stated_formula(tags) or {}
    sites = []
    for i, row in enumerate(zip(*columns, strict=True), 1):
        label, kind, occupancy, multiplicity, order, hydrogens, flag, *place = row
        nothing = all(x in _ABSENT for x in (label, kind, *place))
        if nothing or flag == "dum":  # a dummy: its place means nothing
            continue
        named = label if label not in _ABSENT else f"number {i}"
        if hydrogens not in _ABSENT and _number(hydrogens, "the hydrogens") != 0:
            raise ValueError(
                f"site {named!r} has {hydrogens} implicit hydrogens. Add the hydrogens "
                "as sites."
            )
        sites.append(
            _Site(
                named,
                _element(named, kind, label, formula),
                _position(named, place),
                _occupancy(named, occupancy),
                multiplicity,
                order,
            )
        )
    _refuse_alternatives(sites, column("_atom_site_disorder_group"))
    return sites


def _refuse_alternatives(sites, groups):
    groups = set(groups) - {*_ABSENT, "0"}
    if len(groups) > 1 and all(site.occupancy >= FULL for site in sites):
        raise ValueError(
            f"its sites are alternatives (_atom_site_disorder_group "
            f"{', '.join(sorted(groups))}), but have no occupancies. Keep one group."
        )


def _position(named, place):
    for name, x in zip(_FRACTIONS, place, strict=True):
        if x in _ABSENT:
            raise ValueError(f"site {named!r} has no {name}. Complete it.")
    return np.array(
        [
            _number(x, f"{name} of site {named!r}")
            for name, x in zip(_FRACTIONS, place, strict=True)
        ]
    )


def _occupancy(named, text):
    if text in _ABSENT:
        return 1.0
    occupancy = _number(text, f"the occupancy of site {named!r}")
    if not occupancy > 0:
        raise ValueError(
            f"site {named!r} has the occupancy {text}. Delete it if it is not there."
        )
    if occupancy > 1.02:
        raise ValueError(f"site {named!r} has the occupancy {text}, above 1. Mend it.")
    return min(occupancy, 1.0)


def _element(named, kind, label, formula):
    """Return the element of a site from its type, or else from its label."""
    if kind in _ABSENT:
        word, found = label, _elements_of_label(label, formula)
    else:
        word, found = kind, _elements_of_type(kind, label, formula)
    letters = re.match(r"[A-Za-z]*", word).group()
    if letters.lower() in _NO_ELEMENTS or (letters in _NO_ELEMENTS and not formula):
        reason = (
            "a vacancy or any of a group, no element. Delete it if nothing is there"
        )
    elif len(found) == 1:
        return found.pop()
    elif found:
        reason = f"may be {' or '.join(sorted(found))}. Write _atom_site_type_symbol"
    else:
        reason = "no element. Name one"
    raise ValueError(f"site {named!r} has the type {word!r}, {reason}.")


def _elements_of_type(kind, label, formula):
    """Return what a type may be: an element with its charge, in any case."""
    match = _TYPE.fullmatch(kind)
    if not match:
        return set()
    found = {element_of(match[1])} - {None}
    if match[1].isupper() and len(match[1]) == 2:  # CO: cobalt, or carbon monoxide
        is_label = label in _ABSENT or label.upper().startswith(match[1])
        has_count = re.search(r"\d$", kind)
        if not formula and (has_count or not is_label):
            return found and found | ({element_of(match[1][0])} - {None})
        return found & set(formula) if formula else found
    return found


def _elements_of_label(label, formula):
    """Return what a label may be: Fe1, FeM2, O1A, OW1, and in capitals FE1, OW1."""
    match = re.fullmatch(r"([A-Z][a-z]?)([A-Za-z]*)[\w'\"*.#()-]*", label)
    if not match or re.fullmatch(r"[NC]H\d|H[23]O\d*|[A-Z]{2,}\d*[+-].*", label):
        return set()
    symbol, rest = match.groups()
    others = re.findall("[A-Z][a-z]", label[len(symbol) :])
    if any(map(element_of, others)) or re.match("V_?[A-Z]", label):
        return set()  # a mixed site, or a vacancy: FeCo1, V_Fe
    first = element_of(symbol[0]) if symbol[0] != "T" else None
    if len(symbol) == 2:  # Ow, Oh are oxygen; other lower letters belong to the symbol
        whole = element_of(symbol)
        found = {whole or (first if symbol in _OXYGENS else None)}
    elif rest[:1].isupper():
        found = {first, element_of(symbol + rest[0])}
    else:
        found = {first}
    found -= {None}
    return (found & set(formula)) or found


def _groups(tags, lattice):
    """Return the groups by name that a file's symmetry may stand for."""
    alpha, gamma = round(lattice.alpha, 1), round(lattice.gamma, 1)
    metric = lattice.matrix @ lattice.matrix.T
    groups: dict[str, SymmetryGroup] = {}
    written = _triplets(tags)
    if written:
        groups["its operations"] = group_of_triplets(tuple(written))
    for name, found in _symbol_groups(tags, alpha, gamma, bool(written)):
        if all(_differ(found, group) for group in groups.values()) or not written:
            groups[name] = found
    if not groups:
        _refuse_unread_symmetry(tags)
        groups[""] = group_of_triplets(("x,y,z",))
    distinct = {}
    for name, group in groups.items():
        if all(group.keys != other.keys for other in distinct.values()):
            distinct[name] = group
    fitting = {name: g for name, g in distinct.items() if g.fits(metric)}
    if not fitting:
        raise ValueError(
            f"its symmetry ({next(iter(distinct))}) does not fit its cell "
            f"{tuple(round(x, 3) for x in lattice.parameters)}. Write all operations "
            "(_space_group_symop_operation_xyz), or the full symbol of the setting."
        )
    return fitting


def _differ(first, second):
    """Tell groups apart that are not one in two settings."""
    numbers = {first.number, second.number} - {None}
    return len(first) != len(second) or len(numbers) > 1


def _refuse_unread_symmetry(tags):
    """Raise for symmetry under a tag that is not known; it would be read as P1."""
    for tag in tags:
        value = _value(tags, tag)
        if not tag.startswith(("_symmetry_", "_space_group_")) or value is None:
            continue
        plain = value.replace(" ", "").lower()
        if plain not in _NOTHING and "transform" not in tag and not tag.endswith("_id"):
            raise ValueError(
                f"{tag} is {value!r}, which is not understood, and no other symmetry "
                "is given. Write all operations (_space_group_symop_operation_xyz), or "
                "_space_group_name_H-M_alt."
            )


def _symbol_groups(tags, alpha, gamma, has_operations):
    """Return pairs of a name and a group, from the symbols of a file."""
    hall = _tagged(tags, "name_hall")
    symbol = _tagged(tags, "name_h-m", "name_h_m", "name_hm")
    number = _tagged(tags, "int_tables_number", "_it_number")
    number = None if number == "0" else number
    found = {}
    if hall and group_of_hall(hall):
        found[f"Hall symbol {hall!r}"] = group_of_hall(hall)
        groups = groups_of_symbol(symbol or "", alpha, gamma).values()
        if any(group.keys == group_of_hall(hall).keys for group in groups):
            return list(found.items())  # of several settings it names the one
    if symbol:
        groups = groups_of_symbol(symbol, alpha, gamma)
        found |= {f"space group {name!r}": group for name, group in groups.items()}
    if number and not found and not symbol:
        groups = groups_of_number(int(_number(number, "its number")), alpha, gamma)
        found |= {f"space group {name!r}": group for name, group in groups.items()}
    unread = hall or symbol or number
    if unread and not found and not has_operations:
        raise ValueError(
            f"the space group {unread!r} is not known. Write the symbol of the "
            "International Tables, such as 'F m -3 m', or all operations."
        )
    if symbol and number and not has_operations:
        _refuse_other_number(symbol, int(_number(number, "its number")), alpha, gamma)
    return list(found.items())


def _refuse_other_number(symbol, number, alpha, gamma):
    import gemmi

    for name in groups_of_symbol(symbol, alpha, gamma):
        own = gemmi.find_spacegroup_by_name(name).number
        if own != number:
            raise ValueError(
                f"the space group {symbol!r} is number {own}, but the file says "
                f"{number}. Mend one of them."
            )


def _tagged(tags, *endings):
    """Return the value of a tag of the space group by parts of its name."""
    for tag in tags:
        is_group = tag.startswith(("_symmetry_", "_space_group_"))
        if is_group and any(ending in tag for ending in endings):
            value = _value(tags, tag)
            if value is not None:
                return value
    return None


def _triplets(tags):
    """Return the operations of a file; of magnetic ones the part that moves atoms."""
    columns = [v for t, v in tags.items() if t.endswith(_OPERATIONS)]
    columns = [[_without_time(x) for x in _joined(column)] for column in columns]
    columns = [column for column in columns if column]
    if any(set(other) != set(columns[0]) for other in columns[1:]):
        raise ValueError(
            f"has two lists of operations that differ, {len(columns[0])} and "
            f"{len(columns[1])}. Keep one."
        )
    centrings = [
        _without_time(c)
        for tag, values in tags.items()
        if tag.endswith("magn_centering_xyz")
        for c in values
        if c not in _ABSENT
    ]
    triplets = columns[0] if columns else []
    return _centred(triplets, centrings) if centrings else triplets


def _joined(words):
    """Join x, y, z without quotes, which are three words, to one operation.

    Numbers in front of an operation are left out.
    """
    triplets = [""]
    for word in words:
        last = triplets[-1]
        if word in _ABSENT or (word.isdigit() and last.count(",") in (0, 2)):
            if not last.endswith(("+", "-")):
                continue
        goes_on = last.endswith((",", "+", "-")) or word.startswith((",", "+"))
        if goes_on or not last or (word.startswith("-") and last.count(",") < 2):
            triplets[-1] += word
        else:
            triplets.append(word)
    plain = (re.sub(r"^\s*\d+\s+|[\s;,]+$|\t", "", t).strip("() ") for t in triplets)
    return [triplet for triplet in plain if triplet]


def _without_time(triplet):
    return ",".join(triplet.split(",")[:3]) if triplet.count(",") == 3 else triplet


def _centred(triplets, centrings):
    import gemmi

    products = [gemmi.Op(c) * gemmi.Op(t) for c in centrings for t in triplets]
    return [product.wrap().triplet() for product in products]


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


def _stated_formula(tags):
    """Return the amounts of _chemical_formula_sum, or None where it is no formula."""
    text = _value(tags, "_chemical_formula_sum")
    pairs = re.findall(r"([A-Z][a-z]?)\s*(\d*\.?\d*(?:\(\d+\))?)", text or "")
    written = "".join(f"{e}{x}" for e, x in pairs)
    if not pairs or written != re.sub(r"[\s'\"]", "", text):
        return None
    if any(element_of(element) is None for element, _ in pairs):
        return None
    amounts: dict[str, float] = {}
    for element, amount in pairs:
        element = element_of(element)
        amount = float(re.sub(r"\(.*", "", amount) or 1)
        amounts[element] = amounts.get(element, 0.0) + amount
    return amounts


def _check_content(tags, species, positions):
    """Hold the atoms of the cell against the formula and Z that the file states.

    Of hydrogen only the absence is an error, since its counts in old files are often
    wrong; a difference is returned as a remark.
    """
    formula = _stated_formula(tags)
    if formula is None:
        return []
    held: dict[str, float] = {}
    for occupants in species:
        for element, share in occupants.items():
            held[element] = held.get(element, 0.0) + share
    missing = sorted(set(formula) - set(held))
    if missing:
        raise ValueError(
            f"Missing elements {' '.join(missing)} of the formula {_shown(formula)}: "
            f"the sites hold {_shown(held)}. Add their sites, or mend the formula."
        )
    heavy = {e: x for e, x in formula.items() if e != "H"} or formula
    total = sum(heavy.values())
    own = {e: x for e, x in held.items() if e != "H" or e in heavy}
    n_atoms = sum(own.values())
    is_full = all(sum(s.values()) >= FULL and len(s) == 1 for s in species)
    is_whole = all(x == int(x) for x in heavy.values())
    tolerance = 0.03 if not is_full else 1e-6 if is_whole else 0.005
    for element, x in own.items():
        share = heavy.get(element, 0.0) / total
        if abs(x / n_atoms - share) > tolerance * max(share, 0.1):
            raise ValueError(
                f"the formula is {_shown(formula)}, but the sites hold {_shown(held)}. "
                "Mend one of them."
            )
    _check_z(tags, formula, held, n_atoms / total, tolerance)
    units = n_atoms / total
    if (
        heavy is not formula
        and abs(held.get("H", 0) - units * formula.get("H", 0)) > 0.5
    ):
        return [
            f"the formula is {_shown(formula)}, but the sites hold {_shown(held)}: "
            "hydrogen may be missing."
        ]
    return []


def _check_z(tags, formula, held, units, tolerance):
    """Raise for a stated Z; pymatgen writes the sum of the cell beside it."""
    text = _value(tags, "_cell_formula_units_z")
    if text is None:
        return
    z = _number(text, "_cell_formula_units_Z")
    of_the_cell = z >= 1 and all(
        abs(x / z - round(x / z)) < 0.01 for x in formula.values()
    )
    if of_the_cell and abs(units - 1) <= max(tolerance, 0.01):
        return
    if abs(units - z) > max(tolerance, 0.01) * z:
        raise ValueError(
            f"the formula {_shown(formula)} and Z = {text} ask for {z:g} formula units "
            f"in the cell, but the sites hold {_shown(held)}: {units:.4g}. Mend one of "
            "them."
        )


def _shown(amounts):
    return " ".join(f"{e}{round(x, 3):g}" for e, x in sorted(amounts.items()))
