"""The net inside is a skorch net: it predicts, goes on training, and calls back."""

import copy

import numpy as np
import pytest
from skorch import NeuralNet
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    EpochTimer,
)

from sklmag import (
    DenseRegressor,
    FormulaTokenizer,
    GrainVAE,
    LGDCNNRegressor,
    MultiHeadAttentionRegressor,
    SharedHeadRegressor,
    SIPFENNRegressor,
)

RNG = np.random.RandomState(0)
X = RNG.uniform(size=(120, 3))
Y = X[:, 0] - X[:, 1]
FORMULAS = [f"Fe{n}Co{100 - n}" for n in range(5, 95, 3)] + ["Fe", "Co", "FeCoNi"]
SLOTS = FormulaTokenizer(n_slots=3).fit_transform(FORMULAS)
NETS = {
    "dense": DenseRegressor(max_epochs=5, n_members=2, random_state=0),
    "mhar": MultiHeadAttentionRegressor(
        max_epochs=5, width=16, n_members=2, random_state=0
    ),
    "shared": SharedHeadRegressor(max_epochs=5, random_state=0),
    "sipfenn": SIPFENNRegressor(max_epochs=5, width_factor=0.01, random_state=0),
    "lgdcnn": LGDCNNRegressor(max_epochs=5, width=16, n_members=2, random_state=0),
}


def data_of(name):
    return (SLOTS, np.arange(float(len(SLOTS)))) if name == "lgdcnn" else (X, Y)


@pytest.fixture(params=NETS)
def fitted(request):
    features, y = data_of(request.param)
    return copy.deepcopy(NETS[request.param]).fit(features, y), features, y


def test_it_predicts_scaled_targets(fitted):
    model, features, _ = fitted
    assert isinstance(model.net_, NeuralNet)
    x = (
        model._slots(features)
        if isinstance(model, LGDCNNRegressor)
        else model._scaled_features(features)
    )
    scaled = model.net_.predict(x).astype(float)
    found = model.target_scaler_.inverse_transform(scaled)[:, 0]
    np.testing.assert_allclose(found, model.predict(features), rtol=1e-3, atol=1e-3)


def test_it_goes_on_training(fitted):
    model, features, y = fitted
    x = (
        model._slots(features)
        if isinstance(model, LGDCNNRegressor)
        else model._scaled_features(features)
    )
    z = model.target_scaler_.transform(y[:, None])
    net, n_before = model.net_, len(model.net_.history)
    before = net.predict(x)
    net.max_epochs = 2
    net.partial_fit(x, z.astype(x.dtype))
    assert len(net.history) == n_before + 2
    assert np.isfinite(net.history[-1]["train_loss"])
    assert not np.array_equal(net.predict(x), before)


class Counter(Callback):
    def __init__(self):
        self.calls = []

    def on_epoch_end(self, net, **kwargs):
        self.calls.append(net.history[-1]["train_loss"])


@pytest.mark.parametrize("name", NETS)
def test_callbacks_are_called_and_the_given_ones_stay_as_they_are(name):
    counter, model = Counter(), copy.deepcopy(NETS[name])
    model.set_params(callbacks=[counter, EpochTimer()])
    model.fit(*data_of(name))
    assert counter.calls == []
    ((_, own), _) = model.net_.callbacks_
    assert own.calls == model.loss_curve_
    assert model.net_.history[-1]["dur"] > 0
    silent = copy.deepcopy(NETS[name]).fit(*data_of(name))
    features = data_of(name)[0]
    np.testing.assert_array_equal(model.predict(features), silent.predict(features))


def test_a_callback_ends_the_training():
    stop = EarlyStopping(monitor="train_loss", patience=2, threshold=10.0)
    model = DenseRegressor(max_epochs=50, callbacks=[stop], random_state=0).fit(X, Y)
    assert model.n_iter_ < 10
    assert np.isfinite(model.predict(X)).all()


def test_a_score_on_the_held_out_rows():
    score = EpochScoring("r2", lower_is_better=False, name="r2")
    model = DenseRegressor(max_epochs=40, callbacks=[score], random_state=0).fit(X, Y)
    scores = model.net_.history[:, "r2"]
    assert len(scores) == model.n_iter_
    assert scores[-1] > scores[0]
    assert scores[-1] > 0.5


def test_an_interrupt_without_callbacks_is_the_user_s(monkeypatch):
    model = DenseRegressor(max_epochs=5, random_state=0).fit(X, Y)

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(model.net_), "on_epoch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        DenseRegressor(max_epochs=5, random_state=0).fit(X, Y)


def test_what_skorch_s_own_ask_of_the_history(tmp_path):
    keep = Checkpoint(dirname=str(tmp_path), f_optimizer=None, f_criterion=None)
    model = DenseRegressor(max_epochs=8, callbacks=[keep], random_state=0).fit(X, Y)
    best = model.net_.history[:, "valid_loss_best"]
    assert best[0]
    losses = np.array(model.net_.history[:, "valid_loss"])
    assert losses[np.flatnonzero(best)[-1]] == losses.min()
    assert (tmp_path / "params.pt").exists()


def test_one_more_epoch_asks_no_callback():
    stop = EarlyStopping(monitor="valid_loss")
    model = DenseRegressor(max_epochs=5, callbacks=[stop], random_state=0).fit(X, Y)
    assert model.partial_fit(X, Y).n_iter_ == len(model.net_.history) == 6


def test_callbacks_of_other_kinds_are_refused():
    with pytest.raises(ValueError, match="callbacks holds 'x', expected callbacks of"):
        DenseRegressor(callbacks=["x"]).fit(X, Y)
    with pytest.raises(
        ValueError, match="'callbacks' parameter .* must be an instance"
    ):
        DenseRegressor(callbacks="progress").fit(X, Y)


def test_the_autoencoder_has_a_history_too():
    angles = RNG.uniform(-1.5, 1.5, size=(6, 16, 16))
    vae = GrainVAE(max_epochs=2, random_state=0).fit(angles)
    assert isinstance(vae.net_, NeuralNet)
    assert vae.net_.history[:, "train_loss"] == vae.loss_curve_
