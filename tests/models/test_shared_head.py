"""The shared-head network: its published size, and targets with heads of their own."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from sklmag._nn._shared_head import SharedHeadNet
from sklmag.models import SharedHeadRegressor
from sklmag.models._shared_head import _PRESETS


def test_the_published_size():
    net = SharedHeadNet(n_members=1, n_features=512, n_targets=6, **_PRESETS["paper"])
    assert sum(p.numel() for p in net.parameters()) == 1_502_006


@pytest.mark.parametrize("preset", ["small", "paper"])
@pytest.mark.parametrize("n_targets", [1, 3])
def test_it_learns_any_number_of_targets(preset, n_targets):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(500, 4))
    y = np.column_stack([X[:, 0], 100 * X[:, 1] ** 2, X[:, 2] * X[:, 3] - 5])
    y = y[:, :n_targets] if n_targets > 1 else y[:, 0]
    model = SharedHeadRegressor(preset=preset, max_epochs=80, random_state=0)
    model.fit(X[:400], y[:400])
    assert model.predict(X).shape == y.shape
    assert r2_score(y[400:], model.predict(X[400:])) > 0.8


def test_widths_of_ones_own():
    X, y = np.eye(6), np.eye(6)[:, :2]
    model = SharedHeadRegressor(
        trunk_widths=(5,), head_widths=(3,), max_epochs=2, n_members=2, random_state=0
    ).fit(X, y)
    shapes = [tuple(p.shape) for p in model.net_.module_.parameters() if p.dim() > 3]
    assert shapes[0] == (2, 2, 5, 3)
    _, std = model.predict(X, return_std=True)
    assert std.shape == (6, 2)


def test_epochs_by_four_folds():
    random = np.random.RandomState(0)
    X = random.uniform(size=(120, 3))
    y = np.column_stack((X[:, 0], X[:, 1])) + 0.3 * random.normal(size=(120, 2))
    model = SharedHeadRegressor(
        trunk_widths=(32,), head_widths=(8,), early_stopping="cv", max_epochs=200,
        n_iter_no_change=20, lr=0.01, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert model.n_iter_ == np.argmin(model.fold_curve_) + 1
    assert 1 < model.n_iter_ < len(model.fold_curve_) <= 200
    assert model.validation_curve_ == []  # the last training sees all rows
    plain = SharedHeadRegressor(**model.get_params()).set_params(
        early_stopping=False, max_epochs=model.n_iter_
    )
    np.testing.assert_allclose(plain.fit(X, y).predict(X), model.predict(X))


def test_four_folds_need_four_rows():
    model = SharedHeadRegressor(early_stopping="cv")
    with pytest.raises(ValueError, match="needs 4 folds, but there are only 3 diff"):
        model.fit(np.eye(3), np.eye(3))
