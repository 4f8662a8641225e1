"""The code of CONTRIBUTING.md runs, and does what the text says."""

import argparse
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from sklmag import SklmagWarning
from sklmag._utils._estimators import reads_of
from sklmag.structure import PotentialFeaturizer

GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def code():
    """Run the blocks in order; return the names that they define."""
    if not GUIDE.exists():
        pytest.skip("CONTRIBUTING.md is not part of this copy")
    names = {"__name__": "contributing"}
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.S)
    assert len(blocks) == 5
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)
    return names


def test_a_descriptor_of_formulas(code):
    featurizer = code["MeanMassFeaturizer"](unit="wt.%", on_error="nan")
    assert reads_of(featurizer) == "formula"
    with pytest.warns(SklmagWarning, match="could not read 1 of 2 materials"):
        table = featurizer.set_output(transform="pandas").transform(["Fe", "Xx"])
    assert table["mean_mass_u"][0] == pytest.approx(55.845, abs=0.01)
    assert table["mean_mass_u"].isna().tolist() == [False, True]


def test_a_descriptor_of_structures(code):
    featurizer, bcc = code["CoordinationFeaturizer"](n_jobs=2), code["bcc"]
    assert reads_of(featurizer) == "structure"
    assert featurizer.transform([bcc, bcc.make_supercell(2)]).tolist() == [[14], [14]]


def test_a_potential(code):
    """What it cannot say stays NaN, and it takes all kinds of containers."""
    featurizer = PotentialFeaturizer(code["EffectiveMedium"]())
    names = featurizer.get_feature_names_out()
    row = dict(zip(names, featurizer.fit_transform([code["copper"]])[0], strict=True))
    assert row["energy_eV_per_atom"] == pytest.approx(0.0, abs=0.1)
    assert np.isnan(row["magnetization_T"])
    assert featurizer.potential_ == "EMT of ASE"


def test_a_net(code):
    X = code["X"]
    net = code["NarrowRegressor"](n_members=2, max_epochs=20, random_state=0)
    fitted = clone(net).fit(X, np.c_[X, X])
    y, std = fitted.predict(X, return_std=True)
    assert y.shape == std.shape == (200, 4)
    assert fitted.net_.history[-1]["train_loss"] == fitted.loss_curve_[-1]


def test_a_command(code, capsys):
    parser = argparse.ArgumentParser()
    code["add_parser"](parser.add_subparsers())
    arguments = parser.parse_args(["mass", "NaCl", "Fe"])
    assert arguments.run(arguments) == 0
    assert capsys.readouterr().out.splitlines()[0] == "29.2199"


def test_the_files_that_it_names_are_there():
    """Those that a newcomer edits, beside the ones to be written."""
    if not GUIDE.exists():
        pytest.skip("CONTRIBUTING.md is not part of this copy")
    named = re.findall(r"`((?:sklmag|tests|datasets)/[\w/.]+)`", GUIDE.read_text())
    new = re.compile(r"mean_mass|narrow|_mass\.py|test_mass")
    for name in {n for n in named if not new.search(n)}:
        root = GUIDE.parent / ("sklmag" if name.startswith("datasets/") else "")
        assert (root / name).exists(), name
