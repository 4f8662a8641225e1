"""Training a model further, without Python."""

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklmag import FormulaTokenizer, LGDCNNRegressor, SIPFENNRegressor
from sklmag.cli import main
from sklmag.persistence import load, open_model, save
from sklmag.structure import VoronoiFeaturizer
from sklmag.tasks import fine_tune

ALLOYS = [f"Fe{x}Co{100 - x}" for x in range(4, 100, 4)]
SHARES = np.arange(4, 100, 4) / 100


@pytest.fixture(scope="module")
def of_formulas(tmp_path_factory):
    net = LGDCNNRegressor(width=16, max_epochs=100, random_state=0)
    net = make_pipeline(FormulaTokenizer(n_slots=3), net).fit(ALLOYS, SHARES)
    return save(net, tmp_path_factory.mktemp("m") / "m", X=ALLOYS, y=SHARES)


def crystal(a, b):
    return Structure(Lattice.cubic(a), ["Fe", b], [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture(scope="module")
def of_crystals(tmp_path_factory):
    """A network on the numbers alone, as files of other programs hold it."""
    crystals = [crystal(2.7 + i / 50, b) for i in range(20) for b in ("Co", "Al")]
    X = VoronoiFeaturizer().set_output(transform="pandas").transform(crystals)
    y = X["gs_volume_A3" if "gs_volume_A3" in X else "mean_gs_volume_A3"] / 10
    net = SIPFENNRegressor(width_factor=0.02, max_epochs=100, random_state=0)
    folder = tmp_path_factory.mktemp("net")
    return save(net.fit(X, y), folder / "net", X=X, y=y)


def test_a_shifted_property_is_learned_from_few_rows(of_formulas):
    table = pd.DataFrame({"alloy": ALLOYS[::2], "lot": 1, "y": SHARES[::2] + 0.5})
    model = open_model(of_formulas)
    before = model.estimator.predict(ALLOYS)
    tuned = fine_tune(table, ["y"], model, max_epochs=100, n_folds=4)
    rmse = {name: scores.loc["y", "RMSE"] for name, scores in tuned.others.items()}
    assert rmse["as it was"] == pytest.approx(0.5, abs=0.05)
    assert rmse["median"] > 0.2
    assert tuned.scores.loc["y", "RMSE"] < 0.1
    np.testing.assert_array_equal(model.estimator.predict(ALLOYS), before)
    assert tuned.name == "LGDCNNRegressor fine-tuned"
    assert tuned.predicted.shape == (12, 1)


def test_what_does_not_fit_is_named(of_formulas, tmp_path):
    table = pd.DataFrame({"alloy": ALLOYS, "y": SHARES, "z": SHARES})
    model = open_model(of_formulas)
    with pytest.raises(
        ValueError, match="There is no column 'Tc_K'. The columns are: al"
    ):
        fine_tune(table, ["Tc_K"], model)
    with pytest.raises(ValueError, match="The model has 1 targets, and 2 are named"):
        fine_tune(table, ["y", "z"], model)
    with pytest.raises(
        ValueError, match="3 rows have a value of y; at least 4 are need"
    ):
        fine_tune(table[:3], ["y"], model)
    ridge = Ridge().fit(SHARES[:, None], SHARES)
    ridge = open_model(save(ridge, tmp_path / "r", X=pd.DataFrame({"x": SHARES})))
    with pytest.raises(ValueError, match="The model, Ridge, cannot be trained further"):
        fine_tune(pd.DataFrame({"x": SHARES, "y": SHARES}), ["y"], ridge)


def test_from_structure_files_to_a_file(of_crystals, tmp_path, capsys):
    lines = ["file,energy"]
    for i in range(8):
        Poscar(crystal(2.8 + i / 60, "Ni")).write_file(tmp_path / f"{i}.vasp")
        lines.append(f"{i}.vasp,{0.8 + i / 100 if i else ''}")
    table = tmp_path / "few.csv"
    table.write_text("\n".join(lines))
    words = ["train", str(table), "--target", "energy", "--fine-tune", str(of_crystals)]
    out = str(tmp_path / "tuned.sklmag")
    assert main([*words, "-o", out, "--folds", "3", "--quiet"]) == 0
    said = capsys.readouterr()
    assert "as it was" in said.out
    assert "median" in said.out
    assert "1 of 8 rows have no value of energy and are left out" in said.err
    assert "SIPFENNRegressor fine-tuned, 7 rows" in said.err
    model = load(out)
    assert type(model[0]).__name__ == "VoronoiFeaturizer"
    assert model.predict([crystal(2.85, "Ni")]).shape == (1,)


def test_options_that_contradict(of_formulas, tmp_path):
    table = tmp_path / "t.csv"
    pd.DataFrame({"alloy": ALLOYS, "y": SHARES}).to_csv(table, index=False)
    words = ["train", str(table), "--target", "y", "-o", str(tmp_path / "o")]
    assert main([*words, "--epochs", "3"]) == 2
    assert main([*words, "--fine-tune", str(of_formulas), "--model", "xgboost"]) == 2
