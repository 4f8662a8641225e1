"""CECV, contributions, coverage and maps of models that read formulas."""

import builtins

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag.inspection import (
    CECVDisplay,
    CompositionLineDisplay,
    CoverageDisplay,
    ElementContributionDisplay,
    ElementCorrelationDisplay,
    ElementFeatureDisplay,
    ElementPairDisplay,
    FeatureMapDisplay,
    cecv,
    cecv_score,
    element_pair_changes,
    interval_coverage,
    make_cecv_scorer,
)
from sklmag.inspection._cecv import correlations

pytestmark = pytest.mark.filterwarnings("ignore:.*held-out errors cannot tell")

ELEMENTS = ("Nd", "Sm", "Fe", "Co", "Al", "Si")
FORMULAS = pd.Series(
    [f"{a}{b}2{c}{n}" for a in ELEMENTS for b in ELEMENTS for c in ("O", "B")
     for n in (1, 4) if a < b] + [f"{a}2O3" for a in ELEMENTS],
    index=range(100, 166),
)  # fmt: skip
Y = FORMULAS.map(lambda formula: 10.0 * ("O" in formula) + len(formula))


def model(**parameters):
    net = LGDCNNRegressor(
        width=16, n_members=2, max_epochs=30, random_state=0, **parameters
    )
    return make_pipeline(FormulaTokenizer(), net).fit(FORMULAS, Y)


@pytest.fixture(scope="module")
def fitted():
    return model()


@pytest.fixture(scope="module")
def references():
    return {"LSTM": model(body="lstm"), "DCNN-K1": model(body="dcnn-k1")}


def environments(seed, n=40):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(rng.integers(2, 6), 8)) for _ in range(n)]


