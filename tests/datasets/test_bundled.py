import re

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Composition

from sklmag import AutoRegressor, datasets
from sklmag.composition import parse_formula
from sklmag.datasets import (
    load_curie_temperatures,
    load_fe_nanocrystalline,
    load_re2fe14b,
    load_sigma_phases,
    load_single_grains,
    load_steels,
)

ROWS = {
    "re2fe14b": 186,
    "curie_temperatures": 2083,
    "steels": 312,
    "fe_nanocrystalline": 615,
    "single_grains": 8799,
    "sigma_phases": 213,
}


@pytest.mark.parametrize("name", ROWS)
def test_what_each_table_holds(name):
    load = getattr(datasets, f"load_{name}")
    found = load()
    assert found.data.shape[0] == found.target.shape[0] == ROWS[name]
    assert list(found.data) == found.feature_names
    assert found.target.notna().all()
    assert found.target.name == found.target_names[0]
    assert found.target_names[0] in found.units
    assert found.license == "MIT"
    assert "github.com/" in found.DESCR
    assert found.citation
    X, y = load(return_X_y=True)
    pd.testing.assert_frame_equal(X, found.data)
    pd.testing.assert_series_equal(y, found.target)


def test_sigma_phases_are_the_prototype_with_one_element_a_kind_of_sites():
    bunch = load_sigma_phases()
    mixed = bunch.frame.set_index(["site_2a", "site_4f", "site_8i1", "site_8i2"])
    row = mixed.loc[("Fe", "Cr", "Fe", "Fe")].query("site_8j == 'Ni'").iloc[0]
    assert row["structure"].composition == Composition("Cr4Fe18Ni8")
    distances = row["structure"].distance_matrix[np.triu_indices(30, 1)]
    assert 2.2 < distances.min() < 2.5
    numbers = [s.composition.reduced_formula for s in bunch.data["structure"]]
    assert len(set(numbers)) > 30
    for structure, formula in zip(
        bunch.data["structure"], bunch.frame["formula"], strict=True
    ):
        assert structure.composition == Composition(formula)


@pytest.mark.parametrize(
    "load", [load_re2fe14b, load_curie_temperatures, load_steels, load_fe_nanocrystalline]
)  # fmt: skip
def test_every_formula_is_read(load):
    for formula in load().data["formula"]:
        assert parse_formula(formula)


def test_known_values():
    magnets = load_re2fe14b().frame
    pure = magnets[magnets["formula"] == "Nd2Fe14B"]
    assert pure["mu0Ms_T"].between(1.45, 1.65).all()
    assert len(pure) > 15
    curie = load_curie_temperatures().frame.set_index("formula")
    assert curie.loc["Fe", "Tc_K"] == pytest.approx(1041, abs=3)
    assert curie.loc["Ni", "Tc_K"] == pytest.approx(628, abs=3)
    grains = load_single_grains()
    polarization = 4e-7 * np.pi * grains.data["Ms_A_per_m"]
    field = 2 * grains.data["K1_J_per_m3"] / polarization
    assert (grains.target > 1.02 * field).mean() < 0.015  # the outliers of the source


@pytest.mark.parametrize(
    ("load", "other"),
    [
        (load_re2fe14b, "Tc_K"),
        (load_fe_nanocrystalline, "Bs_T"),
        (load_single_grains, "BHmax_J_per_m3"),
    ],
)
def test_other_targets(load, other):
    found = load(target=other)
    assert found.target_names == [other]
    assert found.target.notna().all()
    with pytest.raises(ValueError, match=re.escape("target='Hcj' is not among ['")):
        load(target="Hcj")


def test_nothing_of_a_target_is_among_the_features():
    for name in ROWS:
        table = datasets._bundled.TABLES[name]
        assert not set(table.features) & set(table.targets)


def test_the_first_day(tmp_path):
    X, y = load_re2fe14b(target="mu0Ha_T", return_X_y=True)
    model = AutoRegressor(members=["linear", "XGBoost"], random_state=0)
    assert model.fit(X, y).leaderboard_.loc["the whole", "R2"] > 0.6
