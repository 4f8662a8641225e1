"""Anchor points in their order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag import GrainFeaturizer
from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.models import OrderedTargetsRegressor
from sklmag.models._ordered_targets import ordered

NUMBERS = st.floats(-10, 10, width=32)


@settings(max_examples=60)
@given(arrays(float, (5, 4), elements=NUMBERS),
       arrays(float, 4, elements=st.floats(0.1, 10)))  # fmt: skip
def test_rows_are_those_of_isotonic_regression(values, weights):
    found = ordered(values, weights)
    for row, expected in zip(found, values, strict=True):
        np.testing.assert_allclose(
            row, isotonic_regression(expected, sample_weight=weights), atol=1e-9
        )
    np.testing.assert_array_equal(ordered(np.sort(values), weights), np.sort(values))


@pytest.fixture(scope="module")
def magnets():
    X, y = load_nanocrystalline_magnets(return_X_y=True)
    return GrainFeaturizer().fit_transform(X[:400]), y[:400].reset_index(drop=True)


def broken(points):
    """Count the rows in which an anchor point comes before the one that it follows."""
    falls = (np.diff(points[:, 2:], axis=1) < 0).any(axis=1)
    return int((falls | (points[:, 1] > points[:, 0])).sum())


def test_no_prediction_is_out_of_order_and_no_error_grows(magnets):
    X, y = magnets
    ridge = make_pipeline(StandardScaler(), RidgeCV())
    model = OrderedTargetsRegressor(ridge).fit(X[:200], y[:200])
    before, after = model.regressor_.predict(X[200:]), model.predict(X[200:])
    assert broken(before) > 20
    assert broken(after) == 0
    measured = y[200:].to_numpy()
    errors = [np.abs(found - measured).mean(axis=0) for found in (before, after)]
    assert (errors[1] <= errors[0] * 1.01).all()
    in_order = [broken(row[None]) == 0 for row in before]
    np.testing.assert_array_equal(before[in_order], after[in_order])


class Says(RegressorMixin, BaseEstimator):
    """Says the same of every row."""

    def __init__(self, values=(2.0, 1.0)):
        self.values = values

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return np.tile(self.values, (len(X), 1))


def test_what_is_known_well_stays():
    y = np.array([[2.0, 2.0], [2.0, 4.0], [2.001, 6.0]])
    model = OrderedTargetsRegressor(Says(), order=[(0, 1)]).fit(np.zeros((3, 1)), y)
    np.testing.assert_allclose(model.predict([[0]]), [[2, 2]], atol=1e-3)


@pytest.mark.parametrize(("y", "order", "said"), [
    (pd.DataFrame({"a": [1.0], "b": [2.0]}), None, "The targets a, b are no anchor points"),
    (pd.DataFrame({"a": [1.0], "b": [2.0]}), [("a", "c")], "order holds 'c', which is not"),
    ([[1.0, 2.0], [3.0, 2.0]], [(0, 1)], r"Row 1 of y is out of order: \[3.0, 2.0\] must"),
    ([1.0, 2.0], None, "The targets 0 are no anchor points. Name their order"),
    ([[1.0, 2.0]], [(0, 2)], "order holds 2, which is not among the targets 0, 1"),
])  # fmt: skip
def test_what_has_no_order_is_named(y, order, said):
    X = np.zeros((len(y), 1))
    with pytest.raises(ValueError, match=said):
        OrderedTargetsRegressor(Says(), order=order).fit(X, y)
