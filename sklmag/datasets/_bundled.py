"""Small public tables that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from sklmag.datasets._bunch import as_bunch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.utils import Bunch


@dataclass(frozen=True)
class _Table:
    """A file of the package, what in it can be predicted, and whose it is."""

    features: Sequence[str]
    targets: Sequence[str]
    citation: str
    license: str = "MIT"


TABLES = {
    "re2fe14b": _Table(
        ("formula",),
        ("mu0Ms_T", "mu0Ha_T", "Tc_K"),
        "Collected by the MaMMoS project; per row the columns reference and doi.",
    ),
    "curie_temperatures": _Table(
        ("formula",),
        ("Tc_K",),
        "J. Nelson, S. Sanvito, Phys. Rev. Mater. 3 (2019) 104405, "
        "doi:10.1103/PhysRevMaterials.3.104405.",
    ),
    "steels": _Table(
        ("formula",),
        ("yield_strength_MPa",),
        "A. Dunn et al., npj Comput. Mater. 6 (2020) 138, "
        "doi:10.1038/s41524-020-00406-3.",
    ),
    "fe_nanocrystalline": _Table(
        (
            "formula",
            "annealing_temperature_K",
            "annealing_time_s",
            "longitudinal_field",
            "transverse_field",
            "ribbon_thickness_um",
        ),
        ("coercivity_A_per_m", "Bs_T", "core_loss_kW_per_m3", "magnetostriction_ppm"),
        "Y. Wang et al., Acta Mater. 194 (2020) 144, "
        "doi:10.1016/j.actamat.2020.05.006.",
    ),
    "single_grains": _Table(
        ("Ms_A_per_m", "A_J_per_m", "K1_J_per_m3"),
        ("Hc_A_per_m", "Mr_A_per_m", "BHmax_J_per_m3"),
        "Simulated by the MaMMoS project.",
    ),
    "sigma_phases": _Table(
        ("structure",),
        ("formation_energy_eV_per_atom",),
        "A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208 "
        "(2022) 111254, doi:10.1016/j.commatsci.2022.111254.",
    ),
}


def _load(name: str, target: str, return_X_y: bool) -> Any:
    """Return the rows of a table of the package that hold a target."""
    table = TABLES[name]
    if target not in table.targets:
        raise ValueError(f"target={target!r} is not among {list(table.targets)}.")
    frame = read_bundled(name)
    frame = frame.dropna(subset=target).reset_index(drop=True)
    data = frame[list(table.features)]
    if return_X_y:
        return data, frame[target]
    return as_bunch(frame, data, target, description_of(name), table)


def read_bundled(name: str) -> pd.DataFrame:
    """Return a table of the package as it is in its file."""
    with (files("sklmag.datasets") / "files" / f"{name}.csv.gz").open("rb") as file:
        # the formula NaN is one of sodium, not a missing value
        return pd.read_csv(
            file, compression="gzip", keep_default_na=False, na_values=[""]
        )


def description_of(name: str) -> str:
    """Return what is said of a table of the package."""
    path = files("sklmag.datasets") / "descr" / f"{name}.rst"
    return path.read_text("utf-8")


def load_re2fe14b(
    *,
    target: Literal["mu0Ms_T", "mu0Ha_T", "Tc_K"] = "mu0Ms_T",
    return_X_y: bool = False,
) -> Bunch:
    """Load what the literature says of R2(Fe,Co)14B: the phase of NdFeB magnets.

    186 compounds from papers of 1984 to today, of rare earths and their mixtures,
    with cobalt and other substitutions, at room temperature.

    Parameters
    ----------
    target : {"mu0Ms_T", "mu0Ha_T", "Tc_K"}, default="mu0Ms_T"
        What is to be predicted: saturation polarization in T, anisotropy field in T,
        or Curie temperature in K. Rows that do not know it are left out.
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame with the column ``formula``), ``target`` (Series),
        ``frame`` (also the lattice, the other targets, and ``reference`` and ``doi`` of
        each row), ``feature_names``, ``target_names``, ``units``, ``DESCR``,
        ``citation``, ``license``.

    Raises
    ------
    ValueError
        For another target.

    Examples
    --------
    >>> from sklmag.datasets import load_re2fe14b
    >>> magnets = load_re2fe14b()
    >>> magnets.data.shape, magnets.units["mu0Ms_T"]
    ((186, 1), 'T')
    """
    return _load("re2fe14b", target, return_X_y)


def load_curie_temperatures(*, return_X_y: bool = False) -> Bunch:
    """Load Curie temperatures of ferromagnets, by formula.

    A manual compilation; where a compound was listed more than once, the median.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame with the column ``formula``), ``target`` (Series ``Tc_K``),
        ``frame`` (also ``n_values``, and the lowest and the highest of them),
        ``feature_names``, ``target_names``, ``units``, ``DESCR``, ``citation``,
        ``license``.

    Examples
    --------
    >>> from sklmag.datasets import load_curie_temperatures
    >>> X, y = load_curie_temperatures(return_X_y=True)
    >>> float(y[X["formula"] == "Nd2Fe14B"].iloc[0])
    588.0
    """
    return _load("curie_temperatures", "Tc_K", return_X_y)


def load_steels(*, return_X_y: bool = False) -> Bunch:
    """Load the yield strengths of 312 steels (Matbench ``steels``).

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame with the column ``formula``), ``target`` (Series
        ``yield_strength_MPa``), ``frame`` (also ``fold``, the official test fold),
        ``feature_names``, ``target_names``, ``units``, ``DESCR``, ``citation``,
        ``license``.

    Examples
    --------
    >>> from sklmag.datasets import load_steels
    >>> X, y = load_steels(return_X_y=True)
    >>> X.shape, y.name
    ((312, 1), 'yield_strength_MPa')
    """
    return _load("steels", "yield_strength_MPa", return_X_y)


def load_fe_nanocrystalline(
    *,
    target: Literal[
        "coercivity_A_per_m", "Bs_T", "core_loss_kW_per_m3", "magnetostriction_ppm"
    ] = "coercivity_A_per_m",
    return_X_y: bool = False,
) -> Bunch:
    """Load soft magnets of nanocrystalline iron, with their annealing.

    1,127 ribbons of FINEMET and its relatives: composition in at.%, annealing,
    thickness, and what was measured.

    Parameters
    ----------
    target : str, default="coercivity_A_per_m"
        What is to be predicted: ``coercivity_A_per_m``, ``Bs_T`` (saturation
        polarization), ``core_loss_kW_per_m3`` (0.2 T, 100 kHz) or
        ``magnetostriction_ppm``. Rows that do not know it are left out.
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame: ``formula``, ``annealing_temperature_K``,
        ``annealing_time_s``, ``longitudinal_field`` and ``transverse_field`` (0 or 1),
        ``ribbon_thickness_um``), ``target`` (Series), ``frame`` (all that was measured,
        and the ``doi`` of each row), ``feature_names``, ``target_names``, ``units``,
        ``DESCR``, ``citation``, ``license``.

    Raises
    ------
    ValueError
        For another target.

    Notes
    -----
    The compositions repeat, each with a series of annealings: split by composition,
    for example with ``GroupKFold`` and ``groups=X["formula"]``.

    Examples
    --------
    >>> from sklmag.datasets import load_fe_nanocrystalline
    >>> X, y = load_fe_nanocrystalline(return_X_y=True)
    >>> X.shape[1], y.name
    (6, 'coercivity_A_per_m')
    """
    return _load("fe_nanocrystalline", target, return_X_y)


def load_single_grains(
    *,
    target: Literal["Hc_A_per_m", "Mr_A_per_m", "BHmax_J_per_m3"] = "Hc_A_per_m",
    return_X_y: bool = False,
) -> Bunch:
    """Load the hysteresis of single grains: intrinsic properties and what follows.

    10,186 micromagnetic simulations of a cube of 50 nm with the field along its easy
    axis.

    Parameters
    ----------
    target : {"Hc_A_per_m", "Mr_A_per_m", "BHmax_J_per_m3"}, default="Hc_A_per_m"
        What is to be predicted: coercivity, remanence or energy product. Rows that do
        not know it are left out.
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (DataFrame: ``Ms_A_per_m``, ``A_J_per_m``, ``K1_J_per_m3``), ``target``
        (Series), ``frame``, ``feature_names``, ``target_names``, ``units``, ``DESCR``,
        ``citation``, ``license``.

    Raises
    ------
    ValueError
        For another target.

    Examples
    --------
    >>> from sklmag.datasets import load_single_grains
    >>> X, y = load_single_grains(return_X_y=True)
    >>> list(X.columns), y.name
    (['Ms_A_per_m', 'A_J_per_m', 'K1_J_per_m3'], 'Hc_A_per_m')
    """
    return _load("single_grains", target, return_X_y)
