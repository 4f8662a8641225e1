"""The best model without choosing."""

import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Lattice, Structure
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import sklmag
from sklmag import AutoRegressor, PotentialFeaturizer, VoronoiFeaturizer
from sklmag.datasets import make_metallic_glasses, make_sintered_ndfeb
from sklmag.exceptions import SklmagWarning
from sklmag.persistence import load, open_model, save
from sklmag.recipes import _auto
from sklmag.recipes._blend import blend_weights, parts_of_rows
from sklmag.recipes._candidates import chosen_candidates, columns_for
from tests.conftest import reference_crystals

QUICK = ["linear", "extra trees"]
FORMULAS, MODULI = make_metallic_glasses(80, random_state=0)


@pytest.fixture(scope="module")
def magnets():
    X, y = make_sintered_ndfeb(150, 0, random_state=0)
    return X.reset_index(drop=True), y[["Br_kG", "Hcj_kOe"]].reset_index(drop=True)


@pytest.fixture(scope="module")
def fitted(magnets):
    X, y = magnets
    return AutoRegressor(members=QUICK, random_state=0).fit(X[:100], y[:100])


class TestPredictions:
    def test_the_whole_is_not_far_below_its_best_model(self, magnets, fitted):
        X, y = magnets
        scores = fitted.leaderboard_["R2"]
        assert scores["the whole"] > scores[QUICK].max() - 0.02
        assert scores["the whole"] > scores["constant"] + 0.5
        assert fitted.score(X[100:], y[100:]) > 0.8

    def test_weights_are_shares(self, fitted):
        weights = fitted.best_estimator_[-1].weights_
        assert (weights >= 0).all()
        np.testing.assert_allclose(weights.sum(axis=0), 1)
        assert fitted.leaderboard_["weight"].sum() == pytest.approx(1)

    def test_intervals_hold_what_they_say(self):
        random = np.random.default_rng(0)
        X = random.normal(size=(600, 4))
        y = (
            X[:, 0]
            + X[:, 1] ** 2
            + random.normal(size=600) * (0.1 + 0.3 * (X[:, 2] > 0))
        )
        model = AutoRegressor(members=QUICK, random_state=0).fit(X[:300], y[:300])
        low, high = model.predict_interval(X[300:], coverage=0.9)
        assert 0.85 < np.mean((low <= y[300:]) & (y[300:] <= high)) < 0.96
        _, std = model.predict(X[300:], return_std=True)
        error = model.predict(X[300:]) - y[300:]
        assert np.sqrt(np.mean((error / std) ** 2)) == pytest.approx(1, abs=0.3)
        with pytest.raises(ValueError, match="coverage=1 must be between 0 and 1"):
            model.predict_interval(X, coverage=1)

    def test_the_same_seed_gives_the_same_on_any_number_of_processes(self, magnets):
        X, y = magnets[0][:60], magnets[1]["Br_kG"][:60]
        one, two = (
            AutoRegressor(members=QUICK, n_jobs=n, random_state=3).fit(X, y)
            for n in (1, 2)
        )
        np.testing.assert_array_equal(one.predict(X), two.predict(X))

    def test_rows_that_were_not_seen_are_what_is_scored(self):
        """Numbers without any sense are not predicted, however well they are known."""
        random = np.random.default_rng(1)
        X, y = random.normal(size=(120, 3)), random.normal(size=120)
        model = AutoRegressor(members=QUICK, random_state=0).fit(X, y)
        assert model.leaderboard_.loc["the whole", "R2"] < 0.1
        assert np.corrcoef(model.oof_prediction_, y)[0, 1] < 0.3


