"""Numbers of any size, eight threads, and thousands of calls."""

import contextlib
import gc
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

import sklmag
from sklmag.models import (
    DenseRegressor,
    MultiHeadAttentionRegressor,
    SharedHeadRegressor,
    SIPFENNRegressor,
)
from sklmag.persistence import open_model, save
from tests.conftest import reference_crystals

RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(size=(60, 4))
Y = X[:, 0] + X[:, 1]
QUICK = {"max_epochs": 3, "random_state": 0}
NETS = [
    DenseRegressor(width=8, **QUICK),
    MultiHeadAttentionRegressor(width=8, n_members=2, **QUICK),
    SIPFENNRegressor(width_factor=0.01, **QUICK),
    SharedHeadRegressor(**QUICK),
]
PAIRS = [f"Fe{x}Co{100 - x}" for x in range(1, 100)]


@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
class TestSizes:
    @pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e-30, 1e30, 1e150, 1e300])
    def test_targets_of_any_size_are_as_those_of_one(self, net, scale):
        usual = net.fit(X, Y).predict(X)
        np.testing.assert_allclose(net.fit(X, Y * scale).predict(X) / scale, usual,
                                   rtol=1e-6)  # fmt: skip

    @pytest.mark.parametrize("scale", [1e-300, 1e300, 1e308])
    def test_features_of_any_size_give_numbers_or_an_error(self, net, scale):
        assert np.isfinite(net.fit(X * scale, Y).predict(X * scale)).all()
        net.fit(X, Y)
        with contextlib.suppress(NotFinite):
            assert np.isfinite(predicted(net, X * scale)).all()


class NotFinite(Exception):
    """What a net says of a row that it cannot predict."""


def predicted(net, rows):
    """Return predictions; raise for the one error that is allowed."""
    try:
        return net.predict(rows)
    except ValueError as error:
        if re.match(f"Row 0: {type(net).__name__} gives no finite", str(error)):
            raise NotFinite from error
        raise


@pytest.mark.parametrize("model", [
    XGBRegressor(n_estimators=2), Ridge(), DenseRegressor(width=4, **QUICK)
], ids=lambda model: type(model).__name__)  # fmt: skip
@pytest.mark.parametrize(("change", "text"), [
    ({"Dy": np.nan}, None),
    ({"Dy": 1.0}, None),
    ({"Dy": 1e308}, r"Column 'Dy' \(row 0\): 1e\+308 is too large for a model; up to"),
    ({"Dy": np.inf}, r"Column 'Dy' \(row 0\): inf is not a finite number"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Columns without a value")
def test_tables_of_constants_of_nothing_and_of_too_much(model, change, text):
    table = pd.DataFrame(X, columns=["Nd", "Dy", "B", "T_C"]).assign(**change)
    pipeline = sklmag.make_magnet_pipeline(model)
    if text is None:
        assert np.isfinite(pipeline.fit(table, Y).predict(table)).all()
        return
    with pytest.raises(ValueError, match=text):
        pipeline.fit(table, Y)


def test_a_table_without_columns():
    with pytest.raises(ValueError, match="of 60 rows has no column to learn from"):
        sklmag.make_magnet_pipeline(Ridge()).fit(pd.DataFrame(index=range(60)), Y)


def test_eight_threads_predict_the_same_bits():
    net = DenseRegressor(width=32, n_members=3, **QUICK).fit(X, Y)
    trees = make_pipeline(sklmag.MagpieFeaturizer(), XGBRegressor(n_estimators=5))
    trees.fit(PAIRS, np.arange(99.0))
    for model, rows in ((net, RANDOM.uniform(size=(700, 4))), (trees, PAIRS)):
        alone = model.predict(rows)
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(model.predict, [rows] * 32):
                np.testing.assert_array_equal(found, alone)


def resident():
    """Return the megabytes that this process has now."""
    import psutil

    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def growth(work, n, warm):
    """Return by how many megabytes a process grows over n calls, after some others."""
    for _ in range(warm):
        work()
    before = resident()
    for _ in range(n):
        work()
    return resident() - before


def test_memory_is_flat_over_many_calls(tmp_path):
    model = make_pipeline(sklmag.ElementFractionFeaturizer(), XGBRegressor())
    model.fit(PAIRS, np.arange(99.0))
    saved = open_model(save(model, tmp_path / "m", X=PAIRS, y=np.arange(99.0)))
    assert growth(lambda: saved.predict(PAIRS[:20]), 400, 100) < 20


def test_memory_is_flat_over_many_structures():
    crystals = reference_crystals("aflow")[1][:50]
    voronoi = sklmag.VoronoiFeaturizer(on_error="nan")
    assert growth(lambda: voronoi.transform(crystals), 20, 10) < 20
