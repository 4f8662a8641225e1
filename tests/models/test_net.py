"""What every network estimator does, shown on DenseRegressor."""

import pickle
import threading

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.exceptions import DataConversionWarning
from torch import nn

from sklmag import DenseRegressor, GrainVAE, LGDCNNRegressor
from sklmag._nn._losses import ELEMENTWISE
from sklmag.models._scaling import FeatureScaler, TargetScaler


@pytest.fixture
def data():
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(80, 3))
    return X, 100 + 10 * X[:, 0] ** 2 - X[:, 1]


def quick(**parameters):
    return DenseRegressor(
        **{"width": 16, "max_epochs": 20, "random_state": 0} | parameters
    )


def test_it_learns(data):
    X, y = data
    assert DenseRegressor(random_state=0).fit(X, y).score(X, y) > 0.99


def test_shapes_and_kinds_of_y(data):
    X, y = data
    assert quick().fit(X, y).predict(X).shape == (80,)
    assert quick().fit(X, np.c_[y, -y]).predict(X).shape == (80, 2)
    assert quick().fit(X, y).predict(X).dtype == np.float64
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        model = quick().fit(X, y[:, None])
    assert model.predict(X).shape == (80,)


def test_several_targets_are_each_in_their_own_unit(data):
    X, y = data
    both = DenseRegressor(random_state=0).fit(X, np.c_[y, 1e6 * X[:, 2]])
    assert both.score(X, np.c_[y, 1e6 * X[:, 2]]) > 0.98


def test_frames_and_read_only_arrays(data):
    X, y = data
    frame = pd.DataFrame(X, columns=["Nd", "Fe", "B"])
    named = quick().fit(frame, pd.Series(y))
    assert list(named.feature_names_in_) == ["Nd", "Fe", "B"]
    X.flags.writeable = y.flags.writeable = False
    np.testing.assert_array_equal(quick().fit(X, y).predict(X), named.predict(frame))


def test_same_seed_same_result_and_global_generators_untouched(data):
    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    first, second = quick().fit(*data), quick().fit(*data)
    np.testing.assert_array_equal(first.predict(data[0]), second.predict(data[0]))
    assert (
        np.abs(
            quick(random_state=1).fit(*data).predict(data[0]) - first.predict(data[0])
        ).max()
        > 0
    )
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[1])


