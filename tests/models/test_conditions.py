"""Numbers beside a formula: temperatures and loads enter the formula networks."""

import numpy as np
import pandas as pd
import pytest

from sklmag import FormulaTokenizer, LGDCNNClassifier, LGDCNNRegressor
from sklmag.models._conditions import ConditionScaler
from sklmag.models._equal_rows import groups_of_equal_rows
from sklmag.persistence import load, save
from sklmag.recipes import make_formula_pipeline

ALLOYS = ["Fe80B20", "Fe78Si9B13", "Fe73.5Cu1Nb3Si13.5B9", "Co70Fe5Si10B15", "Fe85B15"]


def table(n=120, seed=0):
    """Return alloys at temperatures, and a property that depends on both."""
    rng = np.random.RandomState(seed)
    kind = rng.randint(len(ALLOYS), size=n)
    anneal_K = rng.uniform(500, 900, size=n)
    y = kind + np.sin(anneal_K / 60) * (1 + kind % 2)
    frame = pd.DataFrame({"alloy": np.array(ALLOYS)[kind], "anneal_K": anneal_K})
    return frame, y


def quick(**parameters):
    model = make_formula_pipeline("alloy", ["anneal_K"], random_state=0)
    defaults = {"width": 16, "max_epochs": 300, "n_members": 2}
    names = {f"lgdcnnregressor__{k}": v for k, v in (defaults | parameters).items()}
    return model.set_params(**names)


@pytest.fixture(scope="module")
def fitted():
    return quick().fit(*table())


def test_the_condition_is_learnt(fitted):
    X, y = table(seed=1)
    assert fitted.score(X, y) > 0.85
    without = make_formula_pipeline("alloy", random_state=0)
    without.set_params(lgdcnnregressor__width=16, lgdcnnregressor__max_epochs=50)
    assert without.fit(*table()).score(X, y) < 0.8


def test_elements_still_sum_to_the_prediction(fitted):
    X, _ = table(20)
    rows = fitted[0].transform(X)
    contributions = fitted[-1].element_contributions(rows)
    np.testing.assert_allclose(contributions.sum(axis=1), fitted.predict(X), rtol=1e-5)
    assert list(contributions.columns) == [
        "baseline",
        "B",
        "Si",
        "Fe",
        "Co",
        "Cu",
        "Nb",
    ]
    assert fitted[-1].transform(rows).shape == (20, 2 * 16)


def test_files_predict_the_same(fitted, tmp_path):
    X, y = table(20)
    save(fitted, tmp_path / "anneal.sklmag", X=X, y=y)
    again = load(tmp_path / "anneal.sklmag").predict(X)
    np.testing.assert_array_equal(again, fitted.predict(X))


def test_rows_do_not_depend_on_each_other(fitted):
    X, _ = table(30)
    together = fitted.predict(X)
    alone = [fitted.predict(X.iloc[[i]])[0] for i in range(len(X))]
    np.testing.assert_array_equal(alone, together)


def test_a_gap_has_a_mark_of_its_own():
    X, y = table()
    X.loc[::3, "anneal_K"] = np.nan
    y[::3] = 7.0
    model = quick().fit(X, y)
    hidden = pd.DataFrame({"alloy": ALLOYS, "anneal_K": np.nan})
    np.testing.assert_allclose(model.predict(hidden), 7, atol=0.3)


def test_a_gap_that_training_has_not_seen_is_refused(fitted):
    X, _ = table(3)
    X.loc[1, "anneal_K"] = np.nan
    with pytest.raises(ValueError, match="row 1 lacks condition 0, which was known in"):
        fitted.predict(X)


def test_what_is_never_known_is_refused():
    X, y = table()
    X["anneal_K"] = np.nan
    with pytest.raises(ValueError, match="condition 0 is not known in any row. Leave"):
        quick().fit(X, y)
    with pytest.raises(ValueError, match="contains NaN"):
        LGDCNNRegressor().fit([[26, np.nan]] * 3, [1, 2, 3])


def test_only_conditions_may_be_missing(fitted):
    rows = fitted[0].transform(table(3)[0])
    rows[1, 3] = np.nan
    with pytest.raises(ValueError, match="row 1, column 3, which is a slot. Only cond"):
        fitted[-1].predict(rows)
    with pytest.raises(ValueError, match="n_conditions=4 leaves no slots of the 4 col"):
        LGDCNNRegressor(n_conditions=4).fit(rows[:, -4:], [1, 2, 3])


def test_all_temperatures_of_an_alloy_are_held_out_together():
    X, y = table()
    model = quick(max_epochs=1).fit(X, y)
    net = model[-1]
    rows, *_ = net._prepare(model[0].transform(X), y[:, None], np.ones(len(y)))
    together = net._kept_together(rows, groups_of_equal_rows(rows))
    held_out = net._held_out(together, net._settings(), np.random.RandomState(0))
    for alloy in range(len(ALLOYS)):
        parts = held_out[:, together == alloy]
        assert (parts.all(axis=1) | ~parts.any(axis=1)).all()


def test_classes_under_conditions():
    X, _ = table()
    rows = FormulaTokenizer(n_slots=6).transform(X["alloy"])
    rows = np.column_stack((rows, X["anneal_K"]))
    net = LGDCNNClassifier(width=16, max_epochs=200, n_conditions=1, random_state=0)
    assert net.fit(rows, X["anneal_K"] > 700).score(rows, X["anneal_K"] > 700) > 0.9


class TestScaler:
    def test_scales_of_any_size(self):
        for scale in (1e-300, 1e-3, 1e300):
            values = scale * np.array([1.0, 2, 3, 4])[:, None]
            rows = np.hstack((np.full((4, 2), 26.0), values))
            z = ConditionScaler(1).fit(rows, None).transform(rows)
            assert np.ptp(z[:, 2]) == pytest.approx(1.9, abs=0.6)
            np.testing.assert_array_equal(z[:, :2], 26)

    def test_what_does_not_vary_stays_zero(self):
        rows = np.array([[26, 1, 300.0], [28, 1, 300.0 * (1 + 1e-14)]])
        scaler = ConditionScaler(1).fit(rows, None)
        far = np.array([[26, 1, 5000.0]])
        np.testing.assert_array_equal(scaler.transform(far)[:, 2], 0)

    def test_gaps_have_marks_where_training_had_them(self):
        rows = np.array([[26, 1, 300, np.nan], [28, 1, 400, 2], [26, 1, 500, 3]])
        z = ConditionScaler(2).fit(rows, None).transform(rows)
        assert z.shape == (3, 2 + 2 + 1)
        np.testing.assert_array_equal(z[:, 4], [1, 0, 0])
        assert z[0, 3] == 0
