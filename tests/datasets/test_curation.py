"""The curation of the paper."""

import numpy as np
import pytest

from sklmag.datasets import curate_energies


def test_errors_leave_all_parts_and_unstable_crystals_only_the_training_part():
    energy = [-0.3, 10.0, 10.1, -203.0, np.nan, 0.5, 0.5, 0.5]
    above_hull = [0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.1, np.nan]
    usable, trainable = curate_energies(energy, above_hull)
    assert usable.tolist() == [True, True, False, False, False, True, True, True]
    assert trainable.tolist() == [True, True, False, False, False, True, False, True]


def test_limits_and_no_hull():
    usable, trainable = curate_energies([1.0, 3.0], largest=2.0)
    assert usable.tolist() == trainable.tolist() == [True, False]
    _, trainable = curate_energies([1.0, 1.0], [0.1, 0.3], largest_above_hull=0.2)
    assert trainable.tolist() == [True, False]


def test_other_lengths_are_refused():
    with pytest.raises(ValueError, match="inconsistent numbers of samples: \\[2, 1\\]"):
        curate_energies([1.0, 2.0], [0.0])
