"""Tables of structure files: what is written, bad files, and killed runs."""

import os
import re

import numpy as np
import pandas as pd
import pytest
from pymatgen.io.vasp import Poscar
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline, make_union
from xgboost import XGBRegressor

from sklmag import GlassFeaturizer
from sklmag.cli import main
from sklmag.cli._parts import PartStore, stamp
from sklmag.models import SIPFENNRegressor
from sklmag.persistence import save
from sklmag.structure import VoronoiFeaturizer
from tests.conftest import reference_crystals


@pytest.fixture(scope="module")
def structures():
    _, structures, attributes = reference_crystals("aflow")
    return [
        s
        for s, row in zip(structures, attributes, strict=True)
        if np.isfinite(row).all()
    ]


@pytest.fixture
def folder(tmp_path, structures):
    (tmp_path / "in").mkdir()
    for i, structure in enumerate(structures[:6]):
        Poscar(structure).write_file(
            tmp_path / "in" / f"POSCAR_{i}", significant_figures=16
        )
    return tmp_path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_descriptors_of_a_folder(folder, structures, suffix, capsys):
    out = folder / f"out.{suffix}"
    assert main(["featurize", f"{folder}/in", "-o", str(out), "--quiet"]) == 0
    table = pd.read_csv(out) if suffix == "csv" else pd.read_parquet(out)
    assert [name[-8:] for name in table.file] == [f"POSCAR_{i}" for i in range(6)]
    expected = VoronoiFeaturizer().transform(structures[:6])
    np.testing.assert_allclose(table.iloc[:, 1:], expected, rtol=1e-9, atol=1e-9)
    assert capsys.readouterr().err == f"{out}: 6 rows\n"
    assert sorted(path.name for path in folder.iterdir()) == ["in", out.name]


def test_bad_files_are_reported_and_their_rows_empty(folder, capsys):
    (folder / "in" / "POSCAR_1").write_text("nonsense\n")
    out = folder / "out.csv"
    assert main(["featurize", f"{folder}/in", "-o", str(out), "--quiet"]) == 1
    error = capsys.readouterr().err
    assert "in/POSCAR_1'" in error
    assert "6 rows, 1 of them empty" in error
    table = pd.read_csv(out)
    assert table.iloc[:, 1:].isna().all(axis=1).tolist() == [False, True] + [False] * 4


@pytest.mark.parametrize("with_featurizer", [True, False])
def test_predictions_of_a_folder(folder, structures, with_featurizer):
    net = SIPFENNRegressor(width_factor=0.005, max_epochs=3, random_state=0)
    model = make_pipeline(VoronoiFeaturizer(), net) if with_featurizer else net
    X = (
        structures[:40]
        if with_featurizer
        else VoronoiFeaturizer().transform(structures[:40])
    )
    model.fit(X, np.arange(40.0))
    save(model, folder / "net.sklmag")
    out = folder / "out.csv"
    (folder / "in" / "POSCAR_2").write_text("nonsense\n")
    arguments = [
        "predict",
        f"{folder}/in",
        "--model",
        f"{folder}/net.sklmag",
        "-o",
        str(out),
    ]
    assert main([*arguments, "--quiet"]) == 1
    table = pd.read_csv(out)
    good = [0, 1, 3, 4, 5]
    assert np.isnan(table.prediction[2])
    rows = [(structures if with_featurizer else X)[i] for i in good]
    np.testing.assert_allclose(table.prediction[good], model.predict(rows), rtol=1e-5)


@pytest.mark.filterwarnings("ignore:No Pauling electronegativity")
def test_an_element_without_data_is_reported_like_a_bad_file(
    folder, structures, capsys
):
    from pymatgen.core import Lattice, Structure

    net = SIPFENNRegressor(width_factor=0.005, max_epochs=3, random_state=0)
    save(net.fit(VoronoiFeaturizer().transform(structures[:9]), range(9)), folder / "m")
    helium = Structure(Lattice.cubic(3), ["He"], [[0, 0, 0]])
    Poscar(helium).write_file(folder / "in" / "POSCAR_1")
    out = folder / "out.csv"
    arguments = ["predict", f"{folder}/in", "--model", f"{folder}/m", "-o", str(out)]
    assert main([*arguments, "--quiet"]) == 1
    assert "mean_ionic_character has no value for one of its" in capsys.readouterr().err
    assert pd.read_csv(out).prediction.isna().tolist() == [False, True] + [False] * 4
    assert main([*arguments, "--missing", "zero", "--quiet"]) == 0
    assert "an element lacks count as 0, as in pySIPFENN" in capsys.readouterr().err
    table = pd.read_csv(out, keep_default_na=False)
    assert table.prediction[1] != ""
    text = "He: melting_temperature_K, electronegativity"
    assert table.counted_as_zero.tolist() == ["", text, "", "", "", ""]
    inside = make_pipeline(make_union(VoronoiFeaturizer()), Ridge())
    save(inside.fit(structures[:9], range(9)), folder / "m")
    assert main([*arguments, "--missing", "zero", "--quiet"]) == 0
    table = pd.read_csv(out, keep_default_na=False)
    assert table.counted_as_zero.tolist() == ["", text, "", "", "", ""]
    capsys.readouterr()
    glass = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(["Cu50Zr50"], [1.0])
    save(glass, folder / "glass.sklmag", X=["Cu50Zr50"], y=[1.0])
    arguments = ["predict", "Cu", "--model", f"{folder}/glass.sklmag"]
    assert main([*arguments, "--missing", "zero"]) == 2
    assert "has no step that reads properties of elements" in capsys.readouterr().err


