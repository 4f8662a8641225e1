"""Settings of the whole suite, and data that many tests share."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before scipy is imported: checks of array input
os.environ["OMP_NUM_THREADS"] = "1"

import matplotlib as mpl
import pytest
import torch

mpl.use("agg")
torch.set_num_threads(1)


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
