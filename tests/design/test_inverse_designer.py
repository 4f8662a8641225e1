"""Any regressor asked backwards."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestRegressor
from sklearn.frozen import FrozenEstimator
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
