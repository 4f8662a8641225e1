"""The atoms of a cell, held against the formula and Z that a CIF states."""

from __future__ import annotations

import re

from sklmag.structure._cif_tags import number_of, value_of
from sklmag.structure._merge import FULL
from sklmag.structure._words import element_of


def stated_formula(tags):
    """Return the amounts of _chemical_formula_sum, or None where it is no formula."""
    text = value_of(tags, "_chemical_formula_sum")
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


def check_content(tags, species):
    """Hold the atoms of the cell against the formula and Z that the file states.

    Of hydrogen only the absence is an error, since its counts in old files are often
    wrong; a difference is returned as a remark.
    """
    formula = stated_formula(tags)
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
    units = n_atoms / total
    _check_z(tags, formula, held, units, tolerance)
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
    text = value_of(tags, "_cell_formula_units_z")
    if text is None:
        return
    z = number_of(text, "_cell_formula_units_Z")
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
