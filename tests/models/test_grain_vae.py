"""GrainVAE: published sizes, codes and structures, and what it learns."""

import pickle

import numpy as np
import pytest
import skops.io
import torch
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from skopt import BayesSearchCV

from sklmag.microstructure import make_grain_structures, symmetric_copies
from sklmag.models import GrainVAE, SharedHeadRegressor


@pytest.fixture(scope="module")
def angles():
    return make_grain_structures(
        120, shape=(16, 16), size_nm=32, n_grains=(1, 4), random_state=0
    ).angles


@pytest.fixture(scope="module")
def vae(angles):
    return GrainVAE(n_latent=8, max_epochs=30, random_state=0).fit(angles)


def quick(**options):
    return GrainVAE(n_latent=4, max_epochs=2, random_state=0).set_params(**options)


def n_parameters(*modules):
    return sum(p.numel() for module in modules for p in module.parameters())


def test_published_numbers_of_parameters():
    vae = GrainVAE(preset="paper", encoding="x", max_epochs=1)
    net = vae.fit(np.zeros((2, 160, 160))).net_.module_
    assert n_parameters(net.down, net.mean, net.log_variance) == 15_382_256
    assert n_parameters(net.up) == 14_338_801
    assert vae.transform(np.zeros((1, 160, 160))).shape == (1, 512)


def test_it_learns(vae, angles):
    assert vae.loss_curve_[-1] < 0.5 * vae.loss_curve_[0]
    back = vae.inverse_transform(vae.transform(angles))
    agreement = np.cos(2 * (back - angles)).mean()  # 0 of unrelated axes
    assert agreement > 0.6


@pytest.mark.parametrize("encoding", ["double-angle", "x"])
@pytest.mark.parametrize("shape", [(16, 16), (12, 20), (1, 7)])
def test_maps_of_any_size_in_either_form(encoding, shape):
    maps = np.random.default_rng(0).uniform(-1, 1, size=(5, *shape))
    vae = quick(encoding=encoding).fit(maps)
    back = vae.inverse_transform(vae.transform(maps))
    assert back.shape == maps.shape
    assert np.abs(back).max() <= np.pi / 2
    if shape[0] in (1, shape[1]):
        rows = maps.reshape(5, -1)
        table = quick(encoding=encoding).fit(rows)
        np.testing.assert_array_equal(table.transform(rows), vae.transform(maps))
        assert table.inverse_transform(table.transform(rows)).shape == rows.shape


def test_an_axis_and_its_reverse_have_one_code(vae, angles):
    np.testing.assert_allclose(
        vae.transform(angles + np.pi), vae.transform(angles), atol=1e-5
    )


def test_codes_do_not_depend_on_the_other_rows(vae, angles):
    codes = vae.transform(angles)
    np.testing.assert_array_equal(vae.transform(angles[70:71]), codes[70:71])


def test_samples_and_the_line_between_two_codes(vae, angles):
    samples = vae.sample(3, random_state=0)
    assert samples.shape == (3, 16, 16)
    np.testing.assert_array_equal(vae.sample(3, random_state=0), samples)
    codes = vae.transform(angles[:2])
    line = vae.interpolate(*codes, n=5)
    np.testing.assert_allclose(line[[0, -1]], vae.inverse_transform(codes), atol=1e-5)
    middle = vae.inverse_transform(codes.mean(axis=0, keepdims=True))
    np.testing.assert_allclose(line[2:3], middle, atol=1e-5)


def test_generated_structures_are_learned_beside_those_given(angles):
    one = quick().fit(angles[:4])
    more = quick(n_generated=60).fit(angles[:4])
    assert not np.array_equal(one.transform(angles), more.transform(angles))
    again = quick(n_generated=60).fit(angles[:4])
    np.testing.assert_array_equal(again.transform(angles), more.transform(angles))


def test_the_divergence_pulls_codes_together(angles):
    loose = quick(kl_weight=0.0, max_epochs=15).fit(angles).transform(angles)
    tight = quick(kl_weight=100.0, max_epochs=15).fit(angles).transform(angles)
    assert np.std(tight) < 0.3 * np.std(loose)


