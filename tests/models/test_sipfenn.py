"""The SIPFENN networks: what the paper prints, transfer learning, and structures."""

import itertools
import pickle

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklmag._nn._sipfenn_net import SIPFENN_LAYERS, SIPFENNNet
from sklmag.models import SIPFENNRegressor
from sklmag.persistence import load, save
from sklmag.structure import VoronoiFeaturizer


@pytest.fixture
def data():
    X = np.random.default_rng(0).uniform(-2, 2, size=(400, 5))
    return X, X[:, 0] - 0.5 * X[:, 1]


def weights_of(layers):
    sizes = [271, *layers.widths, 1]
    return sum(a * b + b for a, b in itertools.pairwise(sizes))


def test_the_published_networks_have_their_size():
    counts = {name: weights_of(layers) for name, layers in SIPFENN_LAYERS.items()}
    assert counts["NN9"] == counts["NN20"] == 312_851_201
    assert counts["NN24"] == 37_197_201
    assert counts["NN8"] == 112_831_201
    assert counts["perceptron"] == 274  # 271, a bias, and the linear output
    megabytes = {
        name: 4e-6 * weights_of(layers) for name, layers in SIPFENN_LAYERS.items()
    }
    assert megabytes["NN24"] == pytest.approx(145, rel=0.05)  # section 3.1
    assert megabytes["NN9"] == pytest.approx(1200, rel=0.1)  # section 2.5
    assert megabytes["NN20"] == megabytes["NN9"]
    assert [type(layer).__name__ for layer in SIPFENNNet(
        n_members=1, n_features=2, n_targets=1, dropout=0.5,
        layers=SIPFENN_LAYERS["NN24"].__class__((2, 2), ("softsign", "sigmoid"), 1),
    ).body] == ["PackedLinear", "Softsign", "Dropout", "PackedLinear", "Sigmoid"]  # fmt: skip


def kinds_of_layers(model):
    return [type(layer).__name__ for layer in model.net_.module_.body][1::2]


def test_activations_can_be_chosen(data, tmp_path):
    options = {"architecture": "NN8", "width_factor": 0.01, "max_epochs": 2}
    published = SIPFENNRegressor(**options, random_state=0).fit(*data)
    assert kinds_of_layers(published) == ["Softsign", "Sigmoid", "ELU", "ELU"]
    model = SIPFENNRegressor(**options, activations="elu", random_state=0)
    assert kinds_of_layers(model.fit(*data)) == ["ELU"] * 4
    model.set_params(activations=["elu", "softsign", "elu", "sigmoid"]).fit(*data)
    assert kinds_of_layers(model) == ["ELU", "Softsign", "ELU", "Sigmoid"]
    again = load(save(model, tmp_path / "m.sklmag", X=data[0], y=data[1]))
    np.testing.assert_array_equal(again.predict(data[0]), model.predict(data[0]))
    with pytest.raises(
        ValueError,
        match=r"activations=\['elu'\]: one of softsign, sigmoid, elu is need",
    ):
        model.set_params(activations=["elu"]).fit(*data)


@pytest.mark.parametrize("architecture", SIPFENN_LAYERS)
def test_every_architecture_learns(architecture, data):
    X, y = data
    model = SIPFENNRegressor(
        architecture=architecture,
        width_factor=0.01,
        lr=0.03 if architecture == "perceptron" else 0.003,
        max_epochs=100,
        random_state=0,
    )
    error = mean_absolute_error(y, model.fit(X, y).predict(X))
    assert error < 0.25 * np.abs(y - np.median(y)).mean()


def test_partial_fit_takes_a_changed_learning_rate(data):
    model = SIPFENNRegressor(width_factor=0.01, max_epochs=3, random_state=0).fit(*data)
    before = model.predict(data[0])
    model.set_params(lr=1e-12).partial_fit(*data)
    np.testing.assert_allclose(model.predict(data[0]), before, atol=1e-6)


def test_features_are_divided_by_their_largest_magnitude(data):
    X, y = data
    model = SIPFENNRegressor(width_factor=0.01, max_epochs=2, random_state=0).fit(X, y)
    np.testing.assert_allclose(model.feature_scaler_.scale_, np.abs(X).max(axis=0))


def test_the_learning_rate_warms_up(data):
    model = SIPFENNRegressor(width_factor=0.01, max_epochs=10, random_state=0)
    model.fit(*data)
    schedule = model.net_.schedule
    share = schedule.lr_lambdas[0]
    n_steps = schedule.last_epoch // 10
    rates = [share(step) for step in range(10 * n_steps + 1)]
    assert rates[0] == pytest.approx(1e-3)
    assert np.argmax(rates) == 2 * n_steps
    assert max(rates) == 1
    assert rates[-1] == pytest.approx(1e-2)


