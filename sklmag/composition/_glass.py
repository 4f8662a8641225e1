"""Descriptors of metallic glasses: means over their elements, and how these differ."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from sklmag._utils._validation import StrOptions
from sklmag.composition._base import CompositionFeaturizer
from sklmag.composition._elements import atomic_masses, atomic_numbers
from sklmag.composition._tokens import canonical_slots, sum_slots

_GAS_CONSTANT = 8.31446261815324  # J/(mol K), CODATA
_MEANS = ("vec", "Tm_K", "electronegativity", "radius_pm")
_MORE = (
    "delta_percent",
    "electronegativity_dev",
    "mixing_enthalpy_kJ_per_mol",
    "mixing_entropy_J_per_mol_K",
    "molar_mass_g_per_mol",
    "molar_volume_cm3_per_mol",
    "density_g_per_cm3",
)


class GlassFeaturizer(CompositionFeaturizer):
    r"""Descriptors of metallic glasses: four means, size mismatch, mixing, density.

    Parameters
    ----------
    descriptors : {"all", "paper"}, default="all"
        "paper" is the four of [1]_, "all" these and seven more.
    unit : {"at.%", "wt.%"}, default="at.%"
        Whether amounts count atoms or mass, in formulas and in tables.
    balance : str, default=None
        In a table, the element that fills each row up to 100.
    tolerance : float, default=0.5
        In a table, how far a row may be from 100 (or from 1, where no amount is above
        1), in the same unit.
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a composition that cannot be read: an error, or a row of NaN,
        one warning that lists all of them, and their reasons in ``errors_``.

    Attributes
    ----------
    errors_ : dict of int to str
        Row and reason of what the last `transform` could not read.

    Raises
    ------
    FormulaError
        For an unreadable formula.

    See Also
    --------
    MagpieFeaturizer : 145 attributes for any inorganic compound.

    Notes
    -----
    With fractions :math:`x_i` and properties of the elements, the four of the paper are
    means :math:`\bar p = \sum x_i p_i`:

    - ``vec``, valence electrons: the group for groups 1 to 12, the group less 10 for
      groups 13 to 18, 3 for lanthanides and Ac, 4 to 6 for Th, Pa and U;
    - ``Tm_K``, the melting temperature, and ``electronegativity`` by Pauling, both of
      Magpie's tables;
    - ``radius_pm``, the atomic radii assessed for metallic glasses by Miracle et
      al. [2]_.

    The others are

    - ``delta_percent``: :math:`100 \sqrt{\sum x_i (1 - r_i / \bar r)^2}`;
    - ``electronegativity_dev``: :math:`\sqrt{\sum x_i (\chi_i - \bar\chi)^2}`;
    - ``mixing_enthalpy_kJ_per_mol``: :math:`\sum_{i<j} 4 H_{ij} x_i x_j` with the
      enthalpies of equiatomic liquids by Takeuchi and Inoue [3]_;
    - ``mixing_entropy_J_per_mol_K``: :math:`-R \sum x_i \ln x_i`;
    - molar mass :math:`M`, molar volume :math:`V` of the elements, unmixed (mass over
      density at room temperature, Magpie's tables), and the density
      :math:`\rho = M / V`; glasses differ from it by a few per cent.

    No element that metallic glasses are made of lacks a value. Where one does (radii
    of H, F and noble gases, volumes of gases, ...), what needs it is NaN.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.
    .. [2] D. B. Miracle, D. V. Louzguine-Luzgin, L. V. Louzguina-Luzgina, A. Inoue,
       Int. Mater. Rev. 55 (2010) 218, doi:10.1179/095066010X12646898728200.
    .. [3] A. Takeuchi, A. Inoue, Mater. Trans. 46 (2005) 2817,
       doi:10.2320/matertrans.46.2817.

    Examples
    --------
    >>> from sklmag.composition import GlassFeaturizer
    >>> glass = GlassFeaturizer().set_output(transform="pandas")
    >>> table = glass.fit_transform(["Zr41.2Ti13.8Cu12.5Ni10Be22.5"])
    >>> table[["vec", "delta_percent", "mixing_enthalpy_kJ_per_mol"]].round(1)
       vec  delta_percent  mixing_enthalpy_kJ_per_mol
    0  5.0           13.6                       -35.2
    """

    _parameter_constraints = {
        **CompositionFeaturizer._parameter_constraints,
        "descriptors": [StrOptions({"all", "paper"})],
    }

    def __init__(
        self,
        descriptors: Literal["all", "paper"] = "all",
        *,
        unit: Literal["at.%", "wt.%"] = "at.%",
        balance: str | None = None,
        tolerance: float = 0.5,
        on_error: Literal["raise", "nan"] = "raise",
    ) -> None:
        self.descriptors = descriptors
        self.unit = unit
        self.balance = balance
        self.tolerance = tolerance
        self.on_error = on_error

    def _numbers(self, fractions):
        number, x = canonical_slots(fractions, max(map(len, fractions)))
        number = number.astype(int)
        values = np.where((x > 0)[..., None], glass_properties()[number], 0)
        means = sum_slots(x[..., None] * values)
        if self.descriptors == "paper":
            return means[:, : len(_MEANS)]
        chi, radius = values[..., 2], values[..., 3]
        ratio = np.where(x > 0, radius / means[:, [3]], 1)
        mass = sum_slots(x * _masses()[number])
        more = (
            100 * np.sqrt(sum_slots(x * (1 - ratio) ** 2)),
            np.sqrt(sum_slots(x * (chi - means[:, [2]]) ** 2)),
            _mixing_enthalpy(number, x),
            _GAS_CONSTANT
            * sum_slots(x * np.log(np.where(x > 0, 1 / np.maximum(x, 1e-99), 1))),
            mass,
            means[:, 4],
            mass / means[:, 4],
        )
        return np.column_stack((means[:, : len(_MEANS)], *more))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the descriptors.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (4,) or (11,), dtype object
        """
        more = _MORE if self.descriptors == "all" else ()
        return np.array([*_MEANS, *more], dtype=object)


def _mixing_enthalpy(number, x):
    pairs = mixing_enthalpies()[number[:, :, None], number[:, None]]
    weights = 2 * x[:, :, None] * x[:, None]  # each pair is counted twice
    return sum_slots(sum_slots(np.where(weights > 0, weights * pairs, 0)))


@cache
def glass_properties():
    """Return vec, Tm, electronegativity, radius and molar volume of the elements.

    Returns
    -------
    ndarray of shape (104, 5)
        By atomic number; row 0 and what is missing are NaN.
    """
    with files(__package__).joinpath("glass_elements.csv").open() as table:
        rows = list(csv.reader(table))[1:]
    values = [[float(cell or "nan") for cell in row[1:]] for row in rows]
    return np.vstack((np.full(len(values[0]), np.nan), values))


@cache
def mixing_enthalpies():
    """Return the enthalpies of mixing of equiatomic binary liquids.

    Returns
    -------
    ndarray of shape (104, 104)
        In kJ/mol, by atomic number; 0 on the diagonal, NaN where there is no value.
    """
    numbers = atomic_numbers()
    enthalpies = np.full((len(numbers) + 1, len(numbers) + 1), np.nan)
    np.fill_diagonal(enthalpies, 0.0)
    with files(__package__).joinpath("mixing_enthalpy.csv").open() as table:
        for one, other, value in list(csv.reader(table))[1:]:
            i, j = numbers[one], numbers[other]
            enthalpies[i, j] = enthalpies[j, i] = float(value)
    return enthalpies


@cache
def _masses():
    return np.array([0.0, *atomic_masses().values()])
