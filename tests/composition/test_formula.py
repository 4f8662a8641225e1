import contextlib
import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
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
         "symbols, amounts and brackets, such as 'Nd2Fe14B' or '(Fe0.5Co0.5)2B'. Write the "
         "amount behind each element, without dashes."),
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


@given(amounts.filter(lambda a: not {203, 304, 205} & set(a.values())))
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


@pytest.mark.parametrize(
    ("formula", "same"),
    [
        ("{[(Fe60Co40)75B20Si5]96Nb4}97Cr3",
         "Fe41.904Co27.936B18.624Si4.656Nb3.88Cr3"),
        ("[(CuZr)91Al9]98Y2", "Cu44.59Zr44.59Al8.82Y2"),
        ("((CuZr)0.9Al0.1)0.98Y0.02", "Cu0.441Zr0.441Al0.098Y0.02"),
        ("La62Al14(Cu5Ag1)12(Ni1Co1)12", "La62Al14Cu10Ag2Ni6Co6"),
        ("(Fe5Ni5)83P17", "Fe41.5Ni41.5P17"), ("(Fe2O3)40(SiO2)60", "Fe80Si60O240"),
        ("(Ni1Co1)4Fe bal.", "Ni2Co2Fe96"),
        ("Sm(CobalFe0.23Cu0.08Zr0.02)7.5", "Sm(Co0.67Fe0.23Cu0.08Zr0.02)7.5"),
        ("Sm12.5(CobalFe20Cu6Zr2)", "Sm12.5(Co72Fe20Cu6Zr2)"),
        ("Al2O3.2SiO2.2H2O", "Al2O3(SiO2)2(H2O)2"), ("SrO.6Fe2O3", "SrFe12O19"),
        ("3CaO·Al2O3", "Ca3Al2O6"), ("CuSO4.5(H2O)", "CuSO4(H2O)5"),
        ("SrCoO2.5F0.5", "Sr2Co2O5F"), ("FeBAl2O4", "Fe1B1Al2O4"),
        ("C60(OH)40", "C60O40H40"), ("(GeTe)80Sb20", "Ge80Te80Sb20"),
        ("(CoFeNi)75(SiB)25", "Co25Fe25Ni25Si12.5B12.5"),
        ("Ni Bal., Cr 20, Fe 5", "Ni75Cr20Fe5"),
        ("(PrNd)30B1Fe bal.", "Pr15Nd15B1Fe69"),
        ("(Nd75Pr25)30B1Fe bal.", "Nd22.5Pr7.5B1Fe69"),
        ("CuSO4.5H2O", "CuSO4(H2O)5"), ("CuSO4·5H2O", "CuSO4(H2O)5"),
        ("CuSO4 • 5 H2O", "CuSO4(H2O)5"), ("CuSO4*5H2O", "CuSO4(H2O)5"),
        ("CuSO4.5 H2O", "CuSO4(H2O)5"), ("CuSO4 . 5H2 O", "CuSO4(H2O)5"),
        ("CuSO4 x 5 H2O", "CuSO4(H2O)5"), (r"CuSO$_4\cdot$5H$_2$O", "CuSO4(H2O)5"),
        ("(Nd3Pr)30B1Fe bal.", "Nd22.5Pr7.5B1Fe69"), ("Nd29Dy2B1Fe BAL.", "Nd29Dy2B1Fe68"),
        ("Nd29Dy2B1 bal. Fe", "Nd29Dy2B1Fe68"), ("Nd29Dy2B1, balance Fe", "Nd29Dy2B1Fe68"),
        ("(Nd0,8;Dy0,2)15Fe77B8", "Nd12Dy3Fe77B8"), ("\u03b1-Fe2O3", "Fe2O3"),
        ({"26": 2, 8.0: 3}, "Fe2O3"),
        ("(Fe0.8Co0.2)bal.B6Nd12", "Fe65.6Co16.4B6Nd12"),
        ("Nd12B6(Fe80Co20) bal.", "Fe65.6Co16.4B6Nd12"),
        ("(PrNd)30B1(FeCo)bal", "Pr15Nd15B1Fe34.5Co34.5"),
        ("CaCl2.H2O", "CaCl2H2O"), ("CaSO4·0.5H2O", "CaSO4(H2O)0.5"),
        ("Fe0.5H2O", "FeH4O2"), ("V2O5.12H2O", "V2O5(H2O)12"), ("CaSO4·½H2O", "CaSO4(H2O)0.5"),
        ("Zn(NO3)2.6H2O", "Zn(NO3)2(H2O)6"), ("Mg0.5Fe0.5SO4.7H2O", "MgFeS2O8(H2O)14"),
        ("MgCl2·KCl·6H2O", "MgCl2KCl(H2O)6"),
        ("LiNi1/3Mn1/3Co1/3O2", "Li3NiMnCoO6"), ("LiNi⅓Mn⅓Co⅓O2", "Li3NiMnCoO6"),
        ("(Nd0.8,Dy0.2)15Fe77B8", "Nd12Dy3Fe77B8"), ("Nd15, Fe77, B8", "Nd15Fe77B8"),
        ("Nd$_2$Fe$_{14}$B", "Nd2Fe14B"), ("Nd_{2}Fe_{14}B", "Nd2Fe14B"),
        (r"\mathrm{Nd_{2}Fe_{14}B}", "Nd2Fe14B"), ("Nd<sub>2</sub>Fe<sub>14</sub>B", "Nd2Fe14B"),
        ("Fe0,5Co0,5", "FeCo"), ("\uff26\uff45\uff12\uff2f\uff13", "Fe2O3"), ("Fe2O3\u200b", "Fe2O3"),
        ("\ufeffFe2\u00a0O3", "Fe2O3"), ("Dy3N@C80", "Dy3NC80"),
        ("Nd29Dy2B1 Fe balance", "Nd29Dy2B1Fe68"), ("Nd29Dy2B1Fe-bal.", "Nd29Dy2B1Fe68"),
        ("Nd29Dy2B1Febal", "Nd29Dy2B1Fe68"), ("Nd29Dy2B1Fe(bal)", "Nd29Dy2B1Fe68"),
        ("Nd29Dy2B1Fe_{bal}", "Nd29Dy2B1Fe68"), ("bal. Fe Nd29 Dy2 B1", "Nd29Dy2B1Fe68"),
        ("Nd29 Dy2 B1 Fe rest", "Nd29Dy2B1Fe68"), ("Nd30Fe bal.Co5", "Nd30Fe65Co5"),
        ("Fe70Nd15B15 (at.%)", "Fe70Nd15B15"), ("Fe70Nd15B15 at. %", "Fe70Nd15B15"),
        ("D2O", "H2O"), ("Nd2Fe14BD4", "Nd2Fe14BH4"), ({26: 2, 8: 3}, "Fe2O3"),
        ({np.int64(26): 2, "O": 3}, "Fe2O3"),
    ],
)  # fmt: skip
def test_spellings(formula, same):
    assert parse_formula(formula) == pytest.approx(parse_formula(same), rel=1e-12)


