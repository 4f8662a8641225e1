"""Commands where disks are full, names are odd, and homes are missing."""

import os
import resource
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import ElementFractionFeaturizer
from sklmag.persistence import save
from tests.conftest import environment_without_coverage

PAIRS = [f"Fe{x}Co{100 - x}" for x in range(1, 100)]
COMMAND = [sys.executable, "-m", "sklmag.cli"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("around")
    model = make_pipeline(ElementFractionFeaturizer(), Ridge())
    model.fit(PAIRS, np.arange(99.0))
    save(model, folder / "m.sklmag", X=PAIRS, y=np.arange(99.0))
    pd.DataFrame({"alloy": PAIRS}).to_csv(folder / "in.csv", index=False)
    return folder


def said(words, folder, *, limit=None, **environment):
    """Run a command; return its exit code, and the lines that it wrote to stderr."""

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    env = environment_without_coverage() | environment
    done = subprocess.run(
        [*COMMAND, *map(str, words)], cwd=folder, capture_output=True, text=True,
        env={k: v for k, v in env.items() if v is not None}, errors="replace",
        preexec_fn=small_files if limit else None,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines(), done.stdout


def predict(folder, *words, source="in.csv", out="out.csv"):
    return [
        "predict",
        source,
        "--model",
        folder / "m.sklmag",
        "--quiet",
        "-o",
        out,
        *words,
    ]


def test_a_full_disk_is_one_line_and_the_next_run_goes_on(folder, tmp_path):
    """Files of more than 2 kB cannot be written, as on a disk without room."""
    shutil.copy(folder / "in.csv", tmp_path)
    code, lines, _ = said(predict(folder), tmp_path, limit=2000)
    assert code == 2
    assert len(lines) == 1
    assert "File too large" in lines[0]
    assert not (tmp_path / "out.csv").exists()
    code, _, _ = said(predict(folder), tmp_path)
    assert code == 0
    assert len(pd.read_csv(tmp_path / "out.csv")) == 99


def test_training_on_a_full_disk_leaves_no_torn_model(tmp_path):
    table = pd.DataFrame({"alloy": PAIRS, "G_GPa": np.arange(99.0)})
    table.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "old.sklmag").write_bytes(b"a model of before")
    words = [
        "train",
        "t.csv",
        "--target",
        "G_GPa",
        "-o",
        "old.sklmag",
        "--force",
        "--quiet",
        "--model",
        "xgboost",
    ]
    code, lines, _ = said(words, tmp_path, limit=2000)
    assert code == 2
    assert "File too large" in lines[-1]
    assert (tmp_path / "old.sklmag").read_bytes() == b"a model of before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["old.sklmag", "t.csv"]


@pytest.mark.parametrize("environment", [
    {"HOME": None}, {"HOME": "/no/such/place"}, {"LC_ALL": "C"},
    {"SKLMAG_DATA": "/proc/no"}, {"NUMBA_CACHE_DIR": "/proc/no"}, {"TERM": None},
    {"PYTHONIOENCODING": "ascii"},
])  # fmt: skip
def test_without_a_home_a_language_or_a_cache(environment, folder, tmp_path):
    code, lines, out = said(
        ["predict", "Fe50Co50", "--model", folder / "m.sklmag", "--quiet"], tmp_path,
        **environment,
    )  # fmt: skip
    assert (code, lines) == (0, ["standard output: 1 rows"])
    assert out.startswith("formula,prediction")


ODD_NAMES = [
    "with blanks.csv", "with\nline.csv", "-dash.csv", "合金.csv", "сплав.csv", "a'b\".csv",
    "%s{0}.csv", "$HOME.csv", "*.csv",
]  # fmt: skip


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_odd_names(locale, folder, tmp_path):
    for name in ODD_NAMES:
        shutil.copy(folder / "in.csv", tmp_path / name)
    code = (
        "import sys, os; from sklmag.cli import main\n"
        f"model = {str(folder / 'm.sklmag')!r}\n"
        f"for name in {ODD_NAMES!a}:\n"
        "    words = ['predict', '--model', model, '--quiet', '-o', f'./{name}.csv']\n"
        "    assert main([*words, '--', name]) == 0, ascii(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env=environment_without_coverage() | {"LC_ALL": locale}, errors="replace",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name in ODD_NAMES:
        assert len(pd.read_csv(tmp_path / f"{name}.csv")) == 99


def test_a_closed_pipe_is_no_error(folder):
    command = " ".join([*COMMAND, "featurize", "in.csv", "--quiet"])
    done = subprocess.run(
        f"{command} | head -1", shell=True, capture_output=True, text=True, cwd=folder,
        env=environment_without_coverage(),
    )  # fmt: skip
    assert done.stdout.startswith("alloy,")
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_working_folder_that_is_gone(folder, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    words = " ".join([*COMMAND, "predict", "Fe50Co50", "--model", f"{folder}/m.sklmag"])
    done = subprocess.run(
        f"cd {gone} && rmdir {gone} && {words}", shell=True, capture_output=True,
        text=True, env=environment_without_coverage() | {"PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        "sklmag: the working folder is gone. Change to another: cd.\n"
    )


def test_a_place_that_cannot_be_written_is_named_before_the_work(folder):
    code, lines, _ = said(predict(folder, out="/proc/out.csv"), folder)
    assert code == 2
    assert len(lines) == 1
    assert "/proc" in lines[0]


def test_two_runs_on_one_output(folder, tmp_path):
    from sklmag.cli._parts import PartStore

    with PartStore(tmp_path / "out.csv", settings="another"):
        code, lines, _ = said(predict(folder, out=tmp_path / "out.csv"), folder)
    assert code == 2
    assert lines == [
        f"sklmag predict: Another process is writing '{tmp_path}/out.csv'. Wait for it, "
        "or choose another --output."
    ]
