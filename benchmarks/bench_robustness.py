"""Hostile files, formulas and cells at full count, memory, and the page under load.

    python benchmarks/bench_robustness.py [--only models formats memory page]

The tests run the same at a tenth of the count. Model files: all crafted ones and 2,000
damaged at random. Formats: 2,000 damaged files of each, 10,000 formulas, 1,000 cells.
Memory: 2,000 calls of predict, 20,000 structures. Page (needs Chromium and Playwright):
ten visitors train at once, and one predicts fifty times. Prints counts, the longest
time, the most memory, and writes results/robustness.csv.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
RESULTS = Path(__file__).parent / "results"


def main():
    """Run what is asked for, and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    rows = [row for name in options.only for row in PARTS[name](options.seed)]
    table = pd.DataFrame(rows)
    sys.stdout.write(f"{table.to_string(index=False)}\n")
    table.to_csv(RESULTS / "robustness.csv", index=False)


def watched(module, *options):
    """Run a module of the tests in a process under the guard; return its lines."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.robustness.{module}", folder, *options],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            f"{module} ended with {done.returncode}: {done.stderr[-900:]}"
        )
    lines = (line for line in done.stdout.splitlines() if line.startswith('{"'))
    *found, last = map(json.loads, lines)
    return found, last["megabytes"]


def row(what, found, wrong, megabytes):
    """Return a row of the table."""
    return {
        "what": what,
        "n": len(found),
        "opened or read": sum(is_open(f) for f in found),
        "wrong": len(wrong),
        "events heard": sum(bool(f["seen"]) for f in found),
        "longest_s": round(max(f["seconds"] for f in found), 2),
        "MB": round(megabytes),
    }


def is_open(outcome):
    """Tell whether a file was opened or read."""
    return outcome.get("load", outcome.get("came")) in ("opened", "read")


def models(seed):
    """Return rows for model files."""
    options = ["--mutations", "2000", "--seed", str(seed)]
    found, megabytes = watched("guarded_run", *options)
    crafted = [f for f in found if f["expected"] != "any"]
    damaged = [f for f in found if f["expected"] == "any"]
    wrong = [
        f
        for f in crafted
        if (f["load"] != "opened")
        if (f["expected"] is None or not re.search(f["expected"], f["load"]))
    ]
    yield row("model files, crafted", crafted, wrong, megabytes)
    wrong = [f for f in damaged if not re.match("opened|ValueError: ", f["load"])]
    yield row("model files, damaged", damaged, wrong, megabytes)


def formats(seed):
    """Return a row for each format, formulas and cells."""
    options = ["--files", "2000", "--formulas", "10000", "--cells", "1000"]
    found, megabytes = watched("guarded_formats", *options, "--seed", str(seed))
    for kind in dict.fromkeys(f["kind"] for f in found):
        some = [f for f in found if f["kind"] == kind]
        wrong = [
            f
            for f in some
            if f["came"] not in ("read", "refused") or not f.get("named", True)
        ]
        yield row(kind, some, wrong, megabytes)


def memory(seed):
    """Return rows for many calls."""
    from sklearn.pipeline import make_pipeline
    from xgboost import XGBRegressor

    import sklmag
    from sklmag.persistence import open_model, save
    from tests.conftest import reference_crystals
    from tests.robustness.test_numbers import PAIRS, growth

    model = make_pipeline(sklmag.ElementFractionFeaturizer(), XGBRegressor())
    model.fit(PAIRS, np.arange(99.0))
    with tempfile.TemporaryDirectory() as folder:
        path = save(model, f"{folder}/m", X=PAIRS, y=np.arange(99.0))
        saved = open_model(path)
    grown = growth(lambda: saved.predict(PAIRS[:20]), 2000, 200)
    yield {"what": "2,000 calls of predict", "n": 2000, "MB": round(grown, 1)}
    crystals = reference_crystals("aflow")[1][:100]
    voronoi = sklmag.VoronoiFeaturizer(on_error="nan")
    grown = growth(lambda: voronoi.transform(crystals), 200, 10)
    yield {"what": "20,000 structures", "n": 20_000, "MB": round(grown, 1)}


def page(seed):
    """Return rows for the page: answers while ten train, and memory."""
    from playwright.sync_api import sync_playwright

    from tests.app import test_page as tests

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        server, address = serve(Path(folder))
        browser = started.chromium.launch(
            executable_path=tests.CHROMIUM, args=tests.OFFLINE
        )
        try:
            seconds = ten_train(browser, address, Path(folder))
            yield {
                "what": "an answer while ten train", "n": len(seconds),
                "longest_s": round(max(seconds), 2), "median_s": np.median(seconds),
            }  # fmt: skip
            grown = fifty_predict(browser, address, server)
            yield {"what": "fifty predictions", "n": 50, "MB": round(grown, 1)}
        finally:
            browser.close()
            server.terminate()
            server.wait(timeout=60)


def serve(folder):
    """Start the page with a model; return process and address."""
    import os
    import socket

    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    import sklmag

    pairs = [f"Fe{x}Co{100 - x}" for x in range(1, 100)]
    model = make_pipeline(sklmag.ElementFractionFeaturizer(), Ridge())
    model.fit(pairs, np.arange(99.0))
    path = sklmag.save(model, folder / "pairs.sklmag", X=pairs, y=np.arange(99.0))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sklmag.cli", "app", "--no-browser", "--port"]
    server = subprocess.Popen(
        [*command, str(port), str(path)], env=os.environ | {"TMPDIR": str(folder)},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    return server, f"http://127.0.0.1:{port}"


def ten_train(browser, address, folder):
    """Let ten visitors train a network; return how long the page takes to answer."""
    import urllib.request

    from sklmag.datasets import make_sintered_ndfeb
    from tests.app import test_page as tests

    X, y = make_sintered_ndfeb(200, 0, random_state=0)
    X.join(y[["Hcj_kOe"]]).to_csv(folder / "magnets.csv", index=False)
    contexts = []
    for _ in range(10):
        context = browser.new_context()
        contexts.append(context)
        visit = context.new_page()
        visit.set_default_timeout(120_000)
        visit.goto(address)
        panel = tests.tab(visit, "Train")
        panel.locator("input[type=file]").set_input_files(folder / "magnets.csv")
        panel.get_by_text("magnets.csv: 200 rows").wait_for()
        panel.get_by_label("what to predict").click()
        visit.get_by_role("option", name="Hcj_kOe").click()
        visit.keyboard.press("Escape")
        panel.get_by_role("button", name="Train").click()
    seconds = []
    for _ in range(40):
        start = time.perf_counter()
        urllib.request.urlopen(address, timeout=60).read()
        seconds.append(time.perf_counter() - start)
        time.sleep(0.25)
    for context in contexts:
        context.close()
    return seconds


def fifty_predict(browser, address, server):
    """Predict fifty times; return by how many megabytes the server has grown."""
    import psutil

    process = psutil.Process(server.pid)
    visit = browser.new_context().new_page()
    visit.set_default_timeout(120_000)
    visit.goto(address)
    box = visit.get_by_role("textbox").first
    before = 0.0
    for k in range(60):
        box.fill(f"Fe{k + 1}Co{99 - k}")
        visit.get_by_role("button", name="Predict").click()
        visit.get_by_text("1 of 1 predicted").wait_for()
        visit.wait_for_timeout(100)
        if k == 9:
            before = process.memory_info().rss / 1e6
    return process.memory_info().rss / 1e6 - before


PARTS = {"models": models, "formats": formats, "memory": memory, "page": page}


if __name__ == "__main__":
    main()
