"""Quantities of magnets and alloys in other units."""

from __future__ import annotations

import numpy as np

from sklmag._utils._units import name_and_unit, unit_of

_OE = 1e3 / (4 * np.pi)  # A/m
_TESLA = 1e7 / (4 * np.pi)  # A/m, of a field of which the induction is 1 T
# factor to the first unit of each kind, which units are converted within
_KINDS = (
    {"A/m": 1.0, "kA/m": 1e3, "MA/m": 1e6, "Oe": _OE, "kOe": 1e3 * _OE, "T": _TESLA,
     "mT": 1e-3 * _TESLA},
    {"T": 1.0, "mT": 1e-3, "kG": 0.1},
    {"J/m³": 1.0, "kJ/m³": 1e3, "MJ/m³": 1e6, "MGOe": 1e2 * _OE},
    {"Pa": 1.0, "MPa": 1e6, "GPa": 1e9},
    {"eV/atom": 1.0, "meV/atom": 1e-3},
    {"nm": 1.0, "µm": 1e3, "mm": 1e6, "Å": 0.1},
)  # fmt: skip
_ASCII = {"/": "_per_", "³": "3", "µ": "u"}
_TEMPERATURES, _KELVIN = {"K", "°C"}, 273.15
_BESIDE = ("", "_std", "_nearest")


def factor_and_offset(unit, other):
    """Return what turns values of a unit into those of another: ``a * value + b``.

    Parameters
    ----------
    unit, other : str
        Such as ``"kOe"`` and ``"kA/m"``; also as in names, ``"kA_per_m"``.

    Returns
    -------
    factor, offset : float

    Raises
    ------
    ValueError
        For units that do not measure the same.

    Examples
    --------
    >>> from sklmag._utils._convert import factor_and_offset
    >>> round(factor_and_offset("MGOe", "kJ/m3")[0], 4)
    7.9577
    """
    one, two = _written(unit), _written(other)
    if {one, two} == _TEMPERATURES:
        return 1.0, _KELVIN if two == "K" else -_KELVIN
    if one == two and one:
        return 1.0, 0.0
    for kind in _KINDS:
        if one in kind and two in kind:
            return kind[one] / kind[two], 0.0
    kinds = (*_KINDS, _TEMPERATURES)
    same = sorted({u for kind in kinds if one in kind for u in kind} - {one})
    raise ValueError(
        f"{unit!r} cannot be turned into {other!r}. "
        + (f"It can into {', '.join(same)}." if same else "It is known in no other.")
    )


def convert_columns(table, units):
    """Return a table in which some columns have other units, and names that say so.

    Parameters
    ----------
    table : DataFrame
        With columns such as ``Hcj_kOe``; what stands beside a column, such as
        ``Hcj_kOe_std``, follows.
    units : dict of str to str
        Column, and its new unit.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag._utils._convert import convert_columns
    >>> table = pd.DataFrame({"Hcj_kOe": [20.0], "Hcj_kOe_std": [1.0]})
    >>> convert_columns(table, {"Hcj_kOe": "kA/m"}).round(1)
       Hcj_kA_per_m  Hcj_kA_per_m_std
    0        1591.5              79.6
    """
    table = table.copy()
    for name, other in units.items():
        if name not in table:
            raise ValueError(
                f"There is no column {name!r} to convert. There are {', '.join(table)}."
            )
        factor, offset = factor_and_offset(unit_of(name), other)
        renamed = renamed_column(name, other)
        for ending in _BESIDE:
            column = f"{name}{ending}"
            if column in table:
                shift = 0.0 if ending == "_std" else offset
                table[column] = factor * table[column] + shift
                table = table.rename(columns={column: f"{renamed}{ending}"})
    return table


def renamed_column(name, unit):
    """Return what a column is called in another unit."""
    bare, text = name_and_unit(name)[0], _written(unit)
    for sign, letters in _ASCII.items():
        text = text.replace(sign, letters)
    return f"{bare}_{text.removeprefix('°')}"


def _written(unit):
    """Return a unit as `unit_of` writes it, however it was typed."""
    text = unit.strip().replace("m^3", "m³").replace("m3", "m³").replace("um", "µm")
    if text in ("C", "°C"):
        return "°C"
    return text if text == "K" else unit_of(f"x_{unit}") or text
