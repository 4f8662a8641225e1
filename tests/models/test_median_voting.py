"""The vote of several estimators and of the members of networks."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import make_pipeline

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
