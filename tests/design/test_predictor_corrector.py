"""The predictor-corrector scheme: what it finds, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklmag import DesignError, SklmagWarning
from sklmag.composition import GlassFeaturizer
from sklmag.datasets import make_metallic_glasses, schematic_glass
from sklmag.design import (
    CompositionMixtureRegressor,
    GlassFormingClassifier,
    PredictorCorrector,
    SimplexInverseRegressor,
    inverse_table,
)
from sklmag.design._space import CompositionSpace
from sklmag.persistence import load, save

TARGETS = ["G_GPa", "K_GPa"]
FOUR = ["Ti", "Zr", "Be", "Fe"]
WANTED = {"G_GPa": 40.0, "K_GPa": 104.0}


@pytest.fixture(scope="module")
def glasses():
    formulas, properties = make_metallic_glasses(150, random_state=0)
    return formulas, properties


@pytest.fixture(scope="module")
def tables(glasses):
    formulas, properties = glasses
    return inverse_table(formulas, properties[TARGETS], n_slots=6)


def quick_inverse():
    return SimplexInverseRegressor(max_epochs=40, n_members=1, random_state=0)


@pytest.fixture(scope="module")
def scheme(tables):
    return PredictorCorrector(quick_inverse(), calibration_size=5, random_state=0).fit(
        *tables
    )


def with_corrector(scheme, **parameters):
    """Return a fitted scheme with other ways to search."""
    from copy import deepcopy

    return deepcopy(scheme).set_params(**parameters)


def test_the_properties_of_the_answer_are_those_asked_for(scheme):
    table = scheme.design(WANTED, FOUR)
    assert table.loc[0, FOUR].sum() == pytest.approx(100, abs=1e-6)
    np.testing.assert_allclose(table[TARGETS].to_numpy()[0], [40, 104], rtol=0.02)
    truth = schematic_glass(table[FOUR])[TARGETS].to_numpy()[0]
    np.testing.assert_allclose(truth, list(WANTED.values()), rtol=0.06)
    assert {"formula", "G_GPa_std", "K_GPa_std", "nearest"} <= set(table)


@pytest.mark.parametrize("corrector", ["grid", "slsqp", "bayesian"])
def test_every_corrector_improves_the_prediction(scheme, corrector):
    before = with_corrector(scheme, corrector=None).design(WANTED, FOUR)
    after = with_corrector(scheme, corrector=corrector, n_calls=20)
    after = after.design(WANTED, FOUR)
    assert after.loc[0, "misfit"] < before.loc[0, "misfit"]
    moved = (after[FOUR] - before[FOUR]).abs().to_numpy().max()
    assert 0 < moved <= 5 + 1e-6


def test_slopes_reach_the_optimum_of_the_lattice(scheme):
    """Also where the targets lie out of reach of the calibration size."""
    for wanted in (WANTED, {"G_GPa": 48.0, "K_GPa": 108.0}):
        fine = with_corrector(scheme, corrector="grid", step=0.5)
        lattice = fine.design(wanted, FOUR).loc[0, "misfit"]
        slopes = scheme.design(wanted, FOUR).loc[0, "misfit"]
        assert slopes <= 1.01 * lattice + 1e-4


def test_bounds_limits_and_fixed_elements_hold(scheme):
    bounds = {"Fe": (6, 6), "Be": (20, 26)}
    scheme = with_corrector(scheme, calibration_size=15)
    free = scheme.design(WANTED, FOUR, bounds=bounds)
    limit = GlassFeaturizer().fit_transform(free[FOUR])[0, -1] + 0.03
    limits = {"density_g_per_cm3": (limit, None)}
    table = scheme.design(WANTED, FOUR, bounds=bounds, limits=limits, n_candidates=3)
    assert len(table) == 3
    np.testing.assert_allclose(table["Fe"], 6, atol=1e-9)
    assert table["Be"].between(20, 26).all()
    density = GlassFeaturizer().fit_transform(table[FOUR])[:, -1]
    assert (density >= limit).all()
    parts = table[FOUR].to_numpy()
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(parts[i] - parts[j]).sum() / 2 >= 1


def test_many_answers_start_from_samples(tables):
    mixture = CompositionMixtureRegressor(max_epochs=40, n_members=1, random_state=0)
    scheme = PredictorCorrector(mixture, random_state=0).fit(*tables)
    table = scheme.design(WANTED, FOUR, n_candidates=4)
    assert len(table) == 4
    assert (table["misfit"] < 0.05).all()


def test_the_check_of_glass_formation_has_the_last_word(glasses, tables, scheme):
    formulas, properties = glasses
    check = GlassFormingClassifier(random_state=0)
    check.fit(formulas, properties["Dmax_mm"])
    checked = with_corrector(scheme, feasible=check)
    table = checked.design(WANTED, FOUR)
    assert check.predict(table[FOUR]).all()
    assert 0 <= table.loc[0, "chance"] <= 1

    class Never(BaseEstimator):
        def predict(self, X):
            return np.zeros(len(X), dtype=bool)

    never = with_corrector(scheme, feasible=Never())
    with pytest.raises(DesignError, match="passes the check of feasibility; the near"):
        never.design(WANTED, FOUR)
    with pytest.raises(DesignError, match="Row 0: none of .* compositions of"):
        never.predict(tables[0][:1])


def test_predictions_are_compositions_in_the_order_of_the_slots(scheme, tables):
    X = tables[0][:4]
    predicted = scheme.predict(X)
    np.testing.assert_allclose(predicted.sum(axis=1), 100, atol=1e-6)
    assert (predicted[X.filter(like="Z_").to_numpy() == 0] == 0).all()
    shuffled = X.copy()
    shuffled.iloc[:, 2:] = X.iloc[:, 2:].to_numpy()[:, ::-1]
    np.testing.assert_allclose(
        scheme.predict(shuffled)[:, ::-1], predicted, atol=0.2
    )  # slopes end where rounding lets them


def test_trees_are_searched_on_the_lattice(tables):
    trees = make_pipeline(
        GlassFeaturizer("paper"), ExtraTreesRegressor(50, random_state=0)
    )
    scheme = PredictorCorrector(
        quick_inverse(), {"G_GPa": trees, "K_GPa": trees}, corrector="grid",
        calibration_size=5, step=2, random_state=0,
    ).fit(*tables)  # fmt: skip
    table = scheme.design(WANTED, FOUR)
    assert "G_GPa_std" not in table
    assert table.loc[0, "misfit"] < 0.3


@pytest.mark.parametrize(
    ("targets", "elements", "options", "text"),
    [
        ({"G_GPa": 40}, FOUR, {}, "'K_GPa' has no value"),
        ({**WANTED, "E_GPa": 1}, FOUR, {}, "'E_GPa' is no target"),
        ({**WANTED, "G_GPa": np.nan}, FOUR, {}, "G_GPa=nan is not finite"),
        (WANTED, ["Ti", "Xx"], {}, "'Xx' is not an element symbol"),
        (WANTED, "Ti Zr Be Fe Cu Ni Al".split(), {}, "7 elements, but .* 6 slots"),
        (WANTED, FOUR, {"bounds": {"Ti": (60, 70), "Zr": (60, 70)}}, "at least 120"),
        (WANTED, FOUR, {"limits": {"rho": (0, 1)}}, "'rho' is not known. Choose from"),
        (WANTED, FOUR, {"limits": {"density_g_per_cm3": (None, 1)}}, "keeps the lim"),
    ],
)
def test_impossible_requests_are_named(scheme, targets, elements, options, text):
    with pytest.raises(DesignError, match=text):
        scheme.design(targets, elements, **options)


def test_targets_beyond_the_data_and_too_few_candidates_warn(scheme):
    with pytest.warns(SklmagWarning, match="G_GPa=400 lies outside the training data"):
        scheme.design({"G_GPa": 400, "K_GPa": 104}, FOUR)
    with pytest.warns(SklmagWarning, match="1 of 3 candidates found"):
        with_corrector(scheme, corrector=None).design(
            WANTED, ["Ti"], n_candidates=3, bounds=None
        )


def test_a_missing_forward_model_is_named(tables):
    with pytest.raises(DesignError, match="forward has no model for 'K_GPa'"):
        PredictorCorrector(quick_inverse(), {"G_GPa": ExtraTreesRegressor()}).fit(
            *tables
        )


def test_search_seed_and_model_file(tables, scheme, tmp_path):
    grid = GridSearchCV(
        PredictorCorrector(quick_inverse(), random_state=0),
        {"corrector": [None, "slsqp"]},
        cv=2,
        scoring="neg_mean_squared_error",
    ).fit(*(table[:40] for table in tables))
    assert grid.best_params_["corrector"] in (None, "slsqp")
    again = clone(scheme).fit(*tables).design(WANTED, FOUR)
    pd.testing.assert_frame_equal(
        again, PredictorCorrector(
            quick_inverse(), calibration_size=5, random_state=0
        ).fit(*tables).design(WANTED, FOUR)
    )  # fmt: skip
    save(scheme, tmp_path / "scheme.sklmag")
    loaded = load(tmp_path / "scheme.sklmag")
    pd.testing.assert_frame_equal(loaded.design(WANTED, FOUR), again)


class TestGlassFormation:
    def test_it_learns_the_rule_and_reads_tables(self, glasses):
        formulas, properties = glasses
        check = GlassFormingClassifier(random_state=0)
        check.fit(formulas[:100], properties["Dmax_mm"][:100])
        forms = properties["Dmax_mm"][100:] > 2
        assert (check.predict(formulas[100:]) == forms).mean() > 0.8
        frame = pd.DataFrame({"Zr": [50.0, 31.0], "Cu": [50.0, 69.0]})
        np.testing.assert_array_equal(
            check.predict_proba(frame), check.predict_proba(["Zr50Cu50", "Zr31Cu69"])
        )
        np.testing.assert_allclose(check.predict_proba(frame).sum(axis=1), 1)

    def test_booleans_are_taken_as_they_are(self, glasses):
        formulas, properties = glasses
        one = GlassFormingClassifier(random_state=0)
        other = GlassFormingClassifier(5.0, random_state=0)
        forms = properties["Dmax_mm"] > 5
        np.testing.assert_array_equal(
            one.fit(formulas, forms).predict_proba(formulas),
            other.fit(formulas, properties["Dmax_mm"]).predict_proba(formulas),
        )

    def test_what_cannot_be_learnt_is_refused(self):
        with pytest.raises(ValueError, match="All 2 alloys are below threshold_mm=2"):
            GlassFormingClassifier().fit(["Fe", "Co"], [0.0, 1.0])
        with pytest.raises(ValueError, match="Row 1 has no diameter"):
            GlassFormingClassifier().fit(["Fe", "Co"], [0.0, np.nan])


def test_searches_that_leave_the_sum_on_their_way_come_back(scheme, tables):
    """All rows of the table, also those that the first networks miss by far."""
    X = tables[0].iloc[::6]
    far = with_corrector(scheme, calibration_size=60).predict(
        X.assign(G_GPa=X["G_GPa"] * 2)
    )
    np.testing.assert_allclose(far.sum(axis=1), 100, atol=1e-6)
    assert (far >= 0).all()


def test_the_check_survives_clone_and_more_than_one_is_tried(glasses, tables, scheme):
    formulas, properties = glasses
    check = GlassFormingClassifier(random_state=0)
    check.fit(formulas, properties["Dmax_mm"])
    copy = clone(with_corrector(scheme, feasible=check)).fit(*tables)
    assert copy.feasible is check
    calls = []

    class Second(BaseEstimator):
        def predict(self, X):
            calls.append(len(X))
            return np.arange(len(X)) == 1

    with_corrector(scheme, feasible=Second()).design(WANTED, FOUR)
    assert calls[-1] > 5


def test_fractions_in_fractions_out(tables):
    X, y = (table[:60] for table in tables)
    scheme = PredictorCorrector(quick_inverse(), random_state=0).fit(X, y / 100)
    np.testing.assert_allclose(scheme.predict(X[:3]).sum(axis=1), 1, atol=1e-8)
    assert scheme.design(WANTED, FOUR)[FOUR].sum(axis=1)[0] == pytest.approx(100)


def test_limits_of_zero_and_a_tolerance_that_does_not_skip_limits(scheme):
    table = scheme.design(
        WANTED, FOUR, limits={"mixing_enthalpy_kJ_per_mol": (None, 0)}
    )
    assert len(table) == 1
    lenient = with_corrector(scheme, tolerance=5.0, calibration_size=15)
    free = lenient.design(WANTED, FOUR)
    limit = GlassFeaturizer().fit_transform(free[FOUR])[0, -1] + 0.05
    found = lenient.design(WANTED, FOUR, limits={"density_g_per_cm3": (limit, None)})
    assert GlassFeaturizer().fit_transform(found[FOUR])[0, -1] >= limit


def test_scores_of_the_check_count_diameters(glasses):
    formulas, properties = glasses
    check = GlassFormingClassifier(random_state=0)
    check.fit(formulas, properties["Dmax_mm"])
    assert check.score(formulas, properties["Dmax_mm"]) > 0.95
    forms = (properties["Dmax_mm"] > 2).astype(object)
    assert check.fit(formulas, forms).score(formulas, forms) > 0.95
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        check.fit(formulas, forms[:-1])


class Corner(BaseEstimator):
    """A check that passes a small corner far from any proposal, with a chance."""

    threshold = 0.5

    def predict_proba(self, X):
        chance = 1 / (1 + np.exp(-(X["Fe"].to_numpy() - 30) / 2))
        return np.column_stack((1 - chance, chance))

    def predict(self, X):
        return self.predict_proba(X)[:, 1] > self.threshold


def test_what_passes_far_from_the_proposals_is_found(scheme):
    checked = with_corrector(scheme, feasible=Corner())
    with pytest.warns(SklmagWarning, match="0 of 2 candidates within .* 2 others come"):
        table = checked.design(WANTED, FOUR, n_candidates=2)
    assert (table["Fe"] > 30).all()
    assert (table["chance"] > 0.5).all()
    # as good as 8,000 compositions drawn at random
    drawn = np.random.default_rng(0).dirichlet(np.ones(4), size=8000) * 100
    drawn = pd.DataFrame(drawn, columns=FOUR)
    drawn = drawn[Corner().predict(drawn)]
    space = CompositionSpace(FOUR)
    misfit = checked._misfit(space, drawn.to_numpy(), np.array(list(WANTED.values())))
    assert table["misfit"][0] <= misfit.min() * 1.001


def test_elements_that_no_alloy_has_are_refused(scheme):
    with pytest.raises(DesignError, match="No alloy that was trained on has Pu"):
        scheme.design(WANTED, ["Ti", "Zr", "Be", "Pu"])
