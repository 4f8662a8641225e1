import numpy as np
import pytest

from sklmag import MultiHeadAttentionRegressor


@pytest.fixture(scope="module")
def friedman():
    """Five features matter, three do not (Friedman 1991)."""
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(300, 8))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2
    return X, y + 10 * X[:, 3] + 5 * X[:, 4]


@pytest.fixture(scope="module")
def fitted(friedman):
    X, y = friedman
    model = MultiHeadAttentionRegressor(n_members=4, width=64, random_state=0)
    return model.fit(X[:200], y[:200])


def test_it_predicts_what_it_has_not_seen(friedman, fitted):
    X, y = friedman
    assert fitted.score(X[200:], y[200:]) > 0.97


def test_attention_finds_the_features_that_matter(friedman, fitted):
    maps = fitted.attention_maps(friedman[0][200:])
    assert maps.shape == (100, 8, 8)
    np.testing.assert_allclose(maps.sum(axis=2), 1, rtol=1e-5)
    attended = maps.mean(axis=(0, 1))
    assert attended[:5].min() > attended[5:].max()
    assert attended[:5].mean() > 2.5 * attended[5:].mean()


@pytest.mark.parametrize(("function", "matter"), [
    (lambda x: 3 * x[:, 0] * x[:, 1] + x[:, 2], {0, 1, 2}),
    (lambda x: x[:, 0] / (1 + x[:, 1] ** 2) + 0.3 * x[:, 2], {0, 1, 2}),
    (lambda x: 2 * (x[:, 0] ** 2 - x[:, 1] ** 2) + x[:, 2] * x[:, 3], {0, 1, 2, 3}),
], ids=["product", "ratio", "saddle"])  # fmt: skip
def test_the_default_map_puts_first_what_matters(function, matter):
    X = np.random.RandomState(0).normal(size=(300, 8))
    model = MultiHeadAttentionRegressor(
        n_members=1, width=64, max_epochs=100, random_state=0
    )
    maps = model.fit(X, function(X)).attention_maps(X[:100])
    attended = maps.mean(axis=(0, 1))
    assert set(np.argsort(-attended)[: len(matter)]) == matter


def test_feature_attention_ranks_nothing():
    """What its docstring says: weights are all alike, whatever matters."""
    X = np.random.RandomState(0).normal(size=(300, 8))
    y = 3 * X[:, 0] * X[:, 1] + X[:, 2]
    model = MultiHeadAttentionRegressor(
        attention="feature", n_members=1, width=64, max_epochs=100, random_state=0
    ).fit(X, y)
    assert model.score(X, y) > 0.8
    attended = model.attention_maps(X).mean(axis=(0, 1))
    np.testing.assert_allclose(attended, 1 / 8, rtol=0.1)


def test_attention_to_samples_is_used(friedman, fitted):
    gate = fitted.net_.module_.samples.gate.detach().numpy()
    assert np.abs(gate).mean() > 0.01


@pytest.mark.parametrize("attention", ["sample", "feature", "both"])
def test_every_reading_learns_and_has_maps(friedman, attention):
    X, y = friedman[0][:80], friedman[1][:80]
    X = np.c_[X, np.ones(80)]  # a feature that never varies
    model = MultiHeadAttentionRegressor(
        attention=attention, n_members=2, width=32, max_epochs=150, random_state=0
    ).fit(X, y)
    assert model.score(X, y) > 0.7
    maps = model.attention_maps(X)
    np.testing.assert_allclose(maps[:, :8].sum(axis=2), 1, rtol=1e-6)
    assert (maps[:, 8] == 0).all()
    assert (maps[:, :, 8] == 0).all()


def test_the_paper_s_net(friedman):
    X, y = friedman
    model = MultiHeadAttentionRegressor(preset="paper", random_state=0).fit(X, y)
    assert model.net_.n_members == 1
    assert model.net_.module_.samples is None
    assert model.score(X, y) > 0.9


def test_a_parameter_given_wins_over_the_preset(friedman):
    X, y = friedman
    model = MultiHeadAttentionRegressor(
        preset="paper", n_members=3, max_epochs=2, random_state=0
    )
    assert model.fit(X, y).net_.n_members == 3


def test_memory_is_bounded(friedman):
    X, y = friedman
    model = MultiHeadAttentionRegressor(
        n_members=2, width=16, max_epochs=5, n_memory=50, random_state=0
    ).fit(X, y)
    assert len(model.net_.module_.memory_x) == 50
    assert np.isfinite(model.predict(X)).all()


def test_partial_fit_remembers_earlier_rows(friedman):
    X, y = friedman
    model = MultiHeadAttentionRegressor(
        n_members=2, width=16, n_memory=150, random_state=0
    )
    sizes = [
        len(model.partial_fit(X[i : i + 50], y[i : i + 50]).net_.module_.memory_x)
        for i in range(0, 200, 50)
    ]
    assert sizes == [50, 100, 150, 150]


def test_a_member_does_not_remember_its_held_out_rows(friedman):
    X, y = friedman
    model = MultiHeadAttentionRegressor(
        n_members=3, width=16, max_epochs=5, random_state=0
    ).fit(X, y)
    seen = model.net_.module_.memory_weight > 0
    assert (seen.float().mean(1) - 0.8).abs().max() < 0.05
    assert not seen.all()


def test_far_from_all_rows_nothing_is_taken_over(friedman, fitted):
    module = fitted.net_.module_
    place = module.samples.place(module.encoder(module.memory_x[:4]))
    value = module.memory_y.expand(4, -1, -1)
    bias = 0 * module.memory_weight[:, None, None]
    key = module.samples.place(module.encoder(module.memory_x))
    far = module.samples(place + 1e3, key, value, bias)
    assert far.abs().max() < 1e-6
