"""Models in files: what comes back, and what is refused."""

import json
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.cluster import Birch
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils._testing import (  # runs any source code
    assert_run_python_script_without_output as run,
)
from skopt import BayesSearchCV
from xgboost import XGBRegressor

from sklmag.models import DenseRegressor, MedianVotingRegressor
from sklmag.pretrained import load_model, save_model
from sklmag.pretrained._files import _is_trusted

X = np.random.default_rng(0).uniform(size=(40, 3))


MODELS = [
    DenseRegressor(max_epochs=2, random_state=0),
    XGBRegressor(n_estimators=3),
    RandomForestRegressor(n_estimators=3, random_state=0),
    HistGradientBoostingRegressor(max_iter=3),
    GradientBoostingRegressor(n_estimators=3),
    KNeighborsRegressor(),
    GaussianProcessRegressor(),
    MLPRegressor(max_iter=3),
    GridSearchCV(Ridge(), {"alpha": [0.1, 1]}, scoring="neg_mean_absolute_error"),
    MedianVotingRegressor([("a", Ridge()), ("b", RandomForestRegressor(3))]),
    make_pipeline(SimpleImputer(), SelectKBest(f_regression, k=2), Ridge()),
    TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_pipeline_comes_back(model, tmp_path):
    pipeline = make_pipeline(StandardScaler(), model).fit(X, X[:, 0])
    back = load_model(save_model(pipeline, tmp_path / "model.skops"))
    np.testing.assert_array_equal(back.predict(X), pipeline.predict(X))


@pytest.mark.parametrize("function", [pytest.approx, run])
def test_foreign_code_is_refused_by_name(function, tmp_path):
    model = FunctionTransformer(function)
    with pytest.raises(
        ValueError, match=f"FunctionTransformer holds code.*{function.__name__}"
    ):
        save_model(model, tmp_path / "model.skops")
    assert not list(tmp_path.iterdir())
    skops.io.dump(model, tmp_path / "model.skops")
    with pytest.raises(ValueError, match=f"code of their own: .*{function.__name__}"):
        load_model(tmp_path / "model.skops")


def test_the_best_of_a_bayesian_search_is_saved_in_its_place(tmp_path):
    search = BayesSearchCV(
        Ridge(), {"alpha": (1e-3, 1.0)}, n_iter=3, cv=2, random_state=0
    )
    search.fit(X, X[:, 0])
    with pytest.raises(
        ValueError, match="holds code .*scipy.stats.*save best_estimator_"
    ):
        save_model(search, tmp_path / "model.skops")
    back = load_model(save_model(search.best_estimator_, tmp_path / "model.skops"))
    np.testing.assert_array_equal(back.predict(X), search.predict(X))


@pytest.mark.parametrize("name", [
    "scipy.stats._continuous_distns.norm_gen",  # runs a string of its state
    "sklmag.models._tensor_net.TensorNet",  # unpickles
    "sklearn.datasets._lfw.Memory",
    "sklearn.compose._column_transformer.partial",
    "sklearn.feature_selection._from_model.deepcopy",
    "sklearn.externals.array_api_extra.testing._testing.FunctionType",
    "sklearn.callback._transport.Listener",
    "skopt.callbacks.CheckpointSaver",
    "sklmag._utils._paths.Path",
    "sklmag.cli.__main__.x",
    "sklearn.utils._testing.assert_run_python_script_without_output",
    "sklearn.no_such_module.Ridge",
    "builtins.eval",
])  # fmt: skip
def test_names_that_are_never_trusted(name):
    assert not _is_trusted(name)


def _evil_file(path, content):
    """Write a file of skops that names a class and gives it a state of its own."""
    skops.io.dump(Ridge().fit(X, X[:, 0]), path)
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read("schema.json"))
        others = {n: archive.read(n) for n in archive.namelist() if n != "schema.json"}
    schema |= content
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
        for name, data in others.items():
            archive.writestr(name, data)


def test_a_distribution_whose_state_is_code_is_not_opened(tmp_path):
    _evil_file(
        tmp_path / "evil.skops",
        {"__class__": "norm_gen", "__module__": "scipy.stats._continuous_distns"},
    )
    with pytest.raises(
        ValueError, match="code of their own: scipy.stats._continuous_di"
    ):
        load_model(tmp_path / "evil.skops")


def test_archives_that_are_no_models(tmp_path):
    np.savez(tmp_path / "arrays.npz", X)
    with pytest.raises(
        ValueError, match=r"arrays.npz' is not a file of skops: .*schema"
    ):
        load_model(tmp_path / "arrays.npz")


def test_what_the_format_cannot_hold(tmp_path):
    model = Birch(n_clusters=2).fit(X)
    with pytest.raises(
        ValueError, match="Birch has no form in a file of skops.*joblib"
    ):
        save_model(model, tmp_path / "model.skops")


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no model file"):
        load_model(tmp_path / "nothing.skops")
    (tmp_path / "text.skops").write_text("text")
    with pytest.raises(ValueError, match="is not a file of skops. Write models with"):
        load_model(tmp_path / "text.skops")
