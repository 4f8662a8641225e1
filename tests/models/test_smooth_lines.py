"""A network that reads a set of elements has no jumps in the space of compositions."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag.datasets import load_curie_temperatures

ELEMENTS = ["Fe", "Co", "Ni", "Mn", "Al", "Si", "B", "Gd", "Nd", "Y", "Cu", "Ge"]
N_STEPS = 1000


def fitted(body):
    X, y = load_curie_temperatures(return_X_y=True)
    rows = np.random.RandomState(0).permutation(len(X))[:400]
    net = LGDCNNRegressor(body=body, width=32, n_members=2, random_state=0)
    model = make_pipeline(FormulaTokenizer(n_slots=12), net)
    return model.fit(X["formula"].to_numpy(object)[rows], y.to_numpy()[rows])


@pytest.fixture(scope="module")
def model():
    return fitted("set")


def line(start, end, elements):
    """Return the compositions of a line; what has no amount is not there."""
    shares = np.linspace(0, 1, N_STEPS + 1)[:, None]
    amounts = (1 - shares) * start + shares * end
    return [
        {e: x for e, x in zip(elements, row, strict=True) if x > 0} for row in amounts
    ]


def random_line(rng):
    """Return a line between two compositions, or from or to an element."""
    n = rng.choice([2, 3])
    elements = rng.choice(ELEMENTS, n, replace=False)
    ends = [
        np.eye(n)[rng.randint(n)] if rng.uniform() < 0.5 else rng.dirichlet(np.ones(n))
        for _ in range(2)
    ]
    return line(*ends, elements)


def jumps(predicted):
    """Return whether a step is longer than three times those beside it."""
    steps = np.abs(np.diff(predicted))
    before = np.r_[steps[1], steps[:-1]]
    after = np.r_[steps[1:], steps[-2]]
    least = 2e-3 * np.ptp(predicted) + 1e-3  # steps of nothing have no ratio
    return (steps > 3 * np.maximum(before, after) + least).any()


def test_two_hundred_lines_have_no_jump(model):
    rng = np.random.RandomState(0)
    lines = [random_line(rng) for _ in range(200)]
    predicted = model.predict([x for compositions in lines for x in compositions])
    assert not any(map(jumps, predicted.reshape(200, N_STEPS + 1)))


def test_the_published_body_jumps_where_fractions_cross():
    model = fitted("l-g-dcnn")
    pairs = [("Fe", "Co"), ("Co", "Ni"), ("Mn", "Al"), ("Gd", "Co"), ("Nd", "Fe")]
    lines = [line(np.array([1.0, 0.0]), np.array([0.0, 1.0]), p) for p in pairs]
    assert sum(jumps(model.predict(x)) for x in lines) >= 4


@pytest.mark.parametrize("alloy", [{"Fe": 0.7, "Co": 0.3}, {"Nd": 2, "Fe": 14, "B": 1}])
def test_an_element_that_vanishes_does_not_matter(model, alloy):
    without = model.predict([alloy])[0]
    total = sum(alloy.values())
    differences = [
        abs(model.predict([alloy | {"Cu": amount * total}])[0] - without)
        for amount in (1e-2, 1e-4, 1e-6, 1e-9)
    ]
    assert differences == sorted(differences, reverse=True)
    assert differences[-1] < 1e-3
    assert differences[0] > 0.1  # but one per cent does


def test_the_order_of_fractions_does_not_matter(model):
    around = model.predict([{"Fe": x, "Co": 1 - x} for x in (0.499, 0.5, 0.501)])
    assert np.ptp(around) < 5


def test_contributions_still_sum_to_the_prediction(model):
    alloys = ["Nd2Fe14B", "Fe50Co50", "Fe99.99Cu0.01"]
    slots = model[0].transform(alloys)
    parts = model[1].element_contributions(slots)
    np.testing.assert_allclose(parts.sum(axis=1), model.predict(alloys), rtol=1e-5)
    assert abs(parts["Cu"].iloc[2]) < 0.05 * abs(parts["Fe"].iloc[2])
