"""Any regressor asked backwards."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LinearRegression

from sklmag import DesignError, SklmagWarning
from sklmag.design import InverseDesigner


@pytest.fixture(scope="module")
def data():
    """Coercivity that Dy raises by 3 and Al by 10, at the cost of remanence."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        rng.uniform(size=(200, 3)) * [5, 1, 30], columns=["Dy", "Al", "PrNd"]
    )
    X["Fe"] = 100 - X.sum(axis=1)
    X["total"] = X["Dy"] + X["PrNd"]
    y = pd.DataFrame(
        {
            "Hcj_kOe": 12 + 3 * X["Dy"] + 10 * X["Al"],
            "Br_kG": 15 - 0.5 * X["Dy"] - 2 * X["Al"],
        }
    )
    return X, y


def with_total(frame):
    return frame.assign(total=frame["Dy"] + frame["PrNd"])


def designer(data, estimator=None, **parameters):
    parameters = {"balance": ("Fe", 100.0), "sum_of": ["Dy", "Al", "PrNd"],
                  "derived": with_total, "random_state": 0, **parameters}  # fmt: skip
    return InverseDesigner(estimator or LinearRegression(), **parameters).fit(*data)


@pytest.mark.parametrize("method", ["evolution", "slsqp", "bayesian"])
def test_the_least_dysprosium_uses_all_the_aluminium(data, method):
    """12 + 3 Dy + 10 Al = 25 with Al at its bound of 0.9 needs Dy = 4/3."""
    found = designer(
        data, method=method, n_calls=25, n_starts=2, bounds={"Al": (0.1, 0.9)}
    ).design({"Hcj_kOe": (25, None)}, minimize="Dy")
    tolerance = 1.0 if method == "bayesian" else 0.05
    assert found.loc[0, "Dy"] == pytest.approx((25 - 12 - 9) / 3, abs=tolerance)
    assert found.loc[0, "missed"] < 1e-3
    assert found.loc[0, ["Dy", "Al", "PrNd", "Fe"]].sum() == pytest.approx(100)
    assert found.loc[0, "total"] == pytest.approx(found.loc[0, ["Dy", "PrNd"]].sum())


def test_two_goals_and_a_price(data):
    found = designer(data).design(
        {"Hcj_kOe": (20, 22), "Br_kG": (13.5, None)},
        minimize=lambda X: 60 * X["Dy"] + X["PrNd"],
        n_candidates=3,
    )
    assert len(found) == 3
    assert found["Hcj_kOe"].between(19.99, 22.01).all()
    assert (found["Br_kG"] > 13.49).all()
    assert found.loc[0, "PrNd"] < 0.5


def test_trees_and_frozen_models(data):
    forest = RandomForestRegressor(30, random_state=0).fit(*data)
    found = designer(data, FrozenEstimator(forest)).design(
        {"Hcj_kOe": 24}, minimize="Dy"
    )
    np.testing.assert_allclose(
        found[["Hcj_kOe", "Br_kG"]],
        forest.predict(found[list(data[0])]),
    )
    assert abs(found.loc[0, "Hcj_kOe"] - 24) < 0.5


def test_arrays_have_names_of_their_own():
    X = np.random.default_rng(0).uniform(size=(50, 2))
    found = (
        InverseDesigner(LinearRegression(), random_state=0)
        .fit(X, X.sum(axis=1))
        .design({"y_0": 1.2}, minimize="x1")
    )
    assert found.loc[0, ["x0", "x1"]].sum() == pytest.approx(1.2, abs=1e-2)


