"""Predictions before one has data: the models that come with the package."""

import io
import json
import re
import subprocess
import sys
import zlib

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Lattice, Structure

import sklmag
from sklmag._utils import _ready
from sklmag.datasets import load_fe_nanocrystalline, load_nanocrystalline_magnets
from sklmag.persistence import read_card
from sklmag.pretrained import ready_models
from sklmag.tasks import _ready as _tasks_ready
from sklmag.tasks import open_any

# measured: K. H. J. Buschow, Rep. Prog. Phys. 54 (1991) 1123 for R2Fe14B, J. M. D. Coey,
# Magnetism and Magnetic Materials (2010) for the elements' alloys, and handbooks; what a
# model may miss is three of its own mean errors, or a quarter
KNOWN = [
    ("Nd2Fe14B", "Tc_K", 588),
    ("Nd2Fe14B", "Js_T", 1.60),
    ("Nd2Fe14B", "mu0Ha_T", 7.0),
    ("Pr2Fe14B", "Js_T", 1.56),
    ("Dy2Fe14B", "Js_T", 0.71),
    ("SmCo5", "Tc_K", 1020),
    ("GdFe2", "Tc_K", 790),
    ("Fe3C", "Tc_K", 480),
    ("MnSb", "Tc_K", 580),
    ("TiC", "K_GPa", 250),
    ("NiAl", "K_GPa", 160),
    ("GaAs", "band_gap_eV", 1.4),
    ("CdTe", "band_gap_eV", 1.5),
]


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "sklmag.cli", *words], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def answers():
    return sklmag.predict(sorted({material for material, _, _ in KNOWN}))


@pytest.mark.parametrize(("material", "name", "measured"), KNOWN)
def test_known_materials(answers, material, name, measured):
    row = answers[(answers.material == material) & (answers.property == name)]
    assert len(row) == 1  # one answer each
    error = ready_models()[row.model.item()].errors[name]
    assert row.value.item() == pytest.approx(measured, abs=max(3 * error, measured / 4))


def test_a_special_model_speaks_of_its_own_only(answers):
    magnets = answers[answers.property == "Tc_K"].set_index("material")
    assert magnets.model["Nd2Fe14B"] == "re2fe14b"
    assert magnets.model["SmCo5"] == "curie"
    assert not (answers[answers.material == "GaAs"].property == "Js_T").any()
    far = sklmag.predict(["GaAs"], ["Js_T"])  # unless it is asked
    assert not far.inside.item()
    assert "Ga" in far.why_not.item()
    may_be_negative = answers.property == "formation_energy_eV_per_atom"
    assert (answers.value[~may_be_negative] >= 0).all()


def test_every_model_has_its_card_and_size():
    total = 0
    for name, model in ready_models().items():
        card = read_card(model.path)
        assert re.search(r"\b([Nn]ot|no|No) ", card.description)  # what it is not for
        assert card.license
        assert all("doi:" in c or "commit" in c for c in card.citation)
        assert [target.name for target in card.targets] == list(model.properties)
        for target in model.properties:
            scores = card.metrics[target]
            assert scores["MAE"] < scores["MAE_constant"]
            assert scores["n_kept"] > 15
        total += len(zlib.compress(model.path.read_bytes()))  # as in a wheel
        assert name in {path.stem for path in model.path.parent.iterdir()}
    assert total <= 20e6


def test_names_stand_for_files():
    net = sklmag.load("curie")
    assert net.predict(["Nd2Fe14B"])[0] == pytest.approx(
        open_any("curie").predict(["Nd2Fe14B"])["Tc_K"][0]
    )
    with pytest.raises(FileNotFoundError, match="Ready ones: curie, re2fe14b"):
        open_any("curies")


def test_a_changed_byte_is_refused(tmp_path, monkeypatch):
    files = ready_models()["steels"].path.parent
    content = bytearray((files / "steels.sklmag").read_bytes())
    content[-100] ^= 1
    (tmp_path / "steels.sklmag").write_bytes(content)
    (tmp_path / "ready.json").write_bytes((files / "ready.json").read_bytes())
    monkeypatch.setattr(_ready, "_folder", lambda: tmp_path)
    with pytest.raises(
        ValueError, match="is not the ready model 'steels' as it was made"
    ):
        sklmag.load("steels")


def test_properties_and_errors_in_python():
    table = sklmag.predict(["Fe2B", "MnBi"], ["Tc_K"])
    assert table.material.tolist() == ["Fe2B", "MnBi"]
    assert table.property.eq("Tc_K").all()
    assert np.isfinite(table[["value", "std"]]).all(axis=None)
    assert sklmag.predict("Fe2B", "Tc_K").equals(table[:1])
    of_table = sklmag.predict(pd.DataFrame({"alloy": ["Fe2B"]}), "Tc_K")
    assert of_table.equals(table[:1])
    with pytest.raises(
        ValueError, match=r"No ready model reads the columns \['x'\]. T"
    ):
        sklmag.predict(pd.DataFrame({"x": [1.0]}))
    with pytest.raises(ValueError, match="there is no material to predict"):
        sklmag.predict([])
    with pytest.raises(
        ValueError, match="property 'Tc' is known to no ready model. They"
    ):
        sklmag.predict(["Fe2B"], ["Tc"])
    with pytest.raises(ValueError, match="Row 1: Formula 'Xx2': 'Xx' is no"):
        sklmag.predict(["Fe2B", "Xx2"], ["Tc_K"])


