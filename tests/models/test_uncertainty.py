import numpy as np
import pytest

from sklmag.models._uncertainty import calibration_scores, variances


def ensemble(n_samples, n_members, *, shared, own, seed=0):
    """Members whose errors are partly shared, of which all are unseen."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n_samples, 1))
    common = y + shared * rng.normal(size=y.shape)
    value = common + own * rng.normal(size=(n_members, n_samples, 1))
    return value, np.full_like(value, np.log(shared)), y


def test_total_is_the_variance_of_targets_about_the_mean():
    value, log_std, y = ensemble(20_000, 4, shared=0.5, own=0.4)
    total = variances(value, log_std)["total"].mean()
    measured = ((y - value.mean(axis=0)) ** 2).mean()
    assert measured < total < measured + 0.4**2 * 1.01
    assert variances(value[:1], log_std[:1])["ensemble"].max() == 0


@pytest.mark.parametrize("own", [0.1, 0.3])
def test_scores_of_half_the_members_hold_for_all(own):
    """Two of four have not seen a row: intervals of all four still hold 90 %."""
    value, log_std, y = ensemble(4000, 4, shared=0.5, own=own)
    unseen = np.zeros((4, 4000), dtype=bool)
    unseen[:2, :2000] = unseen[2:, 2000:] = True
    seen = np.broadcast_to(y, value.shape)  # what a member was trained on, it knows
    scores = np.sort(calibration_scores(np.where(unseen[..., None], value, seen),
                                        log_std, y, unseen)[:, 0])  # fmt: skip
    quantile = scores[int(0.9 * len(scores))]
    value, log_std, y = ensemble(20_000, 4, shared=0.5, own=own, seed=1)
    reach = quantile * np.sqrt(variances(value, log_std)["total"])
    covered = (np.abs(y - np.median(value, axis=0)) <= reach).mean()
    assert 0.88 < covered < 0.92


def test_one_member():
    value, log_std, y = ensemble(100, 1, shared=0.5, own=0.1)
    scores = calibration_scores(value, log_std, y, np.ones((1, 100), dtype=bool))
    np.testing.assert_allclose(scores, np.abs(value[0] - y) / 0.5)