def test_the_same_seed_gives_the_same(data):
    one, other = (
        designer(data).design({"Hcj_kOe": 24}, minimize="Dy") for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("parameters", "goals", "minimize", "text"),
    [
        ({"bounds": {"Tb": (0, 1)}}, {"Br_kG": 14}, None, "'Tb' is no input"),
        (
            {"bounds": {"Dy": (2, 1)}},
            {"Br_kG": 14},
            None,
            "bounds of 'Dy': .* are no interval",
        ),
        (
            {"bounds": {"Dy": (0, 1)}, "fixed": {"Dy": 1}},
            {"Br_kG": 14},
            None,
            "both in",
        ),
        ({"sum_of": ["Dy", "Tb"]}, {"Br_kG": 14}, None, "sum_of: 'Tb' is no input"),
        (
            {"balance": ("Fe", 0.0), "bounds": {"Dy": (1, 2)}},
            {"Br_kG": 14},
            None,
            "nothing is left for 'Fe'",
        ),
        ({"fixed": {"Fe": 60}}, {"Br_kG": 14}, None, "'Fe' follows from other inputs"),
        ({"fixed": {"total": 9}}, {"Br_kG": 14}, None, "'total' follows from other"),
        ({"balance": ("Co", 100.0)}, {"Br_kG": 14}, None, "'Co' is no input"),
        ({"balance": ("Fe",)}, {"Br_kG": 14}, None, "balance: a name and a total"),
        ({}, {"Hk": 14}, None, "goals: 'Hk' is not known"),
        ({}, {"Br_kG": (15, 14)}, None, "goals of 'Br_kG': .15, 14. are no interval"),
        ({}, {"Br_kG": 14}, "price", "minimize: 'price' is not known"),
    ],
)
def test_contradictions_are_named(data, parameters, goals, minimize, text):
    with pytest.raises(DesignError, match=text):
        designer(data, **parameters).design(goals, minimize=minimize)


def test_what_cannot_be_met_or_lies_outside_warns(data):
    with pytest.warns(
        SklmagWarning, match="Hcj_kOe comes to .* where 'Hcj_kOe >= 33' is"
    ):
        designer(data, bounds={"Dy": (0.1, 1)}).design({"Hcj_kOe": (33, None)})
    with (
        pytest.warns(SklmagWarning, match="lies outside the training data"),
        pytest.warns(SklmagWarning, match="No inputs within the bounds"),
    ):
        designer(data).design({"Hcj_kOe": (60, None)})
    with pytest.warns(SklmagWarning, match="goes beyond the training data"):
        designer(data, bounds={"Dy": (0, 9)}).design({"Hcj_kOe": 24})


def test_bounds_of_what_follows_from_others_hold(data):
    found = designer(data, bounds={"Fe": (80, 82), "total": (17, 19)}).design(
        {"Hcj_kOe": (18, None)}, minimize="Dy"
    )
    assert 79.99 < found.loc[0, "Fe"] < 82.01
    assert 16.99 < found.loc[0, "total"] < 19.01
    assert found.loc[0, "missed"] < 1e-3


def test_fixed_inputs_alone_are_judged_by_the_training_data(data):
    fixed = {"Dy": 1.0, "Al": 0.3, "PrNd": 20.0}
    found = designer(data, fixed=fixed).design({"Hcj_kOe": 18})
    assert found.loc[0, "missed"] < 1e-6


def test_the_goal_that_is_missed_most_is_named_in_its_own_unit():
    """100 K in thousands is a smaller miss than 2 T in ones."""
    X = pd.DataFrame({"x": np.linspace(0, 1, 50)})
    y = pd.DataFrame({"Tc_K": 500 + 1000 * X["x"], "Br_T": 1 - X["x"]})
    designer = InverseDesigner(LinearRegression(), random_state=0).fit(X, y)
    with pytest.warns(SklmagWarning) as caught:
        designer.design({"Tc_K": (1600, None), "Br_T": (2.5, None)})
    (text,) = (str(w.message) for w in caught if "nearest are" in str(w.message))
    assert "meet all goals: Br_T comes to" in text


class Steps(RegressorMixin, BaseEstimator):
    """A good property in two places: one wide, and one narrow that needs less x0."""

    def fit(self, X, y):
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        return self

    def predict(self, X):
        x = np.asarray(X)
        wide = 0.7 * (x[:, 0] > 0.6) + 0.3 * (x[:, 0] > 0.4)
        near = np.abs(x[:, 1:5] - 0.7).max(axis=1)
        narrow = (x[:, 0] > 0.2) * (0.7 * (near < 0.08) + 0.3 * (near < 0.2))
        return 10 * np.maximum(wide, narrow)


@pytest.mark.parametrize("seed", range(5))
def test_the_least_is_the_least_of_all_places(seed):
    """A search that has found the wide place goes on to the narrow one."""
    X = pd.DataFrame(np.random.default_rng(0).uniform(size=(50, 6))).add_prefix("x")
    y = pd.Series(Steps().fit(X, None).predict(X), name="good")
    found = InverseDesigner(Steps(), random_state=seed).fit(X, y).design(
        {"good": (10, None)}, minimize="x0"
    )  # fmt: skip
    assert found["missed"][0] == 0
    assert found["x0"][0] == pytest.approx(0.2, abs=2e-3)
    many = np.random.default_rng(seed).uniform(size=(120_000, 6))
    good = Steps().predict(many) >= 10
    assert found["x0"][0] <= many[good, 0].min() + 2e-3


