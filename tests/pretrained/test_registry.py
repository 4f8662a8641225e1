"""Published weights, from a server on loopback: whole, torn, damaged, offline."""

import contextlib
import hashlib
import http.server
import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from sklmag import DownloadError, SklmagWarning
from sklmag.models import SIPFENNRegressor
from sklmag.persistence import write_onnx
from sklmag.pretrained import WEIGHTS, load_pretrained
from sklmag.pretrained import _registry as registry

NAME = "SIPFENN_Krajewski2020_NN24"
X = np.random.default_rng(0).uniform(size=(60, 271))


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ranges of a file, and breaks off the first answers half-way."""

    def do_GET(self):
        server = self.server
        if self.path == "/record":
            failed, server.n_failures = server.n_failures > 0, server.n_failures - 1
            if failed:
                return self.send(503, b"")
            record = server.record or json.dumps({"files": server.files}).encode()
            return self.send(200, record)
        start = int((self.headers["Range"] or "bytes=0-")[6:-1])
        server.starts.append(start)
        if start >= len(server.content):
            return self.send(416, b"")
        content = server.content[start:]
        torn, server.n_torn = server.n_torn > 0, server.n_torn - 1
        self.send(206 if start else 200, content, len(content) // 2 if torn else None)

    def send(self, status, content, n_sent=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:n_sent])

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def net():
    return SIPFENNRegressor(width_factor=0.005, max_epochs=2, random_state=0).fit(
        X, X[:, 0]
    )


@contextlib.contextmanager
def serving(content):
    """Serve a file on loopback, as its address and its record say."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.content, server.starts, server.n_torn = content, [], 0
    server.record, server.n_failures = None, 0
    server.home = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def server(net, tmp_path, monkeypatch):
    content = write_onnx(net, tmp_path / "served.onnx").read_bytes()
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with serving(content) as server:
        digest = hashlib.md5(content).hexdigest()
        server.files = [{"key": WEIGHTS[NAME].filename, "checksum": f"md5:{digest}"}]
        here = replace(
            WEIGHTS[NAME],
            url=f"{server.home}/{NAME}.onnx",
            record=f"{server.home}/record",
        )
        monkeypatch.setitem(WEIGHTS, NAME, here)
        yield server


def test_download_predict_and_find_again(server, net, tmp_path):
    loaded = load_pretrained(NAME, data_home=tmp_path / "home")
    np.testing.assert_allclose(loaded.predict(X), net.predict(X), atol=1e-5)
    load_pretrained(NAME, data_home=tmp_path / "home", download_if_missing=False)
    assert len(server.starts) == 1


def test_a_torn_download_goes_on_where_it_was(server, net, tmp_path):
    server.n_torn = 2
    loaded = load_pretrained(NAME, data_home=tmp_path)
    np.testing.assert_allclose(loaded.predict(X), net.predict(X), atol=1e-5)
    n = len(server.content)
    assert server.starts == [0, n // 2, n // 2 + (n - n // 2) // 2]


def test_what_a_killed_process_left_is_used(server, net, tmp_path):
    part = tmp_path / "pretrained" / f"{WEIGHTS[NAME].filename}.part"
    part.parent.mkdir()
    part.write_bytes(server.content)
    load_pretrained(NAME, data_home=tmp_path)
    assert server.starts == [len(server.content)]


def test_a_damaged_file_is_removed(server, tmp_path):
    server.content = server.content[:-1] + b"?"
    with pytest.raises(
        DownloadError, match=r"has the checksum md5:\w+ in place of md5:"
    ):
        load_pretrained(NAME, data_home=tmp_path)
    assert not list((tmp_path / "pretrained").iterdir())


def test_a_server_that_keeps_breaking_off(server, tmp_path):
    server.n_torn = 99
    with pytest.raises(
        DownloadError, match=r"failed after 4 attempts: the connection broke"
    ):
        load_pretrained(NAME, data_home=tmp_path)
    assert [path.suffix for path in (tmp_path / "pretrained").iterdir()] == [".part"]


def test_a_record_without_the_file(server, tmp_path):
    server.files = []
    with pytest.raises(DownloadError, match=f"knows no file '{NAME}.onnx'"):
        load_pretrained(NAME, data_home=tmp_path)


def test_a_network_that_wants_a_login(server, tmp_path):
    server.record = b"<html>Please sign in</html>"
    with pytest.raises(DownloadError, match=(
        "(?s)did not answer with a record of files, but with b'<html>Please sign in.*"
        "Get them from"
    )):  # fmt: skip
        load_pretrained(NAME, data_home=tmp_path)


def test_the_record_is_asked_again(server, net, tmp_path):
    server.n_failures = 2
    loaded = load_pretrained(NAME, data_home=tmp_path)
    np.testing.assert_allclose(loaded.predict(X), net.predict(X), atol=1e-5)


def test_a_torn_file_in_its_place_is_named(server, tmp_path):
    path = tmp_path / "pretrained" / WEIGHTS[NAME].filename
    path.parent.mkdir()
    path.write_bytes(server.content[: len(server.content) // 2])
    with pytest.raises(DownloadError, match=f"{NAME}.onnx is damaged.*Delete it, and"):
        load_pretrained(NAME, data_home=tmp_path)


def test_a_file_that_was_altered_since_is_noticed_offline(server, tmp_path):
    load_pretrained(NAME, data_home=tmp_path)
    path = tmp_path / "pretrained" / WEIGHTS[NAME].filename
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DownloadError, match="is damaged, or another file: its checks"):
        load_pretrained(NAME, data_home=tmp_path, download_if_missing=False)


def test_a_file_is_hashed_once(server, tmp_path, monkeypatch):
    load_pretrained(NAME, data_home=tmp_path)
    hashed = []
    monkeypatch.setattr(
        "hashlib.file_digest", lambda *args: hashed.append(args) or hashlib.md5()
    )
    load_pretrained(NAME, data_home=tmp_path)
    assert not hashed
    path = tmp_path / "pretrained" / WEIGHTS[NAME].filename
    path.touch()
    with pytest.raises(DownloadError, match="is damaged"):
        load_pretrained(NAME, data_home=tmp_path)
    assert len(hashed) == 1


def test_a_file_that_came_another_way(server, net, tmp_path):
    path = tmp_path / "pretrained" / WEIGHTS[NAME].filename
    path.parent.mkdir()
    path.write_bytes(server.content)
    with pytest.warns(SklmagWarning, match="was not verified: .* downloading is off"):
        load_pretrained(NAME, data_home=tmp_path, download_if_missing=False)
    load_pretrained(NAME, data_home=tmp_path)  # the record has its checksum
    load_pretrained(NAME, data_home=tmp_path, download_if_missing=False)
    assert server.starts == []


def test_offline(tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(DownloadError, match=(
        f"Weights '{NAME}' are not in .* and downloading is off. Get them from "
        r"https://zenodo.org/records/7373089/files/.* \(150 MB, CC-BY-4.0\) and save them"
    )):  # fmt: skip
        load_pretrained(NAME, data_home=tmp_path, download_if_missing=False)
    nowhere = replace(WEIGHTS[NAME], record="http://127.0.0.1:9/record")
    monkeypatch.setitem(registry.WEIGHTS, NAME, nowhere)
    with pytest.raises(
        DownloadError, match=r"(?s)refused.*Get them from https://zenodo"
    ):
        load_pretrained(NAME, data_home=tmp_path)


def test_unknown_names():
    with pytest.raises(
        ValueError, match="'NN99' are no published weights. Known: SIPF"
    ):
        load_pretrained("NN99")
