"""Points between bounds that keep to sums and ratios."""

import numpy as np
import pytest

from sklmag import DesignError
from sklmag.design._region import Region

LOW, HIGH = np.zeros(4), np.array([40.0, 20, 10, 60])
SUM = ("a + b + c + d = 100", np.ones(4), 100.0, 100.0)
RATIO = ("a = 4 b", np.array([1.0, -4, 0, 0]), 0.0, 0.0)
PAIR = ("a + b = 29:31", np.array([1.0, 1, 0, 0]), 29.0, 31.0)


def region(*rows):
    return Region(list("abcd"), LOW, HIGH, rows)


def test_points_are_moved_to_where_all_holds():
    points = np.random.default_rng(0).uniform(size=(500, 4)) * HIGH
    found = region(SUM, RATIO, PAIR).nearest(points, is_last=True)
    np.testing.assert_allclose(found.sum(axis=1), 100, atol=1e-7)
    np.testing.assert_allclose(found[:, 0], 4 * found[:, 1], atol=1e-7)
    pair = found[:, :2].sum(axis=1)
    assert ((pair > 29 - 1e-7) & (pair < 31 + 1e-7)).all()
    assert ((found >= LOW - 1e-9) & (found <= HIGH + 1e-9)).all()
    assert region(SUM, RATIO, PAIR).excess(found).max() < 1e-8
    # where all holds already, nothing moves
    again = region(SUM, RATIO, PAIR).nearest(found, is_last=True)
    np.testing.assert_allclose(again, found, atol=1e-9)


def test_draws_are_even():
    """x + y = 1 in the unit square: a uniform segment; without it a uniform square."""
    line = Region(
        ["x", "y"], np.zeros(2), np.ones(2), [("x + y = 1", np.ones(2), 1.0, 1.0)]
    )
    x = line.sample(4000, np.random.RandomState(0))[:, 0]
    counts = np.histogram(x, bins=10, range=(0, 1))[0]
    assert np.abs(counts - 400).max() < 90  # 4.5 standard deviations
    corner = Region(
        ["x", "y"], np.zeros(2), np.ones(2), [("x + y <= 1", np.ones(2), -np.inf, 1.0)]
    )
    drawn = corner.sample(4000, np.random.RandomState(0))
    assert drawn.sum(axis=1).max() <= 1 + 1e-9
    assert (drawn < 0.5).all(axis=1).mean() == pytest.approx(0.5, abs=0.04)


def test_contradictions_name_what_is_needed_for_them():
    rows = (SUM, PAIR, ("c + d <= 60", np.array([0.0, 0, 1, 1]), -np.inf, 60.0))
    with pytest.raises(DesignError) as error:
        region(*rows, ("b <= 19", np.array([0.0, 1, 0, 0]), -np.inf, 19.0))
    text = str(error.value)
    assert "'a + b + c + d = 100'" in text
    assert "'a + b = 29:31'" in text
    assert "'c + d <= 60'" in text
    assert "b <= 19" not in text  # holds beside the others
    assert "c from 0 to 10" in text
    with pytest.raises(DesignError, match="keep to 'c >= 11' with c from 0 to 10"):
        region(("c >= 11", np.array([0.0, 0, 1, 0]), 11.0, np.inf))