# -- constraints, prices and fronts -----------------------------------------------


@pytest.fixture(scope="module")
def magnets():
    """Coercivity by Dy and Tb, remanence against both; Fe is the rest."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.uniform(size=(300, 4)) * [25, 8, 4, 2], columns=list("NPDT"))
    X.iloc[0], X.iloc[1] = 0.0, [25.0, 8, 4, 2]
    X = X.rename(columns=dict(zip("NPDT", ["Nd", "Pr", "Dy", "Tb"], strict=True)))
    X["Fe"] = 100 - X.sum(axis=1)
    X["sintering_C"] = rng.uniform(1000, 1100, size=300)
    y = pd.DataFrame(
        {
            "Hcj_kOe": 10 + 3 * X["Dy"] + 6 * X["Tb"],
            "Br_kG": 15 - 0.4 * X["Dy"] - 0.5 * X["Tb"],
        }
    )
    return X, y


def asked(magnets, goals, minimize=None, n_candidates=1, **parameters):
    parameters = {"balance": ("Fe", 100.0), "random_state": 0} | parameters
    designer = InverseDesigner(LinearRegression(), **parameters).fit(*magnets)
    return designer.design(goals, minimize=minimize, n_candidates=n_candidates)


AMOUNTS = ["Nd", "Pr", "Dy", "Tb", "Fe"]


@pytest.mark.parametrize("method", ["evolution", "slsqp", "bayesian"])
def test_sums_and_ratios_hold_to_the_last_digits(magnets, method):
    found = asked(
        magnets, ["Hcj_kOe >= 19"], minimize="Dy + Tb", method=method, n_calls=30,
        constraints=["29 <= Nd + Pr + Dy + Tb <= 31", "Pr:Nd = 1:4"], n_candidates=2,
    )  # fmt: skip
    np.testing.assert_allclose(found[AMOUNTS].sum(axis=1), 100, atol=1e-9)
    total = found[["Nd", "Pr", "Dy", "Tb"]].sum(axis=1)
    assert total.between(29 - 1e-6, 31 + 1e-6).all()
    np.testing.assert_allclose(found["Pr"], found["Nd"] / 4, atol=1e-6)
    if method != "bayesian":  # 9 kOe cost 1.5 of Tb
        assert found["Dy + Tb"][0] == pytest.approx(1.5, abs=0.02)


def test_a_cost_is_least_where_arithmetic_says(magnets):
    """9 kOe by Dy cost 3 x 300, by Tb 1.5 x 900: Dy is cheaper, Nd costs too."""
    prices = {"Nd": 100, "Pr": 100, "Dy": 300, "Tb": 900, "Fe": 1}
    found = asked(
        magnets, ["Hcj_kOe >= 19"], minimize="cost", prices=prices, n_candidates=1
    ).iloc[0]
    assert found["Dy"] == pytest.approx(3, abs=0.05)
    assert found["Tb"] < 0.05
    expected = sum(found[name] * price for name, price in prices.items()) / 100
    assert found["cost"] == pytest.approx(expected)
    limited = asked(
        magnets, ["Hcj_kOe >= 19"], prices=prices, constraints=["cost <= 12"]
    )
    assert limited["missed"][0] < 1e-3
    amounts = limited[AMOUNTS].to_numpy()[0]
    assert amounts @ [100, 100, 300, 900, 1] / 100 <= 12 + 1e-6
    with pytest.raises(DesignError, match="prices: Tb costs nan, expected 0 or more"):
        asked(magnets, ["Hcj_kOe >= 19"], prices={**prices} | {"Tb": np.nan})
    del prices["Tb"]
    with pytest.raises(DesignError, match="prices: Tb has none, so that no alloy has"):
        asked(magnets, ["Hcj_kOe >= 19"], prices=prices)


def test_a_cost_of_atoms_counts_masses():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"Zr": rng.uniform(40, 60, size=50)})
    X["Cu"] = 100 - X["Zr"]
    designer = InverseDesigner(
        LinearRegression(), balance=("Cu", 100.0), prices={"Zr": 30, "Cu": 10},
        amounts="at.%", random_state=0,
    ).fit(X, pd.Series(X["Zr"] * 2, name="G_GPa"))  # fmt: skip
    found = designer.design(["G_GPa = 100", "cost <= 30"]).iloc[0]
    mass = 91.224 / (91.224 + 63.546)
    assert found["cost"] == pytest.approx(30 * mass + 10 * (1 - mass), rel=1e-3)


def test_counted_elements_are_absent_or_enough(magnets):
    found = asked(
        magnets, ["Hcj_kOe >= 14"], n_candidates=5,
        constraints=["count(Nd, Pr, Dy, Tb; 0.5) <= 2"],
    )  # fmt: skip
    amounts = found[["Nd", "Pr", "Dy", "Tb"]].to_numpy()
    assert ((amounts > 0).sum(axis=1) <= 2).all()
    assert ((amounts == 0) | (amounts >= 0.5 - 1e-9)).all()
    assert len(found) == 5


def test_goals_of_sums_and_ratios_of_outputs(magnets):
    found = asked(magnets, ["Hcj_kOe / Br_kG = 1.5", "Hcj_kOe + Br_kG >= 34"])
    assert found["Hcj_kOe / Br_kG"][0] == pytest.approx(1.5, abs=0.01)
    assert found["Hcj_kOe + Br_kG"][0] > 33.95
    assert found["Hcj_kOe"][0] / found["Br_kG"][0] == found["Hcj_kOe / Br_kG"][0]


def test_uncertainty_stands_beside_what_is_predicted(magnets):
    X, y = magnets[0][["Dy", "Tb"]], magnets[1]["Hcj_kOe"]
    process = GaussianProcessRegressor(normalize_y=True, alpha=1e-4, random_state=0)
    designer = InverseDesigner(process, random_state=0, n_starts=2, method="slsqp")
    designer.fit(X.iloc[:40], y.iloc[:40])
    found = designer.design(["Hcj_kOe >= 15"], minimize="Tb")
    _, std = designer.estimator_.predict(found[["Dy", "Tb"]], return_std=True)
    np.testing.assert_allclose(found["Hcj_kOe_std"], std)
    assert "Hcj_kOe_std" not in asked(magnets, ["Hcj_kOe >= 19"])


def test_more_candidates_do_not_change_the_best(magnets):
    for method in ("evolution", "slsqp"):
        one, many = (
            asked(magnets, ["Hcj_kOe >= 19"], minimize="Dy", method=method,
                  n_candidates=n) for n in (1, 4)
        )  # fmt: skip
        pd.testing.assert_frame_equal(one, many.iloc[:1])
        apart = np.abs(np.diff(many[["Nd", "Pr", "Dy", "Tb", "sintering_C"]], axis=0))
        assert (apart >= [0.99, 0.79, 0.39, 0.19, 9.9]).any(axis=1).all()


def test_a_function_beside_a_goal_in_words(magnets):
    designer = InverseDesigner(
        LinearRegression(), balance=("Fe", 100.0), random_state=0
    )
    found = designer.fit(*magnets).design(
        ["Hcj_kOe >= 19"], minimize=lambda X: 10 * X["Tb"], maximize="Br_kG"
    )
    assert found["missed"][0] < 1e-3
    assert found["Tb"][0] < 0.1


def test_too_few_candidates_are_said(magnets):
    fixed = {"Nd": 24.0, "Pr": 5.0, "Tb": 0.0, "sintering_C": 1050.0}
    with pytest.warns(SklmagWarning, match="of 30 candidates are different enough"):
        found = asked(magnets, ["Hcj_kOe >= 19"], fixed=fixed, n_candidates=30)
    assert 1 <= len(found) < 30


def test_constraints_that_cannot_be_named(magnets):
    for constraints, text in (
        (["Nd + Ho <= 2"], "'Ho' is not known"),
        (["Nd + Pr >= 60"], "no inputs keep to 'Nd . Pr >= 60'"),
        (["count(Fe, Nd) <= 1"], "'Fe' does not vary by itself"),
        (["cost <= 9"], "'cost' is not known"),
    ):
        with pytest.raises(DesignError, match=text):
            asked(magnets, ["Hcj_kOe >= 19"], constraints=constraints)
    with pytest.raises(DesignError, match="count.* cannot be: of Nd, Dy 2 are above 0"):
        asked(
            magnets, ["Hcj_kOe >= 19"], constraints=["count(Nd, Dy) <= 1"],
            bounds={"Nd": (20, 24), "Dy": (1, 2)},
        )  # fmt: skip


def test_a_constraint_that_is_not_linear_is_kept_or_named(magnets):
    found = asked(magnets, ["Hcj_kOe >= 19"], constraints=["Nd * Dy <= 30"])
    assert found["Nd"][0] * found["Dy"][0] <= 30.05
    with pytest.warns(SklmagWarning, match="Nd . Dy comes to .* '.*>= 900' is wanted"):
        asked(magnets, ["Hcj_kOe >= 19"], constraints=["Nd * Dy >= 900"])


def test_a_front_is_that_of_the_model(magnets):
    """Tb gives 6 kOe for 0.5 kG, Dy 3 for 0.4: first all of Tb, then Dy."""
    pytest.importorskip("pymoo")
    designer = InverseDesigner(
        LinearRegression(), balance=("Fe", 100.0), bounds={"Dy": (0, 3), "Tb": (0, 2)},
        random_state=0,
    ).fit(*magnets)  # fmt: skip
    front = designer.pareto(["maximize Br_kG", "maximize Hcj_kOe"], n_points=30)
    assert len(front) == 30
    assert front["Br_kG"].is_monotonic_decreasing
    assert front["Hcj_kOe"].is_monotonic_increasing
    gained = front["Hcj_kOe"] - 10
    lost = np.where(gained <= 12, gained / 12, 1 + 0.4 * (gained - 12) / 3)
    assert np.abs(15 - front["Br_kG"] - lost).max() < 0.05
    assert front["Hcj_kOe"].max() == pytest.approx(31, abs=0.2)
    limited = designer.pareto(
        ["maximize Br_kG", "maximize Hcj_kOe", "Dy + Tb <= 1"], n_points=10
    )
    assert (limited["Dy + Tb"] <= 1.005).all()
    with pytest.raises(DesignError, match="A front needs two objectives, .* have 1"):
        designer.pareto(["maximize Br_kG"])
    with pytest.raises(DesignError, match="No inputs within the bounds meet the goals"):
        designer.pareto(["maximize Br_kG", "minimize Dy", "Hcj_kOe >= 33", "Tb <= 1"])


@pytest.mark.parametrize("seed", range(4))
def test_the_least_of_trees_is_found_with_any_seed(seed):
    """Least Dy + Tb of a tree model in 20 dimensions; as good as 120,000 points."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.uniform(size=(600, 20))).add_prefix("x")
    hard = X["x0"] + 2 * X["x1"] + 0.5 * X[["x2", "x3", "x4"]].sum(axis=1)
    y = pd.Series(hard + 0.5 * (X["x5"] > 0.7) * (X["x6"] > 0.7), name="Hcj_kOe")
    forest = RandomForestRegressor(40, random_state=0).fit(X, y)
    found = InverseDesigner(FrozenEstimator(forest), random_state=seed).fit(X, y)
    found = found.design(["Hcj_kOe >= 2.6"], minimize="x0 + x1")
    many = pd.DataFrame(rng.uniform(size=(120_000, 20)), columns=X.columns)
    met = many[forest.predict(many) >= 2.6]
    least = (met["x0"] + met["x1"]).min()
    assert found["missed"][0] < 1e-3
    assert found["x0 + x1"][0] < least
    # the certificate: what as many random points reach, here fewer than those above
    chance = found["random_search"][0]
    assert least * 0.9 < chance
    assert found["x0 + x1"][0] < chance


