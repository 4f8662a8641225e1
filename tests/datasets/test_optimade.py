"""Crystals from a real OPTIMADE server on loopback."""

import http.server
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Lattice, Structure
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from sklmag import DownloadError, StructureError, VoronoiFeaturizer
from sklmag._utils._download import download
from sklmag.cli import main
from sklmag.datasets import _optimade, fetch_structures
from sklmag.persistence import save
from tests.conftest import environment_without_coverage

pytestmark = pytest.mark.skipif(find_spec("optimade") is None, reason="no server")
N_CRYSTALS = 130  # more than a page


def entry_of(structure, number, **changes):
    symbols = sorted({site.specie.symbol for site in structure})
    reduced = structure.composition.reduced_composition
    amounts = reduced.get_el_amt_dict()
    formula = "".join(
        f"{s}{int(amounts[s]) if amounts[s] > 1 else ''}" for s in symbols
    )
    attributes = {
        "elements": symbols,
        "nelements": len(symbols),
        "elements_ratios": [structure.composition.get_atomic_fraction(s) for s in symbols],
        "chemical_formula_descriptive": formula,
        "chemical_formula_reduced": formula,
        "chemical_formula_anonymous": "A" if len(symbols) == 1 else "AB",
        "dimension_types": [1, 1, 1],
        "nperiodic_dimensions": 3,
        "lattice_vectors": structure.lattice.matrix.tolist(),
        "cartesian_site_positions": structure.cart_coords.tolist(),
        "nsites": len(structure),
        "species": [{"name": s, "chemical_symbols": [s], "concentration": [1.0]}
                    for s in symbols],
        "species_at_sites": [site.specie.symbol for site in structure],
        "structure_features": [],
        "last_modified": "2024-01-01T00:00:00Z",
        "energy": -0.01 * number,
    }  # fmt: skip
    attributes |= changes
    return {"id": f"c{number:03d}", "type": "structures", "attributes": attributes}


