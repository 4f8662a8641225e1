"""The front of two properties."""

import numpy as np
import pandas as pd
import pytest

from sklmag.inspection import ParetoDisplay

FRONT = pd.DataFrame({"Br": [12.9, 14.2, 13.6], "Hcj": [24, 12, 18], "Dy": [3, 0, 1.0]})


def test_points_lie_on_a_line_in_order_beside_what_is_known():
    known = pd.DataFrame({"Br": [12.0, 13.0], "Hcj": [11.0, 10.0]})
    ax = ParetoDisplay.from_table(FRONT, "Br", "Hcj", known=known, color="Dy").ax_
    grey, line = ax.get_lines()
    np.testing.assert_array_equal(grey.get_xdata(), known["Br"])
    np.testing.assert_array_equal(line.get_xdata(), [12.9, 13.6, 14.2])
    np.testing.assert_array_equal(line.get_ydata(), [24, 18, 12])
    (points,) = ax.collections
    np.testing.assert_array_equal(points.get_array(), [3, 1, 0])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["known", "front"]


def test_a_column_that_there_is_not():
    with pytest.raises(ValueError, match="The front has no column 'BHmax'. They are"):
        ParetoDisplay.from_table(FRONT, "Br", "BHmax")
