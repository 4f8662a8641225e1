"""Reports: one page each, which needs nothing beside it."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklmag import save
from sklmag.cli import main
from sklmag.design import Goal
from sklmag.persistence import open_model
from sklmag.tasks import design, design_report, model_report, train
from sklmag.tasks._html import page, table

RNG = np.random.default_rng(0)
ALLOYS = pd.DataFrame({"Dy": RNG.uniform(0, 4, 90), "Co": RNG.uniform(0, 3, 90)})
ALLOYS["Hcj_kOe"] = 12 + 3 * ALLOYS["Dy"] + RNG.normal(0, 0.3, 90)
ALLOYS["Br_kG"] = 14 - 0.4 * ALLOYS["Dy"] + RNG.normal(0, 0.05, 90)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    trained = train(ALLOYS, ["Hcj_kOe", "Br_kG"], "xgboost")
    file = tmp_path_factory.mktemp("report") / "magnets <b>.sklmag"
    return trained.save(file, description="Magnets & <i>more</i>", license="MIT")


def _stands_alone(text):
    """Tell whether a page asks for nothing from elsewhere."""
    sources = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", text)
    return all(source.startswith("data:image/png;base64,") for source in sources)


def test_a_model(path):
    model = open_model(path)
    text = model_report(model, path.stem)
    assert _stands_alone(text)
    assert text.count("<img ") == 2  # the parity of both targets
    assert "each predicted by a model that had not seen it: R2 0.9" in text
    assert "Magnets &amp; &lt;i&gt;more&lt;/i&gt;" in text
    assert "<h1>Model magnets &lt;b&gt;</h1>" in text
    for told in ("<td class=text>Dy</td>", "90 rows", "MIT", "sklmag:", "numpy"):
        assert told in text


def test_a_model_without_anything(tmp_path):
    bare = open_model(save(Ridge().fit([[1.0], [2.0]], [1.0, 2.0]), tmp_path / "m"))
    text = model_report(bare, "m")
    assert "The model was saved without training data." in text
    assert "the file holds no scores" in text
    assert "<img" not in text


def test_a_design_says_what_was_asked_and_how_far_to_trust_it(path):
    model, goals = open_model(path), [Goal.parse("Hcj_kOe >= 18")]
    goals.append(Goal.parse("Br_kG = 12:14"))
    found = design(model, goals, bounds={"Dy": (0.1, 3.9), "Co": (0.1, 2.9)})
    text = design_report(
        [model], goals, found, limits=["Dy=0:4"], remarks=["half is <guessed>"]
    )
    assert _stands_alone(text)
    for told in ("<li>Hcj_kOe &gt;= 18</li>", "<li>Dy=0:4</li>", "half is &lt;guessed"):
        assert told in text
    assert "chance to meet all goals" in text
    assert "nearest known" in text
    assert text.count("<img ") == 4  # goals, compositions, two parities
    # the chance of the first candidate, from the deviations
    first = found.iloc[0]
    assert 0 < first["chance"] <= 1
    assert first["nearest"].startswith("row ")
    row = int(first["nearest"].split()[1])
    assert first["Hcj_kOe_nearest"] == ALLOYS["Hcj_kOe"][row]


def test_commands(path, tmp_path, capsys):
    report, output = tmp_path / "d.html", tmp_path / "d.csv"
    arguments = ["--bounds", "Dy=0:4", "--bounds", "Co=0:3", "-o", str(output)]
    arguments += [
        "--target",
        "Hcj_kOe>=18",
        "--minimize",
        "Dy",
        "--report",
        str(report),
    ]
    assert main(["design", "--model", str(path), *arguments]) == 0
    assert "d.html: opens in any browser" in capsys.readouterr().err
    assert "<li>minimize Dy</li>" in report.read_text()
    front = ["design", "--model", str(path), "--bounds", "Dy=0:4", "--pareto",
             "Br_kG,Hcj_kOe", "-o", str(output), "--report", str(report)]  # fmt: skip
    assert main(front) == 0
    assert "The best compromises." in report.read_text()
    assert main(["report", "steels", "-o", str(tmp_path / "s.html")]) == 0
    assert "yield_strength_MPa" in (tmp_path / "s.html").read_text()
    assert main(["report", str(path), "-o", str(tmp_path / "s.pdf")]) == 2
    assert "must end in .html" in capsys.readouterr().err


def test_cells_are_text():
    frame = pd.DataFrame({"a<": [1.23456, np.nan], "b": ["<script>", None]})
    text = table(frame)
    assert "<th>a&lt;</th>" in text
    assert "<td>1.235</td>" in text
    assert "<td>\u2013</td>" in text
    assert "&lt;script&gt;" in text
    assert "<h2>" not in page("t", "", [("empty", "")])
