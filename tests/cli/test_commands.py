"""The commands of a person who writes no Python, one after the other."""

import contextlib
import ctypes
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from fnmatch import fnmatch
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pymatgen.io.vasp import Poscar
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import ElementFractionFeaturizer, MagpieFeaturizer, VoronoiFeaturizer
from sklmag.cli import main
from sklmag.cli._interrupt import (
    Terminated,
    interrupts_remembered,
    raise_if_interrupted,
)
from sklmag.datasets import make_metallic_glasses, make_sintered_ndfeb
from sklmag.persistence import load, read_card, save
from tests.conftest import environment_without_coverage, reference_crystals

X, Y = make_sintered_ndfeb(100, 0, random_state=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a table of magnets, and models of magnets and glasses."""
    folder = tmp_path_factory.mktemp("work")
    table = X.join(Y[["Hcj_kOe", "Br_kG"]])
    table.to_csv(folder / "magnets.csv", index=False)
    arguments = ["--target", "Hcj_kOe", "--drop", "Br_kG", "-o", f"{folder}/hcj"]
    arguments += ["--folds", "2", "--quiet", "--license", "CC-BY-4.0"]
    arguments += ["--model", "xgboost"]  # the default would take a minute
    assert main(["train", f"{folder}/magnets.csv", *arguments]) == 0
    formulas, y = make_metallic_glasses(80, random_state=0)
    glass = make_pipeline(ElementFractionFeaturizer(), Ridge()).fit(
        formulas, y["G_GPa"]
    )
    save(glass, folder / "glass.sklmag", X=formulas, y=y["G_GPa"], citation=["A. A."])
    return folder


def run(*arguments, stdin=""):
    """Run a command in this process, which has imported what it needs."""
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*map(str, arguments)])
    finally:
        sys.stdin = before
    return SimpleNamespace(
        returncode=code, stdout=out.getvalue(), stderr=err.getvalue()
    )


class TestTrain:
    def test_the_file_and_the_scores(self, folder, capsys):
        card = read_card(folder / "hcj.sklmag")
        assert card.target_names[0] == "Hcj_kOe"
        assert card.metrics["Hcj_kOe"]["RMSE"] > 0
        assert card.license == "CC-BY-4.0"
        arguments = ["--target", "Br_kG", "--target", "Hcj_kOe", "-o", f"{folder}/two"]
        arguments += ["--model", "xgboost", "--folds", "2"]
        assert main(["train", f"{folder}/magnets.csv", *arguments]) == 0
        output = capsys.readouterr()
        lines = output.out.splitlines()
        assert lines[0].split() == ["RMSE", "MAE", "R2"]
        assert [line.split()[0] for line in lines[1:]] == ["Br_kG", "Hcj_kOe", "mean"]
        assert "cross-validation 2 of 2" in output.err
        assert output.err.endswith("two.sklmag: xgboost, 100 rows\n")

    def test_the_default_tells_what_it_is_made_of(self, folder, capsys):
        arguments = ["--target", "Hcj_kOe", "--drop", "Br_kG", "-o", f"{folder}/auto"]
        arguments += ["--folds", "2", "--time-budget", "0.5"]
        assert main(["train", f"{folder}/magnets.csv", *arguments]) == 0
        output = capsys.readouterr()
        board = output.out.split("\n\n")[1]
        assert board.split()[:5] == ["R2", "RMSE", "weight", "seconds", "note"]
        assert "needs about" in board.partition("MHAR")[2]
        assert "fit, 0.5 s at most" in output.err
        assert output.err.endswith("auto.sklmag: auto, 100 rows\n")
        assert load(f"{folder}/auto.sklmag").predict(X.iloc[:2]).shape == (2,)

    @pytest.mark.parametrize(("arguments", "message"), [
        (["no.csv", "--target", "a"], "There is no table 'no.csv'"),
        (["magnets.csv", "--target", "a"], "There is no column 'a'"),
        (["magnets.csv", "--target", "Br_kG", "--folds", "1"], "--folds 1: at least 2"),
        (["magnets.csv", "--target", "Br_kG", "-o", "no/a"], "there is no folder 'no'"),
    ])  # fmt: skip
    def test_what_is_refused(self, folder, arguments, message, capsys, monkeypatch):
        monkeypatch.chdir(folder)
        assert main(["train", "-o", "model", *arguments]) == 2
        assert message in capsys.readouterr().err
        assert not (folder / "model.sklmag").exists()


class TestPredict:
    def test_a_table(self, folder, capsys):
        out = folder / "out.csv"
        arguments = ["--model", f"{folder}/hcj.sklmag", "-o", str(out), "--quiet"]
        assert main(["predict", f"{folder}/magnets.csv", *arguments]) == 0
        assert capsys.readouterr().err == f"{out}: 100 rows\n"
        table = pd.read_csv(out)
        expected = load(folder / "hcj.sklmag").predict(X)
        np.testing.assert_allclose(table["Hcj_kOe_predicted"], expected, rtol=1e-6)
        np.testing.assert_allclose(table["Hcj_kOe"], Y["Hcj_kOe"])
        assert table["inside"].all()
        assert (table["distance"] == 0).all()

    def test_a_row_beyond_the_data_is_told(self, folder, tmp_path):
        rows = X.iloc[:2].copy()
        rows.loc[rows.index[1], "Dy"] = 40.0
        rows.to_csv(tmp_path / "rows.csv", index=False)
        done = run("predict", tmp_path / "rows.csv", "--model", folder / "hcj.sklmag")
        table = pd.read_csv(io.StringIO(done.stdout))
        assert table["inside"].tolist() == [True, False]
        assert table["beyond"].iloc[1].startswith("Dy 40 > ")

    def test_excel(self, folder, tmp_path):
        """What a table says is text there, and no formula that Excel would run."""
        table = X.iloc[:2].assign(note=["=1+1", "a\x07b"])
        table.to_csv(tmp_path / "in.csv", index=False)
        out = tmp_path / "out.xlsx"
        arguments = ["--model", f"{folder}/hcj.sklmag", "-o", str(out), "--quiet"]
        assert main(["predict", f"{tmp_path}/in.csv", *arguments]) == 0
        found = pd.read_excel(out)
        assert found["note"].tolist() == ["=1+1", "ab"]
        expected = load(folder / "hcj.sklmag").predict(X.iloc[:2])
        np.testing.assert_allclose(found["Hcj_kOe"], expected, rtol=1e-6)

    def test_more_rows_than_excel_holds(self, folder, capsys, monkeypatch):
        monkeypatch.setattr("sklmag.cli._work._EXCEL_ROWS", 99)
        out = folder / "many.xlsx"
        arguments = ["--model", f"{folder}/hcj.sklmag", "-o", str(out), "--quiet"]
        assert main(["predict", f"{folder}/magnets.csv", *arguments]) == 2
        error = capsys.readouterr().err
        assert "Excel holds 99 rows, not 100. Write .csv or .parquet." in error
        assert not out.exists()

    @pytest.mark.parametrize(
        "text", ["Zr50Cu50\nNi60Nb40\n", "no,alloy\n1,Zr50Cu50\n2,Ni60Nb40\n"]
    )
    def test_standard_input(self, folder, text):
        done = run("predict", "-", "--model", folder / "glass.sklmag", stdin=text)
        assert done.returncode == 0
        table = pd.read_csv(io.StringIO(done.stdout))
        expected = load(folder / "glass.sklmag").predict(["Zr50Cu50", "Ni60Nb40"])
        np.testing.assert_allclose(table["G_GPa"], expected)

    def test_a_misspelt_first_formula_is_no_title(self, folder):
        arguments = ["predict", "-", "--model", folder / "glass", "--quiet"]
        done = run(*arguments, stdin="Xx2Cu3\nZr50Cu50\n")
        table = pd.read_csv(io.StringIO(done.stdout))
        assert table["formula"].tolist() == ["Xx2Cu3", "Zr50Cu50"]
        done = run(*arguments, stdin="alloy\nZr50Cu50\n")
        assert pd.read_csv(io.StringIO(done.stdout))["formula"].tolist() == ["Zr50Cu50"]

    @pytest.mark.parametrize(("text", "rows", "n_bad"), [
        ("Fe14 Nd2 B\nSmCo5\n", ["Fe14 Nd2 B", "SmCo5"], 0),
        ("Nd30 Dy1 B1 Fe bal.\nNd2Fe14B\n", ["Nd30 Dy1 B1 Fe bal.", "Nd2Fe14B"], 0),
        ("NACL\nKCl\nSiO2\n", ["NACL", "KCl", "SiO2"], 1),
        ("FeCx\nSmC5x\nFe2O3\n", ["FeCx", "SmC5x", "Fe2O3"], 2),
        ("Fe0,5Co0,5\nFe0,4Co0,6\n", ["Fe0,5Co0,5", "Fe0,4Co0,6"], 0),
        ("(Nd0.8,Dy0.2)15Fe77B8\nSmCo5\n", ["(Nd0.8,Dy0.2)15Fe77B8", "SmCo5"], 0),
        ("formula,y\nFe2O3,5\nSmCo5,7\n", ["Fe2O3", "SmCo5"], 0),
        ("# of May\nAlloy name\nFeB\nFe2B\n", ["FeB", "Fe2B"], 0),
    ])  # fmt: skip
    def test_lines_of_formulas(self, text, rows, n_bad):
        done = run("featurize", "-", "--featurizer", "fractions", "--quiet", stdin=text)
        assert done.returncode == (1 if n_bad else 0)
        table = pd.read_csv(io.StringIO(done.stdout))
        assert table["formula"].tolist() == rows
        assert table["Fe"].isna().sum() == n_bad

    def test_what_was_read_in_a_special_way_is_said(self):
        text = "alloy;T_C;Hc\nFeB;1.050;1,5\nFe2B;983;2,5\n"
        done = run("featurize", "-", "--featurizer", "fractions", "--quiet", stdin=text)
        assert "Column 'T_C': 1.050 is read as 1050; the decimal mark" in done.stderr
        assert pd.read_csv(io.StringIO(done.stdout))["T_C"].tolist() == [1050, 983]

    def test_predictions_of_predictions_and_a_file_that_is_read(self, folder, capsys):
        twice = folder / "twice.csv"
        arguments = ["--model", f"{folder}/hcj.sklmag", "--quiet", "-o"]
        assert main(["predict", f"{folder}/magnets.csv", *arguments, str(twice)]) == 0
        again = str(folder / "again.csv")
        assert main(["predict", str(twice), *arguments, again]) == 0
        assert "Hcj_kOe_predicted_predicted" in pd.read_csv(again)
        assert main(["predict", str(twice), *arguments, str(twice)]) == 2
        assert "twice.csv' is what is read. Choose another" in capsys.readouterr().err

    def test_formulas_of_which_one_is_none(self, folder):
        done = run(
            "predict",
            "Zr50Cu50",
            "Zr50Qq",
            "--model",
            folder / "glass.sklmag",
            "--quiet",
        )
        assert done.returncode == 1
        table = pd.read_csv(io.StringIO(done.stdout))
        assert table["formula"].tolist() == ["Zr50Cu50", "Zr50Qq"]
        assert table["G_GPa"].isna().tolist() == [False, True]
        assert "Formula 'Zr50Qq': 'Qq' is not an element" in done.stderr
        assert "2 rows, 1 of them empty" in done.stderr

    def test_bad_rows_of_a_table(self, folder, tmp_path):
        rows = X.iloc[:70].astype({"Dy": object})
        rows.iloc[41, rows.columns.get_loc("Dy")] = "much"
        rows.to_csv(tmp_path / "rows.csv", index=False)
        done = run("predict", tmp_path / "rows.csv", "--model", folder / "hcj.sklmag")
        assert done.returncode == 1
        assert "Row 41: Column 'Dy': 'much' is not a finite number" in done.stderr
        table = pd.read_csv(io.StringIO(done.stdout))
        assert table["Hcj_kOe"].isna().sum() == 1
        assert np.isnan(table["Hcj_kOe"][41])

    @pytest.mark.parametrize(("words", "message"), [
        (["hcj.sklmag", "nothing.cif"], "'nothing.cif' is no file"),
        (["hcj.sklmag", "Zr50Cu50"], "predicts from tables, not from formulas"),
        (["hcj.sklmag", "few.csv"], "few.csv lacks the columns PrNd, PrNdCe"),
        (["glass.sklmag", "few.csv", "few.csv"], "one table at a time"),
        (["no.sklmag", "few.csv"], "no model file 'no.sklmag'. Ready ones: curie, "),
        (["few.csv", "few.csv"], "'few.csv' is not a model file"),
    ])  # fmt: skip
    def test_what_is_refused(self, folder, words, message, capsys, monkeypatch):
        monkeypatch.chdir(folder)
        (folder / "few.csv").write_text("Dy\n1\n")
        assert main(["predict", *words[1:], "--model", words[0], "--quiet"]) == 2
        assert message in capsys.readouterr().err

    def test_a_cluster(self, folder):
        pytest.importorskip("distributed")
        from distributed import LocalCluster

        crystals = reference_crystals("aflow")[1][:4]
        model = make_pipeline(VoronoiFeaturizer(), XGBRegressor(n_estimators=2))
        save(model.fit(crystals, np.arange(4.0)), folder / "xgb.sklmag")
        (folder / "in").mkdir()
        for i, crystal in enumerate(crystals):
            Poscar(crystal).write_file(folder / "in" / f"POSCAR_{i}")
        arguments = ["predict", f"{folder}/in", "--model", f"{folder}/xgb.sklmag"]
        outputs = [folder / "one.csv", folder / "dask.csv"]
        assert main([*arguments, "-o", str(outputs[0]), "--quiet"]) == 0
        with LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            arguments += ["--backend", "dask", "--scheduler", cluster.scheduler_address]
            arguments += ["--n-jobs=-1"]
            assert main([*arguments, "-o", str(outputs[1]), "--quiet"]) == 0
        assert outputs[0].read_bytes() == outputs[1].read_bytes()

    def test_a_cluster_that_is_not_there(self, folder, capsys):
        arguments = ["predict", "Zr50Cu50", "--model", f"{folder}/glass.sklmag"]
        assert main([*arguments, "--backend", "dask"]) == 2
        assert (
            "--backend dask and --scheduler ADDRESS belong" in capsys.readouterr().err
        )


class TestFeaturize:
    def test_formulas(self, folder, capsys):
        assert main(["featurize", "Zr50Cu50", "Xx", "--quiet"]) == 1
        output = capsys.readouterr()
        table = pd.read_csv(io.StringIO(output.out))
        expected = MagpieFeaturizer().transform(["Zr50Cu50"])[0]
        np.testing.assert_allclose(table.iloc[0, 1:].astype(float), expected)
        assert "'Xx' is not an element" in output.err

    @pytest.mark.parametrize("name", ["element-fraction", "fractions"])
    def test_a_column_of_a_table(self, name, tmp_path, capsys):
        path = tmp_path / "a.csv"
        path.write_text("name,alloy\na,Zr50Cu50\nb,Fe80B20\n")
        assert main(["featurize", str(path), "--featurizer", name, "--quiet"]) == 0
        table = pd.read_csv(io.StringIO(capsys.readouterr().out))
        assert table[["name", "alloy"]].to_numpy().tolist() == [
            ["a", "Zr50Cu50"], ["b", "Fe80B20"]
        ]  # fmt: skip
        assert table["Fe"].tolist() == [0, 0.8]

    def test_structures_are_no_formulas(self, capsys):
        assert main(["featurize", "Fe", "--featurizer", "voronoi"]) == 2
        assert (
            "voronoi describes structures, but '0: Fe' is a" in capsys.readouterr().err
        )


class TestExplain:
    def test_a_row(self, folder, tmp_path):
        figure = tmp_path / "parts.png"
        done = run(
            "explain", folder / "magnets.csv", "--model", folder / "hcj.sklmag",
            "--row", 3, "--figure", figure,
        )  # fmt: skip
        assert done.returncode == 0
        parts = pd.read_csv(io.StringIO(done.stdout))
        expected = load(folder / "hcj.sklmag").predict(X.iloc[[3]])[0]
        assert f"Hcj_kOe: {expected:.4g} = " in done.stderr
        assert set(parts["feature"]) == set(X)
        assert figure.stat().st_size > 5000

    def test_what_is_refused(self, folder, capsys):
        arguments = [
            "explain",
            f"{folder}/magnets.csv",
            "--model",
            f"{folder}/hcj.sklmag",
        ]
        assert main([*arguments, "--row", "100"]) == 2
        assert (
            "--row 100: there are 100 rows, counted from 0" in capsys.readouterr().err
        )
        assert main([*arguments, "--target", "Br_kG"]) == 2
        assert "'Br_kG' is no target. They are: Hcj_kOe" in capsys.readouterr().err
        assert main([*arguments, "--attention", "a.png"]) == 2
        assert "has no attention map; --model mhar has one" in capsys.readouterr().err


class TestDesign:
    def test_a_composition(self, folder, capsys):
        arguments = [
            "design",
            "--model",
            f"{folder}/glass.sklmag",
            "--target",
            "G_GPa=38",
        ]
        arguments += ["--elements", "Zr, Cu,Al", "--bounds", "Zr=40:60", "-n", "2"]
        assert main(arguments) == 0
        table = pd.read_csv(io.StringIO(capsys.readouterr().out))
        assert len(table) == 2
        assert table[["Zr", "Cu", "Al"]].sum(axis=1).to_numpy() == pytest.approx(
            100, abs=1e-3
        )

    def test_what_is_refused(self, folder, capsys):
        arguments = [
            "design",
            "--model",
            f"{folder}/glass.sklmag",
            "--target",
            "G_GPa=38",
        ]
        assert main(arguments) == 2
        assert "Name at least two elements" in capsys.readouterr().err
        assert main([*arguments, "--elements", "Zr,Cu", "--bounds", "Zr"]) == 2
        assert "'Zr' is not understood. Write name=value" in capsys.readouterr().err


class TestModels:
    def test_list(self, capsys, monkeypatch, tmp_path):
        monkeypatch.setenv("SKLMAG_DATA", str(tmp_path))
        assert main(["models", "list"]) == 0
        lines = capsys.readouterr().out.splitlines()
        published = [line for line in lines if line.startswith("SIPFENN")]
        assert published[2].split("\t") == [
            "SIPFENN_Krajewski2020_NN24", "150 MB", "CC-BY-4.0", "not downloaded"
        ]  # fmt: skip

    def test_card(self, folder, capsys):
        assert main(["models", "card", f"{folder}/hcj.sklmag"]) == 0
        assert json.loads(capsys.readouterr().out)["training"]["n_rows"] == 100

    def test_an_unknown_name(self, capsys):
        assert main(["models", "download", "NN25"]) == 2
        assert (
            "'NN25' are no published weights. Known: SIPFENN" in capsys.readouterr().err
        )


@pytest.mark.parametrize(("name", "column"), [
    ("magnets", "Hcj_kOe"), ("glasses", "alloy"), ("gaps", "gap_eV"),
    ("re2fe14b", "mu0Ha_T"), ("curie_temperatures", "Tc_K"),
    ("steels", "yield_strength_MPa"), ("fe_nanocrystalline", "coercivity_A_per_m"),
    ("single_grains", "Hc_A_per_m"),
])  # fmt: skip
def test_examples(name, column, capsys):
    assert main(["data", "example", name]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert column in table
    assert len(table) > 180


def test_cite(folder, capsys):
    assert main(["cite"]) == 0
    assert capsys.readouterr().out.count("@article") == 7
    assert main(["cite", f"{folder}/glass.sklmag"]) == 0
    assert capsys.readouterr().out.endswith("% A. A.\n")


@pytest.mark.parametrize("command", [
    ["featurize", "in"], ["predict", "in", "--model", "m.sklmag"]
], ids=["featurize", "predict"])  # fmt: skip
def test_killed_runs_end_with_the_rows_of_an_undisturbed_one(command, tmp_path):
    """Kill the command at random moments, with bad files among the good."""
    crystals = reference_crystals("aflow")[1]
    model = make_pipeline(VoronoiFeaturizer(), XGBRegressor(n_estimators=2))
    save(
        model.fit(crystals[:20], np.arange(20.0)),
        tmp_path / "m.sklmag", X=crystals[:20], y=np.arange(20.0),
    )  # fmt: skip
    (tmp_path / "in").mkdir()
    for i in range(500):
        path = tmp_path / "in" / f"POSCAR_{i:03d}"
        Poscar(crystals[i % 250]).write_file(path)
        if i % 100 == 17:
            path.write_text(path.read_text()[:40])
    command = [sys.executable, "-m", "sklmag.cli", *command, "--quiet", "-o"]
    options = {"cwd": tmp_path, "env": environment_without_coverage()}
    whole = subprocess.run([*command, "whole.csv"], **options, stderr=-1)
    assert whole.returncode == 1
    draw, parts = random.Random(0), tmp_path / ".torn.csv.parts"

    def n_parts():
        try:
            return sum(fnmatch(name, "0*.json") for name in os.listdir(parts))
        except FileNotFoundError:  # not begun, or ended
            return 0

    n_killed = 0
    while n_killed < 2:
        before = n_parts()
        torn = subprocess.Popen([*command, "torn.csv"], **options, stderr=-3)
        while n_parts() <= before:
            if torn.poll() is not None:  # nothing was left to grow
                break
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.02))
        torn.send_signal(signal.SIGKILL)
        if torn.wait() != -signal.SIGKILL:
            break
        n_killed += 1
    assert n_killed == 2
    (tmp_path / "torn.csv").unlink(missing_ok=True)
    last = subprocess.run([*command, "torn.csv"], **options, stderr=-1, text=True)
    assert last.returncode == 1
    assert last.stderr.count("in/POSCAR_") == 5
    torn = (tmp_path / "torn.csv").read_bytes()
    assert torn == (tmp_path / "whole.csv").read_bytes()


@pytest.fixture
def heeded_interrupts():
    """Ctrl-C as at a terminal: a shell tells what it runs behind to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded_interrupts")
def test_an_interrupt_is_no_traceback(tmp_path):
    crystals = reference_crystals("aflow")[1]
    (tmp_path / "in").mkdir()
    texts = [str(Poscar(crystal)) for crystal in crystals[:250]]
    for i in range(1500):
        (tmp_path / "in" / f"POSCAR_{i}").write_text(texts[i % 250])
    command = [sys.executable, "-m", "sklmag.cli", "featurize", "in", "-o", "a.csv"]
    env = environment_without_coverage()
    going = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=-1, text=True)
    parts = tmp_path / ".a.csv.parts"
    while len(list(parts.glob("0*.json"))) < 2:
        assert going.poll() is None
        time.sleep(0.01)
    going.send_signal(signal.SIGINT)
    _, error = going.communicate(timeout=60)
    assert going.returncode == 130, error
    assert "Traceback" not in error
    assert "interrupted" in error


