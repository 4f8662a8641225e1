import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklmag import FormulaTokenizer, LGDCNNRegressor, SklmagWarning
from sklmag._nn._formula_net import BODIES
from sklmag.composition import element_embedding
from sklmag.models._formula_rows import FormulaRows, SlotReader
from sklmag.models._uncertainty import Calibration

FORMULAS = [
    f"{a}{n}{b}{m}" for a in ("Nd", "Fe", "Co", "Si", "Al") for b in ("O", "B", "N")
    for n, m in ((1, 1), (2, 1), (1, 3))
] + [f"Nd2{t}{n}B" for t in ("Fe", "Co") for n in (12, 14)] + ["Fe", "Co", "Nd2Fe7Co7B"]  # fmt: skip


def target(formulas):
    X = FormulaTokenizer().transform(formulas)
    return 100 + (X[:, ::2] * X[:, 1::2]).sum(axis=1)


def quick(**parameters):
    defaults = {"width": 16, "max_epochs": 20, "random_state": 0}
    return LGDCNNRegressor(**defaults | parameters)


@pytest.fixture(scope="module")
def slots():
    return FormulaTokenizer(n_slots=6).transform(FORMULAS)


@pytest.fixture(scope="module")
def fitted(slots):
    return quick().fit(slots, target(FORMULAS))


class AmountReader(SlotReader):
    """Reads amounts: column i of element i + 1, beside one part of lawrencium."""

    def read(self, X):
        n_samples, n_elements = X.shape
        slots = np.full(
            (n_samples, 2 * n_elements + 2), [103.0, 1.0] * (n_elements + 1)
        )
        slots[:, :-2:2] = 1 + np.arange(n_elements)
        slots[:, 1:-2:2] = X
        return super().read(slots)


class OnAmounts(LGDCNNRegressor):
    """The same on amounts.

    scikit-learn checks estimators on any non-negative numbers, which slots are not.
    """

    _reader = AmountReader()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = tags.input_tags.positive_only = True
        return tags


