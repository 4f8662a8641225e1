"""Goals and constraints, as people write them."""

import numpy as np
import pandas as pd
import pytest

from sklmag import DesignError
from sklmag.design import Constraint, Goal
from sklmag.design._goals import bounds_of, goals_of
from sklmag.design._quantity import Quantity


@pytest.fixture
def table():
    return pd.DataFrame(
        {"Nd": [20.0, 24], "Pr": [5.0, 6], "Dy": [1.0, 0], "Hcj [kOe]": [18.0, 14]}
    )


@pytest.mark.parametrize(
    ("text", "quantity", "low", "high"),
    [
        ("Hcj_kOe >= 20", "Hcj_kOe", 20, np.inf),
        ("Hcj_kOe>=20", "Hcj_kOe", 20, np.inf),
        ("Br_kG <= 13", "Br_kG", -np.inf, 13),
        ("Dy < 2", "Dy", -np.inf, 2),
        ("G_GPa=36", "G_GPa", 36, 36),
        ("G_GPa == 36", "G_GPa", 36, 36),
        ("Br_kG = 12:13", "Br_kG", 12, 13),
        ("Br_kG in 12:13", "Br_kG", 12, 13),
        ("29 <= Nd + Pr <= 31", "Nd + Pr", 29, 31),
        ("K_GPa/G_GPa = 2.5:3", "K_GPa/G_GPa", 2.5, 3),
        ("Pr:Nd = 1:4", "Pr:Nd", 0.25, 0.25),
        ("dT_K >= -5", "dT_K", -5, np.inf),
    ],
)
def test_texts_say_intervals(text, quantity, low, high):
    for kind in (Goal, Constraint):
        found = kind.parse(text)
        assert (found.quantity, found.low, found.high) == (quantity, low, high)
        assert kind.parse(str(found)) == found


def test_objectives_and_weights():
    goal = Goal.parse("maximize BHmax_MGOe")
    assert goal.is_objective
    assert goal.direction == "maximize"
    assert Goal.parse("minimise Dy + Tb").quantity == "Dy + Tb"
    assert Goal.parse("min cost").direction == "minimize"
    weighted = Goal.parse("Hcj_kOe >= 20 (weight 2)")
    assert weighted.weight == 2
    assert str(weighted) == "Hcj_kOe >= 20 (weight 2)"
    assert repr(goal) == "Goal('maximize BHmax_MGOe')"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hcj_kOe", "'Hcj_kOe' is not understood. Write 'Hcj_kOe >= 20'"),
        ("Hcj_kOe >= high", "'high' is not a number"),
        ("Hcj_kOe >= inf", "'inf' is not finite"),
        (">= 20", "is not understood"),
        ("Br_kG = 13:12", "'Br_kG': .13, 12. are no interval"),
        ("31 <= Nd <= 29", "'Nd': .31, 29. are no interval"),
        ("Pr:Nd = 1:0", "a ratio to 0"),
        ("Hcj_kOe >= 20 (weight -1)", "weight=-1.0 must be above 0"),
        ("`Hcj` + `Br >= 20", "a backquote is missing"),
    ],
)
def test_other_texts_are_refused(text, message):
    with pytest.raises(DesignError, match=message):
        Goal.parse(text)


def test_goals_without_an_end():
    with pytest.raises(DesignError, match="Br_kG: nothing is asked"):
        Goal("Br_kG")
    with pytest.raises(DesignError, match="direction='up' must be"):
        Goal("Br_kG", direction="up")
    with pytest.raises(DesignError, match="'Br_kG' is given twice"):
        goals_of(["Br_kG >= 12", "Br_kG <= 13"])
    # as much as possible, and no less than 12
    assert len(goals_of(["Br_kG >= 12", "maximize Br_kG"])) == 2
    assert goals_of({"Br_kG": (12, None)}) == [Goal.parse("Br_kG >= 12")]


def test_quantities_are_arithmetic_of_columns(table):
    def value(text):
        return Quantity(text).of(table).tolist()

    assert value("Nd + Pr") == [25, 30]
    assert value("-2*Dy + (Nd - Pr) / 3 ** 1") == [3, 6]
    assert value("Pr:Nd") == [0.25, 0.25]
    assert value("Hcj [kOe]") == [18, 14]  # a name with a unit, as it is
    assert value("`Hcj [kOe]` / 2") == [9, 7]
    goal = Goal.parse("`Hcj [kOe]` / Nd >= 0.8")
    np.testing.assert_allclose(goal.over(table), [0, 0.8 - 14 / 24], atol=1e-12)
    assert Goal.parse(str(goal)) == goal
    assert Goal.parse("`Hcj [kOe]` >= 16").quantity == "Hcj [kOe]"
    assert np.isinf(value("Nd / Dy")[1])  # seen, not hidden
    assert value("3") == [3, 3]


def test_names_that_are_not_known(table):
    with pytest.raises(DesignError, match="'Nd \\+ Tb': 'Tb' is not known. There are"):
        Quantity("Nd + Tb").of(table)
    with pytest.raises(DesignError, match="'Hcj' is not known"):
        Quantity("Hcj").of(table)
    # nothing but arithmetic is run
    with pytest.raises(DesignError, match="is not known"):
        Quantity("__import__('os').getcwd()").of(table)


def test_moduli_follow_from_two():
    """Ti41Zr25Be28Fe6: G = 36.525 and nu = 0.349 give K = 108.77 (paper 002)."""
    table = pd.DataFrame({"G_GPa": [36.525], "K_GPa": [108.77]})
    assert Quantity("nu").of(table)[0] == pytest.approx(0.349, abs=5e-4)
    young = Quantity("E_GPa").of(table)[0]
    assert young == pytest.approx(2 * 36.525 * (1 + 0.349), rel=1e-3)
    assert Quantity("E_GPa").names(table) == ["K_GPa", "G_GPa"]


def test_counts(table):
    count = Constraint.parse("count(Nd, Pr, Dy; 0.5) <= 2")
    assert count.counted == (["Nd", "Pr", "Dy"], 0.5)
    assert count.value(table).tolist() == [3, 2]
    assert count.over(table).tolist() == [1, 0]
    with pytest.raises(DesignError, match="'Tb' is not known"):
        Constraint.parse("count(Nd, Tb) <= 1").names(table)


def test_bounds_have_two_ends():
    assert bounds_of(["Ti=30:50", "Zr = 20"]) == {"Ti": (30, 50), "Zr": (20, 20)}
    with pytest.raises(DesignError, match="'Ti' is given twice. Write Ti=least:most"):
        bounds_of(["Ti=30:50", "Ti=20"])
    with pytest.raises(DesignError, match="bounds have two ends. Write Ti=0:3"):
        bounds_of(["Ti>=30"])
    with pytest.raises(DesignError, match="'Ti' is not understood"):
        bounds_of(["Ti"])