def test_what_is_refused_before_the_work(folder, capsys):
    (folder / "a.csv").mkdir()
    for output, message in (("out.txt", "must end in .csv, .parquet, .xlsx"),
                            ("no/out.csv", "there is no folder"),
                            ("in/", "holds 'POSCAR_0', no part of a table"), ("a.csv", "is a folder")):  # fmt: skip
        assert main(["featurize", f"{folder}/in", "-o", f"{folder}/{output}"]) == 2
        assert message in capsys.readouterr().err
    arguments = ["predict", f"{folder}/in", "-o", f"{folder}/out.csv", "--model"]
    assert main([*arguments, f"{folder}/in/POSCAR_0"]) == 2
    assert "is not a model file of sklmag" in capsys.readouterr().err
    save(Ridge().fit([[0], [1]], [0, 1]), folder / "ridge.sklmag")
    assert main([*arguments, f"{folder}/ridge.sklmag"]) == 2
    assert "Ridge, takes neither structures nor their 271" in capsys.readouterr().err


def predicted(model, folder, *options):
    """Save a model, run the command, and return the exit code and the table."""
    save(model, folder / "model.sklmag")
    out = folder / "out.csv"
    arguments = ["predict", f"{folder}/in", "--model", f"{folder}/model.sklmag"]
    code = main([*arguments, "-o", str(out), "--quiet", *options])
    return code, pd.read_csv(out)


def read(folder, places):
    return [Poscar.from_file(folder / "in" / f"POSCAR_{i}").structure for i in places]


MODELS = {
    "two targets": make_pipeline(VoronoiFeaturizer(), Ridge()),
    "takes NaN": make_pipeline(VoronoiFeaturizer(), XGBRegressor(n_estimators=3)),
    "a frame": make_pipeline(
        VoronoiFeaturizer().set_output(transform="pandas"),
        make_column_transformer(("passthrough", ["mean_bond_length_variation"])),
        Ridge(),
    ),
    "inside": TransformedTargetRegressor(
        make_pipeline(VoronoiFeaturizer(on_error="nan"), XGBRegressor(n_estimators=3))
    ),
}


@pytest.mark.filterwarnings("ignore:No Pauling electronegativity")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", MODELS)
def test_every_model_of_structures_predicts(name, folder, structures, capsys):
    y = np.arange(8.0)
    y = np.column_stack((y, y**2)) if name == "two targets" else y
    model = MODELS[name].fit(structures[:8], y)
    (folder / "in" / "POSCAR_2").write_text("nonsense\n")
    code, table = predicted(model, folder)
    assert code == 1
    assert "POSCAR_2': " in capsys.readouterr().err
    expected = model.predict(read(folder, [0, 1, 3, 4, 5]))
    columns = [c for c in table if c != "file"]
    assert columns == (
        ["prediction_0", "prediction_1"] if y.ndim == 2 else ["prediction"]
    )
    found = table[columns].to_numpy()
    assert np.isnan(found[2]).all()
    np.testing.assert_allclose(
        np.delete(found, 2, 0), expected.reshape(5, -1), rtol=1e-6
    )


@pytest.mark.filterwarnings("ignore:No Pauling electronegativity")
def test_a_model_that_takes_missing_values_is_asked(folder, structures):
    from pymatgen.core import Lattice, Structure

    helium = Structure(Lattice.cubic(3), ["He"], [[0, 0, 0]])
    Poscar(helium).write_file(folder / "in" / "POSCAR_1")
    model = make_pipeline(VoronoiFeaturizer(), XGBRegressor(n_estimators=3))
    code, table = predicted(
        model.fit(structures[:8], np.arange(8)), folder, "--n-jobs=-1"
    )
    assert code == 0
    np.testing.assert_allclose(
        table.prediction, model.predict(read(folder, range(6))), rtol=1e-6
    )


def test_classes_are_written_by_name(folder, structures):
    from sklearn.tree import DecisionTreeClassifier

    model = make_pipeline(VoronoiFeaturizer(), DecisionTreeClassifier(random_state=0))
    model.fit(structures[:6], ["hard", "soft"] * 3)
    code, table = predicted(model, folder)
    assert code == 0
    assert table.prediction.tolist() == ["hard", "soft"] * 3