def cubic(a):
    return Structure(Lattice.cubic(a), ["Fe", "Co"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def entries():
    found = [entry_of(cubic(2.8 + i / 1000), i) for i in range(N_CRYSTALS)]
    mixture = [
        {
            "name": "Fe",
            "chemical_symbols": ["Fe", "Ni", "vacancy"],
            "concentration": [0.5, 0.4, 0.1],
        },
        {"name": "Co", "chemical_symbols": ["Co"], "concentration": [1.0]},
    ]
    found.append(entry_of(cubic(2.9), 900, species=mixture, nelements=3,
                          elements=["Co", "Fe", "Ni"],
                          structure_features=["disorder"]))  # fmt: skip
    flat = {
        "lattice_vectors": [[3.0, 0, 0], [0, 3.0, 0], [None, None, None]],
        "dimension_types": [1, 1, 0],
        "nperiodic_dimensions": 2,
        "nelements": 4,
    }
    found.append(entry_of(cubic(2.9), 901, **flat))
    return found


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Quiet(http.server.BaseHTTPRequestHandler):
    """Says yes to everything: the server of OPTIMADE looks whether its licence is."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def license_page():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/CC-BY-4.0"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def database(tmp_path_factory, license_page):
    """Start the reference server of OPTIMADE on entries of ours; its address."""
    folder = tmp_path_factory.mktemp("optimade")
    lines = [{"x-optimade": {"meta": {"api_version": "1.1.0"}}}, *entries()]
    path = folder / "crystals.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    settings = {
        "OPTIMADE_INSERT_FROM_JSONL": str(path),
        "OPTIMADE_INSERT_TEST_DATA": "false",
        "OPTIMADE_DATABASE_BACKEND": "mongomock",
        "OPTIMADE_PAGE_LIMIT": "20",
        "OPTIMADE_PAGE_LIMIT_MAX": "50",
        "OPTIMADE_PROVIDER_FIELDS": '{"structures": ["energy"]}',
        "OPTIMADE_LICENSE": license_page,
        "OPTIMADE_LOG_LEVEL": "error",
    }
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "optimade.server.main:app"]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--log-level", "warning"],
            env=environment_without_coverage() | settings, stdout=log, stderr=log,
            cwd=folder,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/v1/info", timeout=5).close()
            break
        except OSError:
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait()


def test_every_page_is_read_and_says_where_it_comes_from(
    database, license_page, tmp_path
):
    bunch = fetch_structures(
        database, "nelements=2", fields=["_exmpl_energy"], data_home=tmp_path
    )
    frame = bunch.frame
    assert len(frame) == bunch.n_available == N_CRYSTALS
    assert frame["id"].is_unique
    row = frame.set_index("id").loc["c007"]
    assert row["structure"] == cubic(2.807)
    assert row["formula"] == "CoFe"
    assert row["_exmpl_energy"] == -0.07
    assert row["url"] == f"{database}/v1/structures/c007"
    assert row["last_modified"] == "2024-01-01T00:00:00Z"
    assert row["retrieved"].startswith("20")
    assert bunch.license == license_page
    assert "Filter: nelements=2" in bunch.DESCR
    # the server gives 50 at most, so its own length is taken, 20
    assert len(list(bunch.path.glob("page-*.json"))) == 7


def test_mixtures_and_vacancies(database, tmp_path):
    bunch = fetch_structures(database, "nelements=3", data_home=tmp_path)
    (crystal,) = bunch.data["structure"]
    assert crystal[0].species.as_dict() == {"Fe": 0.5, "Ni": 0.4}


def test_what_is_no_crystal_is_named(database, tmp_path):
    ask = {"filter": "nelements>=3", "data_home": tmp_path}
    with pytest.raises(
        StructureError,
        match=r"Row 1, c901: it is not periodic in three directions. on_error='nan'",
    ):
        fetch_structures(database, **ask)
    bunch = fetch_structures(database, **ask, on_error="nan")
    assert bunch.data["structure"].isna().tolist() == [False, True]
    assert bunch.errors == {1: "c901: it is not periodic in three directions."}


def test_a_part_is_gone_on_with_and_a_whole_is_not_asked_for_again(
    database, tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        _optimade, "download", lambda url, path, **how: asked.append(path.name) or
        download(url, path, **how),
    )  # fmt: skip
    ask = {"filter": "nelements=2", "data_home": tmp_path, "delay": 0.01}
    assert len(fetch_structures(database, max_results=30, **ask).frame) == 30
    assert asked[-2:] == ["page-00000.json", "page-00001.json"]
    del asked[:]
    assert len(fetch_structures(database, max_results=50, **ask).frame) == 50
    assert asked == ["page-00002.json"]
    with pytest.raises(
        DownloadError, match=r"page-00003.json is not there and downloading is off"
    ):
        fetch_structures(database, **ask, download_if_missing=False)
    whole = fetch_structures(database, **ask)
    again = fetch_structures(database, **ask, download_if_missing=False)
    pd.testing.assert_frame_equal(whole.frame, again.frame)


def test_a_damaged_page_is_removed_and_loaded_anew(database, tmp_path):
    whole = fetch_structures(database, "nelements=2", data_home=tmp_path)
    page = whole.path / "page-00002.json"
    page.write_bytes(page.read_bytes()[:-100])
    with pytest.raises(DownloadError, match="is no page of an OPTIMADE database"):
        fetch_structures(database, "nelements=2", data_home=tmp_path)
    again = fetch_structures(database, "nelements=2", data_home=tmp_path)
    pd.testing.assert_frame_equal(whole.frame, again.frame)


def test_a_filter_is_refused_in_the_words_of_the_database(database, tmp_path):
    with pytest.raises(DownloadError, match="answers: HTTP Error 400.*nelement"):
        fetch_structures(database, "nelements = = 2", data_home=tmp_path, delay=0.01)
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize(("option", "said"), [
    ({"max_results": 0}, "max_results=0: at least 1, or None for all"),
    ({"on_error": "ignore"}, "on_error='ignore' is not among 'raise', 'nan'"),
])  # fmt: skip
def test_options_out_of_their_ranges_are_named(option, said, tmp_path):
    with pytest.raises(ValueError, match=said):
        fetch_structures("http://127.0.0.1:9", data_home=tmp_path, **option)


def test_a_field_that_no_entry_has_is_named(database, tmp_path):
    with pytest.raises(
        ValueError, match=r"No entry has the field '_exmpl_enregy'. http.*/info/str"
    ):
        fetch_structures(
            database, "nelements=2", fields=["_exmpl_enregy"], data_home=tmp_path
        )


def test_providers_by_name(database, tmp_path, server, monkeypatch):
    home = f"http://127.0.0.1:{server.server_port}"
    links = [
        {"id": name, "attributes": {"base_url": url, "link_type": kind}}
        for name, url, kind in [
            ("main", database, "child"), ("other", {"href": database}, "child"),
            ("index", home, "root"),
        ]
    ]  # fmt: skip
    providers = [
        {"id": "magnets", "attributes": {"base_url": f"{home}/index"}},
        {"id": "nobody", "attributes": {"base_url": None}},
    ]
    server.files["/providers"] = json.dumps({"data": providers}).encode()
    server.files["/index/v1/links"] = json.dumps({"data": links}).encode()
    monkeypatch.setattr(_optimade, "PROVIDERS", f"{home}/providers")
    ask = {"filter": "nelements=3", "data_home": tmp_path}
    assert len(fetch_structures("magnets/other", **ask).frame) == 1
    for name, said in {
        "magnets": "'magnets' is no database. Known: magnets/main, magnets/other.",
        "magnet": "'magnet' is no provider with databases. Known: magnets; or give",
        "nobody": "'nobody' is no provider with databases. Known: magnets; or give",
    }.items():
        with pytest.raises(ValueError, match=said):
            fetch_structures(name, **ask)
    monkeypatch.setattr(_optimade, "PROVIDERS", f"{home}/gone")
    with pytest.raises(DownloadError, match="give the address of a database in place"):
        fetch_structures("magnets/main", **ask)
    monkeypatch.setattr(_optimade, "PROVIDERS", f"{home}/providers")
    links.pop(1)
    server.files["/index/v1/links"] = json.dumps({"data": links}).encode()
    assert len(fetch_structures("magnets", **ask).frame) == 1


@pytest.mark.parametrize(
    "next_page", ["file:///etc/passwd", "ftp://127.0.0.1/x", "same", "empty"]
)
def test_a_next_page_cannot_lead_astray(next_page, server, tmp_path):
    home = f"http://127.0.0.1:{server.server_port}"
    server.files["/v1/info"] = json.dumps({"data": {"attributes": {}}}).encode()
    first = _optimade._Query(home, "", ()).url(f"{home}/v1", 100)
    links = {"next": first if next_page in ("same", "empty") else next_page}
    data = [] if next_page == "empty" else [entry_of(cubic(2.8), 0)]
    page = json.dumps({"data": data, "links": links}).encode()
    server.files[first.removeprefix(home)] = page
    with pytest.raises(DownloadError, match=r"leads nowhere|names a next page"):
        fetch_structures(home, data_home=tmp_path, delay=0.01)


def test_the_command_line(database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SKLMAG_DATA", str(tmp_path))
    out = tmp_path / "table.csv"
    words = f'optimade:{database}?filter=nelements=2 AND id="c007"'
    assert main(["featurize", words, "-o", str(out), "--quiet"]) == 0
    table = pd.read_csv(out)
    assert table["id"].tolist() == ["c007"]
    assert table["formula"].tolist() == ["CoFe"]
    assert "mean_effective_coordination" in table
    capsys.readouterr()
    everything = f"optimade:{database}?nelements>=3"
    assert main(["featurize", everything, "-o", str(tmp_path / "some.csv")]) == 1
    error = capsys.readouterr().err
    assert "Entry 'c900':" in error
    assert "c901: it is not periodic in three directions" in error


def test_predictions_from_the_command_line(database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SKLMAG_DATA", str(tmp_path))
    crystals = [cubic(2.8 + i / 20) for i in range(6)]
    model = make_pipeline(VoronoiFeaturizer(), LinearRegression())
    model.fit(crystals, np.arange(6.0))
    save(model, tmp_path / "m.sklmag", X=crystals, y=np.arange(6.0))
    words = f"optimade:{database}?nelements>=2"
    command = ["predict", words, "--model", str(tmp_path / "m.sklmag")]
    assert main([*command, "-o", str(tmp_path / "p.csv"), "--quiet"]) == 1
    table = pd.read_csv(tmp_path / "p.csv")
    assert len(table) == N_CRYSTALS + 2
    assert table["prediction"].isna().sum() == 2
    assert "Entry 'c900':" in capsys.readouterr().err
