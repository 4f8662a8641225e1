"""The vote of several estimators and of the members of networks."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import Pipeline, make_pipeline

from sklmag.composition import FormulaTokenizer
from sklmag.models import LGDCNNRegressor, MedianVotingRegressor


def constant(value):
    return DummyRegressor(strategy="constant", constant=value)


def test_one_that_is_far_off_does_not_matter():
    vote = MedianVotingRegressor(
        [("a", constant(1.0)), ("b", constant(2.0)), ("c", constant(1e9))]
    )
    assert vote.fit([[0.0], [1.0]], [0, 1]).predict([[0.0]]).tolist() == [2.0]


@pytest.mark.parametrize("two_targets", [False, True])
def test_the_members_of_a_network_are_its_prediction(two_targets):
    formulas = np.array(["Fe", "Co", "Ni", "FeNi", "SmCo5", "Fe2B"], dtype=object)
    y = np.arange(6.0)
    y = np.column_stack((y, -y)) if two_targets else y
    slots = FormulaTokenizer(n_slots=2).fit_transform(formulas)
    net = LGDCNNRegressor(width=8, max_epochs=5, random_state=0).fit(slots, y)
    members = net.predict_members(slots)
    assert members.shape == (4, *y.shape)
    np.testing.assert_allclose(
        np.median(members, axis=0), net.predict(slots), atol=1e-6
    )


def test_each_member_has_a_vote():
    formulas = np.array(["Fe", "Co", "Ni", "FeNi", "SmCo5", "Fe2B"], dtype=object)
    net = LGDCNNRegressor(width=8, max_epochs=5, random_state=0)
    pipeline = make_pipeline(FormulaTokenizer(n_slots=2), net)
    vote = MedianVotingRegressor([("net", pipeline), ("low", constant(-9.0))])
    vote.fit(formulas, np.arange(6.0))
    fitted = vote.named_estimators_["net"]
    members = fitted[-1].predict_members(fitted[0].transform(formulas))
    expected = np.median(np.vstack((members, np.full((1, 6), -9.0))), axis=0)
    np.testing.assert_allclose(vote.predict(formulas), expected)


@pytest.mark.parametrize("before", ["passthrough", None])
def test_a_pipeline_with_a_step_that_passes_on(before):
    slots = FormulaTokenizer(n_slots=2).fit_transform(["Fe", "Co", "Ni", "FeNi"])
    net = LGDCNNRegressor(width=8, max_epochs=2, random_state=0)
    pipeline = Pipeline([("nothing", before), ("net", net)])
    vote = MedianVotingRegressor([("pipeline", pipeline), ("low", constant(-9.0))])
    found = vote.fit(slots, np.arange(4.0)).predict(slots)
    members = vote.named_estimators_["pipeline"][-1].predict_members(slots)
    expected = np.median(np.vstack((members, np.full((1, 4), -9.0))), axis=0)
    np.testing.assert_array_equal(found, expected)
