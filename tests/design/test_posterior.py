"""The posterior mean of compositions: its integral, its limits, and what it is for."""

import copy

import numpy as np
import pytest
from scipy.stats import norm

from sklmag.datasets import make_metallic_glasses
from sklmag.design import (
    SimplexInverseRegressor,
    _posterior,
    inverse_table,
)
from sklmag.design._posterior import CompositionPosterior
from sklmag.design._set_process import principal_coordinates
from sklmag.models._element_table import element_table

TABLE = element_table(("magpie", "glass"))[1]


@pytest.fixture(scope="module")
def alloys():
    """Return scaled rows and shares of generated glasses."""
    formulas, properties = make_metallic_glasses(80, random_state=0)
    X, y = inverse_table(formulas, properties[["G_GPa", "K_GPa"]], n_slots=7)
    X, y = X.to_numpy(), y.to_numpy() / 100
    X[:, :2] = (X[:, :2] - X[:, :2].mean(axis=0)) / X[:, :2].std(axis=0)
    return X, y


def fitted(x, shares, *, weight=None, spread=0.5):
    weight = np.ones(len(x)) if weight is None else weight
    coordinates = principal_coordinates(TABLE, x[:, 2:])
    posterior = CompositionPosterior(coordinates, shares.shape[1], spread)
    return posterior.fit(x, shares, weight, np.random.RandomState(0))


def equal_parts(x):
    used = x[:, 2:] > 0
    return used / used.sum(axis=1, keepdims=True)


def test_the_mean_is_the_integral_over_the_prior(alloys, monkeypatch):
    monkeypatch.setattr(_posterior, "_N_DRAWS", 100_000)
    posterior = fitted(*alloys)
    wanted, guess = np.array([0.3, -0.3]), np.array([0.6, 0.4])
    row = np.array([[*wanted, 29, 40, 0, 0, 0, 0, 0]])
    found = posterior.mean(row, np.array([[[*guess, 0, 0, 0, 0, 0]]]))[0, 0]

    # of two elements only ln(q_1 / q_2) is free: normal, of variance 2 * 0.5**2
    u = np.linspace(-4, 4, 2001)
    share = 1 / (1 + np.exp(-(np.log(guess[0] / guess[1]) + u)))
    q = np.column_stack((share, 1 - share))
    means = posterior.scaler_.transform(q @ posterior.coordinates[[29, 40]])
    density = norm.pdf(u, scale=0.5 * np.sqrt(2))
    for (process, noise), target in zip(posterior.processes_, wanted, strict=True):
        f, s = process.predict(means, return_std=True)
        s = np.sqrt(s**2 + noise)
        density = density * np.exp(-((f - target) ** 2) / (2 * (2 * s) ** 2)) / s
    expected = (density * share).sum() / density.sum()
    assert abs(expected - guess[0]) > 0.02
    np.testing.assert_allclose(found, [expected, 1 - expected, *[0] * 5], atol=2e-3)


def test_forward_models_know_the_values_and_deviations_of_unseen_alloys(alloys):
    x, shares = alloys
    posterior = fitted(x[:60], shares[:60])
    means = posterior._means(x[60:, 2:].astype(int), shares[60:])
    for k, (process, noise) in enumerate(posterior.processes_):
        f, s = process.predict(posterior.scaler_.transform(means), return_std=True)
        scaled = (f - x[60:, k]) / np.sqrt(s**2 + noise)
        assert np.square(f - x[60:, k]).mean() < 0.3 * x[60:, k].var()
        assert 0.5 < np.sqrt(np.square(scaled).mean()) < 2


def test_guesses_come_nearer_to_the_alloys(alloys):
    x, shares = alloys
    guess = equal_parts(x[60:])
    found = fitted(x[:60], shares[:60]).mean(x[60:], guess[None])[0]
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-14)
    assert ((found == 0) == (x[60:, 2:] == 0)).all()
    error, before = (((q - shares[60:]) ** 2).sum() for q in (found, guess))
    assert error < 0.9 * before


def test_a_target_that_never_varies_tells_nothing(alloys):
    x, shares = alloys
    guess = np.stack((shares, equal_parts(x)))
    dumb = x.copy()
    dumb[:, :2] = 0
    np.testing.assert_array_equal(fitted(dumb, shares).mean(dumb, guess), guess)
    half = x.copy()
    half[:, 1] = 0
    assert fitted(half, shares).telling_.tolist() == [0]


def test_rows_of_more_weight_are_met_more_closely(alloys):
    x, shares = np.vstack((alloys[0], alloys[0][:1])), alloys[1]
    shares = np.vstack((shares, shares[:1]))
    x[-1, :2] += 2  # contradicts row 0

    def missed(weight_of_last):
        posterior = fitted(x, shares, weight=np.r_[np.ones(80), weight_of_last])
        means = posterior._means(x[-1:, 2:].astype(int), shares[-1:])
        means = posterior.scaler_.transform(means)
        found = [process.predict(means)[0] for process, _ in posterior.processes_]
        return np.abs(found - x[-1, :2]).sum()

    assert missed(100.0) < missed(1.0) < missed(0.01)


def test_memory_is_bounded(alloys, monkeypatch):
    monkeypatch.setattr(_posterior, "_N_MOST", 30)
    monkeypatch.setattr(_posterior, "_N_LEARNING", 20)
    posterior = fitted(*alloys)
    assert [len(process.X_train_) for process, _ in posterior.processes_] == [30, 30]


def test_the_spread_of_the_prior(alloys):
    x, shares = alloys

    def model_of(prior_std):
        return SimplexInverseRegressor(
            prior_std=prior_std, max_epochs=2, n_members=2, random_state=0
        ).fit(x, shares)

    def moved(model):
        found, model = model.predict(x), copy.copy(model)
        model.posterior_ = None
        return np.abs(found - model.predict(x)).max()

    model = model_of(0.5)
    assert moved(model_of(1e-9)) < 1e-8 < 0.05 < moved(model)
    assert np.isfinite(model_of(10.0).predict(x)).all()
    assert model_of(0.0).posterior_ is None
    posterior = model.posterior_
    model.set_params(warm_start=True).fit(x, shares)
    assert model.fit(x, shares).posterior_ is posterior
    with pytest.raises(ValueError, match=r"prior_std=0.2 was changed after a fit"):
        model.set_params(prior_std=0.2).fit(x, shares)
    for wrong in (-1.0, 11.0):
        with pytest.raises(ValueError, match=r"'prior_std' .* range \[0.0, 10.0\]"):
            SimplexInverseRegressor(prior_std=wrong).fit(x, shares)
