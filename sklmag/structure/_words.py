"""Words of structure files: numbers and elements."""

from __future__ import annotations

import re
from math import isfinite

from sklmag.composition import atomic_masses

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")


def to_float(word: str) -> float:
    """Return a number, with Fortran's exponent too; ValueError for anything else."""
    if not _NUMBER.fullmatch(word):
        raise ValueError(f"{word!r} is no number")
    number = float(word.replace("d", "e").replace("D", "e"))
    if not isfinite(number):
        raise ValueError(f"{word!r} is no number")
    return number


def element_of(symbol: str) -> str | None:
    """Return an element in whatever case, hydrogen for D and T, or None."""
    symbol = symbol.capitalize()
    symbol = "H" if symbol in ("D", "T") else symbol
    return symbol if symbol in atomic_masses() else None
