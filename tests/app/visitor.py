"""What a visitor of the page does, and sees."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pymatgen.core import Lattice, Structure

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("nicegui")
expect = playwright.expect
CHROMIUM = shutil.which("chromium")
PUBLISHED = "SIPFENN_Krajewski2020_NN24"
NEEDS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed"
)
OFFLINE = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 90_000  # ms: two cores, and other tests beside
expect.set_options(timeout=PATIENCE)


def rock_salt(a):
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(a), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


def tab(page, name):
    page.get_by_role("tab", name=name).click()
    panel = page.get_by_role("tabpanel", name=name)
    panel.wait_for()  # the server changes the panel
    return panel


def choose(page, label, *options, exact=False):
    """Choose as a visitor does, who looks whether the choice has arrived."""
    field = page.get_by_role("combobox", name=label)
    field.click()
    for option in options:
        page.get_by_role("option", name=option, exact=exact).click()
    shown = page.locator(".q-field").filter(has=field)
    for option in options:
        expect(shown).to_contain_text(option)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)


def expect_text(page, text):
    expect(page.get_by_text(text).first).to_be_visible()


def upload(page, label, *files):
    box = page.locator(".q-uploader").filter(has_text=label)
    box.locator("input[type=file]").set_input_files(list(files))


def text_file(name, text):
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def downloaded(page, button):
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path())


def shot(page, name):
    """Keep a picture for the guide, where a folder is named for it."""
    folder = os.environ.get("SKLMAG_SCREENSHOTS")
    if folder:
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(6000)  # messages go
        page.screenshot(path=Path(folder) / f"app_{name}.png", full_page=True)


def predict_formulas(page, formulas):
    page.get_by_label("formulas, separated").fill(formulas)
    page.get_by_role("button", name="Predict").click()
    page.get_by_role("button", name="Download CSV").wait_for()
    return pd.read_csv(downloaded(page, "Download CSV"))
