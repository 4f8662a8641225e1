import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from skopt import BayesSearchCV
from skopt.space import Integer, Real
from xgboost import XGBRegressor

from sklmag.inspection import GaussianProcessSearchDisplay
from sklmag.model_selection import (
    StagedSearchCV,
    compare_models,
    search_space,
    search_stages,
)
from sklmag.recipes import magnet_models, make_magnet_pipeline


def test_the_stages_of_xgboost_are_the_paper_s():
    assert [list(stage) for stage in search_stages(XGBRegressor())] == [
        ["n_estimators", "max_depth", "min_child_weight"],
        ["gamma", "subsample", "colsample_bytree", "reg_alpha", "reg_lambda"],
        ["learning_rate"],
    ]


def test_names_in_a_pipeline_carry_its_prefix():
    pipeline = make_magnet_pipeline(XGBRegressor())
    assert "model__max_depth" in search_space(pipeline)
    nested = make_pipeline(pipeline)
    assert "pipeline__model__max_depth" in search_space(nested)
    with pytest.raises(ValueError, match="no ready search space for Ridge. Known: XGB"):
        search_space(Ridge())


@pytest.fixture(scope="module")
def searched(magnets):
    X, y = magnets
    stages = [
        {"model__n_estimators": Integer(5, 60)},
        {"model__learning_rate": Real(0.02, 0.6, prior="log-uniform")},
    ]
    model = make_magnet_pipeline(XGBRegressor(n_estimators=5, max_depth=3, n_jobs=1))
    search = StagedSearchCV(model, stages, n_iter=12, cv=2, random_state=0)
    return search.fit(X, y["Hcj_kOe"])


def test_a_stage_starts_from_the_best_of_the_last(searched):
    first, second = searched.searches_
    best = {
        name: value
        for search in (first, second)
        for name, value in search.best_params_.items()
        if search.best_score_ == searched.best_score_ or search is first
    }
    n_trees = first.best_params_["model__n_estimators"]
    assert second.estimator.get_params()["model__n_estimators"] == n_trees
    assert searched.best_params_ == best
    assert searched.best_score_ == max(first.best_score_, second.best_score_)
    assert searched.best_estimator_.get_params()["model__n_estimators"] == n_trees


def test_it_predicts_with_the_best(searched, magnets):
    X, y = magnets
    np.testing.assert_array_equal(
        searched.predict(X), searched.best_estimator_.predict(X)
    )
    assert searched.score(X, y["Hcj_kOe"]) > 0.8
    assert list(searched.feature_names_in_) == list(X.columns)


def test_a_stage_that_only_makes_worse_changes_nothing(magnets):
    X, y = magnets
    stages = [{"alpha": Real(1e6, 1e7)}]
    search = StagedSearchCV(Ridge(alpha=0.1), stages, n_iter=2, cv=3, random_state=0)
    search.fit(X[["Al", "Ce"]], y["Br_kG"])
    assert search.best_params_ == {}
    assert search.best_estimator_.alpha == 0.1
    assert search.best_score_ > search.searches_[0].best_score_


def test_groups_reach_the_splitter(magnets):
    X, y = magnets
    groups = np.arange(len(X)) % 7
    search = StagedSearchCV(
        Ridge(), [{"alpha": Real(0.1, 10)}], n_iter=2, cv=GroupKFold(3), random_state=0
    )
    search.fit(X[["Al"]], y["Br_kG"], groups=groups)
    for train, test in search.searches_[0].cv:
        assert not set(groups[train]) & set(groups[test])


def test_a_failing_fit_is_not_hidden(magnets):
    X, y = magnets
    search = StagedSearchCV(Ridge(), [{"alpha": Real(0.1, 10)}], n_iter=2, cv=2)
    with pytest.raises(ValueError, match="contains NaN"):
        search.fit(X, y["Br_kG"])


def test_the_gaussian_process_figure(searched):
    for i, name in enumerate(["model__n_estimators", "model__learning_rate"]):
        display = GaussianProcessSearchDisplay.from_search(searched.searches_[i], name)
        assert display.utility_ax_.get_xlabel() == name
        assert display.values.min() <= display.next_value_ <= display.values.max()
        assert (display.utility >= -1e-12).all()
        assert len(display.observed[0]) == 12
    assert display.utility_ax_.get_xscale() == "log"
    assert GaussianProcessSearchDisplay.from_search(searched.searches_[0]).name


def test_searches_that_have_no_figure(magnets):
    X, y = magnets
    space = {"alpha": Real(0.1, 10), "solver": ["svd", "cholesky"]}
    search = BayesSearchCV(Ridge(), space, n_iter=3, cv=2, random_state=0)
    search.fit(X[["Al"]], y["Br_kG"])
    with pytest.raises(
        ValueError, match=r"'beta' was not searched; these were: \['alpha'"
    ):
        GaussianProcessSearchDisplay.from_search(search, "beta")
    with pytest.raises(ValueError, match="made only 3 trials, all of them at random"):
        GaussianProcessSearchDisplay.from_search(search, "alpha")


def test_compare_models_is_the_paper_s_table(magnets):
    X, y = magnets
    data = {"laboratory": (X.loc["laboratory"], y.loc["laboratory"]), "all": (X, y)}
    models = {"XGBoost": magnet_models(0)["XGBoost"].set_params(model__n_estimators=20)}
    table, fitted = compare_models(models, data, n_repeats=2, return_estimators=True)
    assert list(table.index.get_level_values("target")) == [*y.columns, "mean"]
    assert list(table["all"].columns) == ["RMSE", "MAE", "R2", "R2_std"]
    assert table.notna().all(axis=None)
    assert set(fitted) == {("laboratory", "XGBoost"), ("all", "XGBoost")}
    assert fitted["all", "XGBoost"].predict(X).shape == y.shape
    again = compare_models(models, data, n_repeats=2, n_jobs=2)
    np.testing.assert_allclose(again, table)
