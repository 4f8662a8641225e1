"""Tables of structure files: what is written, bad files, and killed runs."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from pymatgen.io.vasp import Poscar
from sklearn.pipeline import make_pipeline

from sklmag.cli import main
from sklmag.models import SIPFENNRegressor
from sklmag.pretrained import save_model
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
    save_model(model, folder / "net.skops")
    out = folder / "out.csv"
    (folder / "in" / "POSCAR_2").write_text("nonsense\n")
    arguments = [
        "predict",
        f"{folder}/in",
        "--model",
        f"{folder}/net.skops",
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
    save_model(
        net.fit(VoronoiFeaturizer().transform(structures[:9]), range(9)), folder / "m"
    )
    helium = Structure(Lattice.cubic(3), ["He"], [[0, 0, 0]])
    Poscar(helium).write_file(folder / "in" / "POSCAR_1")
    out = folder / "out.csv"
    arguments = ["predict", f"{folder}/in", "--model", f"{folder}/m", "-o", str(out)]
    assert main([*arguments, "--quiet"]) == 1
    assert "mean_ionic_character has no value for one of its" in capsys.readouterr().err
    assert pd.read_csv(out).prediction.isna().tolist() == [False, True] + [False] * 4


def test_what_is_refused_before_the_work(folder, capsys):
    for output, message in (("out.txt", "must end in .csv or .parquet"),
                            ("no/out.csv", "there is no folder")):  # fmt: skip
        assert main(["featurize", f"{folder}/in", "-o", f"{folder}/{output}"]) == 2
        assert message in capsys.readouterr().err
    arguments = ["predict", f"{folder}/in", "-o", f"{folder}/out.csv", "--model"]
    assert main([*arguments, f"{folder}/in/POSCAR_0"]) == 2
    assert "is not a file of skops" in capsys.readouterr().err
    from sklearn.linear_model import Ridge

    save_model(Ridge().fit([[0], [1]], [0, 1]), folder / "ridge.skops")
    assert main([*arguments, f"{folder}/ridge.skops"]) == 2
    assert "holds a Ridge that takes neither structures nor" in capsys.readouterr().err


def test_another_model_does_not_go_on_with_the_rows_of_this_one(folder):
    from sklmag.cli._journal import Journal

    out, path = folder / "out.csv", folder / "in" / "POSCAR_0"
    with Journal(out, settings="predict a", columns=["prediction"]) as journal:
        journal.add(path, [1.0])
    with Journal(out, settings="predict a", columns=["prediction"]) as journal:
        assert path in journal
        journal._file.write('{"file": "torn')
    with Journal(out, settings="predict a", columns=["prediction"]) as journal:
        assert path in journal
    os.utime(path, (1, 1))
    with Journal(out, settings="predict a", columns=["prediction"]) as journal:
        assert path not in journal
    with Journal(out, settings="predict b", columns=["prediction"]) as journal:
        assert not journal.rows


def test_killed_runs_end_with_the_rows_of_an_undisturbed_one(tmp_path, structures):
    """Kill the command at five random moments, then let it finish."""
    (tmp_path / "in").mkdir()
    for i in range(400):
        Poscar(structures[i % 250]).write_file(tmp_path / "in" / f"POSCAR_{i:04d}")
    command = [sys.executable, "-m", "sklmag.cli", "featurize", "in", "--quiet", "-o"]
    start = time.monotonic()
    subprocess.run([*command, "whole.csv"], cwd=tmp_path, check=True, stderr=-1)
    duration = time.monotonic() - start
    n_killed, draw = 0, random.Random(0)
    for _ in range(5):
        run = subprocess.Popen([*command, "torn.csv"], cwd=tmp_path, stderr=-3)
        try:
            run.wait(draw.uniform(0.5, 0.9) * duration)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
            n_killed += 1
    subprocess.run([*command, "torn.csv"], cwd=tmp_path, check=True, stderr=-1)
    assert n_killed >= 1
    assert (tmp_path / "torn.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not list(tmp_path.glob(".torn*"))
