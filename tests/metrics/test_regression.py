import numpy as np
import pandas as pd
import pytest

from sklmag.metrics import regression_table


def test_values_target_by_target_and_their_mean():
    y = pd.DataFrame({"Br_kG": [12.0, 13.0, 14.0], "Hcj_kOe": [10.0, 20.0, 30.0]})
    table = regression_table(y, y + [0.0, 3.0])
    assert list(table.index) == ["Br_kG", "Hcj_kOe", "mean"]
    assert table.loc["Hcj_kOe"].tolist() == pytest.approx([3, 3, 1 - 27 / 200])
    assert table.loc["mean", "RMSE"] == pytest.approx(1.5)


def test_names_without_a_frame():
    assert list(regression_table(np.ones((3, 2)), np.ones((3, 2))).index) == [
        "y0", "y1", "mean",
    ]  # fmt: skip
    assert list(regression_table(pd.Series([1, 2], name="Tc_K"), [1, 2]).index) == [
        "Tc_K"
    ]
