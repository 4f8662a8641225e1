"""The Gaussian process over sets of elements: its covariance, likelihood and limits."""

import itertools

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from sklmag.datasets import make_metallic_glasses
from sklmag.design import (
    SimplexInverseRegressor,
    _set_process,
    inverse_table,
)
from sklmag.design._set_process import (
    SetProcess,
    _exponentials,
    _kernel,
    _likeliest,
    _Sets,
    principal_coordinates,
)
from sklmag.models._element_table import element_table

TABLE = element_table(("magpie", "glass"))[1]


@pytest.fixture(scope="module")
def alloys():
    """Return scaled rows and shares of generated glasses."""
    formulas, properties = make_metallic_glasses(60, random_state=0)
    X, y = inverse_table(formulas, properties[["G_GPa", "K_GPa"]], n_slots=7)
    X, y = X.to_numpy(), y.to_numpy() / 100
    X[:, :2] = (X[:, :2] - X[:, :2].mean(axis=0)) / X[:, :2].std(axis=0)
    return X, y


def scales():
    names = _set_process._START
    return dict(zip(names, np.linspace(0.3, 1.1, len(names)), strict=True))


def covariance_by_hand(p, e, S, t, f, R, u, coordinates):
    """The formula of the docstring for two elements, e of set S and f of set R."""

    def square(a, b):
        return ((coordinates[a] - coordinates[b]) ** 2).mean()

    def rank(a, S):
        return np.mean([coordinates[b] < coordinates[a] for b in S], axis=0)

    def likeness(S, R):
        pairs = itertools.product(S, R)
        return np.mean([np.exp(-p["likeness"] * square(a, b)) for a, b in pairs])

    discrepancy = likeness(S, S) + likeness(R, R) - 2 * likeness(S, R)
    targets = ((t - u) ** 2).sum()
    ranks = ((rank(e, S) - rank(f, R)) ** 2).mean()
    trend = p["trend_element"] * square(e, f) + p["trend_targets"] * targets
    context = (
        p["context_element"] * square(e, f)
        + p["context_rank"] * ranks
        + p["context_set"] * discrepancy
        + p["context_targets"] * targets
    )
    return p["trend_variance"] * np.exp(-trend) + p["context_variance"] * np.exp(
        -context
    )


def process_of(x):
    return SetProcess(principal_coordinates(TABLE, x[:, 2:]), 7)


