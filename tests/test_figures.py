"""What README and changelog say in figures is what the benchmarks have measured."""

import importlib
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sklmag.pretrained import ready_models

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "benchmarks" / "readme_tables.py"


@pytest.fixture(scope="module")
def printed():
    if not SCRIPT.exists():
        pytest.skip("the benchmarks are not part of this copy")
    return runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize(
    "part",
    [
        "auto",
        "magnets",
        "formulas",
        "pretrained",
        "crystals",
        "potential",
        "sigma",
        "transfer",
        "grains",
        "campaigns",
    ],
)
def test_the_tables_of_the_readme(printed, part):
    readme = (ROOT / "README.md").read_text()
    lines = printed[part]()
    assert len(lines) > 4
    assert "\n".join(lines) in readme


def test_the_table_of_ready_models(printed):
    page = (ROOT / "docs" / "ready_models.rst").read_text()
    assert "\n   ".join(printed["ready"]()) in page


@pytest.mark.parametrize("name", ready_models())
def test_the_page_of_a_ready_model_is_that_of_its_file(name, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "ready"))
    page = importlib.import_module("pages").page(name)
    assert (ROOT / "docs" / "ready" / f"{name}.rst").read_text() == page


def test_the_table_of_what_more_data_give(printed):
    text = (ROOT / "benchmarks" / "README.md").read_text()
    assert "\n".join(printed["more_data"]()) in text


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_the_figures_in_sentences(printed, name):
    text = " ".join((ROOT / name).read_text().split())
    figures = printed["sentences"]()
    in_readme = [figure for figure in figures if figure in text]
    if name == "README.md":
        assert in_readme == figures
    else:
        assert in_readme  # those that it names are these


def test_the_words_around_the_tables(printed):
    """Who leads where: counted, not remembered."""
    rows = [line.strip("| ").split(" | ") for line in printed["magnets"]()[2:]]
    r2 = {row[0]: [float(cell.split()[0]) for cell in row[2:]] for row in rows}
    at_least = sum(values[0] >= values[1] for values in r2.values())
    boosted = sum(values[5] > values[0] for values in r2.values())
    readme = " ".join((ROOT / "README.md").read_text().split())
    words = ["none", "one", "two", "three", "four", "five"]
    assert f"at or above tuned XGBoost on {words[at_least]} of the five" in readme
    assert f"CatBoost with its defaults is above it on {words[boosted]}" in readme
    rows = [line.strip("| ").split(" | ") for line in printed["auto"]()[2:-1]]
    r2 = np.array([[float(cell) for cell in row[2:]] for row in rows])
    first = (r2[:, 0] == r2.max(axis=1)).sum()
    words += ["six", "seven", "eight", "nine", "ten", "eleven"]
    assert f"alone. It is first on {words[first]} of the eleven" in readme
    results = ROOT / "benchmarks" / "results"
    tabm = pd.read_csv(results / "magnets_tabm.csv").set_index("table")
    fits = pd.read_csv(results / "magnets_auto.csv")
    fits = fits[(fits.model == "auto") & (fits.repeat == 0) & (fits.fold == 0)]
    ahead = (fits.set_index("table")["R2"].sort_index() > tabm["R2"]).sum()
    assert f"is behind it on {words[ahead]} of the eleven first ones" in readme
    behind = (r2.max(axis=1) - r2[:, 0]).max()
    assert f"nowhere more than {behind:.3f} below the best" in readme
    rows = [line.strip("| ").split(" | ") for line in printed["formulas"]()[2:]]
    better = sum(float(row[2].split()[0]) <= float(row[5]) for row in rows)
    numbers = ["nine", "ten", "eleven", "twelve"]
    assert f"published errors on {numbers[better - 9]} of the twelve" in readme


def test_what_auto_makes_of_crystals():
    path = ROOT / "benchmarks" / "results" / "potential_auto.csv"
    if not path.exists():
        pytest.skip("the benchmarks are not part of this copy")
    errors = pd.read_csv(path).groupby("set")["MAE"].mean()
    readme = " ".join((ROOT / "README.md").read_text().split())
    said = (
        f"without any choice, has {errors['novamag']:.4f} T on the magnetizations and "
    )
    assert said + f"{errors['wbm_random']:.4f} eV/atom on WBM" in readme
