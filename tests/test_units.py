"""One table of units: every column that the package names says its unit."""

import re

import pytest

from sklmag import GlassFeaturizer, MagpieFeaturizer, VoronoiFeaturizer, unit_of
from sklmag._utils._units import with_unit
from sklmag.composition import element_symbols
from sklmag.datasets import (
    load_nanocrystalline_magnets,
    make_band_gaps,
    make_metallic_glasses,
    make_sintered_ndfeb,
)
from sklmag.datasets._formula_files import EXTENDED, MATBENCH

WITHOUT_UNIT = {
    "composition", "formula", "PrNd", "PrNdCe", "TRE", "elastic_anisotropy",
    "refractive_index", "is_glass", "is_metal", "electronegativity",
    "electronegativity_dev", "vec", "M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc",
    *element_symbols(),
}  # fmt: skip
UNITS = {
    "annealing1_C": "°C", "annealing1_h": "h", "BHmax_MGOe": "MGOe", "Br_kG": "kG",
    "delta_percent": "%", "density_g_per_cm3": "g/cm³", "Dmax_mm": "mm",
    "energy_above_hull_eV_per_atom": "eV/atom",
    "exfoliation_energy_meV_per_atom": "meV/atom",
    "formation_energy_eV_per_cell": "eV/cell", "G_GPa": "GPa", "grain_size_um": "µm",
    "Hcj_kOe": "kOe", "last_phdos_peak_per_cm": "1/cm",
    "log10_K_VRH_GPa": "log10(GPa)", "magnetization_muB_per_cell": "µB/cell",
    "mixing_enthalpy_kJ_per_mol": "kJ/mol", "mixing_entropy_J_per_mol_K": "J/(mol K)",
    "molar_volume_cm3_per_mol": "cm³/mol", "oxygen_ppm": "ppm", "radius_pm": "pm",
    "squareness_percent": "%", "thermal_conductivity_W_per_m_K": "W/(m K)",
    "thermal_expansion_per_K": "1/K", "Tm_K": "K", "volume_A3_per_atom": "Å³/atom",
    "yield_strength_MPa": "MPa",
}  # fmt: skip


def loaded_columns():
    tables = [*make_sintered_ndfeb(50, 10, random_state=0)]
    for make in (make_band_gaps, make_metallic_glasses):
        _, y = make(20, random_state=0)
        tables.append(y.to_frame() if y.ndim == 1 else y)
    tables.append(load_nanocrystalline_magnets().target)
    names = {str(name) for table in tables for name in table}
    names |= {target for target, *_ in MATBENCH.values()} | set(EXTENDED.values())
    return sorted(names | set(GlassFeaturizer().get_feature_names_out()))


@pytest.mark.parametrize("name", loaded_columns())
def test_every_column_that_is_loaded_has_its_unit_or_none(name):
    assert (unit_of(name) == "") == (name in WITHOUT_UNIT)


@pytest.mark.parametrize("name", UNITS)
def test_known_units(name):
    assert unit_of(name) == UNITS[name]


def test_no_column_divides_without_per():
    short = re.compile(r"_(eV|meV|kA|A|kJ|J|g|cm3|muB)_(?!per_)[a-z]+\d?$")
    features = [*VoronoiFeaturizer().get_feature_names_out()]
    features += [*MagpieFeaturizer().get_feature_names_out()]
    assert not [name for name in [*loaded_columns(), *features] if short.search(name)]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Hcj", ""), ("energy_per_atom", ""), ("formation_energy_per_atom", ""),
        ("alloy_K_per_something", ""), ("a_A", ""), ("grade_A", ""), ("frac_S", ""), ("A_m", ""), ("g_cm3", ""), ("H_A_per_m", "A/m"),
        ("H_kA_m", "kA/m"), ("force_eV_per_A", "eV/Å"), ("K1_MJ_per_m3", "MJ/m³"),
        ("moment_muB_per_fu", "µB/f.u."), ("energy_eV_atom", "eV/atom"),
        ("K", ""), ("", ""), (3, ""),
    ],
)  # fmt: skip
def test_names_that_others_write(name, unit):
    assert unit_of(name) == unit


def test_labels():
    assert with_unit("Hcj_kOe") == "Hcj (kOe)"
    assert with_unit("thermal_expansion_per_K") == "thermal_expansion (1/K)"
    assert with_unit("squareness") == "squareness"
