"""Labelled structures on disk: the same whether or not they were interrupted."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from sklmag import MicrostructureError
from sklmag.microstructure import (
    GrainStructures,
    demagnetization_curve,
    make_grain_structures,
    make_hysteresis_dataset,
)
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
    with pytest.raises(MicrostructureError, match="n_samples='many' must be 1 or more"):
        make_hysteresis_dataset("many", tmp_path, **SMALL)


def _own(n_samples, seed, **options):
    options = {"shape": (12, 12), "size_nm": 24, "n_grains": 4} | options
    return make_grain_structures(n_samples, random_state=seed, **options)


def test_own_and_joined_structures_are_computed_as_they_are(tmp_path):
    fields = np.linspace(1, -1, 201)
    first, second = _own(12, 1), _own(11, 2, n_grains=2)
    cut = GrainStructures(second.angles, second.grains, second.size_nm, {})
    own = GrainStructures.joined([first, cut])
    data = make_hysteresis_dataset(own, tmp_path, fields=fields)
    np.testing.assert_array_equal(data.structures.angles, own.angles)
    assert data.curves.field.shape == (201,)
    assert len(data.anchor_points) == 23
    alone = demagnetization_curve(second, fields).magnetization
    np.testing.assert_array_equal(data.curves.magnetization[12:], alone)
    grains = data.structures.parameters["n_grains"]
    assert (grains[:12] == 4).all()
    assert np.isnan(grains[12:]).all()
    # a second call reads them; others, and other fields, are refused
    again = make_hysteresis_dataset(own, tmp_path, fields=fields)
    assert again.anchor_points.equals(data.anchor_points)
    with pytest.raises(MicrostructureError, match="made with fields="):
        make_hysteresis_dataset(own, tmp_path)
    with pytest.raises(MicrostructureError, match="made with structures="):
        make_hysteresis_dataset(first, tmp_path, fields=fields)


def test_sets_on_different_grids_are_not_joined():
    with pytest.raises(MicrostructureError, match="different grids, 12 x 12 cells"):
        GrainStructures.joined([_own(1, 0), _own(1, 0, size_nm=36)])
    with pytest.raises(MicrostructureError, match="no set of structures"):
        GrainStructures.joined([])


def test_a_dask_cluster_that_loses_a_worker_gives_the_same_set(tmp_path):
    import joblib
    from dask.distributed import Client, LocalCluster

    options = {"shape": (64, 64), "size_nm": 64, "n_grains": (2, 5)}
    whole = make_hysteresis_dataset(20, tmp_path / "here", **options)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as two,
        Client(two),
    ):
        worker = next(iter(two.workers.values()))
        killer = threading.Timer(1.5, lambda: os.kill(worker.pid, signal.SIGKILL))
        killer.start()
        with joblib.parallel_config("dask"):
            spread = make_hysteresis_dataset(20, tmp_path / "spread", **options)
        assert not killer.is_alive()  # it fell while the set was made
    np.testing.assert_array_equal(spread.structures.angles, whole.structures.angles)
    np.testing.assert_array_equal(
        spread.curves.magnetization, whole.curves.magnetization
    )
