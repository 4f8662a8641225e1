"""Settings of the whole suite, and data that many tests share."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before scipy is imported: checks of array input
os.environ["OMP_NUM_THREADS"] = "1"

from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
import torch

mpl.use("agg")
torch.set_num_threads(1)


def shared_table(name):
    """Return a table of the shared real data, or skip where they are absent."""
    folder = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
    if not (folder / name).exists():
        pytest.skip(f"{name} is not here")
    return pd.read_csv(folder / name, keep_default_na=False, na_values=[""])


@pytest.fixture(scope="session")
def magnets():
    """Return a small table of magnets and their properties."""
    from sklmag.datasets import make_sintered_ndfeb

    return make_sintered_ndfeb(120, 60, random_state=0)


@pytest.fixture(autouse=True)
def close_figures():
    """Close what a test has drawn."""
    yield
    from matplotlib import pyplot as plt

    plt.close("all")