def test_who_has_seen_enough_is_no_error(folder):
    command = (
        f"{sys.executable} -m sklmag.cli models card {folder}/hcj.sklmag | head -1"
    )
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stdout == "{\n"
    assert "Error" not in done.stderr


def test_the_page_without_its_library(capsys, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "nicegui" else found(name),
    )
    assert main(["app"]) == 2
    assert "pip install 'sklmag[app]'" in capsys.readouterr().err


def test_explain_says_what_a_table_model_needs(folder, capsys):
    arguments = ["explain", "Nd2Fe14B", "--model", f"{folder}/hcj.sklmag"]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "The model predicts from tables, not from formulas. Give it a table" in error
    assert "Expected 2D array" not in error


@pytest.mark.parametrize("where", ["before", "behind", "environment"])
def test_a_traceback_on_request(where, monkeypatch, capsys):
    words = ["predict", "x.csv", "--model", "nothing.sklmag"]
    assert main(words) == 2
    assert "Traceback" not in capsys.readouterr().err
    if where == "environment":
        monkeypatch.setenv("SKLMAG_TRACEBACK", "1")
    else:
        words = (
            ["--traceback", *words] if where == "before" else [*words, "--traceback"]
        )
    assert main(words) == 2
    error = capsys.readouterr().err
    assert "Traceback (most recent call last)" in error
    assert error.endswith("There is no table 'x.csv'.\n")


