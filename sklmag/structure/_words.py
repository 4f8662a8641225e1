"""Words of structure files: numbers and elements."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

from sklmag.composition import atomic_masses


def to_float(word: str) -> float:
    """Return a number, with Fortran's exponent too; ValueError for anything else."""
    try:
        number = float(word)
    except ValueError:
        number = float(word.replace("d", "e").replace("D", "e"))
    if "_" in word or not isfinite(number):  # Python reads 1_0 as 10
        raise ValueError(f"{word!r} is no number")
    return number


@lru_cache(maxsize=1024)
def element_of(symbol: str) -> str | None:
    """Return an element in whatever case, hydrogen for D and T, or None."""
    symbol = symbol.capitalize()
    symbol = "H" if symbol in ("D", "T") else symbol
    return symbol if symbol in atomic_masses() else None
