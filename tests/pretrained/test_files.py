"""Models in files: what comes back, and what is refused."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from xgboost import XGBRegressor

from sklmag.models import DenseRegressor
from sklmag.pretrained import load_model, save_model

X = np.random.default_rng(0).uniform(size=(40, 3))


@pytest.mark.parametrize(
    "model",
    [DenseRegressor(max_epochs=2, random_state=0), XGBRegressor(n_estimators=3)],
)
def test_a_pipeline_comes_back(model, tmp_path):
    pipeline = make_pipeline(StandardScaler(), model).fit(X, X[:, 0])
    back = load_model(save_model(pipeline, tmp_path / "model.skops"))
    np.testing.assert_array_equal(back.predict(X), pipeline.predict(X))


def test_foreign_code_is_refused_by_name(tmp_path):
    path = save_model(FunctionTransformer(pytest.approx), tmp_path / "model.skops")
    with pytest.raises(ValueError, match=r"could run code of their own: .*approx"):
        load_model(path)


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no model file"):
        load_model(tmp_path / "nothing.skops")
    (tmp_path / "text.skops").write_text("text")
    with pytest.raises(ValueError, match="is not a file of skops. Write models with"):
        load_model(tmp_path / "text.skops")
