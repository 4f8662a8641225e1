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

CODE = """
import sys
from sklmag.microstructure import make_hysteresis_dataset
make_hysteresis_dataset(120, sys.argv[1], shape=(12, 12), size_nm=24, n_grains=(2, 5))
"""
SMALL = {"shape": (12, 12), "size_nm": 24, "n_grains": (2, 5)}


def test_killed_runs_end_with_the_set_of_an_undisturbed_one(tmp_path):
    start = time.monotonic()
    whole = make_hysteresis_dataset(120, tmp_path / "whole", **SMALL)
    duration = time.monotonic() - start
    draw = random.Random(0)
    for _ in range(3):
        run = subprocess.Popen([sys.executable, "-c", CODE, str(tmp_path / "torn")])
        try:
            run.wait(2.5 + draw.uniform(0.1, 0.6) * duration)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
    torn = make_hysteresis_dataset(120, tmp_path / "torn", **SMALL)
    np.testing.assert_array_equal(torn.structures.angles, whole.structures.angles)
    np.testing.assert_array_equal(torn.curves.magnetization, whole.curves.magnetization)
    assert torn.anchor_points.equals(whole.anchor_points)


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
