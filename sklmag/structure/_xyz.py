"""Extended XYZ files: positions in Å, and a lattice in the second line."""

from __future__ import annotations

import re

import numpy as np

from sklmag.composition import element_symbols
from sklmag.structure._words import element_of, to_float

_PAIR = re.compile(
    r"""([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|\{([^}]*)\}|(\[.*?\](?=\s|$))|(\S+))"""
)
_FLAGS = dict.fromkeys(("t", "true", "1"), True) | dict.fromkeys(
    ("f", "false", "0"), False
)


def read_xyz(text):
    """Return the structures of an extended XYZ file.

    Of the second line Lattice, pbc and Properties are read; energies, forces and
    stresses, in whatever shape they come, are not needed.
    """
    lines = text.splitlines()
    structures, i = [], 0
    while i < len(lines):
        if not lines[i].strip():
            i += 1
            continue
        n_sites = _count(lines, i)
        if i + 2 + n_sites > len(lines):
            raise ValueError(
                f"line {i + 1} asks for {n_sites} sites, but the file ends before them."
            )
        structures.append(_frame(lines, i + 1, n_sites))
        i += 2 + n_sites
    return structures


def _count(lines, i):
    if not lines[i].strip().isdecimal() or int(lines[i]) == 0:
        raise ValueError(
            f"line {i + 1}, {lines[i].strip()!r}, should be the number of sites."
        )
    return int(lines[i])


def _frame(lines, i, n_sites):
    from pymatgen.core import Lattice, Structure

    matrix, columns, width = _header(lines[i])
    species, positions = [], np.empty((n_sites, 3))
    for k in range(n_sites):
        line = i + 1 + k
        words = lines[line].split()
        try:
            if len(words) != width:
                raise ValueError
            positions[k] = [to_float(x) for x in words[columns["pos"]]]
            species.append(_species(words, columns))
        except ValueError:
            raise ValueError(
                f"line {line + 1}, {lines[line].strip()!r}, should hold {width} words: "
                "an element, three coordinates, and what Properties names."
            ) from None
    return Structure(Lattice(matrix), species, positions, coords_are_cartesian=True)


def _species(words, columns):
    found = set()
    if "species" in columns:
        match = re.fullmatch(r"([A-Za-z]{1,2})\d*", words[columns["species"]][0])
        found.add(element_of(match[1]) if match else None)
    if "z" in columns:
        number, symbols = int(words[columns["z"]][0]), element_symbols()
        found.add(symbols[number - 1] if 1 <= number <= len(symbols) else None)
    if len(found) != 1 or None in found:
        raise ValueError
    return found.pop()


def _header(line):
    """Return the cell, and which columns hold the element and the coordinates."""
    pairs = [(key.lower(), "".join(values)) for key, *values in _PAIR.findall(line)]
    keys = dict(pairs)
    for name in ("lattice", "pbc", "properties"):
        if [key for key, _ in pairs].count(name) > 1:
            raise ValueError(f"{name} is given twice in the second line. Keep one.")
    if "lattice" not in keys:
        raise ValueError(
            "no Lattice=... in the second line: a molecule, not a crystal."
        )
    _refuse_open(keys.get("pbc", "T T T"))
    try:
        words = re.split(r"[\s,\[\]]+", keys["lattice"].strip(" []"))
        matrix = np.array([to_float(x) for x in words])
        matrix = np.diag(matrix) if len(matrix) == 3 else matrix.reshape(3, 3)
    except ValueError:
        raise ValueError(
            f'Lattice="{keys["lattice"]}" is neither nine numbers nor three.'
        ) from None
    return matrix, *_columns(keys.get("properties", "species:S:1:pos:R:3"))


def _refuse_open(pbc):
    """Raise for what is not periodic along all three directions."""
    flags = re.split(r"[\s,\[\]]+", pbc.strip(" []"))
    flags = list(flags[0]) if re.fullmatch("[TFtf]{3}", flags[0]) else flags
    flags = [_FLAGS.get(flag.lower()) for flag in flags]
    flags = flags * 3 if len(flags) == 1 else flags
    if len(flags) != 3 or None in flags:
        raise ValueError(f'pbc="{pbc}" is not understood. Write pbc="T T T".')
    if not all(flags):
        kind = "a slab or wire" if any(flags) else "a molecule in a box"
        raise ValueError(
            f"periodic along {sum(flags)} of three directions (pbc): {kind}. "
            'Write pbc="T T T" if the empty space is part of the crystal.'
        )


def _columns(properties):
    """Return where element and coordinates stand, and how many words there are."""
    words = str(properties).split(":")
    widths = words[2::3]
    if len(words) % 3 or not all(width.isdecimal() for width in widths):
        raise ValueError(
            f"Properties={properties} is no list of name:type:width, such as "
            "species:S:1:pos:R:3."
        )
    columns, place = {}, 0
    for name, width in zip(words[::3], map(int, widths), strict=True):
        columns[name.lower()] = slice(place, place + width)
        place += width
    if "species" not in columns and "z" not in columns:
        raise ValueError(f"Properties={properties} names no column 'species'.")
    where = columns.get("pos", slice(0, 0))
    if where.stop - where.start != 3:
        raise ValueError(f"Properties={properties} has no pos:R:3.")
    return columns, place