@parametrize_with_checks([OnAmounts(width=16, n_members=2, max_epochs=80)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


class TestIndependence:
    def test_of_padding(self, fitted, slots):
        wide = np.hstack([slots, np.zeros((len(slots), 20))])
        again = quick().fit(wide, target(FORMULAS))
        np.testing.assert_array_equal(again.predict(wide), fitted.predict(slots))

    def test_of_the_order_of_slots(self, fitted, slots):
        pairs = slots.reshape(len(slots), -1, 2)
        order = np.random.RandomState(0).permutation(pairs.shape[1])
        shuffled = pairs[:, order].reshape(len(slots), -1)
        np.testing.assert_array_equal(fitted.predict(shuffled), fitted.predict(slots))

    def test_of_the_way_a_formula_is_written(self):
        model = make_pipeline(FormulaTokenizer(), quick()).fit(
            FORMULAS, target(FORMULAS)
        )
        same = ["Nd2Fe14B", "BNd2Fe14", "Nd4Fe28B2", "Nd0.2Fe1.4B0.1", "Nd2(Fe7)2B"]
        assert len(set(model.predict(same))) == 1
        assert len(set(model.predict(["FeCoNi", "NiCoFe", "CoFeNi"]))) == 1

    def test_of_the_other_rows(self, fitted, slots):
        together = fitted.predict(slots)
        np.testing.assert_array_equal(fitted.predict(slots[::-1])[::-1], together)
        alone = [fitted.predict(row[None])[0] for row in slots]
        np.testing.assert_array_equal(alone, together)
        many = np.tile(slots, (10, 1))
        np.testing.assert_array_equal(fitted.predict(many), np.tile(together, 10))

    def test_repeated_elements_are_one(self, fitted):
        split = [[26, 0.5, 5, 0.1, 26, 0.4, 0, 0, 0, 0, 0, 0]]
        whole = [[26, 0.9, 5, 0.1, 0, 0, 0, 0, 0, 0, 0, 0]]
        np.testing.assert_array_equal(fitted.predict(split), fitted.predict(whole))


class TestTraining:
    @pytest.mark.parametrize(
        "parameters",
        [{"gate": "element"}, *({"body": body} for body in BODIES)],
        ids=str,
    )
    def test_every_member_of_the_family_learns(self, slots, parameters):
        y = target(FORMULAS)
        model = quick(max_epochs=150, **parameters).fit(slots, y)
        assert model.score(slots, y) > 0.7

    def test_published_training(self, slots):
        y = target(FORMULAS)
        model = quick(preset="paper", width=32, max_epochs=60).fit(slots, y)
        assert model.net_.n_members == 1
        assert [epoch for epoch, _ in model.validation_curve_] == [20, 40, 60]
        assert model.score(slots, y) > 0.5
        assert quick(preset="paper", width=512)._settings()["lr"] == 0.006

    @pytest.mark.parametrize(
        ("n_samples", "batch_size"), [(300, 128), (3428, 256), (239_125, 4096)]
    )
    def test_published_batch_size(self, n_samples, batch_size):
        model = LGDCNNRegressor(preset="paper")
        rows = FormulaRows(torch.ones(n_samples, 2), None, None)
        assert model._plan(model._settings(), rows).batch_size == batch_size

    def test_equal_compositions_are_averaged(self, slots):
        y = target(FORMULAS)
        twice = quick().fit(np.vstack([slots, slots]), np.r_[y - 5, y + 5])
        np.testing.assert_allclose(
            twice.predict(slots), quick().fit(slots, y).predict(slots), rtol=1e-10
        )

    def test_a_constant_target_is_learnt(self, slots):
        model = quick(max_epochs=60).fit(slots, np.full(len(slots), 7.0))
        np.testing.assert_allclose(model.predict(slots), 7.0, atol=1e-3)

    def test_weights_count_between_formulas_of_different_length(self, slots):
        """Mislabelled binaries of next to no weight do not matter."""
        y, binary = target(FORMULAS), (slots[:, 1::2] > 0).sum(axis=1) == 2
        weight = np.where(binary, 1e-9, 1.0)
        light = quick().fit(slots, np.where(binary, y + 1e3, y), sample_weight=weight)
        assert np.abs(light.predict(slots) - y).mean() < 100

    @pytest.mark.parametrize("n_epochs", [3, 9])
    def test_nine_steps_in_all(self, slots, n_epochs):
        assert (
            quick(max_epochs=n_epochs).fit(slots, target(FORMULAS)).n_iter_ == n_epochs
        )

    def test_several_targets(self, slots):
        y = target(FORMULAS)
        model = quick(max_epochs=100).fit(slots, np.c_[y, 1e3 - y])
        mean, std = model.predict(slots, return_std=True)
        assert mean.shape == std.shape == (len(slots), 2)
        assert model.score(slots, np.c_[y, 1e3 - y]) > 0.8

    def test_a_gap_in_one_target_leaves_the_row_to_the_others(self, slots):
        y = target(FORMULAS)
        both = np.column_stack([y, 300 - 2 * y])
        gaps = both.copy()
        gaps[1::2, 1] = np.nan
        model = quick(max_epochs=200).fit(slots, gaps)
        error = np.abs(model.predict(slots) - both).mean(axis=0)
        assert (error < 0.4 * both.std(axis=0)).all()
        low, high = model.predict_interval(slots, coverage=0.7)
        assert np.isfinite(low).all()
        assert np.isfinite(high).all()
        center = model.target_scaler_.center_
        np.testing.assert_allclose(center, np.nanmean(gaps, axis=0), rtol=1e-6)

    def test_no_quantile_where_no_held_out_row_knows_a_target(self):
        known = Calibration(np.ones(2), np.array([[1.0, 3.0], [2.0, np.nan]]))
        np.testing.assert_array_equal(known.quantile(0.9), [2.0, 3.0])
        assert len(known) == 1
        empty = Calibration(np.ones(2), np.array([[1.0, np.nan], [2.0, np.nan]]))
        with pytest.raises(ValueError, match="No held-out row knows target 1, so that"):
            empty.quantile(0.9)

    def test_rows_without_weight_know_nothing(self, slots):
        y = np.column_stack([target(FORMULAS)] * 2)
        y[2:, 1] = np.nan
        weight = np.ones(len(y))
        weight[0] = 0
        with pytest.raises(ValueError, match="target 1 is known in fewer than 2 rows"):
            quick().fit(slots, y, sample_weight=weight)

    def test_what_is_not_known_at_all_is_refused(self, slots):
        y = np.column_stack([target(FORMULAS)] * 2)
        y[3] = np.nan
        with pytest.raises(ValueError, match="row 3 has no target at all"):
            quick().fit(slots, y)
        y[:, 1] = np.nan
        y[3, 0] = 1.0
        with pytest.raises(ValueError, match="target 1 is known in fewer than 2 rows"):
            quick().fit(slots, y)
        with pytest.raises(ValueError, match="contains NaN"):
            quick().fit(slots, np.where(np.arange(len(y)) == 2, np.nan, y[:, 0]))

    def test_warm_start_goes_on(self, slots):
        y = target(FORMULAS)
        model = quick(warm_start=True).fit(slots, y).fit(slots, y)
        assert model.n_iter_ == 40
        model.set_params(embedding="onehot")
        with pytest.raises(ValueError, match="embedding='onehot' was changed after"):
            model.fit(slots, y)

    def test_embeddings_of_ones_own(self, slots):
        table = element_embedding("magpie").dropna().iloc[:, :4] / 100
        table = table.loc[["B", "N", "O", "Al", "Si", "Fe", "Co", "Nd"]]
        model = quick(embedding=table).fit(slots, target(FORMULAS))
        with pytest.raises(ValueError, match="Row 0 of X holds Dy, for which the"):
            model.predict([[66, 1.0] + [0] * 10])
        copy = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(copy.predict(slots), model.predict(slots))

    def test_an_element_that_one_of_several_embeddings_lacks(self, slots):
        model = quick(embedding=("mat2vec", "orb_v2")).fit(slots, target(FORMULAS))
        assert np.isfinite(model.predict([[18, 1.0] + [0] * 10])).all()
        with pytest.raises(ValueError, match="holds Ar, for which"):
            quick(embedding="orb_v2").fit([[18, 1.0], [26, 1.0], [5, 1]], [1, 2, 3])


class TestUncertainty:
    def test_parts_and_total(self, fitted, slots):
        _, total = fitted.predict(slots, return_std=True)
        y, aleatoric = fitted.predict(slots, return_std="aleatoric")
        _, ensemble = fitted.predict(slots, return_std="ensemble")
        np.testing.assert_array_equal(y, fitted.predict(slots))
        value, log_std = fitted._predict_parts(slots)
        scale = fitted.target_scaler_.scale_
        expected = scale * np.sqrt(np.exp(2 * log_std).mean(axis=0)[:, 0])
        np.testing.assert_allclose(aleatoric, expected)
        np.testing.assert_allclose(ensemble, scale * value.std(axis=0, ddof=1)[:, 0])
        deviations = []
        for half in (slice(2), slice(2, 4)):  # of four members
            own = np.exp(2 * log_std[half]).mean(axis=0)[:, 0]
            spread = value[half].var(axis=0, ddof=1)[:, 0]
            usual = fitted.calibration_.spread_ratio * own
            deviations.append(np.sqrt(own + 1.25 * (spread + 6 * usual) / 7))
        ratio = total * np.mean(1 / np.array(deviations), axis=0)
        np.testing.assert_allclose(ratio, ratio[0])

    def test_intervals_grow_with_coverage(self, fitted, slots):
        low, high = fitted.predict_interval(slots, coverage=0.5)
        lower, higher = fitted.predict_interval(slots, coverage=0.9)
        assert (lower < low).all()
        assert (high < higher).all()
        y, std = fitted.predict(slots, return_std=True)
        np.testing.assert_allclose(higher - y, 1.645 * std)

    def test_noise_is_found(self):
        """Half of the compounds are noisy: their intervals are wider, and hold."""
        rng = np.random.RandomState(0)
        x = rng.uniform(0.05, 0.95, size=600)
        slots = np.c_[np.full(600, 26), x, np.where(np.arange(600) % 2, 5, 8), 1 - x]
        noisy = slots[:, 2] == 8
        y = x + np.where(noisy, 0.3, 0.01) * rng.normal(size=600)
        model = quick(max_epochs=60).fit(slots[:400], y[:400])
        _, std = model.predict(slots[400:], return_std=True)
        assert np.median(std[noisy[400:]]) > 3 * np.median(std[~noisy[400:]])
        low, high = model.predict_interval(slots[400:], coverage=0.9)
        assert 0.84 < ((low <= y[400:]) & (y[400:] <= high)).mean() < 0.96

    def test_one_member_has_no_spread(self, slots):
        model = quick(n_members=1).fit(slots, target(FORMULAS))
        assert model.predict(slots, return_std=True)[1].min() > 0
        with pytest.raises(ValueError, match="'ensemble' needs at least 2 members"):
            model.predict(slots, return_std="ensemble")

    def test_too_few_held_out_rows_are_named(self, fitted, slots):
        with pytest.warns(
            SklmagWarning, match=r"\d+ held-out errors cannot tell where 99"
        ):
            fitted.predict_interval(slots, coverage=0.99)

    def test_partial_fit_calibrates_nothing(self, slots):
        model = quick().partial_fit(slots, target(FORMULAS))
        assert model.predict(slots, return_std="aleatoric")[1].min() > 0
        with pytest.raises(ValueError, match="trained by partial_fit or fine_tune"):
            model.predict(slots, return_std=True)

    def test_fine_tuning_keeps_none_either(self, fitted, slots):
        tuned = fitted.fine_tune(slots[:9], target(FORMULAS)[:9], max_epochs=1)
        with pytest.raises(ValueError, match="trained by partial_fit or fine_tune"):
            tuned.predict_interval(slots)

    def test_a_warm_start_holds_out_the_same_rows(self, slots):
        model = quick(warm_start=True, max_epochs=2).fit(slots, target(FORMULAS))
        groups, settings = np.arange(40), model._settings()
        first = model._held_out(groups, settings, model._hold_out_random())
        model.fit(slots, target(FORMULAS))
        again = model._held_out(groups, settings, model._hold_out_random())
        np.testing.assert_array_equal(again, first)

    def test_unknown_kinds_are_refused(self, fitted, slots):
        with pytest.raises(ValueError, match="return_std='epistemic' must be one of"):
            fitted.predict(slots, return_std="epistemic")
        with pytest.raises(ValueError, match="coverage=90 must be between 0 and 1"):
            fitted.predict_interval(slots, coverage=90)


class TestFineTuning:
    def test_it_learns_another_property_from_few(self, slots):
        y = target(FORMULAS)
        first = quick(max_epochs=200).fit(slots, y)
        few, rest = slice(0, 20), slice(20, None)
        other = 5e-3 * y - 7  # of another unit
        tuned = first.fine_tune(slots[few], other[few], lr_scale=0.3)
        before = first.predict(slots)
        error = np.abs(tuned.predict(slots[rest]) - other[rest]).mean()
        fresh = quick(max_epochs=200).fit(slots[few], other[few])
        fresh_error = np.abs(fresh.predict(slots[rest]) - other[rest]).mean()
        assert error < 0.85 * fresh_error
        np.testing.assert_array_equal(first.predict(slots), before)

    @pytest.mark.parametrize(
        ("freeze", "moving"),
        [("nothing", {"embedding", "body", "head"}), ("embedding", {"body", "head"}),
         ("body", {"head"})],
    )  # fmt: skip
    def test_what_is_frozen_stays(self, fitted, slots, freeze, moving):
        tuned = fitted.fine_tune(
            slots[:9], 2 * target(FORMULAS)[:9], max_epochs=2, freeze=freeze
        )
        pairs = zip(
            fitted.net_.module_.named_parameters(),
            tuned.net_.module_.named_parameters(),
            strict=True,
        )
        changed = {n.split(".")[0] for (n, a), (_, b) in pairs if not torch.equal(a, b)}
        assert changed == moving
        assert all(p.requires_grad for p in tuned.net_.module_.parameters())

    def test_what_is_refused(self, fitted, slots):
        y = target(FORMULAS)
        with pytest.raises(ValueError, match="lr_scale=-1 must be positive, and max_e"):
            fitted.fine_tune(slots, y, lr_scale=-1)
        with pytest.raises(ValueError, match="freeze='head' is not among"):
            fitted.fine_tune(slots, y, freeze="head")
        with pytest.raises(ValueError, match="y has 2 targets"):
            fitted.fine_tune(slots, np.column_stack([y, y]))


class TestExplanation:
    def test_contributions_sum_to_the_prediction(self, fitted, slots):
        table = fitted.element_contributions(slots)
        np.testing.assert_allclose(table.sum(axis=1), fitted.predict(slots), rtol=1e-6)
        assert list(table.columns[:4]) == ["baseline", "B", "N", "O"]
        present = table.drop(columns="baseline").notna().sum(axis=1)
        np.testing.assert_array_equal(present, (slots[:, 1::2] > 0).sum(axis=1))

    def test_positions_of_a_pyramid_are_no_elements(self, slots):
        net = quick(body="dpcnn", max_epochs=1).fit(slots, target(FORMULAS))
        with pytest.raises(ValueError, match="body='dpcnn' halves the elements to pos"):
            net.element_contributions(slots)
        assert net.transform(slots).shape == (len(slots), 4 * 16)

    def test_features_of_elements_and_compounds(self, fitted, slots):
        matrices = fitted.element_features(slots)
        assert [len(m) for m in matrices] == (slots[:, 1::2] > 0).sum(axis=1).tolist()
        width = 4 * 16
        assert matrices[0].shape[1] == width
        fractions = [row[1::2][row[1::2] > 0] for row in slots]
        means = [x @ matrix for x, matrix in zip(fractions, matrices, strict=True)]
        np.testing.assert_allclose(fitted.transform(slots), means, atol=1e-6)
        table = fitted.set_output(transform="pandas").transform(slots)
        assert list(table.columns) == [f"lgdcnnregressor{i}" for i in range(width)]
        fitted.set_output(transform="default")


class TestErrors:
    @pytest.mark.parametrize(
        ("X", "message"),
        [
            ([[26, 1.0, 5]] * 3, "X has 3 columns, which is no table of pairs"),
            ([[26, 1.0], [26.5, 1.0]], "Row 1 of X, slot 1: 26.5 is not an atomic number"),
            ([[26, 1.0], [118, 1.0]], "Row 1 of X, slot 1: 118 is not an atomic number"),
            ([[26, 1.0], [5, -0.1]], "Negative values in data: row 1 of X has the fraction -0.1 in slot 1"),
            ([[26, 1.0], [0, 0.0]], "Row 1 of X has no element: all slots are empty"),
        ],
    )  # fmt: skip
    def test_of_the_table(self, X, message):
        with pytest.raises(ValueError, match=message):
            quick().fit(X, np.arange(len(X)))

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"width": 15}, "width=15 must be a multiple of 4"),
            ({"width": 18, "body": "v2"}, "width=18 must be a multiple of 4"),
            (
                {"validation_fraction": 0.995},
                "validation_fraction=0.995 of 52 different",
            ),
            ({"embedding": []}, "embedding is empty. Name one"),
            (
                {"embedding": pd.DataFrame([[1.0]], index=["nd"])},
                "'nd' in the index is",
            ),
            (
                {"embedding": pd.DataFrame([[1.0], [2]], index=["Nd", "Nd"])},
                "'Nd' stands",
            ),
            (
                {"embedding": pd.DataFrame([[np.inf]], index=["Nd"])},
                "vector of 'Nd' is not",
            ),
        ],
    )
    def test_of_values_that_cannot_be(self, slots, parameters, message):
        with pytest.raises(ValueError, match=message):
            quick(**parameters).fit(slots, target(FORMULAS))

    def test_of_parameters(self, slots):
        with pytest.raises(ValueError, match="'body' parameter .* must be a str among"):
            quick(body="v3").fit(slots, target(FORMULAS))


def test_grid_search_from_formulas():
    pipeline = make_pipeline(FormulaTokenizer(), quick(max_epochs=5))
    grid = GridSearchCV(pipeline, {"lgdcnnregressor__n_members": [1, 2]}, cv=2)
    grid.fit(pd.Series(FORMULAS), target(FORMULAS))
    assert grid.best_score_ > -5


def test_memory_grows_with_the_table_not_with_the_networks():
    """Training holds a batch at a time: 100 times the rows, not 100 times the memory."""
    rng = np.random.RandomState(0)

    def peak(n):
        X = np.c_[
            rng.randint(1, 90, n),
            rng.uniform(size=n),
            np.full(n, 8),
            rng.uniform(size=n),
        ]
        model = quick(max_epochs=1, n_members=1)
        tracemalloc.start()
        model.fit(X, rng.uniform(size=n))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found / X.nbytes

    assert peak(50_000) < 15
