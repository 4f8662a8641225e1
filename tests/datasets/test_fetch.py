"""Downloads, from a real server on loopback."""

import gzip
import json
import subprocess
import sys

import pytest

from sklmag import DownloadError
from sklmag.datasets import (
    REGISTRY,
    data_home,
    fetch_file,
    fetch_matbench_steels,
    fetch_nemad_curie,
)
from tests.datasets.conftest import serve

STEELS = gzip.compress(
    json.dumps(
        {
            "columns": ["composition", "yield strength"],
            "index": list(range(312)),
            "data": [["Fe0.9C0.1", 1000.0 + i] for i in range(312)],
        }
    ).encode()
)
CURIE = b"Normalized,Nd,Fe,B,Mean_TC_K\nNd2Fe14B,2,14,1,585\nFe,0,1,0,1043\n"


def test_steels(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "matbench_steels", STEELS)
    bunch = fetch_matbench_steels(data_home=tmp_path)
    assert bunch.data.shape == (312, 1)
    assert bunch.target.name == "yield_strength_MPa"
    assert bunch.units == {"yield_strength_MPa": "MPa"}
    assert "Matbench" in bunch.DESCR
    assert "Dunn" in bunch.citation
    X, y = fetch_matbench_steels(data_home=tmp_path, return_X_y=True)
    assert X.loc[0, "composition"] == "Fe0.9C0.1"
    assert y[311] == 1311
    assert len(server.agents) == 1  # the second call read the file
    assert server.agents[0].startswith("sklmag/")


def test_curie(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "nemad_curie", CURIE, checksum=False)
    X, y = fetch_nemad_curie(data_home=tmp_path, return_X_y=True)
    assert list(X.columns) == ["B", "Fe", "Nd"]
    assert y.tolist() == [585, 1043]


def test_a_failing_server_is_asked_again(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "matbench_steels", STEELS)
    server.n_failures = 2
    path = fetch_file("matbench_steels", data_home=tmp_path, delay=0.01)
    assert path.read_bytes() == STEELS
    assert len(server.agents) == 3


def test_a_busy_server_is_left_alone_as_long_as_it_asks(monkeypatch, server, tmp_path):
    waited = []
    monkeypatch.setattr("time.sleep", waited.append)
    serve(monkeypatch, server, "matbench_steels", STEELS)
    server.n_failures, server.wait = 2, "3"
    fetch_file("matbench_steels", data_home=tmp_path, delay=0.01)
    server.n_failures, server.wait = 1, "soon"
    (tmp_path / REGISTRY["matbench_steels"].filename).unlink()
    fetch_file("matbench_steels", data_home=tmp_path, delay=0.01)
    assert waited == [3, 3, 0.01]


def test_a_refusal_is_not_asked_for_again(monkeypatch, server, tmp_path):
    entry = serve(monkeypatch, server, "matbench_steels", STEELS)
    del server.files["/matbench_steels.json.gz"]
    with pytest.raises(
        DownloadError, match=f"{entry.url} answers: HTTP Error 404: Not Found. Get it"
    ):
        fetch_file("matbench_steels", data_home=tmp_path)
    assert len(server.agents) == 1


def test_giving_up_names_address_checksum_and_place(monkeypatch, server, tmp_path):
    entry = serve(monkeypatch, server, "matbench_steels", STEELS)
    server.n_failures = 9
    with pytest.raises(DownloadError) as caught:
        fetch_file("matbench_steels", data_home=tmp_path, n_retries=1, delay=0.01)
    message = str(caught.value)
    assert message.startswith(
        f"'matbench_steels': Downloading {entry.url} failed after 2 attempts: HTTP Er"
    )
    way = f"Get it from {entry.url} ({entry.checksum}) and save it as {tmp_path}"
    assert way in message
    assert not list(tmp_path.iterdir())


