"""Settings of the whole suite, and data that many tests share."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before scipy is imported: checks of array input
os.environ["OMP_NUM_THREADS"] = "1"

import gzip
import itertools
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import torch
from threadpoolctl import threadpool_limits

mpl.use("agg")
torch.set_num_threads(1)
threadpool_limits(1)  # a plugin may have loaded numpy before OMP_NUM_THREADS was set


def environment_without_coverage():
    """Return what a process needs that is to be killed or interrupted.

    Coverage does not release its lock where an interrupt finds it held, and a process
    that is killed writes nothing of what it followed.
    """
    return {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}


def shared_path(name):
    """Return the path of a file of the shared real data, or skip where it is absent."""
    path = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data")) / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return path


def shared_table(name):
    """Return a table of the shared real data, or skip where they are absent."""
    return pd.read_csv(shared_path(name), keep_default_na=False, na_values=[""])


def shared_records(name, n_records=None):
    """Return records of a set of shared structures, or skip where it is absent."""
    with gzip.open(shared_path(f"structures/{name}.jsonl.gz"), "rt") as lines:
        return [json.loads(line) for line in itertools.islice(lines, n_records)]


def reference_crystals(name):
    """Return names, structures and the 271 attributes of the original program.

    Written by benchmarks/make_voronoi_reference.py: prototypes of AFLOW as pymatgen
    ships them ("aflow"), or compounds of the shared data ("shared").
    """
    from pymatgen.core import Structure

    path = Path(__file__).parent / "reference" / f"voronoi_{name}.npz"
    with np.load(path) as file:
        kept = dict(file)
    keys = [str(key) for key in kept["keys"]]
    if name == "aflow":
        ends = np.cumsum(kept["n_sites"])[:-1]
        numbers = np.split(kept["numbers"], ends)
        positions = np.split(kept["positions"], ends)
        parts = zip(kept["lattices"], numbers, positions, strict=True)
        structures = [Structure(*part) for part in parts]
    else:
        places = [key.rsplit(" ", 1) for key in keys]
        files = {file for file, _ in places}
        records = {file: shared_records(file.split(".")[0]) for file in files}
        structures = [
            Structure(**records[file][int(row)]["structure"]) for file, row in places
        ]
    return keys, structures, kept["attributes"]


@pytest.fixture(scope="session")
def magnets():
    """Return a small table of magnets and their properties."""
    from sklmag.datasets import make_sintered_ndfeb

    return make_sintered_ndfeb(120, 60, random_state=0)