def test_each_reason_names_its_file_and_a_table_is_no_structure(folder, capsys):
    (folder / "in" / "POSCAR_1").write_text(
        "two\n1.0\n3 0 0\n0 3 0\n0 0 3\nFe Co\n1 1\nDirect\n0 0 0\n0 0 0\n"
    )
    (folder / "in" / "POSCAR_2").write_text(
        "huge\n1e100\n3 0 0\n0 3 0\n0 0 3\nFe\n1\nDirect\n0 0 0\n"
    )
    out = folder / "in" / "poscars.csv"
    for _ in range(2):
        assert main(["featurize", f"{folder}/in", "-o", str(out), "--quiet"]) == 1
        error = capsys.readouterr().err
        assert re.search(
            r"File '.*POSCAR_1': .*sites \d and \d are at the same pl", error
        )
        assert re.search(r"File '.*POSCAR_2'.*: .* vector is 3e.100 Å long", error)
        assert len(pd.read_csv(out)) == 6


class TestParts:
    @pytest.fixture
    def begin(self, folder):
        def begin(settings="predict a"):
            return PartStore(folder / "out.csv", settings=settings)

        return begin

    TABLE = pd.DataFrame({"file": ["x", "y"], "value": [1.0, np.nan]})

    def test_another_model_does_not_go_on_with_the_rows_of_this_one(self, begin):
        with begin() as store:
            store.add(0, "s", self.TABLE, 1, {1: "no"})
        with begin() as store:
            assert store.note_of(0, "s")["errors"] == {"1": "no"}
        with begin("predict b") as store:
            assert store.note_of(0, "s") is None

    def test_what_changed_is_done_again(self, begin):
        with begin() as store:
            store.add(0, "s", self.TABLE, 1, {})
            assert store.note_of(0, "s")
            assert store.note_of(0, "t") is None
            assert store.note_of(1, "s") is None

    @pytest.mark.parametrize("damage", [b"junk" * 20, b"", b"[]", b'{"stamp": "s"}'])
    @pytest.mark.parametrize("which", ["0000000.json", "settings.json"])
    def test_a_damaged_note_is_none(self, begin, which, damage):
        with begin() as store:
            store.add(0, "s", self.TABLE, 1, {})
        (store.folder / which).write_bytes(damage)
        with begin() as store:
            assert store.note_of(0, "s") is None
            store.add(0, "s", self.TABLE, 1, {})
        with begin() as store:
            assert store.note_of(0, "s")

    def test_a_part_that_is_cut_is_done_again(self, begin):
        with begin() as store:
            store.add(0, "s", self.TABLE, 1, {})
            (store.folder / "0000000.csv").write_text("file,va")
            assert store.note_of(0, "s") is None

    def test_parts_without_a_row_get_the_columns_of_the_others(self, begin, folder):
        alone = pd.DataFrame({"file": ['a "b", c']})
        with begin() as store:
            store.add(0, "s", alone, 1, {0: "no"})
            store.add(1, "s", self.TABLE, 1, {})
            store.finish(2)
        assert (folder / "out.csv").read_text() == (
            'file,value\n"a ""b"", c",\nx,1.0\ny,\n'
        )
        assert sorted(p.name for p in folder.iterdir()) == ["in", "out.csv"]

    def test_a_column_of_whole_numbers_may_have_gaps(self, folder):
        out = folder / "out.parquet"
        with PartStore(out, settings="a") as store:
            store.add(0, "s", pd.DataFrame({"n": [1, 2]}), 0, {})
            store.add(1, "s", pd.DataFrame({"n": [None]}), 0, {})
            store.add(2, "s", pd.DataFrame({"n": [0.5]}), 0, {})
            store.finish(3)
        found = pd.read_parquet(out)["n"]
        np.testing.assert_array_equal(found, [1, 2, np.nan, 0.5])

    def test_two_runs_of_one_table(self, begin):
        with (
            begin(),
            pytest.raises(ValueError, match="Another process is writing '.*out"),
        ):
            begin().__enter__()
        with begin():
            pass

    def test_a_file_in_the_way_is_named(self, begin, folder):
        (folder / ".out.csv.parts").write_text("")
        with pytest.raises(ValueError, match=r"out.csv.parts' is a file, where the p"):
            begin().__enter__()

    def test_a_stamp_changes_with_the_file(self, folder):
        path = folder / "in" / "POSCAR_0"
        before = stamp(path)
        os.utime(path, (1, 1))
        assert stamp(path) != before
        path.unlink()
        assert stamp(path) is None

    def test_names_that_are_no_unicode(self, folder, structures):
        name = os.fsdecode(b"in/POSCAR_\xfc")
        Poscar(structures[0]).write_file(folder / "POSCAR")
        os.replace(folder / "POSCAR", folder / name)
        for suffix in ("csv", "parquet"):
            out = folder / f"out.{suffix}"
            assert main(["featurize", f"{folder}/in", "-o", str(out), "--quiet"]) == 0
        table = pd.read_parquet(out)
        assert table.file.iloc[-1].endswith("POSCAR_\\xfc")
        assert table.notna().all(axis=None)
