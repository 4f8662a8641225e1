"""Tables, training, prediction, explanation and design, as functions."""

import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from pymatgen.io.vasp import Poscar
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import DesignError, SklmagWarning
from sklmag.composition import ElementFractionFeaturizer, GlassFeaturizer
from sklmag.datasets import make_band_gaps, make_metallic_glasses, make_sintered_ndfeb
from sklmag.models import LGDCNNRegressor, MultiHeadAttentionRegressor
from sklmag.persistence import InputCard, open_model, save
from sklmag.tasks import (
    bibliography,
    design,
    explain,
    inputs_for,
    predict_rows,
    read_table,
)
from sklmag.tasks import (
    train as train_by_default,
)
from tests.conftest import reference_crystals


def train(table, targets, model="xgboost", **options):
    """Train in a moment: the default would take its minute."""
    return train_by_default(table, targets, model, **options)


GLASSES, PROPERTIES = make_metallic_glasses(120, random_state=0)
ALLOYS = pd.DataFrame({"alloy": GLASSES}).join(
    PROPERTIES[["G_GPa", "K_GPa"]].reset_index(drop=True)
)
X, Y = make_sintered_ndfeb(150, 0, random_state=0)
MAGNETS = X.join(Y[["Hcj_kOe", "Br_kG"]]).reset_index(drop=True)


