"""The page in a real browser: what visitors do, by accident and with ill will."""

import gzip
import http.client
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pymatgen.io.vasp import Poscar
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import (
    FormulaTokenizer,
    LGDCNNRegressor,
)
from sklmag.datasets import make_sintered_ndfeb
from sklmag.persistence import load, save
from tests.app.visitor import (
    NEEDS_CHROMIUM,
    PUBLISHED,
    choose,
    downloaded,
    expect,
    expect_text,
    predict_formulas,
    rock_salt,
    shot,
    tab,
    text_file,
    upload,
)

pytestmark = NEEDS_CHROMIUM


def test_formulas_are_predicted_and_sorted(visit, models):
    page = visit()
    expect_text(page, "predicts G_GPa, K_GPa from formulas")
    table = predict_formulas(page, "Zr50Cu50 Ti41Zr25Be28Fe6\nU50Zr50")
    expected = load(models / "glass.sklmag").predict(list(table["formula"]))
    assert table["G_GPa"].tolist() == pytest.approx(expected[:, 0])
    assert table["inside"].tolist() == [True, True, False]
    assert table["beyond"].iloc[2] == "U 50 > 0"
    expect_text(page, "1 outside the training data")
    page.get_by_role("columnheader", name="G_GPa", exact=True).click()
    lowest = f"{table['G_GPa'].min():.5g}"  # the page sorts when it has heard
    expect(page.locator("tbody tr td:nth-child(2)").first).to_have_text(lowest)
    cells = page.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert [float(c) for c in cells] == sorted(float(c) for c in cells)
    shot(page, "predict")


def test_structure_files_with_an_uploaded_model(visit, models):
    page = visit()
    upload(page, "or upload a model", models / "salt.sklmag")
    expect_text(page, "salt.sklmag is open")
    poscar = Poscar(rock_salt(4.4)).get_str()
    upload(
        page, "structure files",
        text_file("POSCAR_1", poscar), text_file("../../x.vasp", poscar),
        text_file("broken.cif", "nothing"),
    )  # fmt: skip
    expect_text(page, "3 structure files")
    page.get_by_role("button", name="Predict").click()
    expect_text(page, re.compile("broken.cif: File '.*broken.cif'"))
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert sorted(table["file"]) == ["POSCAR_1", "broken.cif", "x.vasp"]
    table = table.set_index("file")
    assert (
        table.loc["POSCAR_1", "energy_eV_per_atom"]
        == table.loc["x.vasp", "energy_eV_per_atom"]
    )
    assert table.loc["broken.cif"].isna().all()


def test_networks_of_other_programs_and_published_ones(visit, networks):
    page = visit()
    layers = Path(__file__).parents[1] / "persistence" / "mxnet"
    upload(page, "or upload a model", layers / "nn24.json")
    expect_text(page, "nn24.json is kept. 'nn24.json' holds the layers only.")
    upload(page, "or upload a model", layers / "nn24.params")
    expect_text(page, "nn24.json is open")
    upload(page, "or upload a model", networks / "pretrained" / f"{PUBLISHED}.onnx")
    expect_text(page, f"{PUBLISHED}.onnx is open")
    page.get_by_text("another model").click()
    choose(
        page, "or one that is ready, or published", f"{PUBLISHED} (150 MB, CC-BY-4.0)"
    )
    page.get_by_role("button", name="Get", exact=True).click()
    expect_text(page, f"{PUBLISHED} is open")
    expect_text(page, "predicts formation_energy_eV_per_atom from numbers")
    upload(
        page, "structure files", text_file("POSCAR", Poscar(rock_salt(4.4)).get_str())
    )
    page.get_by_role("button", name="Predict").click()
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert np.isfinite(table["formation_energy_eV_per_atom"]).all()
    shot(page, "networks")


