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
