"""Extended XYZ files: positions in Å, and a lattice in the second line."""

from __future__ import annotations

import re

import numpy as np

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
    try:
        return int(lines[i])
    except ValueError:
        raise ValueError(
            f"line {i + 1}, {lines[i].strip()!r}, should be the number of sites."
        ) from None


def _frame(lines, i, n_sites):
    from pymatgen.core import Lattice, Structure

    matrix, columns = _header(lines[i])
    species, positions = [], np.empty((n_sites, 3))
    for k in range(n_sites):
        line = i + 1 + k
        words = lines[line].split()
        try:
            positions[k] = [float(x) for x in words[columns["pos"]]]
            species.append(_element(words[columns["species"]][0]))
        except (ValueError, IndexError):
            raise ValueError(
                f"line {line + 1}, {lines[line].strip()!r}, should hold an element and "
                "three coordinates."
            ) from None
    return Structure(Lattice(matrix), species, positions, coords_are_cartesian=True)


def _header(line):
    """Return the cell, and which columns hold the element and the coordinates."""
    pairs = re.findall(
        r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{([^}]*)\}|(\S+))""", line
    )
    keys = {key.lower(): "".join(values) for key, *values in pairs}
    if "lattice" not in keys:
        raise ValueError(
            "no Lattice=... in the second line: a molecule, not a crystal."
        )
    _refuse_open(keys.get("pbc", "T T T"))
    try:
        matrix = np.array(
            [float(x) for x in re.split(r"[\s,]+", keys["lattice"].strip())]
        )
        matrix = matrix.reshape(3, 3)
    except ValueError:
        raise ValueError(f'Lattice="{keys["lattice"]}" is not nine numbers.') from None
    return matrix, _columns(keys.get("properties", "species:S:1:pos:R:3"))


def _refuse_open(pbc):
    """Raise for what is not periodic along all three directions."""
    flags = re.split(r"[\s,\[\]]+", pbc.strip(" []"))
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
    words = str(properties).split(":")
    columns, place = {}, 0
    for name, width in zip(words[::3], map(int, words[2::3]), strict=True):
        columns[name.lower()] = slice(place, place + width)
        place += width
    if "species" not in columns and "z" in columns:
        columns["species"] = columns["z"]
    for name in ("species", "pos"):
        if name not in columns:
            raise ValueError(f"Properties={properties} names no column {name!r}.")
    return columns


def _element(word):
    from sklmag.composition import atomic_masses, element_symbols

    if word.isdigit():
        return element_symbols()[int(word) - 1]
    symbol = "H" if word in ("D", "T") else word.capitalize()
    if symbol not in atomic_masses():
        raise ValueError(word)
    return symbol
