"""Benchmark sets, from a real server on loopback."""

import gzip
import io
import json
import tarfile

import pytest
from pymatgen.core import Lattice, Structure

from sklmag import DownloadError
from sklmag.datasets import REGISTRY, fetch_extended, fetch_matbench
from sklmag.datasets._formula_files import EXTENDED, MATBENCH
from sklmag.datasets._formula_sets import _official_folds
from tests.conftest import shared_table
from tests.datasets.conftest import serve

CELL = {"sites": [{"species": [{"element": "Ga", "occu": 1}]},
                  {"species": [{"element": "As", "occu": 0.5}, {"element": "P", "occu": 0.5}]}]}  # fmt: skip


def archive():
    """The layout of the real archive, two rows a part."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for i, part in enumerate(("train", "val", "test")):
            text = f"cif_id,formula,target\na{i},NaN,{i}.5\nb{i},SiO2,2\n".encode()
            info = tarfile.TarInfo(
                f"crabnet-1.0.1/data/benchmark_data/mp_e_hull/{part}.csv"
            )
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    return content.getvalue()


def test_extended_sets_keep_their_splits_and_sodium_nitride(
    server, tmp_path, monkeypatch
):
    serve(monkeypatch, server, "extended_benchmark", archive())
    found = fetch_extended("mp_e_hull", data_home=tmp_path)
    assert found.split.tolist() == ["train"] * 2 + ["val"] * 2 + ["test"] * 2
    assert found.data.composition.tolist() == ["NaN", "SiO2"] * 3
    assert found.target.tolist() == [0.5, 2, 1.5, 2, 2.5, 2]
    assert found.units == {"energy_above_hull_eV_per_atom": "eV/atom"}
    data, target = fetch_extended("mp_e_hull", data_home=tmp_path, return_X_y=True)
    assert data.equals(found.data)
    assert target.equals(found.target)


def test_crystals_become_compositions_of_their_cells(server, tmp_path, monkeypatch):
    content = {"columns": ["structure", "n"], "data": [[CELL, 3.9]] * 5}
    serve(monkeypatch, server, "matbench_dielectric",
          gzip.compress(json.dumps(content).encode()), n_rows=5)  # fmt: skip
    found = fetch_matbench("dielectric", data_home=tmp_path)
    assert found.data.composition[0] == "As0.5Ga1P0.5"
    assert found.target_names == ["refractive_index"]
    assert sorted(found.fold) == [0, 1, 2, 3, 4]


def test_crystals_stay_crystals_on_request(server, tmp_path, monkeypatch):
    bcc = Structure(Lattice.cubic(2.87), ["Fe", "Co"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    content = {"columns": ["structure", "n"], "data": [[bcc.as_dict(), 3.9]] * 5}
    serve(monkeypatch, server, "matbench_dielectric",
          gzip.compress(json.dumps(content, default=float).encode()), n_rows=5)  # fmt: skip
    found = fetch_matbench("dielectric", structures=True, data_home=tmp_path)
    assert list(found.data) == ["structure"]
    assert found.data.structure[4] == bcc
    assert sorted(found.fold) == [0, 1, 2, 3, 4]
    content = {"columns": ["composition", "y"], "data": [["Fe", 1.0]] * 5}
    serve(monkeypatch, server, "matbench_steels",
          gzip.compress(json.dumps(content).encode()), n_rows=5)  # fmt: skip
    with pytest.raises(ValueError, match="Task 'steels' has formulas, no crystals"):
        fetch_matbench("steels", structures=True, data_home=tmp_path)


def test_every_set_is_registered_with_a_checksum():
    assert len(EXTENDED) == 18
    assert len(MATBENCH) == 13
    for task in MATBENCH:
        assert REGISTRY[f"matbench_{task}"].checksum.startswith("sha256:")
    assert REGISTRY["extended_benchmark"].checksum.startswith("sha256:")


@pytest.mark.parametrize(
    ("fetch", "name"), [(fetch_matbench, "task"), (fetch_extended, "name")]
)
def test_unknown_sets_list_the_known_ones(fetch, name):
    with pytest.raises(ValueError, match=f"{name}='gap' is not known. Choose one of"):
        fetch("gap")


@pytest.mark.parametrize("task", ["steels", "expt_gap", "glass", "expt_is_metal"])
def test_folds_are_the_official_ones(task):
    table = shared_table(f"matbench/{task}.csv.gz")
    target = table["target"]
    if task in ("glass", "expt_is_metal"):
        target = target.astype(str).str.lower().isin(["true", "1"])
    assert (_official_folds(target) == table["fold"]).all()


def test_a_wrong_number_of_rows_is_reported(server, tmp_path, monkeypatch):
    content = {"columns": ["composition", "gap expt"], "data": [["SiO2", 9.0]] * 5}
    serve(monkeypatch, server, "matbench_expt_gap",
          gzip.compress(json.dumps(content).encode()), n_rows=6)  # fmt: skip
    with pytest.raises(DownloadError, match="matbench_expt_gap has 5 rows, expected 6"):
        fetch_matbench("expt_gap", data_home=tmp_path)
