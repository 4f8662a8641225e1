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


_LIBRARY = {  # Js in T, K1 in J/m3, A in J/m; sources with `Material.named`
    "Nd2Fe14B": (1.61, 4.2e6, 8e-12),
    "SmCo5": (0.86e6 * MU0, 17.2e6, 12e-12),
    "CoPt": (0.81e6 * MU0, 4.9e6, 10e-12),
    "BaFe12O19": (0.38e6 * MU0, 0.33e6, 6e-12),
    "FePt": (1.14e6 * MU0, 6.6e6, 10e-12),
    "FePd": (1.10e6 * MU0, 1.8e6, 10e-12),
    "MnAl": (0.56e6 * MU0, 1.7e6, 10e-12),
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

    @classmethod
    def named(cls, name: str) -> Material:
        """Return a material of the library.

        Parameters
        ----------
        name : {"Nd2Fe14B", "SmCo5", "CoPt", "BaFe12O19", "FePt", "FePd", "MnAl"}
            Its formula.

        Returns
        -------
        Material

        Raises
        ------
        MicrostructureError
            For another name; it lists the known ones.

        Notes
        -----
        Values at room temperature of Nd2Fe14B are those of [1]_, of SmCo5, CoPt and
        BaFe12O19 those of [2]_ (its table of domain walls), and of the last three
        those of [3]_, whose exchange stiffness follows from the width and the energy
        of the wall.

        References
        ----------
        .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
           doi:10.3389/fmats.2022.1094055.
        .. [2] J. M. D. Coey, Magnetism and Magnetic Materials (Cambridge, 2010),
           doi:10.1017/CBO9780511845000.
        .. [3] D. Weller et al., IEEE Trans. Magn. 36 (2000) 10,
           doi:10.1109/20.824418.

        Examples
        --------
        >>> from sklmag.microstructure import Material
        >>> round(Material.named("SmCo5").anisotropy_field_T)
        40
        """
        if name not in _LIBRARY:
            raise MicrostructureError(
                f"{name!r} is no material of the library, which has "
                f"{', '.join(_LIBRARY)}. Give Js_T, K1_J_m3 and A_J_m of your own: "
                "Material(1.61, 4.2e6, 8e-12)."
            )
        return cls(*_LIBRARY[name])

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


ND2FE14B = Material.named("Nd2Fe14B")
