import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import cross_val_score

from sklmag.composition import parse_formula
from sklmag.model_selection import ChemicalSystemKFold, LeaveOneElementOut

FORMULAS = ["Fe2B", "FeB", "Nd2Fe14B", "Nd5Fe2B6", "SmCo5", "Sm2Co17", "AlNi", "Al3Ni"]


@pytest.mark.parametrize("shuffle", [True, False])
def test_no_system_is_on_both_sides(shuffle):
    seen = []
    splitter = ChemicalSystemKFold(3, shuffle=shuffle, random_state=0)
    for train, test in splitter.split(FORMULAS):
        systems = [
            {frozenset(parse_formula(FORMULAS[i])) for i in rows}
            for rows in (train, test)
        ]
        assert not systems[0] & systems[1]
        seen += list(test)
    assert sorted(seen) == list(range(8))
    assert splitter.get_n_splits() == 3


def test_an_element_left_out_is_in_no_training_row():
    for train, test in LeaveOneElementOut().split(FORMULAS):
        only = frozenset.intersection(
            *[frozenset(parse_formula(FORMULAS[i])) for i in test]
        )
        assert any(
            all(element not in parse_formula(FORMULAS[i]) for i in train)
            for element in only
        )
    assert LeaveOneElementOut().get_n_splits(FORMULAS) == 7
    assert LeaveOneElementOut(min_samples=3).get_n_splits(FORMULAS) == 2  # Fe and B


def test_tables_and_cross_validation():
    table = pd.DataFrame({"alloy": FORMULAS, "T_K": range(8)})
    y = list(range(8))
    for cv in (
        ChemicalSystemKFold(2, random_state=0),
        LeaveOneElementOut(["Fe", "Al"]),
    ):
        assert len(cross_val_score(DummyRegressor(), table, y, cv=cv)) == 2
    numbers = table[["T_K"]].assign(n=1)
    with pytest.raises(ValueError, match="Expected one column of formulas, found"):
        next(ChemicalSystemKFold(2).split(numbers))
    assert len(list(ChemicalSystemKFold(2).split(numbers, groups=FORMULAS))) == 2
