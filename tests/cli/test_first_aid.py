"""What commands say at once: of files, of the installation, and of poor models."""

import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

import sklmag
from sklmag.cli import main


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"Dy": rng.uniform(0, 4, 40), "Co": rng.uniform(0, 2, 40)})
    X["Hcj_kOe"] = 12 + 3 * X["Dy"] + rng.normal(0, 0.1, 40)
    X["noise"] = rng.normal(size=40)
    X.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


@pytest.mark.parametrize(("words", "text"), [
    (["train", "no.csv", "--target", "x", "-o", "m"], "There is no table 'no.csv'."),
    (["predict", "no.xlsx"], "There is no table 'no.xlsx'."),
    (["explain", "no.csv", "--model", "curie"], "There is no table 'no.csv'."),
    (["predict", "Fe2B", "--model", "no.sklmag"], "There is no model file 'no.sklmag'"),
    (["design", "--model", "no.onnx", "--target", "a=1"], "There is no model file 'no."),
    (["app", "no.sklmag"], "There is no model file 'no.sklmag'. Ready ones: curie, re2f"),
])  # fmt: skip
def test_what_is_not_there_is_said_before_libraries_are_imported(words, text, capsys):
    assert main(words) == 2
    assert text in capsys.readouterr().err
    code = f"import sys; from sklmag.cli import main; main({words!r});" + (
        "sys.exit(bool({'numpy', 'pandas', 'sklearn', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_model_is_not_replaced_unasked(table, capsys):
    out = table.with_name("m.sklmag")
    words = ["train", str(table), "--target", "Hcj_kOe", "--drop", "noise"]
    words += ["--model", "xgboost", "--folds", "2", "-o", str(out)]
    assert main(words) == 0
    told = capsys.readouterr().err
    assert "Learns from: Dy, Co." in told
    before = out.read_bytes()
    assert main(words) == 2
    assert "exists: --force replaces it." in capsys.readouterr().err
    assert out.read_bytes() == before
    assert main([*words, "--force", "--seed", "1"]) == 0
    assert out.read_bytes() != before


def test_what_has_learnt_nothing_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="Nothing has been learnt yet: This Ridge"):
        sklmag.save(Ridge(), tmp_path / "m.sklmag")
    assert not list(tmp_path.iterdir())


def test_a_poor_model_is_called_poor(table, capsys):
    words = ["train", str(table), "--target", "noise", "--drop", "Hcj_kOe"]
    assert main([*words, "--model", "xgboost", "-o", str(table.with_name("n"))]) == 0
    assert "noise: no better than the mean of all rows (R2 " in capsys.readouterr().err


def test_errors_in_different_units_have_no_mean(table, capsys):
    words = ["train", str(table), "--target", "noise", "--target", "Hcj_kOe"]
    assert main([*words, "--model", "xgboost", "-o", str(table.with_name("n"))]) == 0
    mean = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("mean")
    ]
    assert len(mean[0].split()) == 2  # R2 alone


def test_all_models_are_compared_and_the_best_is_kept(table, capsys):
    words = ["train", str(table), "--target", "Hcj_kOe", "--drop", "noise"]
    words += ["--model", "all", "--time-budget", "0", "--folds", "2", "--quiet"]
    assert main([*words, "-o", str(table.with_name("best.sklmag"))]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0].split() == ["model", "R2", "RMSE", "Hcj_kOe",
                                                "seconds"]  # fmt: skip
    assert "auto: no time left" in told.err
    assert "lgdcnn: lgdcnn learns from formulas, but none of the columns" in told.err
    assert "best.sklmag: xgboost, 40 rows" in told.err
    words += ["--folds", "0", "-o", str(table.with_name("none.sklmag"))]
    assert main(words) == 2
    assert "models are compared by cross-validation" in capsys.readouterr().err


def test_answers_as_json(tmp_path, capsys):
    assert main(["predict", "Nd2Fe14B", "--property", "Tc_K", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer[0]["material"] == "Nd2Fe14B"
    assert answer[0]["unit"] == "K"
    out = tmp_path / "a.json"
    words = ["predict", "Nd2Fe14B", "--property", "Tc_K", "-o", str(out)]
    assert main(words) == 0
    assert json.loads(out.read_text()) == answer
    assert main(["predict", "Fe2B", "--model", "curie", "--json"]) == 2
    assert "--json belongs to predictions without --model" in capsys.readouterr().err


def test_the_doctor(monkeypatch, tmp_path, capsys):
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "ok      ready model curie" in told
    assert "ok      Tc_K of Nd2Fe14B: " in told
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    monkeypatch.setenv("SKLMAG_DATA", str(blocked / "below"))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert main(["doctor"]) == 1
    assert "WRONG" in capsys.readouterr().out


def test_a_port_that_is_taken_is_one_line(capsys):
    import socket

    pytest.importorskip("nicegui")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        start = time.monotonic()
        assert main(["app", "--no-browser", "--port", str(port)]) == 2
        assert time.monotonic() - start < 60
    told = capsys.readouterr().err
    assert told.startswith(f"sklmag app: Port {port} of 127.0.0.1 cannot be used (")
    assert f"Take another: --port {port + 1}." in told
    assert told.count("\n") == 1