def test_the_unit_that_a_formula_states():
    right = parse_formula("Nd30Fe69B1", unit="wt.%")
    assert parse_formula("Nd30Fe69B1 (wt.%)") == right
    assert parse_formula("Nd30Fe69B1 wt%", unit="wt.%") == right
    with pytest.raises(FormulaError, match="says at.%, but is read with unit='wt.%'"):
        parse_formula("Nd30Fe69B1 (at.%)", unit="wt.%")


def test_isotopes_weigh_what_they_weigh():
    heavy = 2 * 2.014 + 15.999
    fractions = parse_formula(
        {"D": 2 * 2.014 / heavy, "O": 15.999 / heavy}, unit="wt.%"
    )
    assert fractions == pytest.approx({"H": 2 / 3, "O": 1 / 3})


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (
            "(Fe,Co)2B",
            r"comma stands between amounts.*Write the amount of each element",
        ),
        ("Nd2,", "a comma stands between amounts"),
        (
            "CaSO4.0.5H2O",
            "not clear which point is a decimal point. Write the water in",
        ),
        ("ErAl2@Al2O3", "unexpected '@'"),  # a core in a shell, in no known ratio
        ("Nd2Fe14B 12.5", "its last amount stands behind a blank, others do not"),
        ("PtIr 80/20", "'80/20' is a ratio. Write the amount behind each element"),
        ("Sm2T17", "'T' is tritium, beside Sm rather any transition metal"),
        ("Zn4O(BDC)3", r"'\(BDC\)' is a name. Write its formula"),
        ("Fe(III)", r"'\(III\)' is an oxidation state"),
        ("SIO2", "'SIO2' is in capitals"),
        ("Fe203", "'Fe203' holds a 0"),
        ("(WC)90Co10 (wt.%)", "says wt.%, but its amounts sum to 190, not to 100"),
        ("(FeC)20Co60 (wt.%)", "a compound in brackets, and wt.%"),
        ("YBa2Cu3O7-x", "unexpected '-' at position 10.*Write the number for x"),
        ("(" * 50 + "Fe" + ")" * 50, "brackets in more than 20 brackets"),
        ("Sm(CobalFe120)7", "the other amounts in a bracket sum to 120"),
        ("CuSO4.5H20", "is water with a 0"),
        ("CuSO4·5H20", "is water with a 0"),
        ("Ni1/0", "1/0 divides by zero"),
        ("Fe2½", "unexpected '½' at position 4"),
        ("Fe2O3-SiO2", "unexpected '-'"),
        ("Fe³⁺", "unexpected '³'"),
        ({0: 1}, "0 is not an element symbol"),
        ({104: 1}, "104 is not an element symbol"),
        ({True: 1, None: 2}, "True is not an element symbol"),
        (float("nan"), r"nan \(of type float\) is not a composition"),
    ],
)
def test_what_has_no_one_meaning_is_refused(formula, message):
    with pytest.raises(FormulaError, match=message):
        parse_formula(formula)


