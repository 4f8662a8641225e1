"""The page, started as users start it, and a browser."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import GlassFeaturizer, SIPFENNRegressor, VoronoiFeaturizer
from sklmag.datasets import make_metallic_glasses
from sklmag.persistence import save, write_onnx


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Return a folder with a model of formulas and one of structures."""
    from tests.app.visitor import rock_salt

    folder = tmp_path_factory.mktemp("models")
    X, y = make_metallic_glasses(random_state=0)
    y = y[["G_GPa", "K_GPa"]]
    glass = make_pipeline(GlassFeaturizer("paper"), Ridge()).fit(X, y)
    save(glass, folder / "glass.sklmag", X=X, y=y)
    crystals = [rock_salt(a) for a in (4.0, 4.4, 5.0, 5.6)]
    trees = make_pipeline(VoronoiFeaturizer(), XGBRegressor(n_estimators=3))
    energies = pd.Series([0.0, 1.0, 2.0, 3.0], name="energy_eV_per_atom")
    save(trees.fit(crystals, energies), folder / "salt.sklmag", X=crystals, y=energies)
    return folder


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """Return a folder of downloads in which a small network stands for a published."""
    from tests.app.visitor import PUBLISHED

    folder = tmp_path_factory.mktemp("downloads")
    (folder / "pretrained").mkdir()
    X = np.random.default_rng(0).uniform(size=(20, 271))
    net = SIPFENNRegressor(width_factor=0.002, max_epochs=1, random_state=0)
    path = write_onnx(net.fit(X, X[:, 0]), folder / "pretrained" / f"{PUBLISHED}.onnx")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    note = path.with_name(f".{path.name}.verified")  # as a download leaves it
    note.write_text(json.dumps({"checksum": f"sha256:{digest}"}))
    return folder


@pytest.fixture(scope="module")
def address(models, networks, tmp_path_factory):
    """Start the page as a user does, and end it as a user does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    scratch = tmp_path_factory.mktemp("scratch")
    command = [sys.executable, "-m", "sklmag.cli", "app", "--no-browser", "--port"]
    # NiceGUI behaves differently where it finds the variables of pytest
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    server = subprocess.Popen(
        [*command, str(port), str(models / "glass.sklmag")],
        stderr=subprocess.PIPE,
        env=plain | {"TMPDIR": str(scratch), "SKLMAG_DATA": str(networks)},
        cwd=scratch,
    )
    for _ in range(240):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert server.poll() is None, server.stderr.read().decode()
        time.sleep(0.25)
    with server:
        yield f"http://127.0.0.1:{port}"
        server.terminate()
    assert not list(scratch.iterdir()), "the page left files behind"


@pytest.fixture(scope="module")
def browser():
    """Start Chromium; tests are skipped where playwright is not there."""
    from tests.app.visitor import CHROMIUM, OFFLINE, playwright

    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address):
    """Open the page as a new visitor; fail on scripts that break and foreign hosts."""
    from tests.app.visitor import PATIENCE

    contexts, wrong = [], []

    def note(request):
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(request.url)

    def note_error(error):
        # NiceGUI resizes plots of tabs that are not shown; plotly objects to that
        if "displayed plot div" not in str(error):
            wrong.append(str(error))

    def open_page(size=None):
        size = size or {"width": 1200, "height": 1000}
        context = browser.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", note)
        page.on("pageerror", note_error)
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.goto(address)
        page.get_by_role("button", name="Predict", exact=True).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
