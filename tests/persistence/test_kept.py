"""Every class that a model file may hold comes back as it was, or says why not."""

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator, is_classifier
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_selection import f_regression
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

from sklmag.persistence import load, save
from sklmag.persistence._classes import class_of, kept_classes
from sklmag.persistence._decode import Decoder
from sklmag.persistence._encode import Encoder
from sklmag.recipes import RECIPES

RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(0.1, 1, size=(60, 4))
NEW = RANDOM.uniform(0.1, 1, size=(20, 4))
Y = X[:, 0] + 0.1 * X[:, 1]
TAKE_NO_TABLE = ("ColumnTransformer", "FeatureUnion", "LabelEncoder", "Pipeline")


def kept_estimators():
    for home, names in kept_classes().items():
        for name in names:
            cls = class_of(f"{home}.{name}")
            if issubclass(cls, BaseEstimator) and name not in TAKE_NO_TABLE:
                yield pytest.param(cls, id=name)


def instance(cls):
    if "estimators" in cls._get_param_names():
        return cls([("soft", Ridge()), ("stiff", Ridge(2))])
    if cls.__name__ == "SelectKBest":
        return cls(f_regression, k=2)
    if cls.__name__ == "SelectPercentile":
        return cls(f_regression)
    required = ("MultiOutputRegressor", "SelectFromModel")
    return cls(Ridge()) if cls.__name__ in required else cls()


def answers(model, rows):
    yield model.predict(rows) if hasattr(model, "predict") else model.transform(rows)
    if hasattr(model, "predict_proba"):
        yield model.predict_proba(rows)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:n_quantiles")
@pytest.mark.parametrize("cls", list(kept_estimators()))
def test_it_comes_back(cls, tmp_path):
    model, y = instance(cls), Y
    if is_classifier(model):
        words = np.where(Y > np.median(Y), "strong", "weak")
        y = (words == "weak").astype(int) if cls is XGBClassifier else words
    if cls.__name__.startswith("Multi"):
        y = np.column_stack((Y, Y))
    model.fit(X, y)
    back = load(save(model, tmp_path / "m.sklmag"))
    rows = X[:20] if "Encoder" in cls.__name__ else NEW
    for expected, found in zip(answers(model, rows), answers(back, rows), strict=True):
        dense = [a.toarray() if hasattr(a, "toarray") else a for a in (expected, found)]
        np.testing.assert_array_equal(*dense)


@pytest.mark.parametrize("settings", [
    {"booster": "dart"}, {"booster": "gblinear"}, {"num_parallel_tree": 3},
    {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.9]},
    {"objective": "reg:pseudohubererror"}, {"tree_method": "exact"}, {"n_jobs": 2},
])  # fmt: skip
def test_boosters_of_all_kinds(settings, tmp_path):
    model = XGBRegressor(n_estimators=3, **settings).fit(X, Y)
    back = load(save(model, tmp_path / "m.sklmag"))
    np.testing.assert_array_equal(back.predict(NEW), model.predict(NEW))


def test_a_booster_of_categories_has_no_form(tmp_path):
    import pandas as pd

    table = pd.DataFrame({"route": pd.Categorical(["a", "b", "c"] * 20), "Dy": Y})
    model = XGBRegressor(n_estimators=2, enable_categorical=True).fit(table, Y)
    with pytest.raises(ValueError, match="no form in a model file.*of categories"):
        save(model, tmp_path / "m.sklmag")


@pytest.mark.parametrize("model", [
    make_union(StandardScaler(), MinMaxScaler()),
    ColumnTransformer([("all", StandardScaler(), make_column_selector(".*"))]),
    make_pipeline(ColumnTransformer([("a", "drop", [0])], remainder="passthrough"),
                  DecisionTreeRegressor(max_depth=3)),
])  # fmt: skip
def test_compositions(model, tmp_path):
    import pandas as pd

    table, new = (pd.DataFrame(rows, columns=list("abcd")) for rows in (X, NEW))
    model.fit(table, Y)
    back = load(save(model, tmp_path / "m.sklmag"))
    for expected, found in zip(answers(model, new), answers(back, new), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_words_and_missing_words_come_back(tmp_path):
    words = np.array([["a", 1], ["b", None], ["c", 2], [np.nan, 3]], dtype=object)
    model = OneHotEncoder(handle_unknown="ignore").fit(words)
    back = load(save(model, tmp_path / "m.sklmag"))
    np.testing.assert_array_equal(
        back.transform(words).toarray(), model.transform(words).toarray()
    )


def test_names_of_columns_of_a_union(tmp_path):
    import pandas as pd

    table = pd.DataFrame(X, columns=list("abcd"))
    union = make_union(StandardScaler(), MinMaxScaler()).set_output(transform="pandas")
    model = make_pipeline(union, Ridge()).fit(table, Y)
    back = load(save(model, tmp_path / "m.sklmag"))
    np.testing.assert_array_equal(back.predict(table), model.predict(table))


def test_words_that_an_encoder_leaves_out(tmp_path):
    words = np.array([["a", 1], ["b", 2], ["c", 2]], dtype=object)
    model = OneHotEncoder(drop="first").fit(words)
    back = load(save(model, tmp_path / "m.sklmag"))
    np.testing.assert_array_equal(
        back.transform(words).toarray(), model.transform(words).toarray()
    )


def test_a_search_for_rounds_is_kept(tmp_path):
    model = XGBRegressor(n_estimators=20, early_stopping_rounds=2)
    model.fit(X, Y, eval_set=[(NEW, NEW[:, 0])], verbose=False)
    back = load(save(model, tmp_path / "m.sklmag"))
    assert back.best_iteration == model.best_iteration
    np.testing.assert_array_equal(back.predict(NEW), model.predict(NEW))


def test_settings_of_a_machine_stay_there(tmp_path):
    model = XGBRegressor(n_estimators=1, n_jobs=2).fit(X, Y)
    assert load(save(model, tmp_path / "m.sklmag")).n_jobs is None


def test_a_matrix_keeps_its_order(tmp_path):
    model = Ridge().fit(X, np.column_stack((Y, Y)))
    model.coef_ = np.asfortranarray(model.coef_)
    assert load(save(model, tmp_path / "m.sklmag")).coef_.flags.f_contiguous


@pytest.mark.parametrize(("name", "reads"), [
    (name, reads) for name, recipe in RECIPES.items() for reads in recipe.reads
])  # fmt: skip
def test_unfitted_recipes_have_a_form(name, reads):
    model = RECIPES[name].build(reads, random_state=0)
    jobs = [parameter for parameter in model.get_params() if "n_jobs" in parameter]
    model.set_params(**dict.fromkeys(jobs))  # which files do not keep
    encoder = Encoder()  # save itself refuses what has learnt nothing
    structure = encoder.node(model)
    back = Decoder(encoder.arrays, encoder.boosters).value(structure)
    one, other = (re.sub(r"at 0x\w+", "", repr(m)) for m in (back, model))
    assert one == other  # but for places in memory
