"""What tests and doctests of all folders share."""

import sys

import pytest


@pytest.fixture(autouse=True)
def close_figures():
    """Close what a test has drawn."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
