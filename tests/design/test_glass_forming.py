"""Labels of glass formation, as classifiers of scikit-learn pass them on."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.tree import DecisionTreeClassifier

from sklmag import GlassFormingClassifier

ALLOYS = np.array([f"Zr{x}Cu{100 - x}" for x in range(30, 70)], object)
GLASS = np.array([45 < x < 55 for x in range(30, 70)])


def classifier():
    return GlassFormingClassifier(estimator=DecisionTreeClassifier(random_state=0))


@pytest.mark.parametrize("labels", [GLASS, GLASS.astype(int), GLASS.tolist(),
                                    np.where(GLASS, 3.0, 0.5)], ids=str)  # fmt: skip
def test_labels_and_diameters(labels):
    found = classifier().fit(ALLOYS, labels).predict(ALLOYS)
    np.testing.assert_array_equal(found, GLASS)


@pytest.mark.parametrize("make", [
    lambda: VotingClassifier([("a", classifier()), ("b", classifier())], voting="soft"),
    lambda: StackingClassifier([("a", classifier())], cv=2),
    lambda: CalibratedClassifierCV(classifier(), cv=2),
    lambda: TunedThresholdClassifierCV(classifier(), cv=2),
])  # fmt: skip
def test_inside_other_classifiers(make):
    order = np.random.default_rng(0).permutation(len(ALLOYS))
    found = make().fit(ALLOYS[order], GLASS[order]).predict(ALLOYS)
    assert (found == GLASS).mean() > 0.8


def test_diameters_of_whole_millimetres_stay_diameters():
    assert classifier().fit(ALLOYS, np.where(GLASS, 5, 1)).predict(ALLOYS[:1]) == [
        False
    ]
    with pytest.raises(ValueError, match="All 40 alloys are below threshold_mm=2.0"):
        classifier().fit(ALLOYS, np.where(GLASS, 1.0, 0.0))