class TestTables:
    @pytest.mark.parametrize(("text", "name"), [
        ("alloy,Br_kG\nNaN,12.5\nFe,\n", "a.csv"),
        ("alloy;Br_kG\nNaN;12,5\nFe;\n", "a.csv"),
        ("alloy\tBr_kG\nNaN\t12.5\nFe\t\n", "a.tsv"),
        ("\ufeffalloy, Br_kG\nNaN, 12.5\nFe,\n", "-"),
    ])  # fmt: skip
    def test_every_way_to_write_csv(self, text, name):
        table = read_table(io.BytesIO(text.encode()), name)
        assert list(table) == ["alloy", "Br_kG"]
        assert table["alloy"].tolist() == ["NaN", "Fe"]  # sodium nitride
        assert table["Br_kG"][0] == 12.5
        assert table["Br_kG"].isna().tolist() == [False, True]

    def test_excel_parquet_and_gzip(self, tmp_path):
        ALLOYS.to_excel(tmp_path / "a.xlsx", index=False)
        ALLOYS.to_parquet(tmp_path / "a.parquet")
        (tmp_path / "a.csv.gz").write_bytes(
            gzip.compress(ALLOYS.to_csv(index=False).encode())
        )
        for name in ("a.xlsx", "a.parquet", "a.csv.gz"):
            pd.testing.assert_frame_equal(
                read_table(tmp_path / name), ALLOYS, check_dtype=False
            )

    @pytest.mark.parametrize(("content", "name", "message"), [
        (b"a,b\n", "a.csv", "'a.csv' has no rows"),
        (b"a, a\n1,2\n", "a.csv", "two columns 'a'"),
        (b"a,b\n1,2\n3,4,5\n", "a.csv", "cannot be read: .*line 3"),
        (b"", "a.csv", "cannot be read: No columns"),
        (b"PK\0\0", "a.csv", "cannot be read: it is no text"),
        (b"x", "a.xlsx", "cannot be read: File is not a zip file"),
        (b"x", "a.parquet", "cannot be read: .*[Pp]arquet"),
        (b"x", "a.docx", "must end in .csv, .csv.gz, .tsv"),
        (b"\x1f\x8bx", "a.csv.gz", "cannot be read"),
    ])  # fmt: skip
    def test_what_is_no_table(self, content, name, message):
        with pytest.raises(ValueError, match=message):
            read_table(io.BytesIO(content), name)

    def test_archives_that_are_bombs(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", bytes(10**6))
        bomb.seek(0)
        with pytest.raises(ValueError, match="unpacked it has more than 0 MB. Split"):
            read_table(bomb, "a.xlsx", max_bytes=10**5)
        packed = io.BytesIO(gzip.compress(bytes(10**6)))
        with pytest.raises(ValueError, match="unpacked it has more than"):
            read_table(packed, "a.csv.gz", max_bytes=10**5)
        many = io.BytesIO()
        pd.DataFrame({"a": np.zeros(10**6)}).to_parquet(many)
        assert many.tell() < 10**5
        many.seek(0)
        with pytest.raises(ValueError, match="unpacked it has more than"):
            read_table(many, "a.parquet", max_bytes=10**5)

    def test_a_missing_file(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_table(tmp_path / "no.csv")

    def test_rows_with_more_values_than_columns(self):
        with pytest.raises(ValueError, match="line 3 has 3 values for 2 columns"):
            read_table(io.BytesIO(b"a,b\n1,2\n3,4,5\n"), "a.csv")
        table = read_table(io.BytesIO(b"a,b\n1,2,\n3,4,\n"), "a.csv")
        assert table.to_numpy().tolist() == [[1, 2], [3, 4]]

    def test_decimal_commas_beside_a_word(self):
        text = "T_C;alloy\n1,5;Fe\nn/a;Fe\n2,5;Fe\nabout 3;Fe\n"
        table = read_table(io.BytesIO(text.encode()), "a.csv")
        assert table["T_C"].tolist()[0::2] == [1.5, 2.5]
        assert pd.isna(table["T_C"][1])

    def test_a_blank_line_first_and_utf_16(self):
        text = "\n\na;b\n1;2\n"
        for content in (text.encode(), text.encode("utf-16")):
            table = read_table(io.BytesIO(content), "a.csv")
            assert list(table) == ["a", "b"]


class TestTrain:
    def test_what_was_not_seen_is_predicted(self):
        trained = train(MAGNETS, ["Hcj_kOe"], drop=["Br_kG"], n_folds=3)
        seen = trained.estimator.predict(trained.data.X)
        truth = MAGNETS["Hcj_kOe"]
        errors = [np.sqrt(((p - truth) ** 2).mean()) for p in
                  (seen, trained.predicted["Hcj_kOe"])]  # fmt: skip
        assert errors[0] < 0.7 * errors[1]
        assert trained.scores.loc["Hcj_kOe", "RMSE"] == pytest.approx(errors[1])

    def test_equal_rows_stay_together(self):
        noise = np.random.default_rng(0).normal(size=30)
        table = pd.DataFrame({"x": np.arange(30.0), "y": noise})
        twice = pd.concat([table, table], ignore_index=True)
        assert train(twice, ["y"], n_folds=5).scores.loc["y", "R2"] < 0.3

    def test_the_same_seed_gives_the_same(self):
        first, second = (
            train(MAGNETS, ["Br_kG"], "xgboost", n_folds=2, random_state=1)
            for _ in range(2)
        )
        pd.testing.assert_frame_equal(first.predicted, second.predicted)

    def test_what_is_left_out_is_told(self):
        table = MAGNETS.drop(columns="Hcj_kOe")
        table = table.assign(sample=[f"s{i}" for i in range(150)], nothing=np.nan)
        table.loc[3, "Br_kG"] = np.nan
        trained = train(table, ["Br_kG"], n_folds=0)
        assert trained.data.notes == [
            "Empty columns are left out: nothing.",
            "Columns of text are left out: sample.",
            "1 of 150 rows have no value of Br_kG and are left out.",
        ]
        assert trained.scores is None
        assert len(trained.data.y) == 149

    def test_a_number_that_is_mistyped_is_an_error(self):
        table = MAGNETS.astype({"Dy": object})
        table.loc[7, "Dy"] = "0,5O"
        with pytest.raises(ValueError, match=r"Column 'Dy' \(row 7\): '0,5O' is not a"):
            train(table, ["Br_kG"], drop=["Hcj_kOe"])

    @pytest.mark.parametrize(("targets", "model", "message"), [
        (["Br_T"], "xgboost", "no column 'Br_T'. Did you mean 'Br_kG'"),
        ([], "xgboost", "Name a target. The columns are"),
        (["Br_kG"], "lgdcnn", "lgdcnn learns from formulas, but none of the columns"),
        (["Br_kG"], "sipfenn", "no column names structure files in"),
        (["Br_kG"], "forest", "model='forest' is not known. Choose from: .'auto', 'xgb"),
    ])  # fmt: skip
    def test_what_is_refused(self, targets, model, message):
        with pytest.raises(ValueError, match=message):
            train(MAGNETS, targets, model)

    def test_few_rows(self):
        with pytest.raises(
            ValueError, match="9 rows have a value of Br_kG; at least 10"
        ):
            train(MAGNETS.iloc[:9], ["Br_kG"])
        same = pd.DataFrame({"x": np.ones(20), "y": np.arange(20.0)})
        with pytest.raises(ValueError, match="All rows have the same features"):
            train(same, ["y"])

    @pytest.mark.parametrize("model", ["xgboost", "gaussian-process"])
    def test_formulas(self, model, tmp_path):
        trained = train(ALLOYS, ["G_GPa", "K_GPa"], model, n_folds=2)
        assert trained.data.kind == "formula"
        saved = open_model(trained.save(tmp_path / "a"))
        table = saved.predict(GLASSES[:3])
        np.testing.assert_array_equal(
            table[["G_GPa", "K_GPa"]], trained.estimator.predict(GLASSES[:3])
        )
        rmse = trained.scores.loc["G_GPa", "RMSE"]
        assert saved.card.metrics["G_GPa"]["RMSE"] == rmse
        at_known = saved.card.metrics["G_GPa"].get("std")  # of models without their own
        assert (table["G_GPa_std"] == at_known).all() == (model == "xgboost")

    def test_formulas_with_other_columns(self):
        table = ALLOYS.assign(cooling_K_s=np.arange(120.0))
        trained = train(table, ["G_GPa"], drop=["K_GPa"], n_folds=0)
        assert trained.data.kind == "table"
        assert list(trained.data.X) == ["alloy", "cooling_K_s"]
        trained = train(table, ["G_GPa"], "gaussian-process", drop=["K_GPa"], n_folds=0)
        assert trained.data.notes == ["Only 'alloy' is used, not cooling_K_s."]

    @pytest.mark.parametrize("model", ["xgboost", "sipfenn"])
    def test_structures(self, model, tmp_path):
        crystals = reference_crystals("aflow")[1][:12]
        names = [f"POSCAR_{i}" for i in range(12)]
        for name, crystal in zip(names, crystals, strict=True):
            Poscar(crystal).write_file(tmp_path / name)
        table = pd.DataFrame({"file": names, "energy_eV_per_atom": np.arange(12.0)})
        trained = train(
            table, ["energy_eV_per_atom"], model, folder=tmp_path, n_folds=0
        )
        assert trained.data.kind == "structure"
        saved = open_model(trained.save(tmp_path / "a.sklmag"))
        assert saved.card.input == InputCard(kind="structure", column="file")
        found = saved.predict(crystals)["energy_eV_per_atom"]
        paths = [tmp_path / name for name in names]
        np.testing.assert_allclose(found, trained.estimator.predict(paths), rtol=1e-4)

    def test_one_bad_formula_is_named(self):
        table = ALLOYS.assign(cooling_K_s=np.arange(120.0))
        table.loc[7, "alloy"] = "Xx2Cu3"
        with pytest.raises(
            ValueError, match=r"Column 'alloy' \(row 7\): .*'Xx' is not an"
        ):
            train(table, ["G_GPa"])

    def test_one_missing_file_is_named(self, tmp_path):
        names = [f"POSCAR_{i}" for i in range(12)]
        for name in names[:-1]:
            (tmp_path / name).write_text("")
        table = pd.DataFrame({"file": names, "y": np.arange(12.0)})
        with pytest.raises(
            ValueError, match=r"\(row 11\): there is no file 'POSCAR_11'"
        ):
            train(table, ["y"], folder=tmp_path)

    def test_files_outside_the_folder(self, tmp_path):
        (tmp_path / "in").mkdir()
        (tmp_path / "POSCAR").write_text("")
        table = pd.DataFrame({"file": ["../POSCAR"] * 12, "y": np.arange(12.0)})
        with pytest.raises(ValueError, match="no column names structure files"):
            train(table, ["y"], "sipfenn", folder=tmp_path / "in", confined=True)

    def test_a_composition_spelt_twice_is_in_one_part(self):
        rng = np.random.default_rng(0)
        first = [f"Fe{i + 2}B{2 * i + 3}" for i in range(30)]
        second = [f"B{2 * i + 3}Fe{i + 2}" for i in range(30)]
        noise = rng.normal(size=30)
        table = pd.DataFrame({"alloy": first + second, "y": np.tile(noise, 2)})
        assert train(table, ["y"], n_folds=5).scores.loc["y", "R2"] < 0.3

    def test_dates_are_no_numbers(self):
        table = MAGNETS.assign(made=pd.date_range("2020", periods=150))
        assert "made" not in train(table, ["Br_kG"], n_folds=0).data.X
        with pytest.raises(ValueError, match="Column 'made' holds datetime64"):
            train(table, ["made"])

    @pytest.mark.parametrize("name", ["distance", "inside", "Br_kG_std"])
    def test_names_that_predictions_have(self, name):
        table = MAGNETS.assign(**{name: np.arange(150.0)})
        with pytest.raises(ValueError, match=f"A target cannot be called '{name}'"):
            train(table, ["Br_kG", name], n_folds=0)

    def test_the_default_judges_itself(self):
        told = []
        trained = train_by_default(
            MAGNETS, ["Br_kG", "Hcj_kOe"], n_folds=3, time_budget=1,
            watch=lambda e, text: told.append(text),
        )  # fmt: skip
        assert trained.name == "auto"
        assert told == ["fit, 1 s at most"]
        assert trained.scores.loc["mean", "R2"] > 0.6
        assert trained.predicted.shape == (150, 2)
        board = trained.leaderboard
        assert {"the whole", "XGBoost", "constant"} <= set(board.index)
        assert board.loc["the whole", "RMSE"] == pytest.approx(
            trained.scores.loc[["Br_kG", "Hcj_kOe"], "RMSE"].mean()
        )
        assert train(MAGNETS, ["Br_kG"], n_folds=0).leaderboard is None

    def test_a_budget_is_for_auto(self):
        with pytest.raises(ValueError, match="time_budget=5 is for model='auto'"):
            train(MAGNETS, ["Br_kG"], time_budget=5)

    def test_watching(self):
        told = []
        train(MAGNETS, ["Br_kG"], n_folds=2, watch=lambda e, text: told.append(text))
        assert told == ["cross-validation 1 of 2", "cross-validation 2 of 2", "fit"]


@pytest.fixture(scope="module")
def glass(tmp_path_factory):
    net = make_pipeline(GlassFeaturizer("paper"), Ridge())
    y = PROPERTIES[["G_GPa", "K_GPa"]]
    path = tmp_path_factory.mktemp("glass") / "glass.sklmag"
    return open_model(save(net.fit(GLASSES, y), path, X=GLASSES, y=y))


@pytest.fixture(scope="module")
def magnet(tmp_path_factory):
    trained = train(MAGNETS, ["Hcj_kOe"], drop=["Br_kG"], n_folds=0)
    return open_model(trained.save(tmp_path_factory.mktemp("magnet") / "magnet.sklmag"))


class TestPredict:
    def test_bad_rows_do_not_stop_the_others(self, glass):
        table, errors = predict_rows(glass, ["Zr50Cu50", "Xx", "Ni60Nb40", ""])
        assert list(table.index) == [0, 2]
        np.testing.assert_allclose(
            table["G_GPa"],
            glass.predict(["Zr50Cu50", "Ni60Nb40"])["G_GPa"],
            rtol=1e-12,
        )
        assert errors[1].startswith("Formula 'Xx': 'Xx' is not an element")
        assert set(errors) == {1, 3}

    def test_an_element_of_which_too_little_is_known(self, glass):
        table, errors = predict_rows(glass, ["Zr50Cu50", "Zr50He50"])
        assert list(table.index) == [0]
        assert errors[1].startswith("'Zr50He50' has features without a value: a blank")
        assert "--model xgboost" in errors[1]

    def test_nothing_but_bad_rows(self, glass):
        table, errors = predict_rows(glass, ["Xx"])
        assert table.empty
        assert list(errors) == [0]

    def test_one_bad_formula_of_a_table(self, glass):
        table = pd.DataFrame({"alloy": ["Zr50Cu50", "Xx2Cu3", "Cu"], "T_C": [1, 2, 3]})
        found, errors = predict_rows(glass, inputs_for(glass, "table", table)[1])
        assert list(found.index) == [0, 2]
        assert "'Xx' is not an element" in errors[1]

    def test_an_element_that_was_not_there_is_outside(self, tmp_path):
        table = ALLOYS.assign(cooling_K_s=np.arange(120.0) % 7)
        trained = train(table, ["G_GPa"], drop=["K_GPa"], n_folds=0)
        model = open_model(trained.save(tmp_path / "a"))
        rows = trained.data.X.iloc[:2].copy()
        rows.loc[1, "alloy"] = f"{rows['alloy'][1]}U3"
        found, _ = predict_rows(model, rows)
        assert found["inside"].tolist() == [True, False]
        assert "U " in found["beyond"][1]

    def test_a_value_that_never_missed(self, magnet):
        rows = X.iloc[:1].assign(Dy=np.nan)
        found, _ = predict_rows(magnet, rows)
        assert found["inside"].tolist() == [False]
        assert found["beyond"].tolist() == ["no Dy"]

    def test_a_featurizer_that_would_rather_be_silent(self, tmp_path):
        model = make_pipeline(GlassFeaturizer("paper", on_error="nan"), XGBRegressor())
        model.fit(GLASSES, PROPERTIES["G_GPa"])
        saved = open_model(
            save(model, tmp_path / "a", X=GLASSES, y=PROPERTIES["G_GPa"])
        )
        found, errors = predict_rows(saved, ["Zr50Cu50", "Xx"])
        assert list(found.index) == [0]
        assert list(errors) == [1]

    def test_columns_are_found_in_any_order(self, magnet):
        rows = MAGNETS.iloc[:5, ::-1].assign(sample="a")
        inputs = inputs_for(magnet, "table", rows, name="rows.csv")[1]
        np.testing.assert_array_equal(
            magnet.predict(inputs)["Hcj_kOe"],
            magnet.estimator.predict(X.iloc[:5]),
        )
        with pytest.raises(
            ValueError, match=r"rows.csv lacks the columns Dy, .* It has"
        ):
            inputs_for(
                magnet, "table", rows.drop(columns=["Dy", "Tb"]), name="rows.csv"
            )

    def test_a_table_without_formulas(self, glass):
        with pytest.raises(
            ValueError, match="none of its columns PrNd.* holds formulas"
        ):
            inputs_for(glass, "table", MAGNETS)


class TestExplain:
    def test_parts_add_up(self, glass, magnet):
        for model, row in ((glass, GLASSES[:1]), (magnet, X.iloc[[0]])):
            found = explain(model, row)
            total = found.baseline + found.parts["contribution"].sum()
            assert total == pytest.approx(found.prediction, rel=1e-4)
            contributions = found.parts["contribution"].abs()
            assert contributions.is_monotonic_decreasing

    def test_the_baseline_is_of_all_rows(self, tmp_path):
        line = pd.DataFrame({"x": np.arange(99.0)})
        y = (3 * line["x"]).rename("y")
        model = open_model(save(Ridge(1e-9).fit(line, y), tmp_path / "a", X=line, y=y))
        assert explain(model, line.iloc[[5]]).baseline == pytest.approx(147, abs=2)

    def test_what_cannot_be_explained(self, tmp_path):
        log = TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1)
        model = open_model(save(log.fit(X[["Dy"]], Y["Br_kG"]), tmp_path / "a"))
        with pytest.raises(ValueError, match="whose target is not transformed"):
            explain(model, X[["Dy"]].iloc[:1])

    def test_another_target(self, glass):
        found = explain(glass, GLASSES[:1], target="K_GPa")
        assert found.prediction == glass.predict(GLASSES[:1])["K_GPa"][0]
        with pytest.raises(
            ValueError, match="'E_GPa' is no target. They are: G_GPa, K"
        ):
            explain(glass, GLASSES[:1], target="E_GPa")

    def test_elements(self, tmp_path):
        from sklmag import FormulaTokenizer

        formulas, gaps = make_band_gaps(30, random_state=0)
        net = LGDCNNRegressor(width=16, n_members=1, max_epochs=2, random_state=0)
        net = make_pipeline(FormulaTokenizer(), net).fit(formulas, gaps)
        model = open_model(save(net, tmp_path / "a", X=formulas, y=gaps))
        found = explain(model, ["NaCl"])
        assert found.method == "element contributions"
        assert set(found.parts["feature"]) == {"Na", "Cl"}
        total = found.baseline + found.parts["contribution"].sum()
        assert total == pytest.approx(found.prediction, abs=1e-5)
        assert found.plot().get_xlabel().startswith("contribution to")

    def test_an_attention_map(self, tmp_path):
        rows, y = X[["Dy", "Al", "Fe"]], Y["Hcj_kOe"]
        net = MultiHeadAttentionRegressor(max_epochs=2, n_members=1, random_state=0)
        model = open_model(save(net.fit(rows, y), tmp_path / "a", X=rows, y=y))
        found = explain(model, rows.iloc[[0]])
        assert found.attention.shape == (3, 3)
        assert found.feature_names == ("Dy", "Al", "Fe")
        np.testing.assert_allclose(found.attention.sum(axis=1), 1, rtol=1e-5)
        found.plot_attention()

    def test_a_network_without_training_data(self, tmp_path):
        net = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(
            GLASSES, np.ones(120)
        )
        model = open_model(save(net, tmp_path / "a"))
        with pytest.raises(
            ValueError, match="saved without training data, which its pre"
        ):
            explain(model, GLASSES[:1])

    def test_plots(self, magnet):
        found = explain(magnet, X.iloc[[0]])
        ax = found.plot(n_parts=5)
        assert len(ax.patches) == 5
        with pytest.raises(ValueError, match="has no attention map"):
            found.plot_attention()


class TestDesign:
    def test_a_composition(self, glass):
        found = design(
            glass, {"G_GPa": (38, 38)}, elements=["Zr", "Cu", "Be"], n_candidates=2
        )
        amounts = found[["Zr", "Cu", "Be"]]
        assert amounts.sum(axis=1).to_numpy() == pytest.approx(100)
        assert (amounts >= 0).all(axis=None)
        again = glass.predict(amounts)
        np.testing.assert_allclose(found["G_GPa"], again["G_GPa"])
        assert {"distance", "inside", "beyond"} <= set(found)

    def test_bounds_hold(self, glass):
        found = design(
            glass, {"G_GPa": (38, None)}, elements=["Zr", "Cu", "Be"],
            bounds={"Zr": (20, 30), "Cu": (40, 40)}, n_candidates=1,
        )  # fmt: skip
        assert 20 - 1e-6 <= found["Zr"][0] <= 30 + 1e-6
        assert found["Cu"][0] == pytest.approx(40)

    def test_what_cannot_be_reached_is_told(self, glass):
        with pytest.warns(SklmagWarning, match="No inputs within the bounds meet all"):
            design(glass, {"G_GPa": (80, 80)}, elements=["Zr", "Cu"])

    @pytest.mark.parametrize(("options", "message"), [
        ({}, "Name at least two elements, such as Ti,Zr,Be,Fe"),
        ({"elements": ["Zr", "U"]}, "'U' was not in the training data. The elements"),
        ({"elements": ["Zr", "Cu"], "bounds": {"Ti": (1, 2)}}, "'Ti' is none of the el"),
        ({"elements": ["Zr", "Cu"], "bounds": {"Zr": (9, 2)}}, "are no interval"),
        ({"elements": ["Zr", "Cu"], "minimize": "Ni"}, "minimize: 'Ni' is not known"),
    ])  # fmt: skip
    def test_contradictions(self, glass, options, message):
        with pytest.raises(DesignError, match=message):
            design(glass, {"G_GPa": (38, 38)}, **options)

    def test_unknown_goals(self, glass):
        with pytest.raises(DesignError, match="goals: 'Tg_K' is not known"):
            design(glass, {"Tg_K": (1, 1)}, elements=["Zr", "Cu"])
        with pytest.raises(DesignError, match="Name a goal for one of: G_GPa, K_GPa"):
            design(glass, {}, elements=["Zr", "Cu"])

    def test_columns_vary_within_their_bounds(self, magnet):
        bounds = {"Dy": (0.0, 1.0), "Al": (0.2, 0.9)}
        goal = {"Hcj_kOe": (15, None)}
        found = design(magnet, goal, bounds=bounds, minimize="Dy", n_candidates=1)
        assert found["Hcj_kOe"][0] >= 15 - 1e-3
        assert 0 <= found["Dy"][0] <= 1
        typical = magnet.card.training.typical
        fixed = [n for n in X if n not in (*bounds, "TRE", "Fe")]
        assert found[magnet.card.training.parts].sum(axis=1)[0] == pytest.approx(100)
        np.testing.assert_allclose(
            found[fixed].iloc[0], [typical[n] for n in fixed], rtol=1e-6
        )
        total = found[["PrNd", "PrNdCe", "Nd", "Pr", "Ce", "Y", "Gd", "Ho", "Dy", "Tb"]]
        assert found["TRE"][0] == pytest.approx(total.sum(axis=1)[0])

    def test_models_that_cannot_be_asked(self, tmp_path):
        table = ALLOYS.assign(cooling_K_s=np.arange(120.0))
        trained = train(table, ["G_GPa"], drop=["K_GPa"], n_folds=0)
        model = open_model(trained.save(tmp_path / "a"))
        with pytest.raises(DesignError, match="Column 'alloy' holds no numbers"):
            design(model, {"G_GPa": (38, 38)})
        fractions = make_pipeline(ElementFractionFeaturizer(), Ridge())
        fractions.fit(GLASSES, PROPERTIES["G_GPa"])
        model = open_model(save(fractions, tmp_path / "b"))
        with pytest.raises(DesignError, match="saved without training data"):
            design(model, {"G_GPa": (38, 38)}, elements=["Zr", "Cu"])
        numbers = Ridge().fit(np.eye(3), np.arange(3))
        with pytest.raises(
            DesignError, match="A model of numbers cannot be asked back"
        ):
            design(open_model(save(numbers, tmp_path / "c")), {"prediction": (1, 1)})

    def test_predictor_and_corrector(self, tmp_path):
        trained = train(ALLOYS.iloc[:20], ["G_GPa", "K_GPa"], "pcids")
        model = open_model(trained.save(tmp_path / "a"))
        assert model.card.input.kind == "targets"
        goals = {"G_GPa": (36, 36), "K_GPa": (105, 105)}
        found = design(model, goals, elements=["Ti", "Zr", "Be", "Fe"], n_candidates=1)
        assert found[["Ti", "Zr", "Be", "Fe"]].sum(axis=1)[0] == pytest.approx(100)
        with pytest.raises(DesignError, match="pcids takes a value for 'G_GPa'"):
            design(model, goals | {"G_GPa": (36, None)}, elements=["Ti", "Zr"])


def test_each_paper_is_cited_where_it_is_used():
    assert "Krajewski2022" in bibliography(
        "Pipeline(VoronoiFeaturizer, SIPFENNRegressor)"
    )
    assert "Liang2024" not in bibliography("SIPFENNRegressor")
    assert "Deng2023" in bibliography("Pipeline(PotentialFeaturizer(CHGNet), Ridge)")
    assert bibliography().count("@article") == 7
