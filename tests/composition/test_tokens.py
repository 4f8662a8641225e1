import numpy as np
import pandas as pd
import pytest

from sklmag import FormulaError, FormulaTokenizer


def slots(formula, **parameters):
    row = FormulaTokenizer(**parameters).transform([formula])[0].reshape(-1, 2)
    return [(int(z), x) for z, x in row if z]


def test_slots_hold_atomic_numbers_and_fractions_largest_first():
    found = slots("Nd2Fe14B")
    assert [z for z, _ in found] == [26, 60, 5]
    np.testing.assert_allclose([x for _, x in found], [14 / 17, 2 / 17, 1 / 17])


def test_equal_fractions_are_ordered_by_atomic_number():
    assert slots("TeCdZn") == slots("ZnTeCd") == slots("CdZnTe")
    assert [z for z, _ in slots("TeCdZn")] == [30, 48, 52]


@pytest.mark.parametrize(
    "same",
    ["Nd0.2Fe1.4B0.1", "B1Fe14Nd2", "Nd(Fe7)B0.5", "Fe7NdB0.25B0.25", "Nd6Fe42B3"],
)
def test_the_same_composition_gives_the_same_bits(same):
    tokenizer = FormulaTokenizer()
    np.testing.assert_array_equal(
        tokenizer.transform([same]), tokenizer.transform(["Nd2Fe14B"])
    )


def test_traces_stay():
    assert slots("Fe0.99999C0.00001")[1] == (6, 1e-5)


def test_weight_per_cent_and_tables():
    assert slots("Fe68.9Nd31.1", unit="wt.%")[1][1] == pytest.approx(0.1488, abs=1e-4)
    table = pd.DataFrame({"Nd": [31.1], "B": [1.0]})
    tokens = FormulaTokenizer(unit="wt.%", balance="Fe", n_slots=3).transform(table)
    assert tokens[0, ::2].tolist() == [26, 60, 5]


def test_more_elements_than_slots_are_refused_by_name():
    with pytest.raises(
        FormulaError,
        match="Row 1: Formula 'CoCrFeNi' has 4 elements, but n_slots=3. Pass n_slots=4",
    ):
        FormulaTokenizer(n_slots=3).transform(["Fe", "CoCrFeNi"])


def test_the_width_does_not_depend_on_the_data():
    assert FormulaTokenizer(n_slots=2).transform(["Fe"]).tolist() == [[26, 1, 0, 0]]
    names = FormulaTokenizer(n_slots=2).get_feature_names_out()
    assert list(names) == ["Z_1", "x_1", "Z_2", "x_2"]


def test_a_single_composition_is_refused():
    with pytest.raises(TypeError, match="Expected a list of materials, got {'Fe': 1"):
        FormulaTokenizer().transform({"Fe": 1, "Co": 2})