def test_the_covariance_is_that_of_the_formula():
    x = np.array([[0.3, -1.0, 13, 29, 40, 0], [1.2, 0.4, 26, 5, 0, 0]])
    sets = [[13, 29, 40], [26, 5]]
    coordinates = principal_coordinates(TABLE, x[:, 2:])
    tokens = _Sets(x, 4, coordinates)
    found = _kernel(scales(), tokens, tokens, np)
    elements = [(e, S, row[:2]) for S, row in zip(sets, x, strict=True) for e in S]
    expected = [
        [covariance_by_hand(scales(), *a, *b, coordinates) for b in elements]
        for a in elements
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_covariances_are_positive_and_the_same_in_torch(alloys):
    sets = _Sets(alloys[0], 7, principal_coordinates(TABLE, alloys[0][:, 2:]))
    found = _kernel(scales(), sets, sets, np)
    assert np.linalg.eigvalsh(found).min() > -1e-10
    tensors = {name: torch.tensor(value) for name, value in scales().items()}
    np.testing.assert_allclose(_kernel(tensors, sets, sets, torch), found, atol=1e-12)


def test_scales_maximise_the_likelihood_of_scipy(alloys):
    x, shares = alloys
    process = process_of(x).fit(x, shares, np.ones(60), np.random.RandomState(0))
    sets, y, noise = process._lesson(x, shares, np.ones(60))

    def likelihood(logarithms):
        p = _exponentials(logarithms, np)
        covariance = _kernel(p, sets, sets, np) + np.diag(p["noise"] * noise)
        return multivariate_normal(np.zeros(len(y)), covariance).logpdf(y)

    best = _likeliest(sets, y, noise)
    np.testing.assert_allclose(best, process.scales_)
    start = np.array(list(_set_process._START.values()))
    assert likelihood(best) > likelihood(start) + 10
    steps = 0.5 * np.eye(len(best))
    assert all(
        likelihood(best + sign * step) < likelihood(best) + 0.5
        for step in steps
        for sign in (1, -1)
    )


def test_rows_of_more_weight_are_met_more_closely(alloys):
    x, shares = alloys
    x, shares = np.vstack((x, x[:1])), np.vstack((shares, shares[:1]))
    n_elements = (x[0, 2:] > 0).sum()
    shares[-1, :n_elements] = np.roll(shares[-1, :n_elements], 1)  # contradicts row 0

    def missed(weight_of_last):
        weight = np.ones(61)
        weight[-1] = weight_of_last
        process = process_of(x).fit(x, shares, weight, np.random.RandomState(0))
        return np.abs(process.predict(x[-1:]) - shares[-1]).sum()

    assert missed(100) < 0.5 * missed(0.01)


def test_of_many_alloys_it_remembers_some(alloys, monkeypatch):
    x, shares = alloys
    monkeypatch.setattr(_set_process, "_N_MOST", 20)
    monkeypatch.setattr(_set_process, "_N_LEARNING", 10)
    process = process_of(x).fit(x, shares, np.ones(60), np.random.RandomState(0))
    assert len(process.known_.number) == 20
    np.testing.assert_allclose(process.predict(x).sum(axis=1), 1)


def test_one_element_only():
    X, y = inverse_table(["Fe"] * 3, {"G_GPa": [80.0, 82, 84]}, n_slots=2)
    model = SimplexInverseRegressor(max_epochs=2, random_state=0).fit(X, y)
    np.testing.assert_allclose(model.predict(X), [[100, 0]] * 3)


def test_the_weight_of_the_process(alloys):
    x, shares = alloys

    def fitted(weight):
        return SimplexInverseRegressor(
            process_weight=weight,
            prior_std=0.0,
            max_epochs=3,
            n_members=2,
            random_state=0,
        ).fit(x, shares)

    alone = fitted(1.0)
    y, std = alone.predict(x, return_std=True)
    scaled = alone.feature_scaler_.transform(x)
    np.testing.assert_allclose(y, alone.process_.predict(scaled), atol=1e-12)
    np.testing.assert_allclose(std, 0, atol=1e-12)
    assert fitted(0.0).process_ is None
    with pytest.raises(ValueError, match="process_weight"):
        fitted(1.5)


def test_a_warm_start_keeps_the_process(alloys):
    x, shares = alloys
    model = SimplexInverseRegressor(max_epochs=2, warm_start=True, random_state=0)
    process = model.fit(x, shares).process_
    assert model.fit(x, shares).process_ is process
    with pytest.raises(ValueError, match=r"process_weight=0.2 was changed after a fit"):
        model.set_params(process_weight=0.2).fit(x, shares)


def test_elements_that_were_never_seen_together(alloys):
    """Trained without alloys of zirconium and copper, it still beats equal parts."""
    formulas, properties = make_metallic_glasses(300, random_state=1)
    X, y = inverse_table(formulas, properties[["G_GPa", "K_GPa"]], n_slots=7)
    X, y = X.to_numpy(), y.to_numpy() / 100
    X[:, :2] = (X[:, :2] - X[:, :2].mean(axis=0)) / X[:, :2].std(axis=0)
    both = (X[:, 2:] == 40).any(axis=1) & (X[:, 2:] == 29).any(axis=1)
    assert 5 < both.sum() < 250
    process = process_of(X[~both])
    process.fit(X[~both], y[~both], np.ones((~both).sum()), np.random.RandomState(0))
    used = X[both, 2:] > 0
    equal = used / used.sum(axis=1, keepdims=True)
    error = ((process.predict(X[both]) - y[both]) ** 2).sum()
    assert error < 0.5 * ((equal - y[both]) ** 2).sum()
