import warnings

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit
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

SHUFFLED = KFold(2, shuffle=True, random_state=0)


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
    with pytest.raises(
        ValueError, match="no ready search space for Ridge. Known: Auto"
    ):
        search_space(Ridge())


@pytest.fixture(scope="module")
def searched(magnets):
    X, y = magnets
    stages = [
        {"model__n_estimators": Integer(5, 60)},
        {"model__learning_rate": Real(0.02, 0.6, prior="log-uniform")},
    ]
    model = make_magnet_pipeline(XGBRegressor(n_estimators=5, max_depth=3, n_jobs=1))
    search = StagedSearchCV(model, stages, n_iter=12, cv=SHUFFLED, random_state=0)
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
    search = StagedSearchCV(
        Ridge(alpha=0.1), stages, n_iter=2, cv=SHUFFLED, random_state=0
    )
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
    search = StagedSearchCV(Ridge(), [{"alpha": Real(0.1, 10)}], n_iter=2, cv=SHUFFLED)
    with pytest.raises(ValueError, match="contains NaN"):
        search.fit(X, y["Br_kG"])


SPACE = [{"alpha": Real(0.1, 10)}]


def test_sorted_rows_are_warned_of(magnets):
    X, y = magnets
    X, y = X[["Al", "Ce"]], y["Br_kG"]
    search = StagedSearchCV(Ridge(), SPACE, n_iter=2, cv=3, random_state=0)
    text = r"The rows are sorted: 'Al' has the means 0\..*, in the parts of cv=KFold\(n"
    with pytest.warns(UserWarning, match=text.replace(", in", " in")):
        search.fit(X, y)
    with pytest.warns(UserWarning, match="'the target' has the means 19.*, 59.*, 99"):
        search.fit(np.zeros((120, 1)), np.arange(120.0))


@pytest.mark.parametrize(
    "cv", [KFold(3, shuffle=True, random_state=0), GroupKFold(3), ShuffleSplit(3)]
)
def test_shuffled_and_grouped_rows_are_not_warned_of(magnets, cv):
    X, y = magnets
    groups = np.arange(len(X)) % 9
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search = StagedSearchCV(Ridge(), SPACE, n_iter=2, cv=cv, random_state=0)
        by = groups if isinstance(cv, GroupKFold) else None
        search.fit(X[["Al", "Ce"]], y["Br_kG"], groups=by)
    assert not [w for w in caught if "The rows are sorted" in str(w.message)]


def test_rows_in_no_order_are_not_warned_of():
    rng = np.random.RandomState(0)
    search = StagedSearchCV(Ridge(), SPACE, n_iter=2, cv=3, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(5):
            search.fit(rng.normal(size=(90, 20)), rng.normal(size=(90, 2)))
    assert not [w for w in caught if "The rows are sorted" in str(w.message)]


@pytest.mark.parametrize(
    "odd",
    [
        {"reg_lambda": 0.0, "min_child_weight": 0, "gamma": 2.0},
        {"max_depth": 40, "learning_rate": 20.0},
        {"subsample": 0.1, "colsample_bytree": 0.2},
    ],
)
def test_a_space_lies_around_any_setting(odd):
    space = search_space(XGBRegressor(**odd))
    assert all(d.low < d.high for d in space.values())
    for name, value in odd.items():
        assert value == 0 or value in space[name]


def test_spaces_lie_around_what_the_estimator_is_set_to():
    from sklmag import (
        AutoRegressor,
        DenseRegressor,
        LGDCNNClassifier,
        LGDCNNRegressor,
    )
    from sklmag import MultiHeadAttentionRegressor as MHAR

    space = search_space(XGBRegressor())
    assert (space["learning_rate"].low, space["learning_rate"].high) == (0.03, 1.0)
    assert (space["max_depth"].low, space["max_depth"].high) == (3, 9)
    slow = search_space(XGBRegressor(n_estimators=400, learning_rate=0.05))
    assert (slow["n_estimators"].low, slow["n_estimators"].high) == (100, 1600)
    assert slow["learning_rate"].high == pytest.approx(0.5)
    for net in (MHAR(), DenseRegressor(), LGDCNNRegressor()):
        lr, settings = search_space(net)["lr"], net._settings()
        assert lr.low < settings["lr"] < lr.high
    for net in (MHAR(), DenseRegressor()):
        width, settings = search_space(net)["width"], net._settings()
        assert width.low < settings["width"] < width.high
    assert search_space(LGDCNNRegressor())["width"].categories == (32, 64, 96, 128)
    assert (
        search_space(LGDCNNClassifier()).keys()
        == search_space(LGDCNNRegressor()).keys()
    )
    seen = search_space(LGDCNNRegressor(init="pretrained"))
    assert not {"width", "body", "n_blocks"} & set(seen)  # the network has its sizes
    assert 0.002 in seen["lr"]
    assert list(search_space(AutoRegressor())) == ["cv"]


def test_trials_elsewhere_are_told_from_those_at_the_slice(magnets):
    X, y = magnets
    X = X[["Al", "Ce", "Co"]]
    space = {
        "learning_rate": Real(0.02, 0.6, prior="log-uniform"),
        "max_depth": Integer(1, 6),
    }
    search = BayesSearchCV(
        XGBRegressor(n_estimators=10), space, n_iter=14, cv=2, random_state=0
    )
    search.fit(X, y["Hcj_kOe"])
    display = GaussianProcessSearchDisplay.from_search(search, "learning_rate")
    values, scores, at_slice = display.observed
    best = np.argmax(scores)
    assert at_slice[best]
    assert 0 < at_slice.sum() < len(at_slice)
    assert values[best] in display.values  # the slice goes through the best trial
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels[2:] == ["trials elsewhere", "trials at the slice"]
    error = search.cv_results_["std_test_score"].mean() / np.sqrt(2)
    assert (display.std >= error).all()  # the band is seen


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