class TestInputs:
    def test_formulas_in_any_container(self):
        y = MODULI["G_GPa"]
        found = [
            AutoRegressor(members=["linear"], random_state=0).fit(X, y).predict(X)
            for X in (
                FORMULAS,
                pd.Series(FORMULAS, name="alloy"),
                pd.DataFrame({"alloy": FORMULAS}),
                np.array(FORMULAS, dtype=object),
            )
        ]
        for other in found[1:]:
            np.testing.assert_array_equal(found[0], other)

    def test_descriptors_take_part_where_there_are_formulas(self, fitted):
        model = AutoRegressor(
            members=["extra trees", "extra trees, descriptors"], random_state=0
        ).fit(FORMULAS, MODULI["G_GPa"])
        assert "extra trees, descriptors" in model.leaderboard_.index
        assert "extra trees, descriptors" not in fitted.leaderboard_.index

    def test_of_crystals_all_models_see_all(self):
        voronoi = list(VoronoiFeaturizer().get_feature_names_out())
        assert columns_for("XGBoost", voronoi) == voronoi
        assert columns_for("XGBoost", ["Fe", "norm_2", "aged_h"]) == ["Fe", "aged_h"]
        assert len(columns_for("CatBoost, descriptors", ["Fe", "norm_2"])) == 2

    def test_a_table_of_formulas_words_and_gaps(self):
        random = np.random.default_rng(0)
        table = pd.DataFrame({
            "alloy": FORMULAS,
            "annealing_C": np.where(np.arange(80) % 7, 300.0 + np.arange(80), np.nan),
            "route": random.choice(["ribbon", "rod"], 80),
        })  # fmt: skip
        y = MODULI["G_GPa"] + 5 * (table["route"] == "rod")
        model = AutoRegressor(members=QUICK, random_state=0).fit(table, y)
        assert model.score(table, y) > 0.8
        assert list(model.feature_names_in_) == list(table)

    def test_crystals_and_the_files_they_are_in(self, tmp_path):
        crystals = list(reference_crystals("aflow")[1][:24])
        y = np.array([crystal.density for crystal in crystals])
        paths = []
        for k, crystal in enumerate(crystals):
            paths.append(str(tmp_path / f"{k}.cif"))
            crystal.to(paths[-1])
        model = AutoRegressor(members=["linear", "extra trees"], random_state=0)
        of_files = model.fit(paths, y).predict(paths)
        of_crystals = model.fit(crystals, y).predict(crystals)
        np.testing.assert_allclose(of_files, of_crystals, rtol=0.05, atol=0.2)
        assert np.corrcoef(of_crystals, y)[0, 1] > 0.9

    def test_it_composes(self, magnets):
        X, y = magnets
        model = make_pipeline(sklmag.AutoRegressor(members=["linear"], random_state=0))
        search = GridSearchCV(model, {"autoregressor__cv": [2, 3]}, cv=2)
        assert search.fit(X[:60], y["Br_kG"][:60]).best_score_ > 0.3


class TestTime:
    def test_what_would_take_too_long_is_left_out_and_named(self, magnets):
        X, y = magnets
        model = AutoRegressor(time_budget=0.5, random_state=0).fit(X, y["Br_kG"])
        board = model.leaderboard_
        assert board.loc["XGBoost", "weight"] > 0
        assert board.loc["MHAR", "note"].startswith("needs about ")
        assert np.isnan(board.loc["MHAR", "R2"])

    def test_the_bar_says_what_runs(self, magnets, capsys):
        X, y = magnets
        model = AutoRegressor(members=QUICK, verbose=1, random_state=0)
        model.fit(X[:30], y["Br_kG"][:30])
        assert "extra trees" in capsys.readouterr().err
        model.set_params(verbose=0).fit(X[:30], y["Br_kG"][:30])
        assert capsys.readouterr().err == ""


class TestParts:
    def test_equal_compositions_stay_together(self):
        X = pd.DataFrame({"Fe": [60, 60, 70, 70, 80, 80.0], "aged_h": range(6)})
        for _, unseen in parts_of_rows(X, None, 3, 0):
            assert X["Fe"][unseen].nunique() == 1
            assert len(unseen) == 2

    def test_given_groups_stay_together(self):
        X = pd.DataFrame({"a": range(9)})
        for _, unseen in parts_of_rows(X, list("aaabbbccc"), 3, 0):
            assert len({"aaabbbccc"[k] for k in unseen}) == 1

    @pytest.mark.parametrize("unit", [1e-30, 1e30])
    def test_rows_differ_in_any_unit(self, unit):
        X = pd.DataFrame({"a": np.arange(8) * unit, "b": 1.0})
        assert len(parts_of_rows(X, None, 4, 0)) == 4

    def test_few_compositions_are_parted_by_row(self):
        X = pd.DataFrame({"Fe": [60.0] * 8, "aged_h": range(8)})
        assert len(parts_of_rows(X, None, 4, 0)) == 4


class TestWeights:
    def test_a_model_without_errors_has_all(self):
        y = np.arange(10.0)[:, None]
        votes = np.stack([y, y + 1, -y])
        np.testing.assert_array_equal(blend_weights(votes, y), [[1], [0], [0]])

    def test_errors_that_cancel_are_shared(self):
        random = np.random.default_rng(0)
        y, noise = np.zeros((200, 1)), random.normal(size=(200, 1))
        weights = blend_weights(np.stack([noise, -noise, noise * 5]), y)
        np.testing.assert_allclose(weights[:2], 0.5, atol=0.02)
        assert weights[2] < 0.02


class TestRefusals:
    def test_partial_fit(self):
        assert not hasattr(AutoRegressor(), "partial_fit")
        with pytest.raises(AttributeError, match="AutoRegressor has no partial_fit: its "
                           "weights come from rows .* Call fit with all rows"):  # fmt: skip
            AutoRegressor().partial_fit([[0]], [0])

    def test_unknown_members(self):
        with pytest.raises(ValueError, match="members holds 'forest'. Choose from: "
                           "..linear', 'XGBoost'"):  # fmt: skip
            AutoRegressor(members=["forest"]).fit([[0], [1]], [0, 1])

    def test_members_that_are_not_installed(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "catboost", None)
        with pytest.raises(ValueError, match="members holds 'CatBoost', which is not "
                           "installed: pip install catboost"):  # fmt: skip
            AutoRegressor(members=["CatBoost"]).fit(np.eye(9), np.arange(9.0))

    def test_members_that_do_not_fit_the_table(self):
        model, X = AutoRegressor(members=["extra trees, descriptors"]), np.eye(9)
        with pytest.raises(ValueError, match="holds none that can be fitted to 9 rows"):
            model.fit(X, np.arange(9.0))

    def test_rows_of_one_group(self):
        with pytest.raises(ValueError, match="All 4 rows are of one group, so that no"):
            AutoRegressor(members=QUICK).fit([[1.0]] * 4, [0, 1, 2, 3])