def test_train_then_predict_explain_and_save(visit, tmp_path):
    X, y = make_sintered_ndfeb(1500, 0, random_state=0)
    table = X.join(y[["Hcj_kOe", "Br_kG"]])
    (tmp_path / "magnets.csv").write_text(table.to_csv(index=False))
    page = visit()
    tab(page, "Train")
    upload(page, "a table: .csv", tmp_path / "magnets.csv")
    expect_text(page, "magnets.csv: 1500 rows")
    choose(page, "what to predict", "Hcj_kOe [kOe]")
    choose(page, "columns to leave out", "Br_kG [kG]")
    choose(page, "model", "dense")
    page.get_by_role("button", name="Train").click()
    page.locator(".js-plotly-plot").filter(has_text="epoch").first.wait_for()
    assert (
        page.get_by_text("Cross-validation: rows").count() == 0
    )  # the curve came first
    expect_text(page, "Cross-validation: rows")
    shot(page, "train")
    path = downloaded(page, "Save the model file")
    model = tmp_path / "model.sklmag"
    shutil.copy(path, model)
    features = table.drop(columns=["Hcj_kOe", "Br_kG"])
    assert list(load(model).feature_names_in_) == list(features)
    expected = load(model).predict(features.iloc[:3])

    panel = tab(page, "Predict")
    upload(panel, "structure files", tmp_path / "magnets.csv")
    expect_text(panel, re.compile("magnets-..csv: 1500 rows"))
    panel.get_by_role("button", name="Predict").click()
    expect_text(panel, "1500 of 1500 predicted")
    found = pd.read_csv(downloaded(page, "Download CSV"))
    assert found["Hcj_kOe_predicted"][:3].tolist() == pytest.approx(expected)
    assert found["Hcj_kOe"].tolist() == pytest.approx(table["Hcj_kOe"])

    panel = tab(page, "Explain")
    upload(panel, "structure files", tmp_path / "magnets.csv")
    expect_text(panel, re.compile("magnets-..csv: 1500 rows"))
    panel.get_by_role("button", name="Explain").click()
    expect_text(panel, re.compile("row 0: Hcj_kOe = .* parts .SHAP"))
    parts = pd.read_csv(downloaded(page, "Download CSV"))
    assert set(features) <= set(parts["feature"])
    shot(page, "explain")


def test_a_model_is_trained_further(visit, tmp_path):
    alloys = [f"Fe{x}Co{100 - x}" for x in range(5, 100, 5)]
    net = LGDCNNRegressor(width=8, max_epochs=5, random_state=0)
    net = make_pipeline(FormulaTokenizer(n_slots=3), net).fit(alloys, range(19))
    model = save(net, tmp_path / "net.sklmag", X=alloys, y=np.arange(19.0))
    table = pd.DataFrame({"alloy": alloys, "Js_T": np.arange(19.0)})
    table.to_csv(tmp_path / "few.csv", index=False)
    page = visit()
    tab(page, "Train")
    upload(page, "a table: .csv", tmp_path / "few.csv")
    expect_text(page, "few.csv: 19 rows")
    choose(page, "what to predict", "Js_T [T]")
    choose(page, "model", "fine-tune")
    page.get_by_role("button", name="Train").click()
    expect_text(page, re.compile("cannot be trained further"))
    upload(page, "or upload a model", model)
    expect_text(page, "net.sklmag is open")
    page.get_by_role("button", name="Train").click()
    expect_text(page, "The same rows by the model as it was")
    expect_text(page, "The same rows by the median of those that it learned from")
    shot(page, "fine_tune")
    path = downloaded(page, "Save the model file")
    shutil.copy(path, tmp_path / "tuned.sklmag")
    assert load(tmp_path / "tuned.sklmag").predict(alloys[:2]).shape == (2,)


def test_design(visit):
    page = visit()
    panel = tab(page, "Design")
    expect_text(panel, "In the training data: G_GPa from")
    panel.get_by_label("wanted properties").fill("G_GPa=42")
    choose(page, "elements", "Ti", "Zr", "Be", exact=True)
    panel.get_by_label("bounds").fill("Ti=20:40")
    panel.get_by_role("button", name="Design").click()
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert table["G_GPa"].iloc[0] == pytest.approx(42, abs=0.1)
    assert table[["Ti", "Zr", "Be"]].sum(axis=1).to_numpy() == pytest.approx(100)
    assert table["Ti"].between(20 - 1e-6, 40 + 1e-6).all()
    shot(page, "design")


