"""The sites that a CIF lists, each with its element and place."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from sklmag.structure._cif_content import stated_formula
from sklmag.structure._cif_tags import ABSENT, FRACTIONS, number_of
from sklmag.structure._merge import FULL
from sklmag.structure._words import element_of

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


class _Site(NamedTuple):
    """One line of a file's sites."""

    label: str
    element: str
    position: np.ndarray
    occupancy: float
    multiplicity: str
    order: str


def sites_of(tags):
    """Return the sites that a block lists, each checked."""
    n_sites = len(tags[FRACTIONS[0]])

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
        *map(column, FRACTIONS),
    ]
    formula = stated_formula(tags) or {}
    sites = []
    for i, row in enumerate(zip(*columns, strict=True), 1):
        label, kind, occupancy, multiplicity, order, hydrogens, flag, *place = row
        nothing = all(x in ABSENT for x in (label, kind, *place))
        if nothing or flag == "dum":  # a dummy: its place means nothing
            continue
        named = label if label not in ABSENT else f"number {i}"
        if hydrogens not in ABSENT and number_of(hydrogens, "the hydrogens") != 0:
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
    groups = set(groups) - {*ABSENT, "0"}
    if len(groups) > 1 and all(site.occupancy >= FULL for site in sites):
        raise ValueError(
            f"its sites are alternatives (_atom_site_disorder_group "
            f"{', '.join(sorted(groups))}), but have no occupancies. Keep one group."
        )


def _position(named, place):
    for name, x in zip(FRACTIONS, place, strict=True):
        if x in ABSENT:
            raise ValueError(f"site {named!r} has no {name}. Complete it.")
    return np.array(
        [
            number_of(x, f"{name} of site {named!r}")
            for name, x in zip(FRACTIONS, place, strict=True)
        ]
    )


def _occupancy(named, text):
    if text in ABSENT:
        return 1.0
    occupancy = number_of(text, f"the occupancy of site {named!r}")
    if not occupancy > 0:
        raise ValueError(
            f"site {named!r} has the occupancy {text}. Delete it if it is not there."
        )
    if occupancy > 1.02:
        raise ValueError(f"site {named!r} has the occupancy {text}, above 1. Mend it.")
    return min(occupancy, 1.0)


def _element(named, kind, label, formula):
    """Return the element of a site from its type, or else from its label."""
    if kind in ABSENT:
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
        is_label = label in ABSENT or label.upper().startswith(match[1])
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
