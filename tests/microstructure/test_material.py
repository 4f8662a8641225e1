"""The library of materials."""

import numpy as np
import pytest

from sklmag.exceptions import MicrostructureError
from sklmag.microstructure import ND2FE14B, Material
from sklmag.microstructure._material import MU0


@pytest.mark.parametrize(
    ("name", "wall_nm", "energy_mJ_m2", "hardness"),
    [
        ("SmCo5", 2.6, 57.5, 4.30),
        ("CoPt", 4.5, 28.0, 2.47),
        ("BaFe12O19", 13.6, 5.6, 1.35),
        ("FePt", 3.9, 32, None),
        ("FePd", 7.5, 17, None),
        ("MnAl", 7.7, 16, None),
    ],
)
def test_walls_are_those_that_the_sources_give_beside(
    name, wall_nm, energy_mJ_m2, hardness
):
    one = Material.named(name)
    width = np.pi * np.sqrt(one.A_J_m / one.K1_J_m3)
    assert 1e9 * width == pytest.approx(wall_nm, rel=0.03)
    energy = 4 * np.sqrt(one.A_J_m * one.K1_J_m3)
    assert 1e3 * energy == pytest.approx(energy_mJ_m2, rel=0.04)
    if hardness:
        found = np.sqrt(one.K1_J_m3 * MU0) / one.Js_T
        assert found == pytest.approx(hardness, rel=0.02)


def test_names():
    assert Material.named("Nd2Fe14B") == ND2FE14B
    with pytest.raises(
        MicrostructureError, match="'Fe' is no material of the library,"
    ):
        Material.named("Fe")


MAMMOS = [  # T in K; Ms, A and K1 of a MaMMoS example (MIT), micromagnetic-chain loops
    (0.0, 1137905.1741369755, 6.5068109016309986e-12, 2810000.0),
    (336.074, 1030713.2863408608, 5.338654183024653e-12, 2088342.4969741327),
    (672.148, 821779.9525676876, 3.3936505950032937e-12, 1058411.9399077496),
    (1008.221, 402217.0049337345, 8.129744497253507e-13, 124099.31565263457),
]


@pytest.mark.parametrize("reference", MAMMOS)
@pytest.mark.parametrize("wanted", MAMMOS)
def test_temperatures_agree_with_mammos(reference, wanted):
    T, Ms, A, K1 = reference
    found = Material(Ms * MU0, K1, A).at(
        wanted[0], Tc_K=1061.28577135, s=1.64564265, reference_K=T
    )
    assert found.Js_T / MU0 == pytest.approx(wanted[1], rel=1e-6)
    assert found.A_J_m == pytest.approx(wanted[2], rel=1e-6)
    assert found.K1_J_m3 == pytest.approx(wanted[3], rel=1e-6)


def test_laws_of_ones_own():
    cold = ND2FE14B.at(200, Tc_K=585, K1_exponent=1, A_exponent=1)
    assert cold.K1_J_m3 / ND2FE14B.K1_J_m3 == pytest.approx(cold.Js_T / ND2FE14B.Js_T)
    assert cold.anisotropy_field_T == pytest.approx(ND2FE14B.anisotropy_field_T)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"temperature_K": 600}, "temperature_K=600 must lie from 0 K to below"),
        ({"temperature_K": -10}, "temperature_K=-10 must lie"),
        ({"temperature_K": 280, "reference_K": 700}, "reference_K=700 must lie"),
        ({"temperature_K": 280, "s": 3}, "s=3 lies from 0 to 2.5"),
    ],
)
def test_no_magnet_above_its_curie_temperature(wrong, told):
    with pytest.raises(MicrostructureError, match=told):
        ND2FE14B.at(**{"Tc_K": 585} | wrong)
