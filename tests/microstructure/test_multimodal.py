"""A table with a grain map in each row: composition and structure in one pipeline."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag import ElementFractionFeaturizer
from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.microstructure import GrainFeaturizer
from sklmag.models import GrainVAE

FIELD_ND, FIELD_CE = 7.3, 2.6  # T; anisotropy fields of R2Fe14B, Herbst 1991


@pytest.fixture(scope="module")
def magnets():
    """Return (Nd,Ce)2Fe14B: the coercivity is the anisotropy field times the map's."""
    stored = load_nanocrystalline_magnets()
    cerium = np.random.RandomState(0).uniform(0, 1, 400)
    table = pd.DataFrame(
        {
            "formula": [f"Nd{2 - 2 * x:.3f}Ce{2 * x:.3f}Fe14B" for x in cerium],
            "map": list(stored.data[:400]),
        }
    )
    field = FIELD_ND * (1 - cerium) + FIELD_CE * cerium
    y = stored.target["Hc"].to_numpy()[:400] * field
    return train_test_split(table, pd.Series(y, name="mu0Hc_T"), random_state=0)


def joined(*names):
    parts = {
        "alloy": ("alloy", ElementFractionFeaturizer(), "formula"),
        "grains": ("grains", GrainFeaturizer(), "map"),
    }
    return TransformedTargetRegressor(
        make_pipeline(
            ColumnTransformer([parts[name] for name in names]),
            StandardScaler(),
            RidgeCV(np.logspace(-3, 3, 13)),
        ),
        func=np.log,  # a product of both becomes a sum
        inverse_func=np.exp,
    )


def test_the_pipeline_uses_both(magnets):
    X, X_test, y, y_test = magnets
    score = {
        names: joined(*names).fit(X, y).score(X_test, y_test)
        for names in (("alloy",), ("grains",), ("alloy", "grains"))
    }
    both = score["alloy", "grains"]
    assert both > 0.9
    assert both > max(score["alloy",], score["grains",]) + 0.3


def test_what_changes_in_one_changes_the_prediction(magnets):
    X, X_test, y, _ = magnets
    model = joined("alloy", "grains").fit(X, y)
    row = X_test.iloc[[0]]
    poorer = row.assign(formula="Nd0.2Ce1.8Fe14B")
    turned = row.assign(map=[np.full((80, 80), np.pi / 4)])
    before = model.predict(row)[0]
    assert model.predict(poorer)[0] < before
    assert model.predict(turned)[0] != before


def test_a_search_passes_through(magnets):
    X, _, y, _ = magnets
    name = "regressor__columntransformer__grains__lengths"
    search = GridSearchCV(joined("alloy", "grains"), {name: [(1.5,), (1.5, 3.0)]}, cv=2)
    assert search.fit(X[:60], y[:60]).best_params_[name] in [(1.5,), (1.5, 3.0)]


def test_a_column_of_maps_is_read_as_an_array_of_them(magnets):
    X = magnets[0]["map"][:12]
    stacked = np.stack(X)
    np.testing.assert_array_equal(
        GrainFeaturizer().fit_transform(X), GrainFeaturizer().fit_transform(stacked)
    )
    codes = [
        GrainVAE(max_epochs=1, random_state=0).fit_transform(maps)
        for maps in (X, stacked)
    ]
    np.testing.assert_array_equal(*codes)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (np.zeros((80, 100)), r"shape \(80, 100\) and type float64"),
        ("map_7.png", r"shape \(\) and type <U9"),
        (np.zeros(6400), r"shape \(6400,\) and type float64"),
    ],
)
def test_an_entry_that_is_no_map_is_named(magnets, entry, found):
    column = magnets[0]["map"][:5].copy()
    column.iloc[3] = entry
    with pytest.raises(
        ValueError,
        match=rf"Row 3 of the column of maps holds an entry of {found}, row 0 one of "
        r"shape \(80, 80\). Each must be an array of numbers",
    ):
        GrainFeaturizer().fit(column)