class TestFiles:
    def test_a_file_predicts_the_same(self, magnets, fitted, tmp_path):
        X, y = magnets
        path = save(fitted, tmp_path / "auto", X=X[:100], y=y[:100])
        again = load(path)
        np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
        for one, other in zip(
            again.predict_interval(X), fitted.predict_interval(X), strict=True
        ):
            np.testing.assert_array_equal(one, other)
        pd.testing.assert_frame_equal(again.leaderboard_, fitted.leaderboard_)
        table = open_model(path).predict(X[:3])
        assert list(table)[:4] == ["Br_kG", "Br_kG_std", "Hcj_kOe", "Hcj_kOe_std"]
        assert table["inside"].all()

    def test_formulas_have_a_domain(self, tmp_path):
        y = MODULI["G_GPa"]
        model = AutoRegressor(members=QUICK, random_state=0).fit(FORMULAS, y)
        opened = open_model(save(model, tmp_path / "glass", X=FORMULAS, y=y))
        assert opened.card.input.kind == "formula"
        with pytest.warns(SklmagWarning, match="not in the training data: U"):
            table = opened.predict([FORMULAS[0], "U50Zr50"])
        assert table["inside"].tolist() == [True, False]


class TestCatBoost:
    def test_its_trees_are_followed_exactly(self):
        catboost = pytest.importorskip("catboost")
        from sklmag.recipes._oblivious import ObliviousTrees

        random = np.random.default_rng(0)
        X = random.normal(size=(200, 5)).astype(np.float32)
        y = X[:, 0] ** 2 + X[:, 1]
        peer = catboost.CatBoostRegressor(
            random_seed=0, verbose=0, thread_count=1, allow_writing_files=False
        ).fit(X, y)
        Z = random.normal(size=(3000, 5)).astype(np.float32)
        ours = ObliviousTrees(random_state=0).fit(X, y)
        np.testing.assert_allclose(ours.predict(Z), peer.predict(Z), atol=1e-10)

    def test_a_file_needs_none(self, magnets, tmp_path):
        pytest.importorskip("catboost")
        X, y = magnets
        model = AutoRegressor(members=["CatBoost"], cv=2, random_state=0).fit(X, y)
        again = load(save(model, tmp_path / "cat", X=X, y=y))
        np.testing.assert_array_equal(again.predict(X), model.predict(X))


def crystals(n):
    places = [[0, 0, 0], [0.5, 0.5, 0.5]]
    pairs = [("Fe", "Co"), ("Fe", "Al"), ("Co", "Al"), ("Fe", "Ni"), ("Co", "Ni")]
    return [
        Structure(Lattice.cubic(2.7 + i / 100), pairs[i % len(pairs)], places)
        for i in range(n)
    ]


@pytest.mark.skipif(find_spec("chgnet") is None, reason="no potential")
def test_crystals_are_seen_by_a_potential_too():
    alloys = crystals(30)
    y = PotentialFeaturizer().set_output(transform="pandas").fit_transform(alloys)
    y = y["energy_eV_per_atom"].to_numpy()
    members = ["linear", "Gaussian process, potential", "energy of the potential"]
    model = AutoRegressor(members=members, random_state=0, time_budget=300)
    table = model.fit(alloys, y).leaderboard_
    assert table.loc["energy of the potential", "R2"] > 0.98
    assert set(members) <= set(table.index)
    assert model.predict(alloys[:2]).shape == (2,)
    seen = model.best_estimator_[:-1].transform(alloys)
    assert {"mean_effective_coordination", "fraction_Fe"} <= set(seen)


@pytest.mark.skipif(find_spec("chgnet") is None, reason="no potential")
def test_a_potential_that_takes_too_long_is_left_out_and_named(monkeypatch):
    monkeypatch.setattr(_auto, "_seconds_of_potential", lambda X, n_jobs: 100.0)
    alloys = crystals(30)
    model = AutoRegressor(members=["XGBoost"], random_state=0, time_budget=60)
    table = model.fit(alloys, range(30)).leaderboard_
    note = table.loc["features of a potential", "note"]
    assert note == "evaluating it takes about 100 s of 60 s"
    seen = model.best_estimator_[:-1].transform(alloys)
    assert "energy_eV_per_atom" not in seen


def test_columns_of_a_table_with_such_names_are_no_potential():
    X = pd.DataFrame({"energy_eV_per_atom": range(20), "magnetization_T": range(20)})
    found = [candidate.name for candidate in chosen_candidates(None, X)]
    assert "energy of the potential" not in found