def test_eight_visitors_get_their_own_results(visit):
    pages = [visit() for _ in range(8)]
    formulas = [f"Zr{20 + 5 * k}Cu{80 - 5 * k}" for k in range(8)]
    for page, formula in zip(pages, formulas, strict=True):
        upload(
            page, "structure files", text_file(f"{formula}.csv", f"alloy\n{formula}\n")
        )
    for page, formula in zip(pages, formulas, strict=True):
        expect_text(page, f"{formula}.csv: 1 rows")
        page.get_by_role("button", name="Predict").click()
    for page, formula in zip(pages, formulas, strict=True):
        expect_text(page, "1 of 1 predicted")
        others = [f for f in formulas if f != formula]
        content = page.locator("body").inner_text()
        assert formula in content
        assert not [f for f in others if f in content]
        assert pd.read_csv(downloaded(page, "Download CSV"))["alloy"].tolist() == [
            formula
        ]


def test_html_in_a_formula_is_text(visit):
    page = visit()
    evil = "<img/src=x/onerror=alert(1)>"
    table = predict_formulas(page, f"Zr50Cu50 {evil}")
    assert table["formula"].tolist() == ["Zr50Cu50", evil]
    page.get_by_role("cell", name=evil).wait_for()
    assert page.locator("img[src='x']").count() == 0
    page.get_by_label("formulas, separated").fill("")
    upload(page, "structure files", text_file("<b>x</b>.csv", f"{evil}\n1\n"))
    expect_text(page, "b_.csv: 1 rows")
    page.get_by_role("button", name="Predict").click()
    expect_text(page, "none of its columns <img/src=x")


def test_what_is_too_large_is_refused(visit, address, tmp_path):
    page = visit()
    huge = tmp_path / "huge.csv"
    with open(huge, "wb") as file:
        file.truncate(200_000_000)
    upload(page, "structure files", huge)
    expect_text(page, "Refused: a file may have 50 MB at most")
    client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    client.putrequest("POST", "/")
    client.putheader("Content-Length", "300000000")
    client.endheaders()
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (413, b"A file may have 200 MB at most.")


def test_a_body_of_unknown_length_is_cut_off(address):
    chunks = (bytes(1_000_000) for _ in range(210))
    request = urllib.request.Request(f"{address}/", data=chunks, method="POST")
    with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, OSError)):
        urllib.request.urlopen(request, timeout=60)


def test_archives_that_are_bombs(visit, tmp_path):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(250_000_000))
    page = visit()
    files = {
        "bomb.xlsx": bomb.getvalue(),
        "bomb.csv.gz": gzip.compress(bytes(250_000_000), 1),
    }
    for name, content in files.items():
        upload(page, "structure files", {
            "name": name, "mimeType": "application/zip", "buffer": content
        })  # fmt: skip
        expect_text(page, f"Table '{name}' cannot be read: unpacked it has more")
    page.get_by_text("another model").click()
    upload(page, "or upload a model", {
        "name": "bomb.sklmag", "mimeType": "application/zip", "buffer": bomb.getvalue()
    })  # fmt: skip
    expect_text(page, "bomb.sklmag' is not a model file of sklmag")


def test_other_names_for_this_machine_are_refused(address):
    request = urllib.request.Request(address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request, timeout=60)


@pytest.mark.parametrize(
    "path", ["/", "/_nicegui_ws/socket.io/?EIO=4&transport=polling"]
)
def test_pages_of_other_origins_are_refused(path, address):
    headers = {"Origin": "http://evil.example"}
    request = urllib.request.Request(f"{address}{path}", headers=headers)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=60)