def test_a_wrong_file_is_refused_and_leaves_nothing(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "matbench_steels", STEELS)
    server.files["/matbench_steels.json.gz"] = STEELS[:-1] + b"x"
    with pytest.raises(
        DownloadError, match="has the checksum sha256:.* in place of sha256"
    ):
        fetch_file("matbench_steels", data_home=tmp_path, n_retries=0)
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_on_disk_is_fetched_anew(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "matbench_steels", STEELS)
    (tmp_path / "matbench_steels.json.gz").write_bytes(b"half a file")
    assert fetch_file("matbench_steels", data_home=tmp_path).read_bytes() == STEELS


def test_a_download_goes_on_where_it_broke_off(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "matbench_steels", STEELS)
    (tmp_path / "matbench_steels.json.gz.part").write_bytes(STEELS[:100])
    server.ranges = True
    assert fetch_file("matbench_steels", data_home=tmp_path).read_bytes() == STEELS
    assert server.sent == [len(STEELS) - 100]


def test_a_part_of_another_file_is_not_joined(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "matbench_steels", STEELS)
    server.ranges = True
    part = tmp_path / "matbench_steels.json.gz.part"
    for old in (b"another file" * 9, STEELS + b"and more"):
        part.write_bytes(old)
        path = fetch_file("matbench_steels", data_home=tmp_path, delay=0.01)
        assert path.read_bytes() == STEELS
        path.unlink()
        assert not part.exists()


def test_without_a_checksum_nothing_is_joined(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "nemad_curie", CURIE, checksum=False)
    server.ranges = True
    (tmp_path / "nemad_curie.csv.part").write_bytes(b"old")
    assert fetch_file("nemad_curie", data_home=tmp_path).read_bytes() == CURIE


def test_two_processes_fetch_one_file(monkeypatch, server, tmp_path):
    entry = serve(monkeypatch, server, "matbench_steels", STEELS)
    code = (
        "import sys; from pathlib import Path; from sklmag._utils._download import *;"
        f"download({entry.url!r}, Path(sys.argv[1]), checksum='{entry.checksum}')"
    )
    path = tmp_path / "steels"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(3)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert path.read_bytes() == STEELS
    assert not list(tmp_path.glob("*.part"))


def test_offline(tmp_path):
    with pytest.raises(
        DownloadError, match="is not there and downloading is off. Get it"
    ):
        fetch_matbench_steels(data_home=tmp_path / "none", download_if_missing=False)
    assert not (tmp_path / "none").exists()


def test_files_of_another_content_are_refused(monkeypatch, server, tmp_path):
    serve(monkeypatch, server, "nemad_curie", b"a,b\n1,2\n", checksum=False)
    with pytest.raises(DownloadError, match="has no column 'Mean_TC_K'"):
        fetch_nemad_curie(data_home=tmp_path)
    short = {"columns": ["composition", "yield"], "data": [["Fe", 1.0]]}
    serve(
        monkeypatch,
        server,
        "matbench_steels",
        gzip.compress(json.dumps(short).encode()),
    )
    with pytest.raises(DownloadError, match="matbench_steels has 1 rows, expected 312"):
        fetch_matbench_steels(data_home=tmp_path)


def test_unknown_names_and_the_folder(monkeypatch, tmp_path):
    with pytest.raises(
        ValueError, match="'steel' is not a registered data set. Known: mat"
    ):
        fetch_file("steel")
    monkeypatch.setenv("SKLMAG_DATA", str(tmp_path))
    assert data_home() == tmp_path
    monkeypatch.delenv("SKLMAG_DATA")
    assert data_home().name == "sklmag"


@pytest.mark.parametrize("name", REGISTRY)
def test_the_registry_is_complete(name):
    entry = REGISTRY[name]
    assert entry.url.startswith("https://")
    assert entry.filename
    assert entry.license
    assert "doi:" in entry.citation
    digits = {"sha256": 64, "md5": 32}
    kind, _, digest = (entry.checksum or "").partition(":")
    assert len(digest) == digits.get(kind, 0)
    assert entry.checksum or any(len(part) == 40 for part in entry.url.split("/"))
