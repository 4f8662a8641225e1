"""Materials, by their intrinsic magnetic properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MU0 = 4e-7 * np.pi  # T m/A


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

    Examples
    --------
    >>> from sklmag.microstructure import ND2FE14B
    >>> round(ND2FE14B.anisotropy_field_T, 1)
    6.6
    """

    Js_T: float
    K1_J_m3: float
    A_J_m: float

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
