import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from xgboost import XGBRegressor

from sklmag import DenseRegressor, MultiHeadAttentionRegressor, SklmagWarning
from sklmag.composition import total_rare_earth
from sklmag.composition._process_table import formula_columns
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
    [
        ["N52", "N42SH", "N52", "N42SH"], ["SPS", "HIP", "HP", "SPS"], list("YNYN"),
        ["furnace A", "furnace B", "furnace A", np.nan],
    ],
)  # fmt: skip
def test_words_are_categories(table, texts):
    """Grades and processes are spelt with element symbols, but are no formulas."""
    pipeline = make_magnet_pipeline(Ridge()).fit(table.assign(made=texts), Y)
    names = [n for n in pipeline[:-1].get_feature_names_out() if n.startswith("made_")]
    assert sorted(names) == sorted(f"made_{word}" for word in set(texts))
    with pytest.warns(
        SklmagWarning, match="Words of 'made' that were not in the training data: 'new'"
    ):
        pipeline.predict(table.assign(made="new"))


def test_names_of_samples_are_no_categories(table):
    with pytest.raises(
        ValueError, match=r"Column 'made' \(row 0\): 'a' is not a finite number, and no"
    ):
        make_magnet_pipeline(Ridge()).fit(table.assign(made=list("abcd")), Y)


def test_names_that_xgboost_refuses(table):
    odd = table.assign(**{"T [C]": [1.0, 2, 3, 4], "T (C)": 5.0, "x<1": 1.0})
    pipeline = make_magnet_pipeline(XGBRegressor(n_estimators=2)).fit(odd, Y)
    names = list(pipeline[:-1].get_feature_names_out())
    assert {"T (C)", "T (C)_2", "x below 1"} <= set(names)
    assert pipeline.predict(odd).shape == (4,)


def test_formulas_twice_or_beside_amounts(table):
    twice = table.assign(composition=table["alloy"])
    with pytest.raises(
        ValueError, match=r"Several columns hold formulas: \['alloy', 'comp"
    ):
        make_magnet_pipeline(Ridge()).fit(twice, Y)
    crucible = table.assign(crucible=["Al2O3", "BN", "Al2O3", "ZrO2"])
    assert formula_columns(crucible) == ["alloy"]
    with pytest.raises(
        ValueError, match=r"formulas in 'alloy' and amounts in \['Fe', 'Co'\]"
    ):
        make_magnet_pipeline(Ridge()).fit(table.assign(Fe=60.0, Co=40.0), Y)


def test_a_column_called_like_an_element_of_the_formulas(table):
    """The field B, or a dopant, beside formulas with boron."""
    names = make_magnet_pipeline(Ridge()).fit(table.assign(B=1.5), Y)[:-1]
    assert {"B", "B_2"} <= set(names.get_feature_names_out())


def test_columns_named_like_elements_that_are_no_amounts(table):
    """The volume and the bulk modulus beside formulas."""
    odd = table.assign(V=[51.0, 52, 53, 54], K=[99.0, 98, 97, 96])
    names = make_magnet_pipeline(Ridge()).fit(odd, Y)[:-1].get_feature_names_out()
    assert {"V", "K"} <= set(names)


@pytest.mark.parametrize("words", [
    ["GaAs", "InP", "AlN", "ZnO"], ["CoCrFeNi", "CoCrFeMnNi", "MoNbTaW", "CoCrNi"],
])  # fmt: skip
def test_formulas_without_amounts(words):
    table = pd.DataFrame({"x": words, "T_K": [1.0, 2, 3, 4]})
    assert formula_columns(table) == ["x"]
    assert formula_columns(table.assign(compound=words[::-1])) == ["compound"]
    assert formula_columns(table.assign(Fe=30.0, Co=70.0)) == []


@pytest.mark.parametrize("make", [
    lambda t: __import__("polars").from_pandas(t),
    lambda t: t.convert_dtypes(),
    lambda t: t.convert_dtypes(dtype_backend="pyarrow"),
    lambda t: __import__("pyarrow").Table.from_pandas(t),
    lambda t: t.set_axis([np.int64(5), np.int64(7), np.int64(2)], axis=1),
], ids=["polars", "nullable", "arrow", "pyarrow", "numbered"])  # fmt: skip
def test_frames_of_every_library(make):
    table = pd.DataFrame({"alloy": ["Fe2B", "Fe3B", "FeCo", "Fe2Co"],
                          "T_C": [1.5, np.nan, 3, 4], "made": list("abab")})  # fmt: skip
    right = make_magnet_pipeline(XGBRegressor(n_estimators=3)).fit(table, Y)
    other = make_magnet_pipeline(XGBRegressor(n_estimators=3)).fit(make(table), Y)
    np.testing.assert_array_equal(other.predict(make(table)), right.predict(table))


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
    with pytest.warns(
        SklmagWarning, match=r"Columns without a value in any of 4 rows.*: o"
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
