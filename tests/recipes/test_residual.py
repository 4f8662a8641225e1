"""A baseline of chosen columns, and what learns the rest."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.tree import DecisionTreeRegressor

from sklmag._utils._estimators import inner
from sklmag.recipes import ResidualRegressor


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"energy": rng.normal(size=200), "kind": rng.integers(2, size=200)}
    )
    return X, 3 * X["energy"] + X["kind"]


def test_it_extrapolates_where_trees_do_not(data):
    tree = DecisionTreeRegressor(max_depth=4, random_state=0)
    far = pd.DataFrame({"energy": [50.0, 50.0], "kind": [0, 1]})
    model = ResidualRegressor(LinearRegression(), tree, columns="^energy$").fit(*data)
    np.testing.assert_allclose(model.predict(far), [150, 151], rtol=0.01)
    assert model.seen_.tolist() == [True, False]
    assert abs(tree.fit(*data).predict(far) - [150, 151]).min() > 100


def test_residuals_are_of_rows_that_the_baseline_has_not_seen():
    """A baseline that knows its rows by heart leaves the other something to learn."""
    X = np.random.default_rng(0).normal(size=(60, 1))
    y = np.sin(3 * X[:, 0])
    by_heart = DecisionTreeRegressor(random_state=0)
    model = ResidualRegressor(by_heart, Ridge(1e-9)).fit(X, y)
    assert abs(y - model.baseline_.predict(X)).max() == 0
    assert abs(model.residual_.intercept_) + abs(model.residual_.coef_[0]) > 1e-4


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pd.DataFrame({"a": [0.0, 1.0, 2.0]}),
         r"columns='energy' is found in the name of none of the 1 columns, such as 'a'"),
        (np.ones((3, 2)), r"of none of the 2 columns: X has no names"),
    ],
)  # fmt: skip
def test_columns_that_are_not_there(X, message):
    with pytest.raises(ValueError, match=message):
        ResidualRegressor(Ridge(), Ridge(), columns="energy").fit(X, [0.0, 1.0, 2.0])


def test_the_whole_predicts_and_not_what_learns_the_rest(data):
    model = ResidualRegressor(Ridge(), DecisionTreeRegressor(), columns="energy")
    assert inner(model.fit(*data)) is model
