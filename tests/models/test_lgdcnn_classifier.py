"""Classes from formulas: the contract, the probabilities, and what is refused."""

import pickle

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklmag import FormulaTokenizer, LGDCNNClassifier
from sklmag.models._lgdcnn_classifier import best_temperature
from sklmag.persistence import load, save
from tests.models.test_lgdcnn import FORMULAS, AmountReader

HAS_OXYGEN = np.array(["O" in formula for formula in FORMULAS])


def quick(**parameters):
    defaults = {"width": 16, "max_epochs": 30, "random_state": 0}
    return LGDCNNClassifier(**defaults | parameters)


class OnAmounts(LGDCNNClassifier):
    """The same on amounts, which scikit-learn's checks make."""

    _reader = AmountReader()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = tags.input_tags.positive_only = True
        return tags


@parametrize_with_checks(
    [OnAmounts(width=16, max_epochs=60, random_state=0)],
    expected_failed_checks=lambda _: {
        "check_class_weight_classifiers": "its numbers are negative, amounts are not"
    },
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def slots():
    return FormulaTokenizer(n_slots=6).transform(FORMULAS)


@pytest.fixture(scope="module")
def fitted(slots):
    return quick(max_epochs=100).fit(slots, HAS_OXYGEN)


def test_classes_are_learnt_and_have_probabilities(fitted, slots):
    assert fitted.score(slots, HAS_OXYGEN) > 0.95
    probability = fitted.predict_proba(slots)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    np.testing.assert_array_equal(
        fitted.predict(slots), fitted.classes_[probability.argmax(axis=1)]
    )


def test_words_as_labels_and_three_of_them(slots):
    y = np.array([next(e for e in ("O", "B", "N") if e in f) if any(
        e in f for e in "OBN") else "none" for f in FORMULAS])  # fmt: skip
    model = quick(max_epochs=100).fit(slots, y)
    assert model.classes_.tolist() == ["B", "N", "O", "none"]
    assert model.score(slots, y) > 0.9


def test_searches_pipelines_pickles_and_files(tmp_path):
    model = make_pipeline(FormulaTokenizer(), quick(max_epochs=3))
    grid = GridSearchCV(model, {"lgdcnnclassifier__width": [8, 16]}, cv=2)
    best = grid.fit(FORMULAS, HAS_OXYGEN).best_estimator_
    expected = best.predict_proba(FORMULAS)
    again = pickle.loads(pickle.dumps(best))
    np.testing.assert_array_equal(again.predict_proba(FORMULAS), expected)
    save(best, tmp_path / "oxygen.sklmag", X=FORMULAS, y=HAS_OXYGEN)
    loaded = load(tmp_path / "oxygen.sklmag")
    np.testing.assert_array_equal(loaded.predict_proba(FORMULAS), expected)
    score = cross_val_score(model, FORMULAS, HAS_OXYGEN, scoring="neg_log_loss", cv=2)
    assert np.isfinite(score).all()


def test_one_seed_one_result(slots):
    one, two = (quick().fit(slots, HAS_OXYGEN).predict_proba(slots) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_equal_compositions_of_both_classes_have_the_share_that_was_seen():
    X = FormulaTokenizer(n_slots=2).transform(
        ["FeO"] * 8 + ["NaCl", "CuZn", "Cu", "Fe"] * 2
    )
    y = [1] * 6 + [0] * 2 + [0, 1, 0, 1] * 2
    model = quick(max_epochs=200, validation_fraction=0.01).fit(X, y)
    assert model.predict_proba(X[:1])[0, 1] == pytest.approx(0.75, abs=0.15)


def test_balanced_classes_weigh_the_rare_one(slots):
    y = np.arange(len(slots)) % 12 == 0  # nothing that could be learnt
    kept = [
        quick(class_weight=w, max_epochs=5).fit(slots, y) for w in (None, "balanced")
    ]
    plain, balanced = (model.predict_proba(slots)[:, 1].mean() for model in kept)
    assert plain < 0.25 < balanced


def test_partial_fit_takes_the_classes_first(slots):
    model = quick()
    for _ in range(2):
        model.partial_fit(slots[:9], HAS_OXYGEN[:9], classes=[False, True])
    assert model.classes_.tolist() == [False, True]
    assert model.temperature_ == 1.0
    with pytest.raises(ValueError, match="y holds the class 2, which is not among"):
        model.partial_fit(slots[:2], [2, 2])


def test_one_class_alone_is_refused(slots):
    with pytest.raises(ValueError, match="y holds one class only, 'glass'; a classif"):
        quick().fit(slots, ["glass"] * len(slots))


def test_a_fit_forgets_the_classes_of_the_last_one(slots):
    model = quick(max_epochs=2).fit(slots, HAS_OXYGEN)
    assert model.fit(slots, np.where(HAS_OXYGEN, "a", "b")).classes_.tolist() == [
        "a",
        "b",
    ]


class TestTemperature:
    def test_it_finds_how_sure_the_logits_may_be(self):
        rng = np.random.RandomState(0)
        true = rng.normal(size=(4000, 2))
        shares = np.eye(2)[(rng.uniform(size=4000) < softmax(true, axis=1)[:, 1]) + 0]
        unseen = np.ones((1, 4000), dtype=bool)
        assert best_temperature(3 * true[None], shares, unseen) == pytest.approx(
            3, rel=0.1
        )
        assert best_temperature(true[None], shares, unseen) == pytest.approx(1, rel=0.1)

    def test_few_rows_leave_it_near_one(self):
        logits, shares = np.array([[[9.0, -9.0]]]), np.array([[1.0, 0.0]])
        found = best_temperature(logits, shares, np.ones((1, 1), dtype=bool))
        assert 0.3 < found < 1.1

    def test_only_members_that_have_not_seen_a_row_speak(self):
        logits = np.array([[[5.0, 0.0]], [[-5.0, 0.0]]])
        shares = np.array([[1.0, 0.0]])
        first, second = (
            best_temperature(logits, shares, np.array([[one], [not one]]))
            for one in (True, False)
        )
        assert first < 1 < second

    def test_networks_that_learnt_noise_are_less_sure(self, slots):
        rng = np.random.RandomState(0)
        y = HAS_OXYGEN ^ (rng.uniform(size=len(slots)) < 0.3)
        model = quick(max_epochs=300, n_members=1, validation_fraction=0.4).fit(
            slots, y
        )
        assert model.temperature_ > 1
        sure = softmax(model.net_.predict_members(model._slots(slots))[0], axis=-1)
        assert model.predict_proba(slots).max() < sure.max()