def test_threads_do_not_mix_their_random_streams(data):
    expected = quick(dropout=0.2).fit(*data).predict(data[0])
    found = []

    def fit():
        found.append(quick(dropout=0.2).fit(*data).predict(data[0]))

    threads = [threading.Thread(target=fit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for prediction in found:
        np.testing.assert_array_equal(prediction, expected)


def test_a_row_s_prediction_does_not_depend_on_its_company(data):
    X, y = np.tile(data[0], (5, 1)), np.tile(data[1], 5)
    model = quick(dtype="float32").fit(X, y)
    together = model.predict(X)
    np.testing.assert_array_equal(
        [model.predict(x[None])[0] for x in X[:9]], together[:9]
    )


def test_dropout_draws_for_each_row_alone(data):
    model = quick(dropout=0.5, width=64, n_members=2).fit(*data)
    module, row = model.net_.module_.train(), torch.ones(1, 3, dtype=torch.float64)
    with torch.no_grad():
        members = module(row.repeat(100, 1))[..., 0]
    assert [len(torch.unique(member)) for member in members] == [100, 100]


def test_a_repeated_row_is_one_of_weight_two_with_dropout(data):
    X, y = data
    weight = np.tile([2.0, 1.0], 40)
    order = np.random.default_rng(0).permutation(120)
    twice = np.repeat(X, weight.astype(int), axis=0)[order]
    targets = np.repeat(y, weight.astype(int))[order]
    np.testing.assert_allclose(
        quick(dropout=0.3).fit(twice, targets).predict(X),
        quick(dropout=0.3).fit(X, y, sample_weight=weight).predict(X),
        rtol=1e-9,
    )


def test_early_stopping_returns_to_the_best_epoch(data):
    model = quick(max_epochs=400, n_iter_no_change=5, lr=0.05).fit(*data)
    epochs, losses = zip(*model.validation_curve_, strict=True)
    assert model.n_iter_ < 400
    assert model.n_iter_ - epochs[int(np.argmin(losses))] == 5
    full = quick(early_stopping=False).fit(*data)
    assert full.n_iter_ == 20
    assert full.validation_curve_ == []


def test_patience_without_end(data):
    assert quick(max_epochs=30, n_iter_no_change=None, lr=0.5).fit(*data).n_iter_ == 30


def test_partial_fit_goes_on(data):
    model = quick()
    losses = [model.partial_fit(*data).loss_curve_[-1] for _ in range(30)]
    assert losses[-1] < losses[0]
    assert model.n_iter_ == 30


def test_warm_start_goes_on(data):
    model = quick(warm_start=True, early_stopping=False).fit(*data)
    first = model.loss_curve_[-1]
    model.fit(*data)
    assert model.n_iter_ == 40
    assert model.loss_curve_[-1] < first
    assert quick(early_stopping=False).fit(*data).fit(*data).n_iter_ == 20


def test_warm_start_takes_a_new_rate_but_no_other_shape(data):
    model = quick(warm_start=True, early_stopping=False).fit(*data)
    model.set_params(lr=0.5).fit(*data)
    assert model.net_.optimizer_.param_groups[0]["lr"] == 0.5
    with pytest.raises(
        ValueError, match="width=8 was changed after a fit with 16; the"
    ):
        model.set_params(width=8).fit(*data)


def test_warm_start_takes_another_loss_optimizer_and_dropout(data):
    model = quick(warm_start=True, early_stopping=False).fit(*data)
    before = model.predict(data[0])
    model.set_params(loss="mse", optimizer="sgd", dropout=0.5, lr=1e-12).fit(*data)
    np.testing.assert_allclose(model.predict(data[0]), before, atol=1e-5)
    assert isinstance(model.net_.optimizer_, torch.optim.SGD)
    assert model.net_.criterion_.elementwise is ELEMENTWISE["mse"]
    layers = [m for m in model.net_.module_.modules() if isinstance(m, nn.Dropout)]
    assert {layer.p for layer in layers} == {0.5}
    copy = pickle.loads(pickle.dumps(model))
    assert isinstance(copy.net_.optimizer_, torch.optim.SGD)


def test_parameters_changed_after_a_fit_do_not_spoil_a_saved_model(data):
    model = quick().fit(*data)
    expected = model.predict(data[0])
    saved = pickle.dumps(model.set_params(width=99))
    np.testing.assert_array_equal(pickle.loads(saved).predict(data[0]), expected)


def test_divergence_is_an_error(data):
    model = quick(optimizer="sgd", lr=1e9, loss="mse", early_stopping=False)
    with pytest.raises(ValueError, match=r"Training diverged: the loss is .* in epoch"):
        model.fit(*data)


def test_rows_of_weight_zero_are_left_out(data):
    X, y = data
    weight = np.r_[np.ones(60), np.zeros(20)]
    spoilt = np.r_[y[:60], np.full(20, 1e6)]
    np.testing.assert_allclose(
        quick().fit(X, spoilt, sample_weight=weight).predict(X),
        quick().fit(X[:60], y[:60]).predict(X),
    )


def test_heavier_rows_are_fitted_better(data):
    X = data[0]
    contradictory = np.r_[np.zeros(40), np.ones(40)]
    X = np.r_[X[:40], X[:40]]
    light = quick(loss="mse").fit(X, contradictory, sample_weight=[1] * 40 + [9] * 40)
    assert light.predict(X).mean() == pytest.approx(0.9, abs=0.05)


def test_ensembles_tell_their_spread(data):
    model = quick(n_members=4).fit(*data)
    mean, std = model.predict(data[0], return_std=True)
    np.testing.assert_array_equal(mean, model.predict(data[0]))
    assert std.shape == mean.shape
    assert (std > 0).all()
    far = model.predict(data[0] + 10, return_std=True)[1]
    assert far.mean() > 3 * std.mean()
    with pytest.raises(ValueError, match=r"needs at least 2 members.*n_members=1"):
        quick().fit(*data).predict(data[0], return_std=True)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "nadam", "sgd"])
@pytest.mark.parametrize("schedule", ["constant", "one-cycle"])
def test_every_optimizer_learns(data, optimizer, schedule):
    lr = 0.3 if optimizer == "sgd" else 0.02
    model = quick(optimizer=optimizer, lr_schedule=schedule, lr=lr, max_epochs=60)
    curve = model.fit(*data).loss_curve_
    assert min(curve) < 0.7 * curve[0]


def test_constant_features_and_targets(data):
    X, y = data
    constant = np.c_[X, np.full(80, 7.0)]
    np.testing.assert_array_equal(
        quick().fit(constant, y).predict(constant), quick().fit(X, y).predict(X)
    )
    np.testing.assert_allclose(quick().fit(X, np.full(80, 3.0)).predict(X), 3, atol=0.5)


def test_progress_is_shown_on_request_only(data, capsys):
    quick().fit(*data)
    assert capsys.readouterr() == ("", "")
    quick(verbose=1).fit(*data)
    assert "DenseRegressor" in capsys.readouterr().err


