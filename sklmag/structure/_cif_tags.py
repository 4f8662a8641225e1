"""The words of a CIF: values by tag, and the numbers that they are."""

from __future__ import annotations

import re

from sklmag.structure._words import to_float

ABSENT = (".", "?", "")
FRACTIONS = [f"_atom_site_fract_{axis}" for axis in "xyz"]
OPERATIONS = ("symop_operation_xyz", "equiv_pos_as_xyz", "magn_operation_xyz")


def tags_of(block):
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
            operations = [tag for tag in loop.tags if tag.lower().endswith(OPERATIONS)]
            if operations and any(value.endswith(",") for value in values):
                found = [(operations[0], joined(values))]  # without quotes
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


def joined(words):
    """Join x, y, z without quotes, which are three words, to one operation.

    Numbers in front of an operation are left out.
    """
    triplets = [""]
    for word in words:
        last = triplets[-1]
        if word in ABSENT or (word.isdigit() and last.count(",") in (0, 2)):
            if not last.endswith(("+", "-")):
                continue
        goes_on = last.endswith((",", "+", "-")) or word.startswith((",", "+"))
        if goes_on or not last or (word.startswith("-") and last.count(",") < 2):
            triplets[-1] += word
        else:
            triplets.append(word)
    plain = (re.sub(r"^\s*\d+\s+|[\s;,]+$|\t", "", t).strip("() ") for t in triplets)
    return [triplet for triplet in plain if triplet]


def value_of(tags, name):
    """Return the first value that a file gives under a tag, or None."""
    return next((value for value in tags.get(name, []) if value not in ABSENT), None)


def number_of(text, what):
    """Return a number of a CIF, which may carry its uncertainty in brackets."""
    plain = re.sub(r"\(\d*\)?$", "", text.strip())
    numerator, slash, denominator = plain.partition("/")
    try:
        return to_float(numerator) / (to_float(denominator) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{what} is {text!r}, not a number.") from None
