"""What a few rows are worth to a trained network."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklmag import SIPFENNRegressor
from sklmag.model_selection import transfer_curve


@pytest.fixture(scope="module")
def task():
    """A network that has learned a function, and rows of the same one, shifted."""
    X = np.random.default_rng(0).uniform(-1, 1, size=(700, 4))
    y = np.sin(3 * X[:, 0]) + X[:, 1] * X[:, 2]
    net = SIPFENNRegressor(width_factor=0.02, max_epochs=150, random_state=0)
    return net.fit(X[:600], y[:600]), X[600:], y[600:] + 0.3


def test_scores_of_all_that_learns_from_the_same_rows(task):
    net, X, y = task
    table = transfer_curve(net, X, y, sizes=[10, 50], n_repeats=3)
    assert len(table) == 2 * 3 * 5
    assert list(table) == ["model", "n_new", "repeat", "MAE", "correlation"]
    errors = table.groupby(["model", "n_new"])["MAE"].mean()
    assert errors["as it was", 10] == pytest.approx(0.3, abs=0.1)
    assert errors["fine-tuned", 50] < errors["as it was", 50]
    assert errors["fine-tuned", 50] < errors["median", 50]
    correlation = table.groupby("model")["correlation"].mean()
    assert np.isnan(correlation["median"])
    assert correlation["as it was"] > 0.9


def test_draws_are_those_of_the_seed_and_the_network_stays(task):
    net, X, y = task
    before = net.predict(X)
    options = {"sizes": [10], "n_repeats": 2, "others": {"ridge": Ridge()}}
    one = transfer_curve(net, X, y, **options, options={"100 %": {"lr_scale": 1.0}})
    assert set(one["model"]) == {"as it was", "100 %", "ridge"}
    again = transfer_curve(
        net, X, y, **options, options={"100 %": {"lr_scale": 1.0}}, n_jobs=2
    )
    assert one.equals(again)
    np.testing.assert_array_equal(net.predict(X), before)


def test_pipelines_read_first(task):
    net, X, y = task
    halves = make_pipeline(FunctionTransformer(lambda rows: rows / 2), net)
    options = {"sizes": [10], "n_repeats": 1, "others": {}}
    table = transfer_curve(halves, 2 * X, y, **options)
    assert table.equals(transfer_curve(net, X, y, **options))


def test_too_large_draws_and_other_estimators(task):
    net, X, y = task
    with pytest.raises(ValueError, match=r"sizes=\(10, 99\): 100 rows allow up to 95"):
        transfer_curve(net, X, y, sizes=(10, 99))
    with pytest.raises(ValueError, match="Ridge has no fine_tune"):
        transfer_curve(Ridge().fit(X, y), X, y)