def test_a_random_search_that_finds_nothing_is_said():
    X = pd.DataFrame({"a": [0.0, 1], "b": [0.0, 1]})
    y = pd.Series([0.0, 2], name="c")
    designer = InverseDesigner(LinearRegression(), bounds={"a": (0, 0.2)})
    designer = designer.fit(X, y)
    with pytest.warns(SklmagWarning, match="No inputs within the bounds meet all"):
        found = designer.design(["c >= 1.9"], minimize="a")
    assert np.isnan(found["random_search"][0])
    assert "random_search" not in designer.design(["c = 1"])


def test_candidates_say_whether_they_lie_where_the_model_has_learnt(data):
    model = designer(data).fit(*data)
    inside = model.design({"Hcj_kOe": 24.0})
    assert inside["beyond"][0] == ""
    far = designer(data, bounds={"Dy": (7.0, 8.0)}).fit(*data)
    with pytest.warns(SklmagWarning, match="'Dy' from 7 to 8 goes beyond"):
        found = far.design({"Hcj_kOe": (30.0, None)}, n_candidates=2)
    assert not found["inside"].any()
    most = data[0]["Dy"].max()
    assert found["beyond"].str.startswith("Dy ").all()
    assert f"> {most:.4g}" in found["beyond"][0]
    few = designer(data).fit(data[0][:8], data[1][:8])
    assert "inside" not in few.design({"Hcj_kOe": (13.0, None)})
