import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklmag import FormulaError
from sklmag.composition import (
    atomic_masses,
    element_symbols,
    has_group_totals,
    parse_formula,
)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Nd2Fe14B", {"Nd": 2 / 17, "Fe": 14 / 17, "B": 1 / 17}),
        ("Ca(OH)2", {"Ca": 0.2, "O": 0.4, "H": 0.4}),
        ("(Fe0.5Co0.5)2B", {"Fe": 1 / 3, "Co": 1 / 3, "B": 1 / 3}),
        ("[(Fe0.5Co0.5)0.75B0.25]96Nb4", {"Fe": 0.36, "Co": 0.36, "B": 0.24, "Nb": 0.04}),
        ("Fe1e-5Nd", {"Fe": 1e-5 / 1.00001, "Nd": 1 / 1.00001}),
        ("Nd₂Fe₁₄B", {"Nd": 2 / 17, "Fe": 14 / 17, "B": 1 / 17}),
        ("FeFe", {"Fe": 1.0}),
        ("Nd_2 Fe 14 B", {"Nd": 2 / 17, "Fe": 14 / 17, "B": 1 / 17}),
        ("(CuZr)91Al7Gd2", {"Cu": 0.455, "Zr": 0.455, "Al": 0.07, "Gd": 0.02}),
        ("(BaO)40(B2O3)60", {"Ba": 40 / 380, "O": 220 / 380, "B": 120 / 380}),
        ("Nd30 Dy1 B1 Fe bal.", {"Nd": 0.3, "Dy": 0.01, "B": 0.01, "Fe": 0.68}),
        ("(Ce10La90)68Al10Cu20Co2",
         {"Ce": 0.068, "La": 0.612, "Al": 0.1, "Cu": 0.2, "Co": 0.02}),
    ],
)  # fmt: skip
def test_readings(formula, expected):
    fractions = parse_formula(formula)
    assert fractions.keys() == expected.keys()
    np.testing.assert_allclose(
        [fractions[e] for e in expected], list(expected.values())
    )


def test_unknown_unit():
    with pytest.raises(ValueError, match=r"unit='wt%' is not known\. Choose one of"):
        parse_formula("Nd30Fe70", unit="wt%")


def test_weight_per_cent():
    mass = atomic_masses()
    atoms = {"Nd": 26.7 / mass["Nd"], "Fe": 72.3 / mass["Fe"], "B": 1.0 / mass["B"]}
    fractions = parse_formula("Nd26.7Fe72.3B1", unit="wt.%")
    for element, mol in atoms.items():
        assert fractions[element] == pytest.approx(mol / sum(atoms.values()))


def test_which_reading_of_a_bracket_was_taken():
    assert has_group_totals("(Ce10La90)68Al10Cu20Co2")
    assert not has_group_totals("Ca(OH)2")
    assert not has_group_totals("(Fe0.5Co0.5)80B20")  # both readings agree with 100


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("Nd2 14Fe", "Formula 'Nd2 14Fe': the number 14 follows no element."),
        ("Fe1.2.3B", "Formula 'Fe1.2.3B': the number .3 follows no element."),
        ("Fe()2", "Formula 'Fe()2': a bracket is empty."),
        ("Nd30Fe bal. 5", "Formula 'Nd30Fe bal. 5': the number 5 follows no element."),
        ("Nd30Fe bal.Co bal.", "Formula 'Nd30Fe bal.Co bal.': Fe is the balance element "
         "already; there can be one only."),
        ("Nd0.12B0.06Fe bal.", "Formula 'Nd0.12B0.06Fe bal.': the amounts beside the "
         "balance element sum to 0.18. A balance fills up to 100: write per cent."),
        ({"Nd": None}, "Formula {'Nd': None}: the amount of Nd is None, which is not a "
         "number."),
        ("Nd2Fe14X", "Formula 'Nd2Fe14X': 'X' is not an element symbol. Did you mean 'Xe'?"),
        ("Nd2(FeB", "Formula 'Nd2(FeB': '(' is never closed."),
        ("Fe)2", "Formula 'Fe)2': ')' closes no bracket."),
        ("(Fe]2", "Formula '(Fe]2': ']' closes no bracket."),
        ("12Fe", "Formula '12Fe': the number 12 follows no element."),
        ("", "Formula '' is empty. Write one like 'Nd2Fe14B'."),
        ("Nd-2", "Formula 'Nd-2': unexpected '-' at position 3. A formula holds element "
         "symbols, amounts and brackets, such as 'Nd2Fe14B' or '(Fe0.5Co0.5)2B'."),
        ("Si02", "Formula 'Si02': the amount 02 begins with the digit 0. Write the "
         "letter O for oxygen, or 0. for a fraction."),
        ("Fe0", "Formula 'Fe0': all amounts are zero."),
        ("Nd60B50Fe bal.", "Formula 'Nd60B50Fe bal.': the other amounts sum to 110, which "
         "leaves nothing of 100 for the balance element 'Fe'."),
        ({"Fe": -1.0}, "Formula {'Fe': -1.0}: the amount of Fe is -1; amounts are finite "
         "and not negative."),
        (None, "None (of type NoneType) is not a composition. Pass a formula such as "
         "'Nd2Fe14B', a dictionary of amounts or a pymatgen Composition."),
    ],
)  # fmt: skip
def test_errors_name_the_formula_and_the_cure(formula, message):
    with pytest.raises(FormulaError) as caught:
        parse_formula(formula)
    assert str(caught.value) == message


amounts = st.dictionaries(
    st.sampled_from(element_symbols()), st.integers(1, 10**6), min_size=1, max_size=8
)


@given(amounts)
def test_any_formula_reads_back(amounts):
    fractions = parse_formula("".join(f"{e}{n}" for e, n in amounts.items()))
    assert sum(fractions.values()) == pytest.approx(1)
    total = sum(amounts.values())
    assert fractions == pytest.approx({e: n / total for e, n in amounts.items()})


def test_element_table():
    assert len(element_symbols()) == 103
    assert element_symbols().index("Nd") == 59  # Z = 60
    assert atomic_masses()["Fe"] == pytest.approx(55.845)  # CIAAW 2021
    assert atomic_masses()["Dy"] == pytest.approx(162.5, abs=1e-2)
