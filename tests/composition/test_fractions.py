import numpy as np
import pandas as pd
import pytest

from sklmag import ElementFractionFeaturizer, FormulaError


def test_a_table_in_weight_per_cent_with_a_balance_element():
    table = pd.DataFrame({"Nd": [26.7, 30.0], "B": [1.0, 1.0]})
    featurizer = ElementFractionFeaturizer(["Nd", "Fe", "B"], unit="wt.%", balance="Fe")
    np.testing.assert_allclose(
        featurizer.fit_transform(table)[0],
        ElementFractionFeaturizer(["Nd", "Fe", "B"], unit="wt.%").transform(
            ["Nd26.7Fe72.3B1"]
        )[0],
    )


@pytest.mark.parametrize("scale", [1, 100])
def test_tables_of_fractions_and_of_per_cent(scale):
    table = pd.DataFrame({"Fe": [0.8 * scale], "B": [0.2 * scale]})
    featurizer = ElementFractionFeaturizer(["B", "Fe"])
    np.testing.assert_allclose(featurizer.transform(table), [[0.2, 0.8]])


def test_a_table_that_does_not_sum_to_100():
    table = pd.DataFrame({"Nd": [30.0, 31.0], "B": [1.0, 1.0], "Fe": [69.0, 61.0]})
    with pytest.raises(
        FormulaError,
        match=r"^Row 1: the composition sums to 93 wt\.%, expected 100 ± 0\.5\. Pass "
        r"balance='Fe' to fill the rest with iron, or a larger tolerance\.$",
    ):
        ElementFractionFeaturizer(unit="wt.%").transform(table)


def test_a_missing_amount_is_not_zero():
    table = pd.DataFrame({"Nd": [30.0, np.nan], "Fe": [70.0, 70.0]})
    with pytest.raises(FormulaError, match=r"^Row 1: the amount of Nd is missing\."):
        ElementFractionFeaturizer().transform(table)


def test_a_column_that_is_no_element():
    table = pd.DataFrame({"Nd": [30.0], "Fee": [70.0]})
    with pytest.raises(
        FormulaError, match=r"Column 'Fee' is not an element symbol\. Did"
    ):
        ElementFractionFeaturizer().transform(table)


def test_elements_outside_the_chosen_ones():
    with pytest.raises(
        FormulaError, match=r"Row 0: Formula 'SmCo5' holds 'Co', which is not among"
    ):
        ElementFractionFeaturizer(["Fe", "Sm"]).transform(["SmCo5"])
    with pytest.raises(FormulaError, match="elements: 'Q' is not an element symbol"):
        ElementFractionFeaturizer(["Q"]).transform(["Fe"])


def test_the_row_of_an_unknown_element_is_named():
    formulas = ["Fe"] * 17 + ["Nd2Fe14X"]
    with pytest.raises(FormulaError, match=r"^Row 17: Formula 'Nd2Fe14X': 'X' is not"):
        ElementFractionFeaturizer().transform(formulas)


def test_inverse_transform_writes_what_transform_reads():
    featurizer = ElementFractionFeaturizer(["B", "Co", "Fe", "Nd"])
    fractions = featurizer.transform(["Nd2Fe14B", "(Fe0.5Co0.5)80B20"])
    formulas = featurizer.inverse_transform(fractions)
    assert formulas[0] == "Fe82.3529Nd11.7647B5.8824"
    np.testing.assert_allclose(featurizer.transform(formulas), fractions, atol=1e-6)
    with pytest.raises(ValueError, match=r"shape \(n_samples, 4\), got \(1, 3\)"):
        featurizer.inverse_transform([[1, 0, 0]])


def test_one_material_is_not_a_list():
    with pytest.raises(TypeError, match=r"got 'Fe'\. Put a single one in a list"):
        ElementFractionFeaturizer().transform("Fe")
    with pytest.raises(ValueError, match="Expected one column of materials, got 2"):
        ElementFractionFeaturizer().transform(np.array([["Fe", "Co"]], dtype=object))
