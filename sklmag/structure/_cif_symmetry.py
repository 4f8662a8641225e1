"""The groups that the symmetry of a CIF may stand for."""

from __future__ import annotations

from sklmag.structure._cif_tags import (
    ABSENT,
    OPERATIONS,
    joined,
    number_of,
    value_of,
)
from sklmag.structure._symmetry import (
    SymmetryGroup,
    group_of_hall,
    group_of_triplets,
    groups_of_number,
    groups_of_symbol,
)

_NOTHING = ("p1", "1", "triclinic", "c1", "c1^1", "p1(1)", "p11")  # no symmetry


def groups_of(tags, lattice):
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
        value = value_of(tags, tag)
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
        groups = groups_of_number(int(number_of(number, "its number")), alpha, gamma)
        found |= {f"space group {name!r}": group for name, group in groups.items()}
    unread = hall or symbol or number
    if unread and not found and not has_operations:
        raise ValueError(
            f"the space group {unread!r} is not known. Write the symbol of the "
            "International Tables, such as 'F m -3 m', or all operations."
        )
    if symbol and number and not has_operations:
        _refuse_othernumber_of(
            symbol, int(number_of(number, "its number")), alpha, gamma
        )
    return list(found.items())


def _refuse_othernumber_of(symbol, number, alpha, gamma):
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
            value = value_of(tags, tag)
            if value is not None:
                return value
    return None


def _triplets(tags):
    """Return the operations of a file; of magnetic ones the part that moves atoms."""
    columns = [v for t, v in tags.items() if t.endswith(OPERATIONS)]
    columns = [[_without_time(x) for x in joined(column)] for column in columns]
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
        if c not in ABSENT
    ]
    triplets = columns[0] if columns else []
    return _centred(triplets, centrings) if centrings else triplets


def _without_time(triplet):
    return ",".join(triplet.split(",")[:3]) if triplet.count(",") == 3 else triplet


def _centred(triplets, centrings):
    import gemmi

    products = [gemmi.Op(c) * gemmi.Op(t) for c in centrings for t in triplets]
    return [product.wrap().triplet() for product in products]


def refuse_modulated(tags):
    for tag in tags:
        value = value_of(tags, tag)
        is_count = tag == "_cell_modulation_dimension" and value != "0"
        if value and ("_ssg_" in tag or is_count):
            raise ValueError(
                f"{tag} is {value!r}: a modulated structure, which has no cell that "
                "repeats. Give an approximant."
            )