class TestFineTuning:
    def test_it_adapts_and_leaves_the_original_alone(self, data):
        X, y = data
        model = SIPFENNRegressor(width_factor=0.02, lr=0.003, random_state=0)
        before = model.fit(X, y).predict(X)
        tuned = model.fine_tune(X[:40], y[:40] + 1.0)
        np.testing.assert_array_equal(model.predict(X), before)
        moved = tuned.predict(X[40:])
        untouched = mean_absolute_error(y[40:] + 1.0, before[40:])
        assert mean_absolute_error(y[40:] + 1.0, moved) < 0.6 * untouched
        assert tuned.get_params() == model.get_params()
        assert tuned.n_iter_ == model.n_iter_ + 25

    def test_the_same_seed_tunes_the_same(self, data):
        X, y = data
        models = [
            SIPFENNRegressor(width_factor=0.01, max_epochs=3, random_state=0)
            .fit(X, y)
            .fine_tune(X[:50], y[:50])
            for _ in range(2)
        ]
        np.testing.assert_array_equal(*[model.predict(X) for model in models])

    @pytest.mark.parametrize("lr", [0.003, 0.03])
    def test_the_rate_is_a_tenth_of_adam_s_usual_one(self, data, lr):
        model = SIPFENNRegressor(width_factor=0.01, max_epochs=2, lr=lr, random_state=0)
        tuned = model.fit(*data).fine_tune(*data, max_epochs=1)
        assert tuned.net_.optimizer_.param_groups[0]["lr"] == pytest.approx(1e-4)

    def test_bad_settings(self, data):
        model = SIPFENNRegressor(width_factor=0.01, max_epochs=2, random_state=0)
        model.fit(*data)
        with pytest.raises(ValueError, match=r"lr_scale=-1 must be positive"):
            model.fine_tune(*data, lr_scale=-1)

    def test_an_unfitted_network(self, data):
        with pytest.raises(ValueError, match="is not fitted yet"):
            SIPFENNRegressor().fine_tune(*data)


def test_input_weights_name_the_features(data):
    import pandas as pd

    X, _ = data
    X = pd.DataFrame(X, columns=list("abcde"))
    model = SIPFENNRegressor(
        width_factor=0.02, max_epochs=80, weight_decay=1e-3, random_state=0
    )
    strength = model.fit(X, 3 * X["b"]).input_weights()
    assert list(strength.index) == list("abcde")
    assert strength.idxmax() == "b"


class TestFromStructuresToEnergies:
    @pytest.fixture
    def crystals(self):
        lattices = [Lattice.cubic(2.7 + 0.02 * k) for k in range(12)]
        ordered = [
            Structure(lattice, ["Fe", "Co"], [[0, 0, 0], [0.5, 0.5, 0.5]])
            for lattice in lattices
        ]
        nickel = [Structure(lattice, ["Ni"], [[0, 0, 0]]) for lattice in lattices]
        return ordered + nickel, np.repeat([0.0, 1.0], 12)

    @pytest.fixture
    def pipeline(self):
        net = SIPFENNRegressor(width_factor=0.005, max_epochs=20, random_state=0)
        return make_pipeline(VoronoiFeaturizer(), net)

    def test_grid_search(self, crystals, pipeline):
        names = ["NN24", "perceptron"]
        search = GridSearchCV(pipeline, {"sipfennregressor__architecture": names}, cv=2)
        search.fit(*crystals)
        assert search.best_params_["sipfennregressor__architecture"] in names

    def test_bayesian_search(self, crystals, pipeline):
        from skopt import BayesSearchCV
        from skopt.space import Real

        space = {"sipfennregressor__lr": Real(1e-4, 1e-2, prior="log-uniform")}
        search = BayesSearchCV(pipeline, space, n_iter=3, cv=2, random_state=0)
        search.fit(*crystals)
        assert 1e-4 <= search.best_params_["sipfennregressor__lr"] <= 1e-2

    def test_pickle_and_skops(self, crystals, pipeline, tmp_path):
        structures, y = crystals
        expected = pipeline.fit(structures, y).predict(structures)
        copy = pickle.loads(pickle.dumps(pipeline))
        np.testing.assert_array_equal(copy.predict(structures), expected)
        copy = load(save(pipeline, tmp_path / "model.sklmag"))
        np.testing.assert_array_equal(copy.predict(structures), expected)

    def test_input_weights_name_the_descriptors(self, crystals, pipeline):
        pipeline.set_output(transform="pandas").fit(*crystals)
        weights = pipeline[-1].input_weights()
        assert weights.index[0] == "mean_effective_coordination"
