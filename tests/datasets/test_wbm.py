"""Crystals of WBM, from a real server on loopback."""

import gzip
import json

import pytest
from pymatgen.core import Lattice, Structure

from sklmag import DownloadError
from sklmag.datasets import fetch_wbm
from tests.datasets.conftest import serve

HEADER = (
    "material_id,formula,n_sites,e_form_per_atom_mp2020_corrected,"
    "e_above_hull_mp2020_corrected_ppd_mp,unique_prototype"
)


def crystal(i):
    return Structure(
        Lattice.cubic(4 + i / 10), ["Na", "N"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


def serve_wbm(monkeypatch, server, *, header=HEADER, n_structures=9):
    rows = "".join(f"wbm-1-{i},NaN,2,{i / 10},0.{i},{i % 2 == 0}\n" for i in range(9))
    summary = gzip.compress(f"{header}\n{rows}".encode())
    lines = [
        json.dumps(
            {
                "material_id": f"wbm-1-{i}",
                "formula_from_cse": "NaN",
                "computed_structure_entry": {
                    "@module": "pymatgen.entries.computed_entries",
                    "energy": -8.0,
                    "structure": crystal(i).as_dict(),
                },
            },
            default=float,
        )
        for i in reversed(range(n_structures))
    ]
    serve(monkeypatch, server, "wbm_summary", summary)
    serve(
        monkeypatch, server, "wbm_structures", gzip.compress("\n".join(lines).encode())
    )


def test_crystals_meet_their_energies(server, tmp_path, monkeypatch):
    serve_wbm(monkeypatch, server)
    found = fetch_wbm(data_home=tmp_path)
    assert found.frame["id"].tolist() == [f"wbm-1-{i}" for i in range(9)]
    assert found.data["structure"].tolist() == [crystal(i) for i in range(9)]
    assert found.target[3] == 0.3
    assert found.units == {"formation_energy_eV_per_atom": "eV/atom"}
    assert found.frame["formula"].eq("NaN").all()
    assert found.frame["unique_prototype"].sum() == 5


def test_some_are_drawn_the_same_each_time(server, tmp_path, monkeypatch):
    serve_wbm(monkeypatch, server)
    X, y = fetch_wbm(4, random_state=0, data_home=tmp_path, return_X_y=True)
    again, _ = fetch_wbm(4, random_state=0, data_home=tmp_path, return_X_y=True)
    assert X["structure"].tolist() == again["structure"].tolist()
    assert [crystal(round(10 * e)) for e in y] == X["structure"].tolist()
    with pytest.raises(ValueError, match="n_structures=10 must be from 1 to 9"):
        fetch_wbm(10, data_home=tmp_path)


def test_files_that_do_not_fit_are_named(server, tmp_path, monkeypatch):
    serve_wbm(monkeypatch, server, n_structures=7)
    with pytest.raises(DownloadError, match="lacks 2 of the crystals.* is wbm-1-7"):
        fetch_wbm(data_home=tmp_path)
    serve_wbm(monkeypatch, server, header=HEADER.replace("formula", "composition"))
    with pytest.raises(
        DownloadError, match="has no column 'formula'; it is no summary"
    ):
        fetch_wbm(data_home=tmp_path / "other")
