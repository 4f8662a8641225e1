"""Tables that are worked through in parts: any size, any number of workers."""

import io
import logging
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import ElementFractionFeaturizer
from sklmag.cli import _streams, main
from sklmag.persistence import save
from tests.conftest import environment_without_coverage

RANDOM = np.random.default_rng(0)
PAIRS = [f"Fe{x}Co{100 - x}" for x in range(1, 100)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    model = make_pipeline(ElementFractionFeaturizer(), Ridge())
    model.fit(PAIRS, np.arange(99.0))
    save(model, folder / "m.sklmag", X=PAIRS, y=np.arange(99.0))
    table = pd.DataFrame(
        {"lot": [f"{i:05d}" for i in range(950)], "alloy": RANDOM.choice(PAIRS, 950)}
    )
    table.loc[333, "alloy"] = "Fe50Xx50"
    table.to_csv(folder / "many.csv", index=False)
    table.to_parquet(folder / "many.parquet", index=False)
    (folder / "parts").mkdir()
    for k in range(3):
        table.iloc[400 * k : 400 * k + 400].to_parquet(
            folder / "parts" / f"{k}.parquet", index=False
        )
    return folder


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of a hundred rows, and tables that count as large from 1 kB on."""
    monkeypatch.setattr(_streams, "ROWS", 100)
    monkeypatch.setattr("sklmag.cli._inputs.ROWS", 100)
    monkeypatch.setattr(_streams, "_LARGE_BYTES", 1000)
    monkeypatch.setattr(_streams, "_LARGE_ROWS", 100)


def run(folder, source, out, *options):
    words = ["predict", f"{folder}/{source}", "--model", f"{folder}/m.sklmag", "-o"]
    return main([*words, str(out), "--quiet", *options])


@pytest.mark.usefixtures("small_parts")
class TestAnySize:
    def test_a_stream_is_the_table(self, folder, tmp_path, monkeypatch, capsys):
        assert run(folder, "many.csv", tmp_path / "stream.csv") == 1
        assert "Row 333: Formula 'Fe50Xx50'" in capsys.readouterr().err
        monkeypatch.setattr(_streams, "_LARGE_BYTES", 10**9)
        assert run(folder, "many.csv", tmp_path / "whole.csv") == 1
        stream, whole = (
            pd.read_csv(tmp_path / f"{name}.csv", dtype={"lot": str})
            for name in ("stream", "whole")
        )
        assert stream["lot"].tolist() == [f"{i:05d}" for i in range(950)]
        pd.testing.assert_frame_equal(
            stream.drop(columns="lot"), whole.drop(columns="lot")
        )
        assert stream["prediction"].isna().sum() == 1

    @pytest.mark.parametrize("source", ["many.parquet", "parts"])
    def test_parquet_in_and_out(self, source, folder, tmp_path):
        assert run(folder, source, tmp_path / "out.parquet") == 1
        assert run(folder, source, f"{tmp_path}/out/") == 1
        one, many = (pd.read_parquet(tmp_path / n) for n in ("out.parquet", "out"))
        pd.testing.assert_frame_equal(one, many)
        assert len(one) == 950
        assert len(list((tmp_path / "out").glob("part-*.parquet"))) == 10
        assert run(folder, "many.csv", tmp_path / "csv.csv") == 1
        expected = pd.read_csv(tmp_path / "csv.csv")["prediction"]
        np.testing.assert_allclose(one["prediction"], expected, rtol=1e-12)

    def test_descriptors(self, folder, tmp_path):
        words = ["featurize", f"{folder}/many.csv", "--featurizer", "element-fraction"]
        assert main([*words, "-o", f"{tmp_path}/out.csv", "--quiet"]) == 1
        table = pd.read_csv(tmp_path / "out.csv")
        np.testing.assert_allclose(table[["Fe", "Co"]].sum(axis=1).drop(333), 1)

    @pytest.mark.parametrize("backend", [None, "loky", "threading"])
    def test_the_bytes_are_those_of_one_process(self, backend, folder, tmp_path):
        run(folder, "many.csv", tmp_path / "one.csv")
        options = ["--n-jobs", "2"] + (["--backend", backend] if backend else [])
        run(folder, "many.csv", tmp_path / "two.csv", *options)
        one, two = ((tmp_path / f"{n}.csv").read_bytes() for n in ("one", "two"))
        assert one == two

    def test_what_is_done_is_not_done_again(
        self, folder, tmp_path, monkeypatch, capsys
    ):
        import sklmag.tasks as tasks

        counts, predict = [], tasks.predict_rows

        def counted(model, items):
            if len(counts) == 5:
                raise KeyboardInterrupt
            counts.append(len(items))
            return predict(model, items)

        monkeypatch.setattr(tasks, "predict_rows", counted)
        assert run(folder, "many.csv", tmp_path / "a.csv") == 130
        monkeypatch.setattr(tasks, "predict_rows", predict)
        assert run(folder, "many.csv", tmp_path / "a.csv") == 1
        assert "500 of 950 were done before" in capsys.readouterr().err
        run(folder, "many.csv", tmp_path / "b.csv")
        assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()

    def test_where_what_ran_is_logged(self, folder, tmp_path, caplog):
        with caplog.at_level(logging.INFO, logger="sklmag.work"):
            run(folder, "many.csv", tmp_path / "a.csv")
        lines = [record.getMessage() for record in caplog.records]
        assert len(lines) == 10
        assert lines[0].startswith("part 0: 100 rows in ")
        assert lines[0].endswith(f"process {os.getpid()}")

    @pytest.mark.parametrize(("content", "text"), [
        ("title\nlot,alloy\n" + "1,FeCo\n" * 300, "A line above the names is left out"),
        ("lot,alloy\n" + "1,FeCo\n" * 300 + "1", "its last line does not end and holds"),
        ("lot,alloy\n" + "1,FeCo\n" * 300 + "1,FeCo,3,4\n", "Expected 2 fields.* saw 4"),
    ])  # fmt: skip
    def test_what_is_refused(
        self, content, text, folder, tmp_path, capsys, monkeypatch
    ):
        monkeypatch.setattr(_streams, "_SAMPLE_BYTES", 500)
        (tmp_path / "in.csv").write_text(content)
        words = ["predict", f"{tmp_path}/in.csv", "--model", f"{folder}/m.sklmag"]
        assert main([*words, "-o", f"{tmp_path}/o.csv", "--quiet"]) == 2
        assert re.search(text, capsys.readouterr().err)
        assert not (tmp_path / "o.csv").exists()

    def test_a_large_table_of_another_encoding(
        self, folder, tmp_path, capsys, monkeypatch
    ):
        text = "lot,alloy\n" + "1,FeCo\n" * 300 + "é,FeCo\n"
        (tmp_path / "in.csv").write_bytes(text.encode("latin-1"))
        words = ["predict", f"{tmp_path}/in.csv", "--model", f"{folder}/m.sklmag"]
        assert main([*words, "-o", f"{tmp_path}/o.csv", "--quiet"]) == 0  # as a whole
        monkeypatch.setattr(_streams, "_LARGEST_BYTES", 1000)
        assert main([*words, "-o", f"{tmp_path}/o.csv", "--quiet"]) == 2
        assert "is not UTF-8 (byte 2110). A table of this size must be" in (
            capsys.readouterr().err
        )

    def test_units_and_a_decimal_comma(self, tmp_path, capsys):
        X = pd.DataFrame({"Dy": RANDOM.uniform(0, 5, 50), "T_C": np.arange(50.0)})
        save(Ridge().fit(X, X["Dy"]), tmp_path / "m.sklmag", X=X, y=X["Dy"])
        rows = "".join(f"{x:.3f};{t:.0f}\n".replace(".", ",") for x, t in X.to_numpy())
        (tmp_path / "in.csv").write_text("Dy;T_C\nwt.%;°C\n" + rows * 10)
        assert run(tmp_path, "in.csv", tmp_path / "o.csv") == 0
        found = pd.read_csv(tmp_path / "o.csv")
        assert len(found) == 500
        assert found["Dy"].iloc[0] == f"{X['Dy'][0]:.3f}".replace(".", ",")
        np.testing.assert_allclose(found["Dy_predicted"][:50], X["Dy"], atol=0.05)


@pytest.mark.usefixtures("small_parts")
class TestClusters:
    def test_dask(self, folder, tmp_path):
        """Two processes, of which one is killed: its part alone is done again."""
        from distributed import LocalCluster

        run(folder, "many.csv", tmp_path / "one.csv")
        with LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster:
            options = ["--backend", "dask", "--scheduler", cluster.scheduler_address]
            run(folder, "many.csv", tmp_path / "two.csv", "--n-jobs", "2", *options)
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
            run(folder, "many.csv", tmp_path / "three.csv", "--n-jobs", "2", *options)
        expected = (tmp_path / "one.csv").read_bytes()
        assert (tmp_path / "two.csv").read_bytes() == expected
        assert (tmp_path / "three.csv").read_bytes() == expected

    def test_ray(self, folder, tmp_path):
        pytest.importorskip("ray")
        run(folder, "many.csv", tmp_path / "one.csv")
        run(folder, "many.csv", tmp_path / "two.csv", "--n-jobs", "2",
            "--backend", "ray")  # fmt: skip
        one, two = ((tmp_path / f"{n}.csv").read_bytes() for n in ("one", "two"))
        assert one == two

    @pytest.mark.parametrize(("options", "text"), [
        (["--backend", "dask"], "--backend dask and --scheduler ADDRESS belong together"),
        (["--scheduler", "tcp://127.0.0.1:1"], "belong together"),
        (["--backend", "dask", "--scheduler", "nowhere"], "--scheduler 'nowhere': "),
    ])  # fmt: skip
    def test_what_is_refused(self, options, text, folder, tmp_path, capsys):
        assert run(folder, "many.csv", tmp_path / "a.csv", *options) == 2
        assert text in capsys.readouterr().err


def test_a_killed_worker_costs_its_part_alone(folder, tmp_path):
    """Kill a process of the pool in the middle of the work."""
    table = pd.DataFrame({"alloy": RANDOM.choice(PAIRS, 200_000)})
    table.to_csv(tmp_path / "in.csv", index=False)
    words = [sys.executable, "-m", "sklmag.cli", "predict", "in.csv", "--model",
             f"{folder}/m.sklmag", "--quiet", "-o"]  # fmt: skip
    options = {"cwd": tmp_path, "env": environment_without_coverage()}
    going = subprocess.Popen(
        [*words, "a.csv", "--n-jobs", "2"], stderr=-1, text=True, **options
    )
    parts = tmp_path / ".a.csv.parts"
    while len(list(parts.glob("0*.json"))) < 2:
        assert going.poll() is None
        time.sleep(0.01)
    workers = subprocess.run(
        ["pgrep", "-P", str(going.pid), "-f", "popen_loky"],
        capture_output=True,
        text=True,
    ).stdout.split()
    os.kill(int(workers[0]), signal.SIGKILL)
    _, error = going.communicate(timeout=120)
    assert going.returncode == 0, error
    assert "A worker was killed; its part is done again" in error
    subprocess.run([*words, "b.csv"], check=True, **options)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_standard_output_is_a_whole_table(folder, capsys):
    words = ["predict", *PAIRS[:3], "--model", f"{folder}/m.sklmag", "--quiet"]
    assert main(words) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert table["formula"].tolist() == PAIRS[:3]
