"""Campaigns, prices and fronts on the command line."""

import numpy as np
import pandas as pd
import pytest

from sklmag.design import Campaign
from tests.cli.test_commands import X, Y, run

BEGIN = (
    "--input", "Fe=70:85", "--input", "Si=0:15", "--input", "B=5:20",
    "--goal", "maximize Bs_T", "--constraint", "Fe+Si+B=100",
)  # fmt: skip


@pytest.fixture
def begun(tmp_path):
    path = tmp_path / "month.campaign"
    done = run("campaign", path, *BEGIN)
    assert done.returncode == 0, done.stderr
    assert "Campaign(maximize Bs_T: 0 done, 0 in work, 0 failed)" in done.stdout
    return path


def filled(path, **results):
    table = pd.read_csv(path).astype({"Bs_T": object})
    return table.assign(**results)


def test_a_month_of_experiments(begun, tmp_path):
    """Suggest, fill in, tell: by hand in a spreadsheet, row by row."""
    pytest.importorskip("botorch")
    batch = tmp_path / "batch.csv"
    assert run("suggest", begun, "-n", "5", "-o", batch).returncode == 0
    table = pd.read_csv(batch)
    assert list(table) == ["experiment", "Fe", "Si", "B", "Bs_T"]
    np.testing.assert_allclose(table[["Fe", "Si", "B"]].sum(axis=1), 100, atol=1e-3)
    assert table["Bs_T"].isna().all()
    filled(batch, Bs_T=["1.5", "failed", "", "1.44", "1.52"]).to_csv(batch, index=False)
    told = run("tell", begun, batch)
    assert told.returncode == 0, told.stderr
    assert "1 rows without a result stay in work" in told.stderr
    assert "3 done, 1 in work, 1 failed" in told.stdout
    # the same sheet, with one more row filled in
    filled(batch, Bs_T=["1.5", "failed", "1.4", "1.44", "1.52"]).to_csv(
        batch, index=False
    )
    assert "4 done, 0 in work, 1 failed" in run("tell", begun, batch).stdout
    more = run("suggest", begun, "-n", "2")
    assert [line.split(",")[0] for line in more.stdout.splitlines()] == [
        "experiment", "6", "7",
    ]  # fmt: skip
    picture = tmp_path / "progress.png"
    shown = run("campaign", begun, "--figure", picture)
    assert "Best so far:" in shown.stdout
    assert "In work:" in shown.stdout
    assert picture.stat().st_size > 5000
    assert len(Campaign.load(begun).done) == 4


def test_results_that_are_known_already(tmp_path):
    known = pd.DataFrame(
        {"Fe": [78, 80], "Si": [9, 7], "B": [13, 13], "Bs_T": [1.5, 1.55]}
    )
    known.to_csv(tmp_path / "known.csv", index=False)
    path = tmp_path / "a.campaign"
    done = run("campaign", path, *BEGIN, "--data", tmp_path / "known.csv")
    assert "2 done" in done.stdout
    assert "1.55" in done.stdout