@pytest.mark.usefixtures("heeded_interrupts")
def test_an_interrupt_that_a_library_swallows_is_raised_again():
    def swallow():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    with interrupts_remembered():
        swallow()
        with pytest.raises(KeyboardInterrupt):
            raise_if_interrupted()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with interrupts_remembered():
        raise_if_interrupted()  # that of before is forgotten


@pytest.mark.usefixtures("heeded_interrupts")
def test_an_interrupt_that_becomes_another_error_is_still_one():
    def wrapped(number):
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt as error:
            raise SystemError("returned a result with an exception set") from error

    for number, kind in (
        (signal.SIGTERM, Terminated),
        (signal.SIGINT, KeyboardInterrupt),
    ):
        with pytest.raises(KeyboardInterrupt) as raised, interrupts_remembered():
            wrapped(number)
        assert raised.type is kind
    with pytest.raises(SystemError), interrupts_remembered():
        raise SystemError("of its own")


@pytest.mark.usefixtures("heeded_interrupts")
def test_an_interrupt_in_compiled_code_is_raised_again_and_not_printed(capfd):
    def interrupted(*_):
        signal.raise_signal(signal.SIGINT)
        return 0

    def broken(*_):
        raise ValueError("of another kind")

    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
    with interrupts_remembered():
        compare(interrupted)(None)
        compare(broken)(None)
        with pytest.raises(KeyboardInterrupt):
            raise_if_interrupted()
    error = capfd.readouterr().err
    assert "KeyboardInterrupt" not in error
    assert "ValueError: of another kind" in error


def test_an_interrupt_that_is_to_be_ignored_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_remembered():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            signal.raise_signal(signal.SIGINT)
            raise_if_interrupted()  # does nothing: none arrived
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