def test_one_verb(tmp_path):
    done = run("predict", "Nd2Fe14B", "SmCo5", "Fe80B20")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert (
        lines[0]
        == "material,property,value,unit,std,inside,why_not,nearest,measured,model"
    )
    answered = {tuple(line.split(",")[:2]) for line in lines}
    assert ("Nd2Fe14B", "Js_T") in answered
    assert ("SmCo5", "Js_T") not in answered
    assert ("Fe80B20", "Tc_K") in answered
    (tmp_path / "alloys.csv").write_text("alloy,batch\nFe2B,1\nMnBi,2\n")
    out = tmp_path / "out.csv"
    done = run(
        "predict", str(tmp_path / "alloys.csv"), "--property", "Tc_K", "-o", str(out)
    )
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(out).material.tolist() == ["Fe2B", "MnBi"]
    done = run("predict", "Fe2B", "Xx2", "--property", "Tc_K")
    assert done.returncode == 1
    assert "Xx2" in done.stderr
    assert "Fe2B,Tc_K" in done.stdout
    (tmp_path / "POSCAR").write_text("x")
    done = run("predict", str(tmp_path / "POSCAR"))
    assert done.returncode == 2
    assert "POSCAR" in done.stderr
    done = run("predict", "Fe2B", "--missing", "zero")
    assert "--missing belongs to a model of your own" in done.stderr
    done = run("predict", "Fe2B", "--model", "curie", "--property", "Tc_K")
    assert done.returncode == 2
    assert "--property belongs to predictions without --model" in done.stderr


def test_what_is_given_decides_which_models_answer(tmp_path):
    crystal = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["Ti", "C"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    found = sklmag.predict([crystal]).set_index("property")
    assert found.material["K_GPa"] == "TiC"
    assert found.value["K_GPa"] == pytest.approx(250, abs=60)

    X, y = load_fe_nanocrystalline(return_X_y=True)
    ribbons = sklmag.predict(X.iloc[:3].rename(columns={"formula": "alloy"}))
    ribbons = ribbons[ribbons.property == "log10_coercivity_A_per_m"]
    assert ribbons.model.tolist() == 3 * ["soft-coercivity"]
    assert ribbons.material.tolist() == X["formula"].iloc[:3].tolist()
    np.testing.assert_allclose(ribbons.measured, np.log10(y.iloc[:3]), rtol=1e-3)

    maps = load_nanocrystalline_magnets().data[:2]
    for k, angles in enumerate(maps):
        np.save(tmp_path / f"map_{k}.npy", angles)
    done = run("predict", *map(str, sorted(tmp_path.glob("*.npy"))))
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(io.StringIO(done.stdout))
    wide = table.pivot(index="material", columns="property", values="value")
    assert (wide["Hk90"] <= wide["Hc"] + 0.05).all()
    assert table["inside"].all()


def test_the_shelf_is_listed():
    listed = run("models", "list").stdout
    assert all(f"{name}\t" in listed for name in ready_models())
    card = json.loads(run("models", "card", "curie").stdout)
    assert card["targets"][0]["name"] == "Tc_K"


def test_polymorphs_have_magnetizations_of_their_own():
    cells = Lattice.tetragonal(2.72, 3.71), Lattice.cubic(3.0)  # L1_0 and B2
    crystals = [
        Structure(cell, ["Fe", "Pt"], [[0, 0, 0], [0.5, 0.5, 0.5]]) for cell in cells
    ]
    table = sklmag.predict(crystals, "Js_0K_T")
    assert abs(table.value.diff().iloc[1]) > 0.01
    assert table.value.iloc[0] == pytest.approx(1.43, abs=0.6)  # Coey (2010)
    assert table.unit.eq("T").all()
    with pytest.raises(
        ValueError, match="No ready model reads formulas. They read: ma"
    ):
        sklmag.predict(["Fe"], "Js_0K_T")


def test_special_models_of_other_elements_are_not_opened(monkeypatch):
    opened, find = [], _tasks_ready._opened
    monkeypatch.setattr(
        _tasks_ready, "_opened", lambda name: (opened.append(name), find(name))[1]
    )
    sklmag.predict(["GaAs", "SmCo5"])
    assert "curie" in opened
    assert not {"steels", "re2fe14b"} & set(opened)
    opened.clear()
    sklmag.predict(["GaAs", "Fe70Ni18Co9Mo3"])
    assert "steels" in opened
    opened.clear()
    sklmag.predict(["GaAs"], "Js_T")  # it is asked for
    assert opened == ["re2fe14b"]
