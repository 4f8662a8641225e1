import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import sklmag
from sklmag.cli import main

SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))


def test_help_lists_the_commands():
    done = subprocess.run(
        [sys.executable, "-m", "sklmag.cli", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for command in ("demo", "versions", "data"):
        assert command in done.stdout


def test_versions(capsys):
    assert main(["versions"]) == 0
    assert "scikit-learn: 1." in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"sklmag {sklmag.__version__}\n"


def test_data_path(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SKLMAG_DATA", str(tmp_path / "none"))
    assert main(["data", "path"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'none'}\n"
    assert not (tmp_path / "none").exists()


def test_no_command_is_an_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2


@pytest.fixture
def fast(monkeypatch):
    """Let the nets train for a few epochs, and the search take a few steps."""
    from sklmag.cli import _demo
    from sklmag.models import _attention, _dense

    monkeypatch.setattr(_demo, "_N_SEARCHED", 10)
    monkeypatch.setitem(_attention._DEFAULT, "max_epochs", 30)
    monkeypatch.setitem(_attention._DEFAULT, "n_members", 2)
    init = _dense.DenseRegressor.__init__
    monkeypatch.setitem(init.__kwdefaults__, "max_epochs", 30)


def test_the_demo_prints_the_table_and_draws(fast, capsys, tmp_path):
    assert main(["demo", "--n-jobs", "1", "--output", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    for word in ("XGBoost", "DNNR", "MHAR", "Hcj_kOe", "integrated", "mu0Ha_T"):
        assert word in captured.out
    assert "figures: 100%" in captured.err
    assert {path.name for path in tmp_path.iterdir()} == {
        "table.csv", "joint.png", "parity.png", "samples.png", "tree.png", "loss.png",
        "attention.png", "shap_xgboost.png", "shap_interactions.png", "search.png",
        "table_re2fe14b.csv", "parity_re2fe14b.png",
    }  # fmt: skip


def test_the_demo_on_a_user_s_table(fast, capsys, tmp_path):
    table = pd.DataFrame(
        {
            "name": [f"sample {i}" for i in range(40)],
            "alloy": ["Nd2Fe14B", "SmCo5", "Fe3B", "Nd2Fe17"] * 10,
            "T_C": range(40),
            "empty": None,
            "Hcj_kOe": [float(i % 7) for i in range(39)] + [None],
        }
    )
    table.to_csv(tmp_path / "table.csv", index=False)
    arguments = [
        "demo",
        "--n-jobs",
        "1",
        "--data",
        str(tmp_path / "table.csv"),
        "--target",
        "Hcj_kOe",
    ]
    arguments += ["-o", str(tmp_path / "out"), "--quiet"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert "1 of 40 rows have no value of Hcj_kOe and are left out." in captured.err
    assert "Empty columns are left out: empty." in captured.err
    assert "Columns of text are left out: name." in captured.err
    assert (tmp_path / "out" / "parity.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--data", "x.csv"],
            "--data and --target belong together: give both or neither.",
        ),
        (["--data", "missing.csv", "--target", "y"], "missing.csv"),
    ],
)
def test_wrong_arguments_exit_with_2(arguments, message, capsys):
    assert main(["demo", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_column_is_named(capsys, tmp_path):
    pd.DataFrame({"a": [1], "b": [2]}).to_csv(tmp_path / "t.csv", index=False)
    assert main(["demo", "--data", str(tmp_path / "t.csv"), "--target", "y"]) == 2
    message = "t.csv: There is no column 'y'. The columns are: a, b."
    assert message in capsys.readouterr().err


def test_a_mistyped_number_is_an_error(capsys, tmp_path):
    numbers = [*"0123456789", "1O", "11"]
    table = pd.DataFrame({"T_C": numbers, "y": range(12)})
    table.to_csv(tmp_path / "t.csv", index=False)
    assert main(["demo", "--data", str(tmp_path / "t.csv"), "--target", "y"]) == 2
    error = capsys.readouterr().err
    assert "t.csv: Column 'T_C' (row 10)" in error
    assert "'1O'" in error


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("table", "arguments"),
    [
        ("matbench/steels.csv.gz", ["--target", "target", "--drop", "mbid", "--drop", "fold"]),
        ("magnetic/curie_taufour_ds2.csv", ["--target", "Tc_K", "--drop", "formula", "--drop",
         "n", "--drop", "Tc_min_K", "--drop", "Tc_max_K"]),
    ],
)  # fmt: skip
def test_the_demo_on_real_tables(fast, capsys, tmp_path, table, arguments):
    data = ["--data", str(SHARED / table), "--quiet", "-o", str(tmp_path)]
    assert main(["demo", "--n-jobs", "1", *data, *arguments]) == 0
    assert "MHAR" in capsys.readouterr().out
