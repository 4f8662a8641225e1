"""Descriptors of metallic glasses."""

import numpy as np
import pandas as pd
import pytest

from sklmag.composition import GlassFeaturizer, element_symbols
from sklmag.composition._glass import glass_properties, mixing_enthalpies
from sklmag.datasets import make_metallic_glasses, schematic_glass

VITRELOY = "Zr41.2Ti13.8Cu12.5Ni10Be22.5"
IN_GLASSES = (
    "Ni Al Cu Fe B Zr Co Si Mg Ti C La Nb Cr Ag P Mo Y Mn Ce Pd Ca Nd Hf V Be W Zn Gd Ge "
    "Sn Ta Au Ga Er Sr Pr Sm Dy Tb Yb Pt Ba Tm Sc Li Ho Ru Lu Rh Pb Sb Ir In U Re Bi"
).split()


@pytest.fixture
def describe():
    return GlassFeaturizer().set_output(transform="pandas").fit_transform


def test_vitreloy_against_the_literature(describe):
    """Measured density 6.1 g/cm3; -R sum x ln x; liquid Zr-Cu -23 kJ/mol."""
    row = describe([VITRELOY]).iloc[0]
    x = np.array([41.2, 13.8, 12.5, 10, 22.5]) / 100
    assert row["density_g_per_cm3"] == pytest.approx(6.1, rel=0.02)
    assert row["mixing_entropy_J_per_mol_K"] == pytest.approx(
        -8.314462618 * (x * np.log(x)).sum(), rel=1e-9
    )
    assert row["vec"] == pytest.approx(x @ [4, 4, 11, 10, 2])
    assert row["radius_pm"] == pytest.approx(x @ [158, 142, 126, 126, 112])
    binary = describe(["Zr50Cu50"])["mixing_enthalpy_kJ_per_mol"]
    assert binary[0] == pytest.approx(-23, abs=0.5)


def test_pure_elements_have_no_mismatch(describe):
    table = describe(["Fe", "Zr"])
    for name in ("delta_percent", "electronegativity_dev", "mixing_enthalpy_kJ_per_mol",
                 "mixing_entropy_J_per_mol_K"):  # fmt: skip
        np.testing.assert_array_equal(table[name], 0.0)
    assert table["density_g_per_cm3"].round(2).tolist() == [7.87, 6.51]


def test_size_mismatch_of_a_binary(describe):
    ratio = np.array([158, 126]) / 142
    expected = 100 * np.sqrt((0.5 * (1 - ratio) ** 2).sum())
    assert describe(["Zr50Cu50"])["delta_percent"][0] == pytest.approx(expected)


def test_no_element_of_metallic_glasses_lacks_a_value():
    numbers = [element_symbols().index(e) + 1 for e in IN_GLASSES]
    assert np.isfinite(glass_properties()[numbers]).all()
    assert np.isfinite(mixing_enthalpies()[np.ix_(numbers, numbers)]).all()


def test_missing_stays_visible(describe):
    table = describe(["Fe50F50", "Fe50N50"])
    assert np.isnan(table.loc[0, "radius_pm"])
    assert np.isfinite(table.loc[0, "vec"])
    assert np.isnan(table.loc[1, "density_g_per_cm3"])
    assert np.isfinite(table.loc[1, "radius_pm"])


def test_the_four_of_the_paper(describe):
    four = GlassFeaturizer("paper").transform([VITRELOY])
    np.testing.assert_array_equal(four[0], describe([VITRELOY]).iloc[0, :4])


def test_tables_and_formulas_agree_also_with_zeros():
    table = pd.DataFrame({"Zr": [50.0, 100], "Cu": [50.0, 0], "Al": [0.0, 0]})
    np.testing.assert_array_equal(
        GlassFeaturizer().transform(table),
        GlassFeaturizer().transform(["Zr50Cu50", "Zr"]),
    )


def test_generated_glasses_follow_their_rule():
    formulas, properties = make_metallic_glasses(200, random_state=0)
    rule = schematic_glass(formulas)
    np.testing.assert_allclose(properties["G_GPa"] / rule["G_GPa"], 1, atol=0.08)
    np.testing.assert_array_equal(properties["Dmax_mm"], rule["Dmax_mm"])
    again, _ = make_metallic_glasses(200, random_state=0)
    assert again.equals(formulas)
    assert 5 < rule["G_GPa"].min() < rule["G_GPa"].max() < 110
    assert ((properties["Dmax_mm"] > 2).mean() > 0.3) & (
        properties["Dmax_mm"] < 2
    ).any()
