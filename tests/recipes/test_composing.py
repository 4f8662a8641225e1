"""Formula pipelines inside what scikit-learn and others build around estimators."""

import numpy as np
import pandas as pd
import pytest
from mapie.regression import CrossConformalRegressor, SplitConformalRegressor
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingRegressor, VotingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import ElementFractionFeaturizer, MagpieFeaturizer

FORMULAS = [f"Fe{i}Co{j}" for i in range(1, 9) for j in range(1, 6)]
TABLE = pd.DataFrame({"formula": FORMULAS, "T_K": np.arange(40.0)})
Y = np.arange(40) / 2


def fractions():
    return make_pipeline(ElementFractionFeaturizer(), Ridge())


def magpie():
    return make_pipeline(MagpieFeaturizer(), Ridge())


def columns(column):
    parts = [("f", ElementFractionFeaturizer(), column), ("n", "passthrough", ["T_K"])]
    return make_pipeline(ColumnTransformer(parts), Ridge())


@pytest.mark.parametrize("X", [
    FORMULAS, np.array(FORMULAS), np.array(FORMULAS, object), pd.Series(FORMULAS),
    TABLE[["formula"]], np.array(FORMULAS)[:, None],
], ids=["list", "str", "object", "series", "frame", "2-D"])  # fmt: skip
@pytest.mark.parametrize("ensemble", [StackingRegressor, VotingRegressor])
def test_ensembles(X, ensemble):
    model = ensemble([("a", fractions()), ("b", magpie())]).fit(X, Y)
    assert model.predict(X[:1]) == pytest.approx(model.predict(X)[:1])


@pytest.mark.parametrize("column", ["formula", ["formula"]])
def test_a_column_of_a_table(column):
    model = columns(column).fit(TABLE, Y)
    assert model.predict(TABLE.iloc[[0]]) == pytest.approx(model.predict(TABLE)[:1])
    np.testing.assert_allclose(
        model.predict(TABLE), columns("formula").fit(TABLE, Y).predict(TABLE)
    )


@pytest.mark.parametrize(("model", "X"), [
    (fractions(), np.array(FORMULAS)), (fractions(), pd.Series(FORMULAS)),
    (fractions(), TABLE[["formula"]]), (columns("formula"), TABLE),
    (columns(["formula"]), TABLE),
])  # fmt: skip
def test_conformal_intervals(model, X):
    cross = CrossConformalRegressor(model, confidence_level=0.9, cv=3)
    intervals = cross.fit_conformalize(X, Y).predict_interval(X)[1][:, :, 0]
    assert (intervals[:, 0] <= intervals[:, 1]).all()
    split = SplitConformalRegressor(model, confidence_level=0.9, prefit=False)
    split.fit(X[:30], Y[:30]).conformalize(X[30:], Y[30:])
    assert split.predict_interval(X[:1])[1].shape == (1, 2, 1)
