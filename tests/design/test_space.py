"""Where compositions may be: bounds, lattices, and the way through them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklmag import DesignError
from sklmag.design._search import least_by_slope, least_on_lattice
from sklmag.design._space import CompositionSpace

FOUR = ["Ti", "Zr", "Be", "Fe"]


def test_the_750_compositions_of_the_paper():
    space = CompositionSpace(FOUR)
    points = np.vstack(list(space.lattice([44, 22, 30, 4], 5, 1)))
    assert len(points) == 750
    assert len(np.unique(points, axis=0)) == 750
    np.testing.assert_array_equal(points.sum(axis=1), 100)
    assert (points > 0).all()
    assert (np.abs(points - [44, 22, 30, 4]) <= 5).all()


def test_seven_elements_come_in_chunks():
    space = CompositionSpace("Zr Ti Cu Ni Be Al Fe".split())
    sizes = [len(chunk) for chunk in space.lattice([40, 14, 12, 10, 12, 6, 6], 5, 1)]
    assert sum(sizes) > 700_000
    assert max(sizes) <= 20_000


def test_a_lattice_knows_bounds_and_rounds_its_origin():
    space = CompositionSpace(FOUR, {"Fe": (5, 6)})
    points = np.vstack(list(space.lattice([43.7, 22.4, 29.6, 4.3], 2, 0.5)))
    np.testing.assert_allclose(points.sum(axis=1), 100)
    assert set(points[:, 3]) == {5.0, 5.5, 6.0}


bounds = st.lists(
    st.tuples(st.floats(0, 60), st.floats(0, 60)).map(sorted), min_size=2, max_size=6
)


@given(bounds, st.integers(0, 1000))
def test_every_point_of_the_cube_is_a_composition(pairs, seed):
    low, high = np.array(pairs).T
    elements = ["Fe", "Co", "Ni", "Zr", "Cu", "Al"][: len(pairs)]
    named = dict(zip(elements, pairs, strict=True))
    if low.sum() > 100 or high.sum() < 100:
        with pytest.raises(DesignError, match="no composition that sums to 100"):
            CompositionSpace(elements, named)
        return
    space = CompositionSpace(elements, named)
    rng = np.random.default_rng(seed)
    points = space.from_unit(rng.uniform(size=(50, len(pairs) - 1)))
    near = np.array([space.nearest(p) for p in rng.uniform(-50, 150, points.shape)])
    for found in (points, near):
        np.testing.assert_allclose(found.sum(axis=1), 100, atol=1e-6)
        assert (found >= low - 1e-6).all()
        assert (found <= high + 1e-6).all()


@pytest.mark.parametrize(
    ("elements", "limits", "text"),
    [
        (["Ti", "Xx"], None, "'Xx' is not an element symbol"),
        (["Ti", "Ti"], None, "holds Ti twice"),
        ([], None, "elements is empty"),
        (["Ti"], {"Zr": (0, 5)}, "bounds name Zr, which is not among"),
        (["Ti", "Zr"], {"Zr": (5, 2)}, r"bounds of 'Zr': \(5, 2\) are no interval"),
        (["Ti", "Zr"], {"Ti": (0, 40), "Zr": (0, 40)}, "at most 80 at.%"),
        (["Ti", "Zr"], {"Ti": (60, 70), "Zr": (60, 70)}, "at least 120"),
    ],
)
def test_contradictions_are_named(elements, limits, text):
    with pytest.raises(DesignError, match=text):
        CompositionSpace(elements, limits)


def quadratic(center):
    return lambda points: ((points - center) ** 2).sum(axis=1)


def test_slopes_lead_to_the_constrained_minimum():
    center = np.array([50.0, 30, 20, 10])
    point, cost = least_by_slope(
        quadratic(center), np.full(4, 25.0), np.zeros(4), np.full(4, 100.0), 100
    )
    np.testing.assert_allclose(point, center - 2.5, atol=1e-2)
    assert cost == pytest.approx(25, abs=1e-2)


def test_the_lattice_keeps_the_best_of_all_chunks():
    cost = quadratic(np.array([44.2, 22.1, 29.7, 4.0]))
    space = CompositionSpace(FOUR)
    points, costs = least_on_lattice(cost, space.lattice([46, 20, 30, 4], 5, 1), 5)
    everything = np.vstack(list(space.lattice([46, 20, 30, 4], 5, 1)))
    np.testing.assert_array_equal(costs, np.sort(cost(everything))[:5])
    assert points[0].tolist() == [44, 22, 30, 4]


@pytest.mark.parametrize(
    ("limits", "step", "size"),
    [({}, 0.3, 3), ({"Be": (22.5, 22.5)}, 1, 5), ({"Be": (29.7, 29.7)}, 0.1, 0.5)],
)
def test_lattices_of_any_step_and_fixed_elements_keep_the_sum(limits, step, size):
    space = CompositionSpace(FOUR, limits)
    center = space.nearest([43.7, 22.4, 29.6, 4.3])
    points = np.vstack(list(space.lattice(center, size, step)))
    np.testing.assert_allclose(points.sum(axis=1), 100)
    for element, (low, _) in limits.items():
        np.testing.assert_allclose(points[:, FOUR.index(element)], low)
    assert (np.abs(points - center) <= size + 1e-6).all()


def test_lattices_without_room_are_empty():
    assert not list(CompositionSpace(["Fe"]).lattice([100.0], 5, 1))
    assert not list(CompositionSpace(FOUR).lattice([44, 22, 30, 4], 0.5, 1))


def test_one_number_stands_for_both_bounds_and_none_is_open():
    space = CompositionSpace(FOUR, {"Fe": 6, "Be": (None, 30)})
    assert space.low.tolist() == [0, 0, 0, 6]
    assert space.high.tolist() == [100, 100, 30, 6]