def handshake(address, **headers):
    """Ask for a websocket; return the first line of the answer."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        lines = [
            "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1",
            f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers.items()), "", "",
        ]  # fmt: skip
        line.sendall("\r\n".join(lines).encode())
        return line.recv(200).decode("latin-1").splitlines()[0]


def test_websockets_of_other_origins_are_refused(address):
    assert " 101 " in handshake(address, Origin=address)
    assert " 403 " in handshake(address, Origin="http://evil.example")
    port = address.rpartition(":")[2]
    assert " 403 " in handshake(address, Origin=f"http://evil.example:{port}")


def test_no_path_of_the_machine_is_told():
    from sklmag.app._widgets import plain

    told = plain(
        "File '/tmp/sklmag-app-x/session-1/POSCAR': no; see /root/a/b.csv, 1/2"
    )
    assert told == "File 'POSCAR': no; see b.csv, 1/2"


def test_text_of_a_plot_is_text():
    from sklmag.app._widgets import _escaped

    assert _escaped({"x": ["<b>a</b>", 1], "y": [{"z": "a & b"}]}) == {
        "x": ["&lt;b&gt;a&lt;/b&gt;", 1], "y": [{"z": "a &amp; b"}]
    }  # fmt: skip


def test_what_a_killed_server_left_is_removed(tmp_path, monkeypatch):
    from filelock import FileLock

    from sklmag.app._server import remove_folders_of_the_dead

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("sklmag-app-dead", "sklmag-app-alive", "other"):
        (tmp_path / name / "session-1").mkdir(parents=True)
    with FileLock(tmp_path / "sklmag-app-alive" / "alive.lock"):
        remove_folders_of_the_dead()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["other", "sklmag-app-alive"]


def test_work_that_is_cancelled_ends_and_lets_others_run():
    import threading

    from sklmag.app._work import Work

    began, ended = threading.Event(), threading.Event()

    def forever(work):
        began.set()
        try:
            while True:
                time.sleep(0.01)
        finally:
            ended.set()

    running = [Work(forever) for _ in range(20)]
    assert began.wait(30)
    last = Work(lambda work: 42)
    assert last.told() == "waits for its turn, 20 before it"
    for work in running:
        work.cancel()
    assert ended.wait(5)
    assert last.wait(30) == 42
    assert {work.state for work in running} == {"cancelled"}


def test_work_says_how_far_it_is():
    import threading

    from sklmag.app._work import Work

    go, told = threading.Event(), threading.Event()

    def slowly(work):
        work.tell("cross-validation 3 of 5")
        told.set()
        go.wait(30)
        raise ValueError("no more")

    work = Work(slowly)
    assert told.wait(30)
    assert work.share == 0.4
    assert re.fullmatch(r"cross-validation 3 of 5, 0 s, about \d+ s left", work.told())
    go.set()
    with pytest.raises(ValueError, match="no more"):
        work.wait(30)
    assert work.state == "failed"


def test_sessions_are_kept_for_hours_and_then_removed(tmp_path):
    from sklmag.app._limits import KEPT_HOURS, MAX_SESSIONS
    from sklmag.app._sessions import Sessions

    sessions = Sessions(tmp_path, {})
    first, other = sessions.of("a"), sessions.of("b")
    first.keep("x.csv", b"a\n1\n")
    assert sessions.of("a") is first
    other.n_pages = 1
    late = time.monotonic() + 3600 * KEPT_HOURS + 1
    sessions.sweep(late - 3600)
    assert sessions.of("a") is first
    sessions.sweep(time.monotonic() + 3600 * KEPT_HOURS + 1)
    assert not first.folder.exists()
    assert other.folder.exists()  # a page shows it
    assert sessions.of("a") is not first
    for k in range(MAX_SESSIONS + 5):
        sessions.of(f"visitor {k}")
    assert len(list(tmp_path.iterdir())) == MAX_SESSIONS
    sessions.close()
    assert not list(tmp_path.iterdir())


class TestToken:
    def test_an_open_door_is_refused(self):
        from sklmag.app import serve

        with pytest.raises(ValueError, match="'0.0.0.0' is open to the network"):
            serve(host="0.0.0.0")
        with pytest.raises(ValueError, match="16 characters or more"):
            serve(host="0.0.0.0", token="short")

    def test_only_who_knows_it_is_answered(self, tmp_path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        code = (
            "from sklmag.app import serve\n"
            f"serve(port={port}, token='a-word-of-20-letters', show=False)"
        )
        server = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path,
            env=plain | {"TMPDIR": str(tmp_path)},
        )  # fmt: skip
        for _ in range(240):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.25)
        address = f"http://127.0.0.1:{port}"
        try:
            for query in ("", "?token=a-word-of-20-lettes", "?token="):
                with pytest.raises(urllib.error.HTTPError, match="403"):
                    urllib.request.urlopen(f"{address}/{query}", timeout=60)
            assert " 403 " in handshake(address)
            with urllib.request.urlopen(
                f"{address}/?token=a-word-of-20-letters", timeout=60
            ) as answer:
                cookie = answer.headers["set-cookie"].split(";")[0]
            assert cookie == "sklmag=a-word-of-20-letters"
            request = urllib.request.Request(address, headers={"Cookie": cookie})
            assert urllib.request.urlopen(request, timeout=60).status == 200
            assert " 101 " in handshake(address, Cookie=cookie)
        finally:
            server.terminate()
            server.wait(timeout=60)


def test_nothing_listens_on_other_addresses(address):
    port = int(address.rpartition(":")[2])
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.254.254.254", 1))  # sends nothing
        except OSError:
            pytest.skip("this machine has the loopback address only")
        own = probe.getsockname()[0]
    with socket.socket() as probe:
        assert probe.connect_ex((own, port)) != 0


def test_bad_requests_are_answered_in_words(visit):
    page = visit()
    page.get_by_role("button", name="Predict").click()
    expect_text(page, "Upload structure files or a table, or type formulas")
    tab(page, "Train")
    page.get_by_role("button", name="Train").click()
    expect_text(page, "Upload a table first")
    panel = tab(page, "Design")
    panel.get_by_label("wanted properties").fill("G_GPa about 36")
    panel.get_by_role("button", name="Design").click()
    expect_text(page, "'G_GPa about 36' is not understood")


WIDE, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 800}
BOTH = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])


def all_ready(page):
    choose(page, "model", "all ready models")
    return page


@BOTH
def test_it_answers_without_a_file(visit, size):
    page = all_ready(visit(size))
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_label("formulas, separated")).to_have_value(
        "Nd2Fe14B SmCo5 Fe80B20"
    )
    page.get_by_role("button", name="Predict", exact=True).click()
    page.get_by_role("heading", name="SmCo5").wait_for()
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert set(table["material"]) == {"Nd2Fe14B", "SmCo5", "Fe80B20"}
    assert {"Tc_K", "Js_T", "K_GPa"} <= set(table["property"])
    expect_text(page, "like what the model has learnt from")
    assert nothing_is_cut(page)
    shot(page, f"answer_{size['width']}")


def nothing_is_cut(page):
    """Tell whether the page is no wider than the window."""
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_work_and_results_outlive_the_page(visit, tmp_path):
    X, y = make_sintered_ndfeb(500, 0, random_state=0)
    X.join(y[["Hcj_kOe"]]).to_csv(tmp_path / "magnets.csv", index=False)
    page = visit()
    predict_formulas(page, "Zr50Cu50")
    tab(page, "Train")
    upload(page, "a table: .csv", tmp_path / "magnets.csv")
    expect_text(page, "magnets.csv: 500 rows")
    choose(page, "what to predict", "Hcj_kOe [kOe]")
    choose(page, "model", "dense")
    expect_text(page, "learns from: PrNd")
    page.get_by_role("button", name="Train").click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.reload()  # while it runs: the tab, the table and the training are there
    expect_text(page, "magnets.csv: 500 rows")
    other = page.context.new_page()  # and a second page shows them too
    other.goto(page.url)
    other.get_by_role("button", name="Cancel").wait_for()
    expect_text(page, "Cross-validation: rows")
    expect_text(other, "Cross-validation: rows")
    for shown in (page, other):  # whichever of them saw the end first
        tab(shown, "Predict")
        expect_text(shown, "Hcj_kOe_dense.sklmag")  # it is chosen
    page.close()
    expect(other.get_by_label("formulas, separated")).to_have_value("Zr50Cu50")
    other.get_by_role("button", name="Forget all").click()
    expect(other.get_by_label("formulas, separated")).to_have_value("")
    expect(other.get_by_text("Hcj_kOe_dense.sklmag")).to_have_count(0)


def test_a_training_is_cancelled(visit):
    page = visit()
    tab(page, "Train")
    page.get_by_role("button", name="Try an example").click()
    expect_text(page, "magnets (synthetic): 400 rows")
    choose(page, "model", "mhar")
    page.get_by_role("button", name="Train").click()
    expect_text(page, re.compile("cross-validation 1 of 5"))
    page.get_by_role("button", name="Cancel").click()
    expect_text(page, "Cancelled.")
    choose(page, "model", "xgboost")  # the processor is free for the next
    page.get_by_role("button", name="Train").click()
    expect_text(page, "Cross-validation: rows")


def test_outcomes_are_named_and_left_out_with_a_click(visit, tmp_path):
    X, y = make_sintered_ndfeb(100, 0, random_state=0)
    X.join(y).to_csv(tmp_path / "all.csv", index=False)
    page = visit()
    tab(page, "Train")
    upload(page, "a table: .csv", tmp_path / "all.csv")
    choose(page, "what to predict", "Hcj_kOe [kOe]")
    expect_text(page, "These look like outcomes: Br_kG (by its name)")
    page.get_by_role("button", name="Leave them out").click()
    expect(page.get_by_text("These look like outcomes")).to_have_count(0)


def test_all_models_are_compared(visit, tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.uniform(size=60), "b": rng.uniform(size=60)})
    table.assign(noise=rng.normal(size=60)).to_csv(tmp_path / "t.csv", index=False)
    page = visit()
    tab(page, "Train")
    upload(page, "a table: .csv", tmp_path / "t.csv")
    choose(page, "what to predict", "noise")
    choose(page, "model", "all: compare")
    page.get_by_role("button", name="Train").click()
    expect_text(page, "All models on the same rows")
    expect_text(page, "noise: no better than the mean of all rows")
    for name in ("xgboost", "dense", "auto"):
        assert page.get_by_role("cell", name=name, exact=True).count() >= 1


def test_what_stands_out_in_a_table_is_said(visit):
    page = visit()
    text = "alloy,Hcj_kOe,lot\nFe2B,<10,1\nZr50Cu50,12,1\nZr50Cu50,12,1\nFeB,x,1\n"
    upload(page, "structure files", text_file("odd.csv", text))
    page.get_by_text("4 remarks on the table").click()
    expect_text(page, "Hcj_kOe, row 0: '<10' is a limit, no value.")
    expect_text(page, "Hcj_kOe, row 3: 'x' is no number.")
    expect_text(page, "1 rows stand twice, such as row 2.")


def test_a_zip_of_crystals_is_opened(visit, models):
    page = visit()
    upload(page, "or upload a model", models / "salt.sklmag")
    expect_text(page, "salt.sklmag is open")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for a in (4.0, 4.4):
            archive.writestr(f"folder/{a}.vasp", Poscar(rock_salt(a)).get_str())
    upload(page, "structure files", text_file("torn.zip", "PK"))
    expect_text(page, "torn.zip is no zip archive, or it is cut off: pack it anew.")
    upload(page, "structure files", {
        "name": "many.zip", "mimeType": "application/zip", "buffer": content.getvalue()
    })  # fmt: skip
    expect_text(page, "2 structure files")
    page.get_by_role("button", name="Predict", exact=True).click()
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert table["file"].tolist() == ["4.0.vasp", "4.4.vasp"]
    expect_text(page, "nearest known: NaCl")


def test_long_tables_turn_pages_on_the_server(visit):
    formulas = [f"Zr{k / 100:g}Cu{100 - k / 100:g}" for k in range(1, 3001)]
    page = visit()
    upload(
        page, "structure files", text_file("long.csv", "alloy\n" + "\n".join(formulas))
    )
    expect_text(page, "long.csv: 3000 rows")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect_text(page, "1-10 of 3000")
    assert page.locator("tbody tr").count() == 10
    page.get_by_role("button", name="Last page").click()
    expect_text(page, "2991-3000 of 3000")
    expect(page.get_by_role("cell", name=formulas[-1], exact=True)).to_be_visible()
    page.get_by_role("columnheader", name="G_GPa", exact=True).click()
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert len(table) == 3000
    lowest = table.sort_values("G_GPa", kind="stable")["alloy"].iloc[0]
    expect(page.get_by_role("cell", name=lowest, exact=True)).to_be_visible()


@BOTH
def test_a_design_answers_in_cards_and_as_a_report(visit, size):
    page = visit(size)
    tab(page, "Design")
    page.get_by_role("button", name="Try an example").click()
    expect_text(page, "moduli is open")
    page.get_by_role("button", name="Design", exact=True).click()
    expect_text(page, "nearest known")
    assert page.get_by_role("heading", level=2).count() == 3
    assert nothing_is_cut(page)
    shot(page, f"cards_{size['width']}")
    report = downloaded(page, "Report").read_text()
    assert "<h1>Design</h1>" in report
    assert "G_GPa = 36" in report


def test_a_front_is_drawn(visit, tmp_path):
    X, y = make_sintered_ndfeb(300, 0, random_state=0)
    columns = ["Dy", "Co", "Al", "grain_size_um"]
    X = X[columns].fillna(4.0)
    y = y[["Br_kG", "Hcj_kOe"]]
    save(Ridge().fit(X, y), tmp_path / "magnet.sklmag", X=X, y=y)
    page = visit()
    upload(page, "or upload a model", tmp_path / "magnet.sklmag")
    expect_text(page, "magnet.sklmag is open")
    panel = tab(page, "Design")
    panel.get_by_label("wanted properties").fill("maximize Br_kG\nmaximize Hcj_kOe")
    panel.get_by_label("bounds").fill("Dy=0:3\nCo=0:2")
    page.get_by_text("best compromises of two objectives").click()
    panel.get_by_role("button", name="Design").click()
    page.locator(".js-plotly-plot").filter(has_text="best compromises").wait_for()
    table = pd.read_csv(downloaded(page, "Download CSV"))
    assert len(table) > 5
    assert table.sort_values("Br_kG")["Hcj_kOe"].is_monotonic_decreasing


def test_a_campaign_asks_and_is_told(visit, tmp_path):
    page = visit()
    panel = tab(page, "Campaign")
    panel.get_by_role("button", name="Begin").click()
    expect_text(page, "inputs is empty. Name what an experiment sets.")
    panel.get_by_role("button", name="Try an example").click()
    panel.get_by_role("button", name="Begin").click()
    panel.get_by_role("button", name="Suggest experiments").click()
    expect_text(page, "0 experiments done, 4 in work, 0 failed")
    for number, value in enumerate(("1.41", "1.56", "failed"), 1):
        panel.get_by_label(f"Bs_T of {number}").fill(value)
    panel.get_by_role("button", name="Note results").click()
    expect_text(page, "2 experiments done, 1 in work, 1 failed")
    expect_text(page, "Best so far")
    expect(page.get_by_alt_text("progress of the campaign")).to_be_attached()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").first.click()
    batch = pd.read_csv(download.value.path())
    path = tmp_path / "known.csv"
    batch.assign(Bs_T=1.6).to_csv(path, index=False)
    upload(page, "results as a table", path)
    expect_text(page, "3 experiments done, 0 in work, 1 failed")
    shot(page, "campaign")
    saved = downloaded(page, "Save the campaign")
    shutil.copy(saved, tmp_path / "month.campaign")
    page.reload()
    expect_text(page, "3 experiments done, 0 in work, 1 failed")
    page.get_by_role("button", name="Begin another").click()
    upload(page, "or a campaign that was saved", tmp_path / "month.campaign")
    expect_text(page, "3 experiments done, 0 in work, 1 failed")


@BOTH
@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_nothing_stands_in_the_way_of_anybody(visit, size, night):
    """Axe finds no serious violation of the rules of accessibility, on any tab."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(size)
    assert page.locator("html").get_attribute("lang") == "en-US"
    if night:
        page.get_by_role("button", name="day or night").click()
        expect(page.locator("body.body--dark")).to_have_count(1)
    predict_formulas(page, "Zr50Cu50 U50Zr50")
    for name in ("Predict", "Train", "Explain", "Design", "Campaign"):
        tab(page, name)
        page.wait_for_timeout(700)  # messages and ripples go
        assert nothing_is_cut(page)
        found = [
            (one["id"], [node["html"][:200] for node in one["nodes"]])
            for one in axe.run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert found == []


def test_the_keyboard_alone_is_enough(visit):
    page = all_ready(visit())
    page.get_by_label("formulas, separated").focus()
    page.keyboard.type("MnBi")
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText") or ""
        if "Predict".upper() in focused.upper():
            break
    ring = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert "rgb(240, 163, 94)" in ring  # what has the focus is seen
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="MnBi").wait_for()
