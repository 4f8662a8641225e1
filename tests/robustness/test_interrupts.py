"""Commands that are killed, terminated and interrupted at random moments."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import MagpieFeaturizer
from sklmag.persistence import load, save
from tests.conftest import environment_without_coverage

PAIRS = [f"Fe{x}Co{100 - x}" for x in range(1, 100)]
COMMAND = [sys.executable, "-m", "sklmag.cli"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fire")
    model = make_pipeline(MagpieFeaturizer(), XGBRegressor(n_estimators=5))
    model.fit(PAIRS, np.arange(99.0))
    save(model, folder / "m.sklmag", X=PAIRS, y=np.arange(99.0))
    random = np.random.default_rng(0)
    alloys = pd.DataFrame({"alloy": random.choice(PAIRS, 60_000)})
    alloys.to_csv(folder / "many.csv", index=False)
    table = pd.DataFrame({"alloy": PAIRS, "G_GPa": np.arange(99.0)})
    table.to_csv(folder / "train.csv", index=False)
    return folder


def heed():
    """A shell tells what it runs behind to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def begun(words, folder):
    return subprocess.Popen(
        [*COMMAND, *words], cwd=folder, env=environment_without_coverage(),
        stdout=-1, stderr=-1, text=True, preexec_fn=heed,
    )  # fmt: skip


def ended(going, kind):
    """Send a signal; return the exit code, and what was said, and how long it took."""
    start = time.perf_counter()
    going.send_signal(kind)
    _, error = going.communicate(timeout=30)
    return going.returncode, error, time.perf_counter() - start


def left_behind():
    """Return processes of pools whose parent is gone."""
    listed = subprocess.run(
        ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True
    )
    return [
        line
        for line in listed.stdout.splitlines()
        if "popen_loky" in line and line.split()[1] == "1"
    ]


COMMANDS = {
    "predict": ["predict", "many.csv", "--model", "m.sklmag", "--n-jobs", "2"],
    "featurize": ["featurize", "many.csv", "--n-jobs", "2"],
    "train": ["train", "train.csv", "--target", "G_GPa", "--model", "lgdcnn"],
    "design": [
        "design",
        "--model",
        "m.sklmag",
        "--target",
        "prediction=50",
        "--elements",
        "Fe,Co",
        "-n",
        "50",
    ],
}


@pytest.mark.parametrize(("name", "kind"), [
    ("predict", signal.SIGINT), ("predict", signal.SIGTERM), ("predict", signal.SIGKILL),
    ("train", signal.SIGINT), ("featurize", signal.SIGKILL), ("design", signal.SIGINT),
])  # fmt: skip
def test_nothing_is_torn_and_nobody_left(name, kind, folder, tmp_path):
    before = set(left_behind())
    suffix = ".sklmag" if name == "train" else ".csv"
    out = tmp_path / f"out{suffix}"
    random = np.random.default_rng(kind)
    quiet = [] if name == "design" else ["--quiet"]
    going = begun([*COMMANDS[name], "-o", str(out), *quiet], folder)
    time.sleep(random.uniform(2, 4))
    if going.poll() is None:
        code, error, seconds = ended(going, kind)
        expected = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}
        assert code in (expected[kind], -kind, 0, 1)
        assert "Traceback" not in error
        assert seconds < 5  # two, on a machine that has nothing else to do
    else:
        going.communicate()
    if out.exists():
        load(out) if name == "train" else pd.read_csv(out)
    for _ in range(100):  # workers look for their parent now and then
        if set(left_behind()) <= before:
            break
        time.sleep(0.1)
    assert set(left_behind()) <= before


def test_workers_that_have_no_task_yet_end_too(folder, tmp_path):
    """Killed as they start: nobody has told them yet what to do."""
    out = str(tmp_path / "out.csv")
    going = begun([*COMMANDS["predict"], "-o", out, "--quiet"], folder)
    children = ["pgrep", "-P", str(going.pid), "-f", "popen_loky"]
    for _ in range(300):
        if len(subprocess.run(children, capture_output=True).stdout.split()) == 2:
            break
        time.sleep(0.02)
    assert going.poll() is None
    *_, seconds = ended(going, signal.SIGKILL)  # workers hold the pipe of their errors
    assert seconds < 5


def test_compiled_code_ends_too(tmp_path):
    """A crystal of many sites, which takes seconds of compiled code at a stretch."""
    code = (
        "import sys, numpy as np\n"
        "from sklmag.cli import _interrupt\n"
        "from sklmag.structure import voronoi_tessellation\n"
        "voronoi_tessellation(np.eye(3), [[0, 0, 0]])\n"
        "sites = np.random.default_rng(0).uniform(size=(199_000, 3))\n"
        "with _interrupt.interrupts_remembered():\n"
        "    print('ready', flush=True)\n"
        "    voronoi_tessellation(np.eye(3) * 120, sites)\n"
        "    voronoi_tessellation(np.eye(3) * 120, sites)\n"
    )
    going = subprocess.Popen(
        [sys.executable, "-c", code], stdout=-1, stderr=-1, text=True, preexec_fn=heed,
        env=environment_without_coverage(),
    )  # fmt: skip
    assert going.stdout.readline() == "ready\n"
    time.sleep(0.3)
    code, _, seconds = ended(going, signal.SIGINT)
    assert code in (130, 1)
    assert seconds < 4


def test_a_folder_of_its_own_does_not_stay(folder):
    """Standard output is filled from a temporary folder, which goes with the command."""
    import tempfile
    from pathlib import Path

    before = set(Path(tempfile.gettempdir()).glob("sklmag-*"))
    going = begun([*COMMANDS["predict"], "--quiet"], folder)
    time.sleep(4)
    ended(going, signal.SIGINT)
    assert set(Path(tempfile.gettempdir()).glob("sklmag-*")) <= before
    assert os.path.exists(folder)
