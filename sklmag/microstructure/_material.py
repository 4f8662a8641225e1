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

    def at(
        self,
        temperature_K: float,
        *,
        Tc_K: float,
        s: float = 0.5,
        K1_exponent: float = 3.0,
        A_exponent: float = 2.0,
        reference_K: float = 300.0,
    ) -> Material:
        r"""Return the material at another temperature.

        Parameters
        ----------
        temperature_K : float
            From 0 to below the Curie temperature.
        Tc_K : float
            Curie temperature; of 14:2:1 magnets, see
            :func:`~sklmag.datasets.load_re2fe14b`.
        s : float, default=0.5
            Shape of the law of the magnetization, from 0 to 2.5: 0.35 for iron, 0.11
            for cobalt and 0.15 for nickel [1]_.
        K1_exponent : float, default=3.0
            Power of the magnetization that the anisotropy goes with: 3 for that of
            single ions of uniaxial symmetry [2]_.
        A_exponent : float, default=2.0
            Power of the magnetization that the exchange stiffness goes with: 2 in a
            mean field; 1.2 was computed for Nd2Fe14B [3]_.
        reference_K : float, default=300.0
            Where the values of this material hold.

        Returns
        -------
        Material

        Raises
        ------
        MicrostructureError
            For a temperature that is not between 0 K and the Curie temperature, and for
            a shape out of its range.

        Notes
        -----
        The magnetization follows Kuz'min's law,

        .. math:: m(T) = [1 - s\tau^{3/2} - (1 - s)\tau^{5/2}]^{1/3},
            \quad \tau = T / T_C,

        and :math:`J_s \sim m`, :math:`K_1 \sim m^3`, :math:`A \sim m^2`, each from its
        value at `reference_K`. Where a magnet is known to follow other laws, such as
        Nd2Fe14B below its spin reorientation at 135 K, give values of your own.

        References
        ----------
        .. [1] M. D. Kuz'min, Phys. Rev. Lett. 94 (2005) 107204,
           doi:10.1103/PhysRevLett.94.107204.
        .. [2] H. B. Callen, E. Callen, J. Phys. Chem. Solids 27 (1966) 1271,
           doi:10.1016/0022-3697(66)90012-6.
        .. [3] Q. Gong et al., Phys. Rev. B 99 (2019) 214409,
           doi:10.1103/PhysRevB.99.214409.

        Examples
        --------
        >>> from sklmag.microstructure import ND2FE14B
        >>> hot = ND2FE14B.at(450, Tc_K=585, A_exponent=1.2)
        >>> round(hot.Js_T, 2), round(hot.K1_J_m3 / 1e6, 2)
        (1.33, 2.34)
        """
        if not 0 <= s <= 2.5:
            raise MicrostructureError(f"s={s!r} lies from 0 to 2.5; iron has 0.35.")
        for name, value in (
            ("temperature_K", temperature_K), ("reference_K", reference_K),
        ):  # fmt: skip
            if not 0 <= value < Tc_K:
                raise MicrostructureError(
                    f"{name}={value!r} must lie from 0 K to below the Curie "
                    f"temperature, Tc_K={Tc_K!r}: above it there is no magnet."
                )
        m = _kuzmin(temperature_K / Tc_K, s) / _kuzmin(reference_K / Tc_K, s)
        return Material(
            self.Js_T * m, self.K1_J_m3 * m**K1_exponent, self.A_J_m * m**A_exponent
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


def _kuzmin(share, s):
    """Return the reduced magnetization at a share of the Curie temperature."""
    return (1 - s * share**1.5 - (1 - s) * share**2.5) ** (1 / 3)


ND2FE14B = Material.named("Nd2Fe14B")
