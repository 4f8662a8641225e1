"""The one table of units, and how the name of a column says which one it has."""

import re

# what a name may end in, and how it is written
_SYMBOLS = {
    "A2": "Å²", "A3": "Å³", "C": "°C", "GPa": "GPa", "K": "K",
    "MA": "MA", "MGOe": "MGOe", "MJ": "MJ", "MPa": "MPa", "Oe": "Oe", "Pa": "Pa",
    "T": "T", "at_percent": "at.%", "cm": "cm",
    "cm3": "cm³", "deg": "°", "eV": "eV", "emu": "emu", "h": "h", "kA": "kA",
    "kG": "kG", "kJ": "kJ", "kOe": "kOe", "kg": "kg", "m3": "m³",
    "mT": "mT", "meV": "meV", "min": "min", "mm": "mm", "muB": "µB", "nm": "nm",
    "pJ": "pJ", "percent": "%", "pm": "pm", "ppm": "ppm", "s": "s", "um": "µm",
    "wt_percent": "wt.%",
}  # fmt: skip
# what is divided by, beside those above
_DENOMINATORS = {"atom": "atom", "cell": "cell", "fu": "f.u.", "mol": "mol"}
# single letters that mean a unit beside "per" only: grade_A, frac_S
_LETTERS = {"A": "Å", "J": "J", "S": "S", "V": "V", "W": "W", "g": "g", "m": "m"}
# an ampere has the letter of an angstrom; and quotients that people write without "per"
_SPECIAL = {
    "A_m": "A/m", "A_per_m": "A/m", "J_m3": "J/m³", "MJ_m3": "MJ/m³", "cm3_g": "cm³/g",
    "eV_atom": "eV/atom", "g_cm3": "g/cm³", "kA_m": "kA/m", "kJ_m3": "kJ/m³",
    "kJ_mol": "kJ/mol", "meV_atom": "meV/atom", "muB_atom": "µB/atom",
    "muB_fu": "µB/f.u.",
}  # fmt: skip
_LOGARITHM = re.compile(r"(log10|log)_")


def unit_of(name):
    """Return the unit that the name of a column ends in, or an empty string.

    Parameters
    ----------
    name : str
        Such as ``Hcj_kOe``, ``formation_energy_eV_per_atom`` or
        ``thermal_conductivity_W_per_m_K``: all that follows ``per`` divides. The short
        forms ``eV_atom``, ``A_m``, ``kJ_m3`` and the like are understood too. A name
        that begins with ``log10_`` is the logarithm of a quantity.

    Returns
    -------
    str

    Examples
    --------
    >>> from sklmag import unit_of
    >>> unit_of("Hcj_kOe"), unit_of("energy_eV_per_atom"), unit_of("squareness")
    ('kOe', 'eV/atom', '')
    >>> unit_of("thermal_conductivity_W_per_m_K"), unit_of("thermal_expansion_per_K")
    ('W/(m K)', '1/K')
    """
    return name_and_unit(str(name))[1]


def with_unit(name):
    """Write a column's name with its unit: ``Hcj_kOe`` becomes ``Hcj (kOe)``."""
    bare, unit = name_and_unit(str(name))
    return f"{bare} ({unit})" if unit else bare


def name_and_unit(name):
    """Split a name where the longest ending that is a unit begins.

    Parameters
    ----------
    name : str

    Returns
    -------
    bare, unit : str
    """
    words = name.split("_")
    if _unit(words):  # named like a unit: an element, or nothing else
        return name, ""
    for k in range(1, len(words)):
        unit = _unit(words[k:])
        if unit:
            logarithm = _LOGARITHM.match(name)
            unit = f"{logarithm[1]}({unit})" if logarithm else unit
            return "_".join(words[:k]), unit
    return name, ""


def _unit(words):
    """Return how an ending is written, or an empty string where it is no unit."""
    ending = "_".join(words)
    if ending in _SPECIAL or ending in _SYMBOLS:
        return _SPECIAL.get(ending) or _SYMBOLS[ending]
    above, per, below = ending.rpartition("per_")
    above, below = above.removesuffix("_"), below.split("_")
    # "per atom" alone is no unit: formation_energy_per_atom
    factors = _SYMBOLS | _LETTERS
    known = factors | _DENOMINATORS if above else factors
    if not per or above not in {"", *factors} or not known.keys() >= set(below):
        return ""
    divisor = " ".join(known[d] for d in below)
    divisor = f"({divisor})" if len(below) > 1 else divisor
    return f"{factors.get(above, '1')}/{divisor}"