def test_scikit_learn_callbacks_see_every_epoch(data):
    callback = pytest.importorskip("sklearn.callback")

    class Count:
        n_tasks = 0

        def setup(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            Count.n_tasks += context.task_name == "epoch"

        def teardown(self, estimator, context):
            pass

    assert isinstance(Count(), callback.FitCallback)
    quick(early_stopping=False).set_callbacks(Count()).fit(*data)
    assert Count.n_tasks == 20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (X, np.r_[y[:5], np.inf, y[6:]]),
         r"^Input y contains infinity or a value too large: row 5 is inf\. Targets are "
         r"finite numbers; drop the row or mend its value\.$"),
        (lambda X, y: (X[:1], y[:1]), r"1 sample\(s\).*while a minimum of 2 is required"),
        (lambda X, y: (np.ones((5, 2)), y[:5]),
         r"^early_stopping needs held-out rows, but there are only 1 different ones and "
         r"validation_fraction=0\.1\. Pass early_stopping=False, or more rows\.$"),
        (lambda X, y: (np.where(X > 0.99, np.nan, X) * np.nan, y), "Input X contains NaN"),
    ],
)  # fmt: skip
def test_bad_data_are_named(data, change, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(*change(*data))


def test_bad_weights_and_targets_are_named(data):
    X, y = data
    targets = pd.DataFrame({"Br_kG": y, "Hcj_kOe": y})
    targets.iloc[7, 1] = np.inf
    with pytest.raises(ValueError, match="too large: row 7 of 'Hcj_kOe' is inf"):
        quick().fit(X, targets)
    with pytest.raises(ValueError, match="1 of 80 rows have a positive sample_weight"):
        quick().fit(X, y, sample_weight=np.eye(80)[0])
    model = quick().partial_fit(X, y)
    with pytest.raises(
        ValueError, match="y has 2 targets, but DenseRegressor was first"
    ):
        model.partial_fit(X, np.c_[y, y])
    with pytest.raises(ValueError, match=r"'loss' parameter of DenseRegressor must be"):
        quick(loss="rmse").fit(X, y)


def test_columns_that_differ_from_fit_are_named(data):
    frame = pd.DataFrame(data[0], columns=["Nd", "Fe", "B"])
    model = quick().fit(frame, data[1])
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- Dy"):
        model.predict(frame.rename(columns={"Nd": "Dy"}))


def test_scaling_respects_weights_and_bounds_outliers():
    X = np.array([[0.0], [1.0], [2.0], [50.0]])
    weight = np.array([1, 2, 3, 1])
    repeated = FeatureScaler().fit(X.repeat(weight, axis=0), np.ones(7))
    scaled = FeatureScaler().fit(X, weight).transform(X)
    np.testing.assert_allclose(scaled, repeated.transform(X))
    assert np.abs(repeated.transform(X * 1e6)).max() < 3 + 1e-6
    assert (np.diff(scaled[:, 0]) > 0).all()
    scaler = TargetScaler().fit(X, weight)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(X)), X)


def test_an_element_in_one_row_only_does_not_explode():
    rng = np.random.RandomState(0)
    X = np.c_[rng.uniform(size=200), np.r_[0.5, np.zeros(199)]]
    model = quick(max_epochs=100).fit(X[1:], X[1:, 0])
    assert np.abs(model.predict(X)).max() < 2
    rare = np.c_[X[:, 0], np.r_[0.0, 1e-3, np.zeros(198)]]
    model = quick(max_epochs=100).fit(rare, X[:, 0])
    assert np.abs(model.predict(np.c_[X[:, 0], np.ones(200)])).max() < 3


def test_what_a_gpu_has_learnt_opens_without_one(data):
    if torch.cuda.is_available():
        pytest.skip("a GPU is here")
    fitted = quick().fit(*data)
    expected = fitted.predict(data[0])
    fitted._fitted_settings["device"] = "cuda"  # as if it had been fitted there
    saved = pickle.dumps(fitted)
    np.testing.assert_array_equal(pickle.loads(saved).predict(data[0]), expected)


def test_an_interrupted_fit_raises(data):
    class Stop:
        def setup(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            if context.task_name == "epoch":
                raise KeyboardInterrupt

        def on_fit_task_end(self, estimator, context):
            pass

        def teardown(self, estimator, context):
            pass

    pytest.importorskip("sklearn.callback")
    with pytest.raises(KeyboardInterrupt):
        quick().set_callbacks(Stop()).fit(*data)


def test_cuda_and_cpu_agree(data):
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    on_gpu = quick(device="cuda").fit(*data)
    on_cpu = quick(device="cpu").fit(*data)
    np.testing.assert_allclose(
        on_gpu.predict(data[0]), on_cpu.predict(data[0]), rtol=0.1
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="of machines without a GPU")
@pytest.mark.parametrize("cls", [DenseRegressor, GrainVAE])
def test_a_gpu_that_is_not_there_is_named(data, cls):
    with pytest.raises(
        ValueError, match="device='cuda': torch finds no GPU here. Take"
    ):
        cls(device="cuda", max_epochs=1).fit(*data)


@pytest.mark.parametrize(
    ("net", "reader"),
    [(DenseRegressor, "MagpieFeaturizer"), (LGDCNNRegressor, "FormulaTokenizer")],
)
@pytest.mark.parametrize("formulas", [["NaCl", "MgO"], [["NaCl"], ["MgO"]]])
def test_formulas_in_place_of_numbers_are_told_what_reads_them(net, reader, formulas):
    told = rf"'NaCl': {net.__name__} takes numbers. Of formulas {reader} makes them"
    with pytest.raises(ValueError, match=told):
        net().fit(formulas, [1.0, 2.0])


def test_formulas_are_not_predicted_as_numbers_either():
    fitted = DenseRegressor(max_epochs=1).fit(np.arange(8.0)[:, None], np.arange(8.0))
    with pytest.raises(ValueError, match="Of formulas MagpieFeaturizer makes them"):
        fitted.predict([["NaCl"], ["MgO"]])
