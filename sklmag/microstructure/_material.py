"""Materials, by their intrinsic magnetic properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sklmag.exceptions import MicrostructureError

MU0 = 4e-7 * np.pi  # T m/A
_RANGES = {  # least, most, unit, and what a value from elsewhere was meant to be
    "Js_T": (1e-4, 3.0, "T", "From Ms in A/m: times 4e-7 pi."),
    "K1_J_m3": (
        5e3,
        3e7,
        "J/m3",
        "From MJ/m3: times 1e6. Easy planes are not computed.",
    ),
    "A_J_m": (1e-14, 1e-9, "J/m", "From pJ/m: times 1e-12."),
}


@dataclass(frozen=True)
class Material:
    """Intrinsic properties of a uniaxial ferromagnet.

    Parameters
    ----------
    Js_T : float
        Spontaneous polarization, in T.
    K1_J_m3 : float
        Uniaxial anisotropy constant, in J/m³.
    A_J_m : float
        Exchange stiffness, in J/m.

    Raises
    ------
    MicrostructureError
        For a value out of the range of real magnets, which is one in another unit as a
        rule, and for an easy plane (K1 below 0).

    Examples
    --------
    >>> from sklmag.microstructure import ND2FE14B
    >>> round(ND2FE14B.anisotropy_field_T, 1)
    6.6
    """

    Js_T: float
    K1_J_m3: float
    A_J_m: float

    def __post_init__(self) -> None:
        for name, (least, most, unit, cure) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise MicrostructureError(
                    f"{name}={value!r} is no value of a uniaxial magnet in {unit}, "
                    f"which lies from {least:g} to {most:g}. {cure}"
                )

    @property
    def anisotropy_field_T(self):
        """Anisotropy field 2 K1 / Ms, times the permeability of vacuum, in T."""
        return 2 * self.K1_J_m3 * MU0 / self.Js_T

    @property
    def magnetostatic_ratio(self):
        """Spontaneous magnetization in units of the anisotropy field."""
        return self.Js_T / self.anisotropy_field_T

    def exchange_ratio(self, cell_nm: Any) -> Any:
        """Return A / (K1 dx²), the exchange field between cells of edge dx."""
        return self.A_J_m / self.K1_J_m3 / (cell_nm * 1e-9) ** 2


ND2FE14B = Material(Js_T=1.61, K1_J_m3=4.2e6, A_J_m=8e-12)
