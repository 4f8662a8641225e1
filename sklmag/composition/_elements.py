"""The elements: symbols in order of atomic number, and their atomic masses."""

from __future__ import annotations

import csv
import difflib
from functools import cache
from importlib.resources import files

RARE_EARTHS = frozenset("Sc Y La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu".split())


@cache
def atomic_masses() -> dict[str, float]:
    """Return the atomic mass in u of every element from H to Lr, by symbol.

    Values are the abridged standard atomic weights (CIAAW 2021); for elements
    without one, the mass number of the longest-lived isotope.

    Returns
    -------
    dict of str to float
        In order of atomic number.

    Examples
    --------
    >>> from sklmag.composition import atomic_masses
    >>> atomic_masses()["Nd"]
    144.242
    """
    with files(__package__).joinpath("elements.csv").open(encoding="utf-8") as table:
        return {
            row["symbol"]: float(row["atomic_mass_u"]) for row in csv.DictReader(table)
        }


@cache
def element_symbols() -> tuple[str, ...]:
    """Return the element symbols in order of atomic number, from H to Lr.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from sklmag.composition import element_symbols
    >>> element_symbols()[:3]
    ('H', 'He', 'Li')
    """
    return tuple(atomic_masses())


@cache
def atomic_numbers():
    """Return the atomic numbers from H to Lr by symbol."""
    return {symbol: number for number, symbol in enumerate(element_symbols(), 1)}


def suggest_element(symbol):
    """Return a clause ' Did you mean ...?' for a misspelt symbol, or ''."""
    near = difflib.get_close_matches(symbol, element_symbols(), n=1, cutoff=0.3)
    return f" Did you mean {near[0]!r}?" if near else ""