class TestCECV:
    def test_literal_procedure_step_by_step(self):
        """Against the published procedure written out, one threshold at a time."""
        features = environments(0)

        def by_hand(threshold):
            total = 0
            for n in range(3, 8):
                matrices = [pd.DataFrame(f).pipe(lambda d: (d - d.mean()) / d.std()).T.corr().to_numpy()
                            for f in features if len(f) == n]  # fmt: skip
                free = list(range(len(matrices)))
                for leader in matrices:
                    if n == 3:
                        join = [
                            i
                            for i in free
                            if np.abs(np.abs(matrices[i]) - np.abs(leader)).max()
                            < threshold
                        ]
                    else:
                        join = [
                            i
                            for i in free
                            if np.abs(matrices[i] - leader).max() <= threshold
                        ]
                    total += bool(join)
                    free = [i for i in free if i not in join]
            return total

        thresholds = [0.05, 0.2, 0.4, 0.8]
        found = cecv(features, thresholds=thresholds, mode="paper")
        assert found.tolist() == [by_hand(t) for t in thresholds]

    def test_canonical_does_not_depend_on_the_order(self):
        features = environments(1, n=80)
        thresholds = np.linspace(0.05, 1.2, 12)
        expected = cecv(features, thresholds=thresholds)
        literal = {tuple(cecv(features, thresholds=thresholds, mode="paper"))}
        for seed in range(5):
            order = np.random.default_rng(seed).permutation(len(features))
            shuffled = [features[i] for i in order]
            assert cecv(shuffled, thresholds=thresholds).equals(expected)
            literal.add(tuple(cecv(shuffled, thresholds=thresholds, mode="paper")))
        assert len(literal) > 1  # the published procedure does
        assert expected.is_monotonic_decreasing

    def test_members_of_a_cluster_are_within_the_threshold(self):
        base = np.random.default_rng(0).normal(size=(4, 30))
        near = [
            base + 1e-3 * np.random.default_rng(i).normal(size=base.shape)
            for i in range(5)
        ]
        far = [np.random.default_rng(9).normal(size=base.shape)]
        assert cecv([*near, *far], thresholds=[0.05])[0.05] == 2

    def test_binaries_carry_no_information(self):
        for features in environments(2):
            if len(features) == 2:
                np.testing.assert_allclose(correlations(features)[0, 1], -1)
        assert cecv([f for f in environments(2) if len(f) == 2]).sum() == 0

    def test_unknown_mode(self):
        with pytest.raises(
            ValueError, match="mode='fast' must be 'canonical' or 'paper'"
        ):
            cecv([], mode="fast")

    def test_score_is_zero_inside_the_region(self):
        at = {"thresholds": [0.05, 0.15, 0.3]}
        coarse, fine = [100, 50, 10], [400, 90, 40]
        half, none = np.log(2) / 3, 0
        assert cecv_score([100, 70, 40], coarse, fine, **at) == none
        assert cecv_score([50, 70, 80], coarse, fine, **at) == none  # beyond is no miss
        assert cecv_score([200, 70, 40], coarse, fine, **at) == pytest.approx(half)
        assert cecv_score([100, 70, 20], coarse, fine, **at) == pytest.approx(half)
        assert cecv_score([100, 25, 40], coarse, fine, **at) == pytest.approx(half)

    def test_each_reference_is_right_at_one_end(self):
        at = {"thresholds": [0.05, 0.15, 0.3]}
        coarse, fine = [100, 50, 10], [400, 90, 40]
        for reference in (coarse, fine):
            found = cecv_score(reference, coarse, fine, **at)
            assert found == pytest.approx(np.log(4) / 3)

    def test_counts_that_belong_to_other_thresholds(self):
        with pytest.raises(ValueError, match="There are 2, 2 and 2 counts for 8 thres"):
            cecv_score([5, 5], [1, 10], [9, 2])

    def test_display_and_scorer(self, fitted, references):
        models = {**references, "L-G-DCNN": fitted}
        display = CECVDisplay.from_estimators(
            models, FORMULAS, global_reference="LSTM", local_reference="DCNN-K1"
        )
        assert display.scores_[["LSTM", "DCNN-K1"]].max() > 0
        scorer = make_cecv_scorer(references["LSTM"], references["DCNN-K1"])
        assert scorer(fitted, FORMULAS) == -display.scores_["L-G-DCNN"]
        assert "target" in display.ax_.get_legend_handles_labels()[1]
        with pytest.raises(ValueError, match="Reference 'GRU' is not among the models"):
            CECVDisplay(
                display.vectors, global_reference="GRU", local_reference="LSTM"
            ).plot()

    def test_a_search_driven_by_cecv(self, references):
        search = GridSearchCV(
            make_pipeline(FormulaTokenizer(), LGDCNNRegressor(width=16, max_epochs=2)),
            {"lgdcnnregressor__n_blocks": [1, 2]},
            scoring=make_cecv_scorer(references["LSTM"], references["DCNN-K1"]),
            cv=2,
        )
        assert search.fit(FORMULAS, Y).best_score_ <= 0


