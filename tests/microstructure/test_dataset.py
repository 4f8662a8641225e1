"""Labelled structures on disk: the same whether or not they were interrupted."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from sklmag import MicrostructureError
from sklmag.microstructure import make_hysteresis_dataset
from tests.conftest import environment_without_coverage

CODE = """
import sys
from sklmag.microstructure import make_hysteresis_dataset
make_hysteresis_dataset(120, sys.argv[1], shape=(12, 12), size_nm=24, n_grains=(2, 5))
"""
SMALL = {"shape": (12, 12), "size_nm": 24, "n_grains": (2, 5)}


def test_killed_runs_end_with_the_set_of_an_undisturbed_one(tmp_path):
    """Kill the process three times while it works, then let it finish."""
    whole = make_hysteresis_dataset(120, tmp_path / "whole", **SMALL)
    draw, n_files = random.Random(0), []
    command = [sys.executable, "-c", CODE, str(tmp_path / "torn")]
    for least in (1, 2, 4):
        run = subprocess.Popen(command, env=environment_without_coverage())
        while len(list((tmp_path / "torn").glob("structures*"))) < least:
            assert run.poll() is None
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.05))
        run.send_signal(signal.SIGKILL)
        run.wait()
        n_files.append(len(list((tmp_path / "torn").glob("structures*"))))
    assert n_files[0] < 6
    torn = make_hysteresis_dataset(120, tmp_path / "torn", **SMALL)
    np.testing.assert_array_equal(torn.structures.angles, whole.structures.angles)
    np.testing.assert_array_equal(torn.curves.magnetization, whole.curves.magnetization)
    assert torn.anchor_points.equals(whole.anchor_points)


def test_torn_files_are_made_again(tmp_path):
    first = make_hysteresis_dataset(21, tmp_path, **SMALL)
    paths = sorted(tmp_path.glob("structures*"))
    paths[0].write_bytes(paths[0].read_bytes()[:100])
    paths[1].write_bytes(b"")
    again = make_hysteresis_dataset(21, tmp_path, **SMALL)
    np.testing.assert_array_equal(
        again.curves.magnetization, first.curves.magnetization
    )


def test_two_processes_on_one_folder(tmp_path):
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [run.wait() for run in both] == [0, 0]
    assert len(list(tmp_path.iterdir())) == 7  # six files of twenty, and the settings


def test_more_samples_are_added_to_those_that_are_there(tmp_path):
    few = make_hysteresis_dataset(5, tmp_path, **SMALL)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    more = make_hysteresis_dataset(25, tmp_path, **SMALL)
    np.testing.assert_array_equal(more.structures.angles[:5], few.structures.angles)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    assert len(more.anchor_points) == len(more.curves) == 25


def test_other_parameters_are_refused(tmp_path):
    make_hysteresis_dataset(1, tmp_path, **SMALL)
    with pytest.raises(
        MicrostructureError, match="made with random_state=0, not 1. Take"
    ):
        make_hysteresis_dataset(1, tmp_path, random_state=1, **SMALL)
    with pytest.raises(MicrostructureError, match="n_samples=0 must be 1 or more"):
        make_hysteresis_dataset(0, tmp_path, **SMALL)
