"""Models of others, from a server on loopback: whole, torn, exchanged, mirrored."""

import hashlib
import shutil

import pytest

from sklmag import DownloadError
from sklmag.cli import main
from sklmag.pretrained import downloaded_models, fetch_model, ready_models
from sklmag.tasks import open_any
from tests.pretrained.test_registry import serving


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve the smallest ready model as a model of somebody else."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setenv("SKLMAG_DATA", str(tmp_path / "home"))
    content = ready_models()["grains"].path.read_bytes()
    with serving(content) as server:
        server.sha256 = hashlib.sha256(content).hexdigest()
        yield server


def test_a_model_is_downloaded_and_found_by_name(server, capsys):
    url = f"{server.home}/releases/ours.sklmag"
    words = ["models", "download", url, "--sha256", server.sha256, "--quiet"]
    assert main(words) == 0
    path = capsys.readouterr().out.strip()
    assert path.endswith("ours.sklmag")
    assert open_any("ours").target_names[-1] == "Hc"
    assert list(downloaded_models()) == ["ours"]
    assert main(["models", "list"]) == 0
    assert f"ours\t1 MB\t{path}\tdownloaded" in capsys.readouterr().out
    assert main(words) == 0  # it is there
    assert server.starts == [0]


def test_what_was_torn_goes_on_where_it_broke_off(server, tmp_path):
    server.n_torn = 1
    path = fetch_model(f"{server.home}/a.sklmag", server.sha256, folder=tmp_path)
    assert path.read_bytes() == server.content
    assert server.starts == [0, len(server.content) // 2]


def test_another_file_is_refused_and_removed(server, tmp_path):
    with pytest.raises(DownloadError, match=r"save it as .*a\.sklmag"):
        fetch_model(f"{server.home}/a.sklmag", "0" * 64, folder=tmp_path)
    assert not (tmp_path / "a.sklmag").exists()
    (tmp_path / "b.sklmag").write_bytes(b"something else")
    with pytest.raises(DownloadError, match="is another file than"):
        fetch_model(f"{server.home}/b.sklmag", server.sha256, folder=tmp_path)


def test_a_mirror_is_asked_where_the_first_address_is_dead(server, tmp_path):
    path = fetch_model(
        "http://127.0.0.1:9/a.sklmag", server.sha256, folder=tmp_path,
        mirrors=[f"{server.home}/a.sklmag"],
    )  # fmt: skip
    assert path.read_bytes() == server.content


def test_no_network_is_said_with_what_to_do(tmp_path):
    url = "http://127.0.0.1:9/a.sklmag"
    with pytest.raises(DownloadError, match="on a machine with a network, and save it"):
        fetch_model(url, "0" * 64, folder=tmp_path)


def test_addresses_and_checksums_that_are_none(capsys):
    with pytest.raises(ValueError, match=r"a\.pkl' names no \.sklmag file"):
        fetch_model("https://example.org/a.pkl", "0" * 64)
    with pytest.raises(ValueError, match=r"names no \.sklmag file"):
        fetch_model("https://example.org/..%2F..%2Fx.sklmag", "0" * 64)
    assert main(["models", "download", "https://example.org/a.sklmag"]) != 0
    assert "sha256=None is none: 64 hexadecimal digits" in capsys.readouterr().err


def test_a_ready_model_is_never_hidden(server, tmp_path, capsys):
    words = ["models", "download", f"{server.home}/curie.sklmag", "--quiet"]
    assert main([*words, "--sha256", server.sha256]) == 2
    assert "'curie' is the name of a ready model" in capsys.readouterr().err
    assert main([*words, "--sha256", server.sha256, "--to", str(tmp_path)]) == 0
    (tmp_path / "home" / "pretrained").mkdir(parents=True)
    shutil.copy(tmp_path / "curie.sklmag", tmp_path / "home" / "pretrained")
    assert open_any("curie").target_names == ["Tc_K"]  # also where one was put there
    assert open_any(tmp_path / "curie.sklmag").target_names[-1] == "Hc"
