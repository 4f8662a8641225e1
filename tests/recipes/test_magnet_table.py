import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from xgboost import XGBRegressor

from sklmag import DenseRegressor, MultiHeadAttentionRegressor, SklmagWarning
from sklmag.composition import total_rare_earth
from sklmag.recipes import make_magnet_pipeline


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "alloy": ["Nd2Fe14B", "Fe3B", "Nd2Fe14B", "FeB"],
            "PrNd": [30.0, 29.0, 31.0, 28.0],
            "PrNdCe": [0.0, 1.0, 0.0, 2.0],
            "NbTi": [0.1, 0.2, 0.1, 0.2],
            "sintering_C": [1050, 1060, 1070, 1080],
            "grain_size_um": [5.0, np.nan, 6.0, 7.0],
        },
        index=[4, 3, 2, 1],
    )


Y = pd.Series([1.0, 2.0, 3.0, 4.0], name="Br_kG", index=[4, 3, 2, 1])


def test_columns_find_their_way(table):
    pipeline = make_magnet_pipeline(Ridge()).fit(table, Y)
    numbers = pipeline[:-1].transform(table)
    assert list(numbers.columns) == [
        "B", "Fe", "Nd", "TRE", "PrNd", "PrNdCe", "NbTi", "sintering_C", "grain_size_um",
        "missingindicator_grain_size_um",
    ]  # fmt: skip
    assert numbers["TRE"].tolist() == [30, 30, 31, 30]  # NbTi is no rare earth
    assert numbers["grain_size_um"].tolist() == [5, 6, 6, 7]  # the median
    assert list(numbers.index) == [4, 3, 2, 1]


def test_xgboost_gets_missing_values_as_they_are(table):
    pipeline = make_magnet_pipeline(XGBRegressor(n_estimators=2)).fit(table, Y)
    assert list(pipeline.named_steps) == ["table", "model"]
    assert np.isnan(pipeline[:-1].transform(table)["grain_size_um"]).sum() == 1


def test_the_name_of_the_formulas_does_not_matter(table):
    def predicted(X):
        model = make_magnet_pipeline(XGBRegressor(n_estimators=3)).fit(X, Y)
        return model.predict(X).tolist()

    assert predicted(table.rename(columns={"alloy": "formula"})) == predicted(table)


def test_new_elements_are_named(table):
    pipeline = make_magnet_pipeline(Ridge()).fit(table.fillna(5.0), Y)
    new = table.fillna(5.0).assign(alloy="DyFe2")
    with pytest.warns(SklmagWarning, match="were not in the training data: Dy"):
        pipeline.predict(new)


def test_one_alloy_is_enough(table):
    one = table.assign(alloy="Nd2Fe14B")
    assert make_magnet_pipeline(Ridge()).fit(one, Y).predict(one).shape == (4,)


@pytest.mark.parametrize(
    "texts",
    [["N52", "N42SH", "N35H", "N50"], ["SPS", "HIP", "HP", "SPS"], list("YNYN")],
)
def test_grades_and_processes_are_not_formulas(table, texts):
    with pytest.raises(
        ValueError, match=r"Column 'made' \(row 0\): .* is not a finite"
    ):
        make_magnet_pipeline(Ridge()).fit(table.assign(made=texts), Y)


def test_formulas_twice_or_beside_amounts(table):
    with pytest.raises(
        ValueError, match=r"Several columns hold formulas: \['alloy', 'b"
    ):
        make_magnet_pipeline(Ridge()).fit(table.assign(b=table["alloy"]), Y)
    with pytest.raises(
        ValueError, match=r"formulas in 'alloy' and amounts in \['Co'\]"
    ):
        make_magnet_pipeline(Ridge()).fit(table.assign(Co=1.0), Y)


def test_numbers_written_as_text_add_up():
    table = pd.DataFrame({"Nd": ["29", "30"], "Dy": ["1", "2"]})
    assert total_rare_earth(table)["TRE"].tolist() == [30, 32]


def test_a_given_total_is_not_computed_again(table):
    table = table.assign(TRE=1.0)
    pipeline = make_magnet_pipeline(Ridge()).fit(table, Y)
    assert pipeline[:-1].transform(table)["TRE"].tolist() == [1, 1, 1, 1]


def test_a_missing_amount_makes_the_total_missing():
    table = pd.DataFrame({"Nd": [30.0, np.nan], "Dy": [1.0, 1.0]})
    assert np.isnan(total_rare_earth(table).loc[1, "TRE"])


@pytest.mark.parametrize("cls", [DenseRegressor, MultiHeadAttentionRegressor])
def test_nets_learn_from_magnet_tables(magnets, cls):
    X, y = magnets
    pipeline = make_magnet_pipeline(cls(max_epochs=60, random_state=0)).fit(X, y)
    assert pipeline.predict(X).shape == y.shape
    assert pipeline.score(X, y) > 0.3


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "sintering_C",
            "hot",
            r"Column 'sintering_C' \(row 1\): 'hot' is not a finite",
        ),
        ("sintering_C", np.inf, r"Column 'sintering_C' \(row 1\): inf is not a finite"),
    ],
)
def test_what_is_not_a_number_is_named(table, column, value, message):
    table[column] = table[column].astype(object)
    table.iloc[1, table.columns.get_loc(column)] = value
    with pytest.raises(ValueError, match=message):
        make_magnet_pipeline(Ridge()).fit(table, Y)


def test_a_column_without_values_is_named(table):
    with pytest.raises(
        ValueError,
        match=r"Column 'oxygen_ppm' has no value in any of its 4 rows.*Drop it: X\.drop",
    ):
        make_magnet_pipeline(Ridge()).fit(table.assign(oxygen_ppm=np.nan), Y)


def test_a_column_that_predict_misses_is_named(table):
    pipeline = make_magnet_pipeline(Ridge()).fit(table, Y)
    with pytest.raises(ValueError, match=r"columns are missing: \{'sintering_C'\}"):
        pipeline.predict(table.drop(columns="sintering_C"))


def test_an_array_has_no_column_names(table):
    with pytest.raises(TypeError, match="A magnet table is a DataFrame with named"):
        make_magnet_pipeline(Ridge()).fit(table[["PrNd"]].to_numpy(), Y)


@pytest.mark.parametrize("model", [XGBRegressor(n_estimators=3), Ridge()])
def test_a_saved_pipeline_predicts_the_same(table, model):
    import skops.io

    pipeline = make_magnet_pipeline(model).fit(table, Y)
    expected = pipeline.predict(table)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(pipeline)).predict(table), expected
    )
    saved = skops.io.dumps(pipeline)
    trusted = skops.io.get_untrusted_types(data=saved)
    parts = {name.split(".")[0] for name in trusted}
    assert parts <= {"sklmag", "xgboost", "numpy"}  # numpy.dtype, of SimpleImputer
    np.testing.assert_array_equal(
        skops.io.loads(saved, trusted=trusted).predict(table), expected
    )