def test_candidates_of_a_table_with_prices(tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.dirichlet(np.ones(3), size=20) * 100
    pd.DataFrame(rows, columns=["Zr", "Cu", "Al"]).to_csv(
        tmp_path / "rows.csv", index=False
    )
    (tmp_path / "prices.csv").write_text("element,price\nZr,40\nCu,9\nAl,3\n")
    path = tmp_path / "a.campaign"
    done = run(
        "campaign", path, "--candidates", tmp_path / "rows.csv", "--goal",
        "maximize Tg_K", "--goal", "minimize cost", "--prices", tmp_path / "prices.csv",
        "--describe", "glass",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    batch = run("suggest", path, "-n", "3").stdout.splitlines()
    assert batch[0] == "experiment,Zr,Cu,Al,Tg_K"
    first = np.array(batch[1].split(",")[1:4], dtype=float)
    assert np.abs(rows - first).max(axis=1).min() < 1e-3


def wrong(*arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_goes_wrong_is_said(begun, tmp_path):
    assert "is there already" in wrong("campaign", begun, *BEGIN)
    assert run("campaign", begun, *BEGIN, "--force").returncode == 0
    new = tmp_path / "b.campaign"
    assert "Give either --input" in wrong("campaign", new, "--goal", "maximize Bs_T")
    assert "name a --goal too" in wrong("campaign", begun, "--input", "Fe=70:85")
    assert "bounds have two ends" in wrong(
        "campaign", new, "--input", "Fe>=70", "--goal", "maximize Bs_T"
    )
    assert "no inputs keep to" in wrong(
        "campaign", new, *BEGIN, "--constraint", "Fe+B>=110"
    )
    assert "is no campaign" in wrong("suggest", __file__)
    table = tmp_path / "t.csv"
    table.write_text("Fe,Si,B\n78,9,13\n")
    assert "column 'Bs_T' is missing. Results are Bs_T" in wrong("tell", begun, table)
    table.write_text("Fe,Si,B,Bs_T\n78,9,13,soft\n")
    assert "'soft' in column 'Bs_T' is no number" in wrong("tell", begun, table)
    table.write_text("Fe,Si,B,Bs_T\n78,9,13,-\n")  # measured or not: who knows
    assert "1 rows without a result stay in work" in run("tell", begun, table).stderr
    table.write_text("element,cost\nFe,1\n")
    assert "column 'price' is missing" in wrong(
        "campaign", new, *BEGIN, "--prices", table
    )
    table.write_text("element,price\nFe,1\nSi,2\nB,cheap\n")
    assert "B costs 'cheap', which is no price" in wrong(
        "campaign", new, *BEGIN, "--prices", table
    )


@pytest.fixture(scope="module")
def magnets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("magnets")
    X.join(Y[["Hcj_kOe", "Br_kG"]]).to_csv(folder / "magnets.csv", index=False)
    arguments = [
        "--target",
        "Hcj_kOe",
        "--target",
        "Br_kG",
        "-o",
        f"{folder}/both",
        "--folds",
        "2",
    ]
    arguments += ["--quiet", "--model", "xgboost"]
    assert run("train", folder / "magnets.csv", *arguments).returncode == 0
    prices = "".join(f"{n},{p}\n" for n, p in PRICES.items())
    (folder / "prices.csv").write_text(f"element,price\n{prices}")
    return folder


PRICES = dict.fromkeys(
    [n for n in X if n not in ("TRE",) and n[0].isupper() and n.isalpha()], 20
) | {"Dy": 400, "Tb": 1500, "Fe": 1}  # fmt: skip


def designed(magnets, *arguments):
    done = run("design", "--model", magnets / "both.sklmag", *arguments)
    assert done.returncode == 0, done.stderr
    import io

    return pd.read_csv(io.StringIO(done.stdout)), done.stderr


def test_least_dysprosium_and_cheapest(magnets):
    goals = ("--target", "Hcj_kOe>=16", "--target", "Br_kG>=12")
    varied = ("--bounds", "Dy=0:3", "--bounds", "Tb=0:1", "--bounds", "Al=0.1:0.8")
    least, _ = designed(magnets, *goals, *varied, "--minimize", "Dy+Tb", "-n", "1")
    assert least["missed"][0] < 0.01
    assert least["Dy+Tb"][0] == pytest.approx(least["Dy"][0] + least["Tb"][0], abs=1e-4)
    cheap, _ = designed(
        magnets, *goals, *varied, "--minimize", "cost", "--prices",
        magnets / "prices.csv", "-n", "1", "--constraint", "cost<=60",
    )  # fmt: skip
    total = sum(cheap[n][0] * p for n, p in PRICES.items()) / 100
    assert cheap["cost"][0] == pytest.approx(total, rel=1e-4)
    assert (
        cheap["cost"][0] <= sum(least[n][0] * p for n, p in PRICES.items()) / 100 + 1e-3
    )


def test_a_ratio_and_a_sum(magnets):
    found, _ = designed(
        magnets, "--target", "Hcj_kOe>=12", "--constraint", "Al:Cu=2:1", "--constraint",
        "29 <= PrNd + Dy <= 31", "-n", "2",
    )  # fmt: skip
    np.testing.assert_allclose(found["Al"], 2 * found["Cu"], atol=1e-3)
    assert (found["PrNd"] + found["Dy"]).between(28.99, 31.01).all()


def test_a_front_with_its_figure(magnets, tmp_path):
    pytest.importorskip("pymoo")
    picture = tmp_path / "front.png"
    found, _ = designed(
        magnets, "--pareto", "Br_kG,Hcj_kOe", "--bounds", "Dy=0:3", "--bounds",
        "Al=0:1", "--figure", picture, "-n", "20",
    )  # fmt: skip
    assert 2 <= len(found) <= 20
    assert found["Br_kG"].is_monotonic_decreasing
    assert found["Hcj_kOe"].is_monotonic_increasing
    assert picture.stat().st_size > 5000
    model = ("design", "--model", magnets / "both.sklmag")
    assert "name two properties" in wrong(*model, "--pareto", "Br_kG")
    assert "name its properties with --pareto" in wrong(
        *model, "--target", "Br_kG>=12", "--figure", picture
    )


def test_an_impossible_order(magnets):
    found, said = designed(
        magnets, "--target", "Hcj_kOe>=60", "--bounds", "Dy=0:3", "-n", "1"
    )
    assert "lies outside the training data" in said
    assert "No inputs within the bounds meet all goals: Hcj_kOe comes to" in said
    assert found["missed"][0] > 0.1


@pytest.mark.parametrize("words", [("suggest",), ("campaign",), ("tell",)])
def test_a_campaign_that_is_not_there(words, tmp_path):
    path = tmp_path / "none.campaign"
    table = [tmp_path / "a.csv"] if words == ("tell",) else []
    for one in table:
        one.write_text("Fe,Bs_T\n")
    done = run(*words, path, *table)
    assert done.returncode == 2
    assert f"There is no campaign {str(path)!r}. Begin one: sklmag campa" in done.stderr
