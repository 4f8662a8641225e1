from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sklmag import MagpieFeaturizer
from sklmag.composition._magpie import magpie_properties

# Computed with matminer 0.10.1: Stoichiometry, ElementProperty (magpie), ValenceOrbital
# (frac) and IonProperty (fast), its columns put into the order of Magpie.
MATMINER = Path(__file__).parents[1] / "reference" / "magpie_matminer.csv"


def features(formula):
    table = MagpieFeaturizer().set_output(transform="pandas").fit_transform([formula])
    return table.iloc[0]


def test_equal_to_matminer_where_the_definitions_agree():
    reference = pd.read_csv(MATMINER, index_col="formula", keep_default_na=False)
    ours = MagpieFeaturizer().set_output(transform="pandas").transform(reference.index)
    assert list(ours.columns) == list(reference.columns)
    differ = [c for c in ours if c.startswith("most_")]
    differ += ["can_form_ionic", "mean_ionic_character"]
    agree = ours.columns.difference(differ)
    np.testing.assert_allclose(ours[agree], reference[agree], rtol=1e-8, atol=1e-9)
    no_ties = [f != "NaCl" and "Fe2As2" not in f for f in reference.index]
    most = [c for c in differ if c.startswith("most_")]
    np.testing.assert_allclose(
        ours[most].to_numpy()[no_ties], reference[most].to_numpy()[no_ties], rtol=1e-8
    )
    np.testing.assert_allclose(  # Magpie sums over ordered pairs, matminer over pairs
        ours["mean_ionic_character"], 2 * reference["mean_ionic_character"], rtol=1e-8
    )


def test_most_is_the_mean_of_what_is_most_frequent():
    assert features("NaCl")["most_atomic_number"] == (11 + 17) / 2
    assert features("NaCl2")["most_atomic_number"] == 17


@pytest.mark.parametrize(
    ("formula", "ionic"),
    [("NaCl", 1), ("Fe3O4", 0), ("Al2O3", 1), ("Fe", 0), ("NdFe", 0), ("XeF2", 0),
     ("CoCrFeNiMnAlTiVCuZnMoNbO", 0), ("CoCrFeNiMnAlTiVCuZnMoNbO20", 1)],
)  # fmt: skip
def test_charges_balance_with_one_state_for_each_element(formula, ionic):
    assert features(formula)["can_form_ionic"] == ionic


def test_ionic_character_of_sodium_chloride():
    expected = 1 - np.exp(-((3.16 - 0.93) ** 2) / 4)
    assert features("NaCl")["max_ionic_character"] == pytest.approx(expected)
    assert features("NaCl")["mean_ionic_character"] == pytest.approx(expected / 2)


def test_missing_element_data_stay_missing():
    found = features("HeFe")
    assert np.isnan(found["mean_melting_temperature_K"])
    assert np.isnan(found["max_ionic_character"])
    assert found["mean_atomic_number"] == 14
    _, values, _ = magpie_properties()
    assert np.isnan(values[2]).sum() == 2


def test_missing_element_data_are_zero_on_request():
    magpie = MagpieFeaturizer(missing="zero").set_output(transform="pandas")
    found = magpie.transform(["HeFe", "Fe", "FrHe2"])
    assert not found.isna().any(axis=None)
    iron = features("Fe")["mean_melting_temperature_K"]
    assert found["mean_melting_temperature_K"][0] == iron / 2
    assert found["maxdiff_melting_temperature_K"][0] == iron
    expected = 1 - np.exp(-(1.83**2) / 4)  # of 0 and that of iron
    assert found["max_ionic_character"][0] == pytest.approx(expected)
    np.testing.assert_array_equal(found.loc[1], features("Fe"))
    helium = "He: melting_temperature_K, electronegativity"
    francium = "Fr: melting_temperature_K, space_group_number"
    assert magpie.zeros_ == {0: helium, 2: f"{helium}; {francium}"}
    plain = MagpieFeaturizer()
    plain.transform(["HeFe"])
    assert not hasattr(plain, "zeros_")


def test_rare_earths_are_complete():
    for symbol in ("Nd", "Pr", "Dy", "Tb", "Ce", "Sm", "Gd", "Ho"):
        assert not features(f"{symbol}2Fe14B").isna().any()
