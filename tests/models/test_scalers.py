"""Scalers of any size of numbers: what does not vary beyond rounding stays put."""

import numpy as np
import pytest

from sklmag import SIPFENNRegressor
from sklmag._utils._variation import varies
from sklmag.models._scaling import FeatureScaler, MagnitudeScaler
from sklmag.persistence import ApplicabilityDomain, load, save

SCALERS = [FeatureScaler, MagnitudeScaler]
rng = np.random.RandomState(0)
NOISE = np.where(rng.uniform(size=50) < 0.2, 0.0, rng.uniform(size=50) * 3e-16)


def columns():
    """Return columns that vary, one that is constant to rounding, and one of noise."""
    varied = rng.uniform(1, 10, size=(50, 3))
    constant = 11.957 * (1 + rng.uniform(-1, 1, 50) * 1e-15)
    return np.column_stack((varied, constant, NOISE))


def test_noise_and_constants_do_not_vary():
    assert varies(columns()).tolist() == [True] * 3 + [False] * 2


@pytest.mark.parametrize("exponent", [-300, -100, 0, 100, 300])
def test_neither_does_the_unit_of_the_table_matter(exponent):
    assert varies(columns() * 10.0**exponent).tolist() == [True] * 3 + [False] * 2


def test_a_quantity_in_small_units_is_no_noise():
    exchange_J_m = rng.uniform(5, 12, 50) * 1e-12  # beside K1 in J/m3
    K1_J_m3 = rng.uniform(1, 5, 50) * 1e6
    assert varies(np.column_stack((exchange_J_m, K1_J_m3))).all()


def test_numbers_at_the_end_of_the_range():
    X = np.array([[-1.7e308, 1e-300], [1.7e308, 3e-300], [0, 2e-300]])
    assert varies(X).all()
    assert varies(X[:, [0, 0]]).all()  # of which the mean would be infinite


@pytest.mark.parametrize("scaler", SCALERS)
def test_what_did_not_vary_never_does(scaler):
    X = columns()
    other = X.copy()
    other[:, 3:] = rng.uniform(0, 50, size=(50, 2))  # where symmetry is gone
    fitted = scaler().fit(X, np.ones(50))
    np.testing.assert_array_equal(fitted.transform(other), fitted.transform(X))


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize("exponent", [-300, -200, 0, 200, 300])
def test_scaled_values_are_of_order_one_in_any_unit(scaler, exponent):
    X = columns()[:, :3]
    unit = 10.0**exponent
    plain = scaler().fit(X, np.ones(50)).transform(X)
    scaled = scaler().fit(X * unit, np.ones(50)).transform(X * unit)
    np.testing.assert_allclose(scaled, plain, rtol=1e-9)
    assert 0.2 < np.abs(plain).max() < 3


def test_a_domain_does_not_measure_noise():
    X = columns()
    near = X[:1].copy()
    near[0, 4] = 0.5
    domain = ApplicabilityDomain(X)
    assert domain.distance(near)[0] < 1e-6


@pytest.mark.parametrize("exponent", [-300, -200, 200, 300])
def test_a_domain_in_any_unit(exponent):
    X, far = columns()[:, :3], columns()[:5, :3] + 3
    plain = ApplicabilityDomain(X).distance(far)
    unit = 10.0**exponent
    scaled = ApplicabilityDomain(X * unit).distance(far * unit)
    np.testing.assert_allclose(scaled, plain, rtol=1e-6)


def test_other_symmetry_gives_other_predictions(tmp_path):
    """Trained where a column is noise, it still tells rows apart where it is not."""
    X = columns()
    y = X[:, 0] - X[:, 1]
    model = SIPFENNRegressor(width_factor=0.01, max_epochs=100, random_state=0)
    model.fit(X, y)
    new = columns()
    new[:, 4] = rng.uniform(0, 0.5, 50)
    predicted = model.predict(new)
    assert np.corrcoef(predicted, new[:, 0] - new[:, 1])[0, 1] > 0.9
    save(model, tmp_path / "net.sklmag", X=X, y=y)
    again = load(tmp_path / "net.sklmag").predict(new)
    np.testing.assert_array_equal(again, predicted)