class TestDisplays:
    def test_element_features(self, fitted):
        display = ElementFeatureDisplay.from_estimator(fitted, ["SiO2", "NaCl"])
        assert display.elements == [["O", "Si"], ["Na", "Cl"]]
        first = fitted[-1].element_features(fitted[:-1].transform(["SiO2"]))[0]
        width = first.shape[1] // fitted[-1].net_.n_members
        np.testing.assert_allclose(display.matrices[0], first[:, :width])
        assert [ax.get_title(loc="left") for ax in display.axes_] == ["SiO2", "NaCl"]
        labels = [label.get_text() for label in display.axes_[0].get_yticklabels()]
        assert labels == ["O", "Si"]

    def test_composition_line(self, fitted):
        display = CompositionLineDisplay.from_estimator(
            fitted, "Si", "O", name="gap_eV"
        )
        np.testing.assert_allclose(
            display.contributions.sum(axis=1), display.prediction, rtol=1e-5
        )
        assert (display.low < display.prediction).all()
        assert display.ax_.get_xlabel() == "$x$ in Si$_x$O$_{1-x}$"
        assert display.ax_.get_ylabel() == "gap (eV)"
        swapped = CompositionLineDisplay.from_estimator(fitted, "O", "Si")
        np.testing.assert_allclose(
            swapped.prediction[::-1], display.prediction, rtol=1e-6
        )

    def test_a_line_of_mass_fractions_is_refused(self, fitted):
        mass = make_pipeline(FormulaTokenizer(unit="wt.%"), fitted[-1])
        with pytest.raises(
            ValueError, match="reads amounts as 'wt.%', but x is a frac"
        ):
            CompositionLineDisplay.from_estimator(mass, "Si", "O")

    def test_periodic_table(self, fitted, references):
        display = ElementContributionDisplay.from_estimator(
            fitted, FORMULAS, name="gap_eV"
        )
        assert set(display.contributions.index) == {*ELEMENTS, "O", "B"}
        difference = ElementContributionDisplay.from_estimator(
            fitted, FORMULAS, reference=references["LSTM"]
        )
        assert not np.allclose(difference.contributions, display.contributions)

    def test_pairs_of_elements(self, fitted, references):
        display = ElementPairDisplay.from_estimators(
            fitted, references["LSTM"], FORMULAS
        )
        ternary = FORMULAS[~FORMULAS.str.contains("2O3")]
        assert display.changes.formula.tolist() == ternary.tolist()
        assert display.counts_.sum() == len(ternary)
        for formula, pair, change in display.changes.itertuples(index=False):
            assert all(element in formula for element in pair.split("-"))
            assert 0 <= change <= 2
        mass = make_pipeline(FormulaTokenizer(unit="wt.%"), fitted[-1])
        by_mass = element_pair_changes(mass, references["LSTM"], ["Nd6Co9O85"])
        assert by_mass.pair[0] in {"O-Co", "O-Nd", "Co-Nd"}
        same = element_pair_changes(fitted, fitted, FORMULAS)
        assert (same.change == 0).all()

    def test_elements_that_are_seen_as_alike(self, fitted):
        display = ElementCorrelationDisplay.from_estimator(fitted, FORMULAS)
        table = display.correlations
        assert set(table) == {*ELEMENTS, "O", "B"}
        np.testing.assert_allclose(np.diag(table), 1)
        np.testing.assert_allclose(table, table.T)
        by_number = ElementCorrelationDisplay.from_estimator(
            fitted, FORMULAS, order="number"
        )
        assert list(by_number.correlations)[:2] == ["B", "O"]
        pd.testing.assert_frame_equal(by_number.correlations.loc[table.index, table.columns],
                                      table)  # fmt: skip
        with pytest.raises(
            ValueError, match="order='Z' is not among 'group', 'number'"
        ):
            ElementCorrelationDisplay.from_estimator(fitted, FORMULAS, order="Z")

    def test_coverage(self, fitted):
        column = interval_coverage(fitted, FORMULAS, Y.to_frame(), levels=[0.5])
        assert column.equals(interval_coverage(fitted, FORMULAS, Y, levels=[0.5]))
        coverage = interval_coverage(fitted, FORMULAS, Y, levels=[0.5, 0.9])
        assert coverage[0.5] <= coverage[0.9] <= 1
        ax = CoverageDisplay.from_estimator(fitted, FORMULAS, Y).ax_
        assert ax.get_ylabel() == "measured coverage"

    def test_maps(self, fitted, monkeypatch):
        display = FeatureMapDisplay.from_estimator(fitted, FORMULAS, reducer=PCA(2))
        np.testing.assert_array_equal(display.y, fitted.predict(FORMULAS))
        assert display.positions.shape == (len(FORMULAS), 2)

        def without_umap(name, *args, imported=builtins.__import__, **kwargs):
            if name == "umap":
                raise ImportError
            return imported(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", without_umap)
        with pytest.raises(
            ImportError, match=r"pip install umap-learn, or pass\s+reducer"
        ):
            FeatureMapDisplay.from_estimator(fitted, FORMULAS)

    def test_other_models_are_refused(self):
        line = LinearRegression().fit([[0.0], [1.0]], [0, 1])
        with pytest.raises(
            TypeError, match="LinearRegression has no 'transform'; pass"
        ):
            FeatureMapDisplay.from_estimator(line, [[1.0]], reducer=PCA(2))
