import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.utils.estimator_checks import check_estimator

from sklmag.recipes import formula_models
from sklmag.recipes._tails import TailCompressor


@pytest.fixture
def table():
    """Return a column without far values, one with, and one that never varies."""
    y = np.random.default_rng(0).normal(50, 10, size=(500, 3))
    y[0, 1], y[1, 1] = 9000.0, -700.0
    y[:, 2] = 3.0
    return y


def test_estimator_checks():
    check_estimator(TailCompressor())


def test_only_far_tails_are_compressed(table):
    compressor = TailCompressor().fit(table)
    assert compressor.compressed_.tolist() == [False, True, False]
    z = compressor.transform(table)
    np.testing.assert_array_equal(z[:, [0, 2]], table[:, [0, 2]])
    assert np.abs(z[:, 1]).max() < 30


def test_order_is_kept_and_the_way_back_leads_home(table):
    compressor = TailCompressor().fit(table)
    z = compressor.transform(table)
    np.testing.assert_array_equal(np.argsort(z[:, 1]), np.argsort(table[:, 1]))
    np.testing.assert_allclose(compressor.inverse_transform(z), table, rtol=1e-12)


def test_half_of_the_values_equal_is_no_scale():
    y = np.zeros((100, 1))
    y[:10, 0] = np.arange(10)
    compressor = TailCompressor().fit(y)
    assert not compressor.compressed_.any()
    np.testing.assert_array_equal(compressor.transform(y), y)


def test_the_vote_sees_more_than_one_broken_entry():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.05, 0.95, size=160)
    formulas = np.array([f"Fe{a:.3f}Co{1 - a:.3f}" for a in x], dtype=object)
    y = 100 * x
    y[0] = 1e7
    vote = formula_models(random_state=0)["L-G-DCNN + trees"]
    vote.set_params(regressor__net__lgdcnnregressor__max_epochs=40)
    plain = vote.regressor
    train, test = slice(0, 120), slice(120, None)
    errors = [
        np.abs(model.fit(formulas[train], y[train]).predict(formulas[test]) - y[test])
        for model in (vote, plain)
    ]
    assert isinstance(vote, TransformedTargetRegressor)
    assert errors[0].mean() < 10
    assert errors[0].mean() < 0.1 * errors[1].mean()