def test_pickle_and_skops_give_the_same_codes(vae, angles):
    expected = vae.transform(angles)
    copy = pickle.loads(pickle.dumps(vae))
    np.testing.assert_array_equal(copy.transform(angles), expected)
    saved = skops.io.dumps(vae)
    names = skops.io.get_untrusted_types(data=saved)
    assert all(name.startswith("sklmag.") for name in names)
    loaded = skops.io.loads(saved, trusted=names)
    np.testing.assert_array_equal(loaded.transform(angles), expected)
    assert list(loaded.get_feature_names_out()[:2]) == ["grainvae0", "grainvae1"]


def test_generators_of_the_process_are_left_alone(angles):
    before, state = torch.initial_seed(), np.random.get_state()[1].copy()  # noqa: NPY002
    quick(n_generated=2).fit(angles[:4])
    assert torch.initial_seed() == before
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


class TestChain:
    @pytest.fixture
    def targets(self, angles):
        return np.column_stack(
            (np.cos(angles).mean(axis=(1, 2)), np.cos(2 * angles).mean(axis=(1, 2)))
        )

    def test_pipeline_and_searches(self, angles, targets):
        chain = make_pipeline(
            quick(), SharedHeadRegressor(max_epochs=3, random_state=0)
        )
        assert chain.fit(angles, targets).predict(angles).shape == targets.shape
        grid = GridSearchCV(chain, {"grainvae__n_latent": [2, 6]}, cv=2)
        assert grid.fit(angles, targets).best_params_["grainvae__n_latent"] in (2, 6)
        space = {"grainvae__kl_weight": (0.1, 10.0, "log-uniform")}
        search = BayesSearchCV(chain, space, n_iter=2, cv=2, random_state=0)
        assert (
            0.1 <= search.fit(angles, targets).best_params_["grainvae__kl_weight"] <= 10
        )

    def test_an_autoencoder_that_has_seen_more_is_frozen(self, vae, angles, targets):
        head = SharedHeadRegressor(max_epochs=150, random_state=0)
        chain = make_pipeline(FrozenEstimator(vae), head).fit(angles[:90], targets[:90])
        error = np.abs(chain.predict(angles[90:]) - targets[90:]).mean()
        assert error < 0.6 * np.abs(targets[90:] - targets[:90].mean(axis=0)).mean()


class TestWhatIsRefused:
    def test_other_maps(self, vae):
        with pytest.raises(ValueError, match="expecting 16 features|has 8 features"):
            vae.transform(np.zeros((2, 8, 8)))
        with pytest.raises(
            ValueError, match=r"maps of shape \(16, 8\), but GrainVAE was"
        ):
            vae.transform(np.zeros((2, 16, 8)))
        with pytest.raises(ValueError, match="must be maps of shape"):
            quick().fit(np.zeros((2, 1, 8, 8)))

    def test_codes_of_another_length(self, vae):
        with pytest.raises(
            ValueError, match="codes of 5 numbers, but this GrainVAE has 8"
        ):
            vae.inverse_transform(np.zeros((1, 5)))

    def test_divergence(self, angles):
        with pytest.raises(ValueError, match="Training diverged: the loss is"):
            quick(lr=1e12).fit(angles)


def test_symmetric_copies_are_seen_one_an_epoch(monkeypatch):
    structure = np.array([[[0.1, 0.2], [0.3, 0.4]]])
    seen = []
    images = GrainVAE._images
    monkeypatch.setattr(
        GrainVAE, "_images", lambda self, a: (seen.append(a), images(self, a))[1]
    )
    quick(symmetric_copies=True, max_epochs=30).fit(np.repeat(structure, 4, axis=0))
    allowed = {one.tobytes() for one in symmetric_copies(structure)}
    found = {one.tobytes() for batch in seen for one in batch}
    assert found == allowed
    assert all(len(batch) <= 4 for batch in seen)