LETTERS = "FeNdBCoOHDT0123456789.,/()[]{}·*@$_ -+%balrestwt\u200b₂½"


def random_text(rng):
    return "".join(rng.choices(LETTERS, k=rng.randrange(20)))


def test_no_text_raises_anything_but_a_formula_error():
    rng = random.Random(0)
    read = []
    for text in (random_text(rng) for _ in range(20_000)):
        with contextlib.suppress(FormulaError):
            read.append(parse_formula(text))
    assert len(read) > 300
    for fractions in read:
        assert sum(fractions.values()) == pytest.approx(1)
        assert all(x > 0 for x in fractions.values())


def spelt(rng):
    """Return a formula in one of many spellings, and the amounts that it stands for."""
    symbols = rng.sample(element_symbols(), rng.randint(1, 6))
    amounts = {symbol: rng.randint(1, 400) / 10 for symbol in symbols}
    point = rng.choice(".,")
    before, after = rng.choice(
        [
            ("", ""),
            ("_{", "}"),
            ("$_{", "}$"),
            ("<sub>", "</sub>"),
            (" ", " "),
            ("_", ""),
        ]
    )
    text = rng.choice(["", " ", "\u200b", "\u00a0"]).join(
        f"{symbol}{before}{amount:.1f}{after}".replace(".", point)
        for symbol, amount in amounts.items()
    )
    ending = rng.choice(["", " (at.%)", " at.%", "·5H2O", "*5 H2O", "\ufeff"])
    if "H2O" in ending:
        for element, amount in (("H", 10), ("O", 5)):
            amounts[element] = amounts.get(element, 0) + amount
    return text + ending, amounts


def test_every_spelling_reads_back():
    rng = random.Random(0)
    for _ in range(20_000):
        text, amounts = spelt(rng)
        total = sum(amounts.values())
        right = {element: x / total for element, x in amounts.items()}
        assert parse_formula(text) == pytest.approx(right), text


@settings(max_examples=2_000, deadline=None)
@given(st.randoms(use_true_random=False))
def test_spellings_and_texts_that_shrink(rng):
    text, amounts = spelt(rng)
    assert parse_formula(text).keys() == amounts.keys()
    with contextlib.suppress(FormulaError):
        parse_formula(random_text(rng))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("nd2fe14b", "Did you mean 'Nd2Fe14B'?"),
        ("SMCO5", "Did you mean 'SmCo5'?"),
        ("fe80b20", "Did you mean 'Fe80B20'?"),
        ("Fe-6.5Si", r"In at.% it is 'Fe93.5Si6.5', and in wt.% 'Fe93.5Si6.5 (wt.%)'"),
        ("Ti-6Al-4V", r"In at.% it is 'Ti90Al6V4', and in wt.%"),
        ("(Nd,Pr)2Fe14B", "Of equal parts it is '(Nd0.5Pr0.5)2Fe14B'."),
        ("(Fe,Co,Ni)3B", "Of equal parts it is '(Fe0.333Co0.333Ni0.333)3B'."),
        ("Fe-60Si-50B", "without dashes"),  # more than there is
        ("Nd2Fe14X", "Did you mean 'Xe'?"),
    ],
)
def test_what_was_meant_is_said(written, told):
    with pytest.raises(FormulaError, match=re.escape(told)):
        parse_formula(written)
    other = re.search(r"(?:mean|it is) '([^']+)'", told)
    if other and other[1] != "Xe":
        parse_formula(other[1])  # what is proposed can be read
