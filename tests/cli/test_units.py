"""Predictions in the units of another tradition."""

import io

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklmag import save
from sklmag._utils._convert import convert_columns, factor_and_offset, renamed_column
from tests.cli.test_commands import run


@pytest.mark.parametrize(
    ("value", "unit", "other", "expected"),
    [
        (12.0, "kOe", "kA/m", 954.93),  # 1 Oe is 1000 / 4 pi A/m
        (1.2, "T", "kOe", 12.0),  # of a field
        (13.5, "kG", "T", 1.35),
        (50.0, "MGOe", "kJ/m3", 397.89),
        (397.89, "kJ_per_m3", "MGOe", 50.0),
        (585.0, "K", "C", 311.85),
        (20.0, "C", "K", 293.15),
        (0.12, "eV/atom", "meV_per_atom", 120.0),
        (4.5, "um", "nm", 4500.0),
    ],
)
def test_known_values(value, unit, other, expected):
    factor, offset = factor_and_offset(unit, other)
    assert factor * value + offset == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("unit", "other", "told"),
    [
        ("kOe", "GPa", r"'kOe' cannot be turned into 'GPa'. It can into A/m, MA/m"),
        ("", "kA/m", r"'' cannot be turned into 'kA/m'. It is known in no other"),
        ("K", "eV/atom", "'K' cannot be turned into 'eV/atom'. It can into °C"),
    ],
)
def test_units_that_measure_something_else(unit, other, told):
    with pytest.raises(ValueError, match=told):
        factor_and_offset(unit, other)


def test_names_say_the_unit():
    names = [
        ("Hcj_kOe", "kA/m"),
        ("BHmax_MGOe", "kJ/m3"),
        ("Tc_K", "C"),
        ("d_um", "nm"),
    ]
    assert [renamed_column(*one) for one in names] == [
        "Hcj_kA_per_m", "BHmax_kJ_per_m3", "Tc_C", "d_nm"
    ]  # fmt: skip
    table = pd.DataFrame({"Tc_K": [585.0], "Tc_K_std": [20.0], "Tc_K_nearest": [589.0]})
    found = convert_columns(table, {"Tc_K": "C"})
    np.testing.assert_allclose(found.iloc[0], [311.85, 20.0, 315.85])
    assert list(found) == ["Tc_C", "Tc_C_std", "Tc_C_nearest"]


def test_on_the_command_line(tmp_path):
    X = pd.DataFrame({"Dy": np.arange(20.0)})
    y = (10 + X["Dy"]).rename("Hcj_kOe")
    save(Ridge(1e-9).fit(X, y), tmp_path / "m.sklmag", X=X, y=y)
    X[:3].to_csv(tmp_path / "a.csv", index=False)
    words = ["predict", tmp_path / "a.csv", "--model", tmp_path / "m.sklmag", "--quiet"]
    plain = pd.read_csv(io.StringIO(run(*words).stdout))
    other = run(*words, "--unit", "Hcj_kOe=kA/m")
    table = pd.read_csv(io.StringIO(other.stdout))
    np.testing.assert_allclose(
        table["Hcj_kA_per_m"], plain["Hcj_kOe"] * 79.57747, rtol=1e-5
    )
    wrong = run(*words, "--unit", "Br_kG=T")
    assert wrong.returncode == 2
    assert "write NAME=UNIT, with a name among Hcj_kOe" in wrong.stderr
    unasked = run("predict", "Nd2Fe14B", "--property", "Tc_K", "--unit", "Js_T=kG")
    assert "with a name among Tc_K." in unasked.stderr
    ready = run("predict", "Nd2Fe14B", "--property", "Tc_K", "--unit", "Tc_K=C")
    row = pd.read_csv(io.StringIO(ready.stdout)).iloc[0]
    assert (row["property"], row["unit"]) == ("Tc_C", "°C")
    assert row["value"] == pytest.approx(317, abs=40)


def test_a_column_that_is_nearly_there_is_named(tmp_path):
    table = pd.DataFrame({"Dy": np.arange(20.0), "Hcj [kOe]": np.arange(20.0)})
    table.to_csv(tmp_path / "a.csv", index=False)
    done = run("train", tmp_path / "a.csv", "--target", "hcj", "-o", tmp_path / "m")
    assert "no column 'hcj'. Did you mean 'Hcj [kOe]'? The columns are" in done.stderr
