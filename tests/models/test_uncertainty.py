import numpy as np
import pytest

from sklmag.models._uncertainty import calibrated, variances


def ensemble(n_samples, n_members, *, shared, own, seed=0):
    """Members whose errors are partly shared, of which all are unseen."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n_samples, 1))
    common = y + shared * rng.normal(size=y.shape)
    value = common + own * rng.normal(size=(n_members, n_samples, 1))
    log_std = np.broadcast_to(np.log(shared), y.shape)
    return value, np.stack([log_std] * n_members), y


def test_total_is_the_variance_of_targets_about_the_mean():
    value, log_std, y = ensemble(20_000, 4, shared=0.5, own=0.4)
    total = variances(value, log_std)["total"].mean()
    measured = ((y - value.mean(axis=0)) ** 2).mean()
    assert measured < total < measured + 0.4**2 * 1.01
    assert variances(value[:1], log_std[:1])["ensemble"].max() == 0


def coverage_of_halves(shared, own):
    """Return what intervals hold that two of four members, on unseen rows, calibrate."""
    value, log_std, y = ensemble(4000, 4, shared=shared[:4000], own=own[:4000])
    unseen = np.zeros((4, 4000), dtype=bool)
    unseen[:2, ::2] = unseen[2:, 1::2] = True
    seen = np.broadcast_to(y, value.shape)  # what a member was trained on, it knows
    known = np.where(unseen[..., None], value, seen)
    ratio, scores = calibrated(known, log_std, y, unseen)
    quantile = np.sort(scores[:, 0])[int(0.9 * len(scores))]
    value, log_std, y = ensemble(len(own), 4, shared=shared, own=own, seed=1)
    reach = quantile * np.sqrt(variances(value, log_std, ratio)["total"])
    return (np.abs(y - np.median(value, axis=0)) <= reach).mean()


@pytest.mark.parametrize("own", [0.1, 0.3])
def test_scores_of_half_the_members_hold_for_all(own):
    """Two of four have not seen a row: intervals of all four still hold 90 %."""
    constant = np.ones((20_000, 1))
    assert 0.88 < coverage_of_halves(0.5 * constant, own * constant) < 0.92


def test_a_few_wild_rows_do_not_calibrate_the_others():
    """Where members disagree about one row in fifty only, the others keep 90 %."""
    shared = np.full((20_000, 1), 0.5)
    own = np.full((20_000, 1), 0.3)
    own[::50] = 30.0
    assert 0.88 < coverage_of_halves(shared, own) < 0.92


def test_one_member():
    value, log_std, y = ensemble(100, 1, shared=0.5, own=0.1)
    ratio, scores = calibrated(value, log_std, y, np.ones((1, 100), dtype=bool))
    assert ratio == 0
    np.testing.assert_allclose(scores, np.abs(value[0] - y) / 0.5)


def test_no_errors_at_all():
    y = np.zeros((50, 1))
    unseen = np.ones((2, 50), dtype=bool)
    ratio, scores = calibrated(np.zeros((2, 50, 1)), np.zeros((2, 50, 1)), y, unseen)
    assert ratio == 0
    np.testing.assert_array_equal(scores, 0)
