"""Grain maps in files: trained and predicted from the command line."""

import numpy as np
import pandas as pd
import pytest

from sklmag import AutoRegressor, GrainFeaturizer, MicrostructureError
from sklmag.cli import main
from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.microstructure import GrainStructures, make_grain_structures
from sklmag.microstructure._map_files import read_grain_map
from sklmag.persistence import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty maps in files, and a table that names them beside their anchor points."""
    folder = tmp_path_factory.mktemp("maps")
    X, y = load_nanocrystalline_magnets(return_X_y=True)
    for i in range(40):
        np.save(folder / f"m{i}.npy", X[i])
    table = y[["Mr", "Hc"]][:40].reset_index(drop=True)
    table.insert(0, "map", [f"m{i}.npy" for i in range(40)])
    table.to_csv(folder / "maps.csv", index=False)
    return folder


def test_files_are_the_maps_that_they_hold(folder):
    X, _ = load_nanocrystalline_magnets(return_X_y=True)
    paths = [str(folder / f"m{i}.npy") for i in range(3)]
    features = GrainFeaturizer().fit(X[:3])
    np.testing.assert_array_equal(features.transform(paths), features.transform(X[:3]))
    series = pd.Series(paths)
    np.testing.assert_array_equal(features.transform(series), features.transform(X[:3]))


@pytest.mark.parametrize("model", ["xgboost", "auto"])
def test_trained_and_asked_in_the_shell(model, folder, tmp_path, capsys):
    out = str(tmp_path / "hc.sklmag")
    words = ["train", str(folder / "maps.csv"), "--target", "Hc", "--drop", "Mr"]
    options = ["--model", model, "--folds", "3", "--quiet", "-o", out]
    assert main([*words, *options]) == 0
    assert "R2" in capsys.readouterr().out
    predict = ["predict", str(folder / "maps.csv"), "--model", out, "--quiet"]
    assert main([*predict, "-o", str(tmp_path / "p.csv")]) == 0
    table = pd.read_csv(tmp_path / "p.csv")
    assert table["Hc_predicted"].notna().all()
    assert table["inside"].all()
    model = load(out)
    maps = [str(folder / f"m{i}.npy") for i in range(40)]
    np.testing.assert_allclose(model.predict(maps), table["Hc_predicted"], rtol=1e-6)


def test_arrays_are_grain_maps_for_auto():
    X, y = load_nanocrystalline_magnets(return_X_y=True)
    model = AutoRegressor(members=["linear", "extra trees"], random_state=0)
    model.fit(X[:60], y["Hc"][:60])
    assert model.leaderboard_.loc["the whole", "R2"] > 0.3
    assert model.predict(X[:2]).shape == (2,)


def test_auto_remembers_the_cells_of_structures():
    grains = make_grain_structures(
        40, shape=(20, 20), size_nm=40, n_grains=4, random_state=0
    )
    y = np.cos(grains.angles).mean(axis=(1, 2))
    model = AutoRegressor(members=["linear"], random_state=0).fit(grains, y)
    np.testing.assert_array_equal(model.predict(grains), model.predict(grains.angles))
    smaller = GrainStructures(grains.angles, grains.grains, 20.0, {})
    with pytest.raises(
        ValueError, match="cells of 1 nm, but GrainFeaturizer was fitted"
    ):
        model.predict(smaller)


def test_other_recipes_say_what_they_do_not_read(folder, tmp_path, capsys):
    words = ["train", str(folder / "maps.csv"), "--target", "Hc", "--drop", "Mr"]
    assert main([*words, "--model", "lgdcnn", "-o", str(tmp_path / "o")]) == 2
    assert "lgdcnn does not learn from grain maps" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "said"), [
    (np.zeros((3, 4, 5)), r"shape \(3, 4, 5\) and type float64; a map has numbers"),
    (np.array([["a", "b"]]), r"shape \(1, 2\) and type <U1; a map has numbers"),
    (np.array([[{}]], dtype=object), "is no array of numbers that numpy.save wrote"),
    (b"not numpy", "is no array of numbers that numpy.save wrote"),
    (b"", "is no array of numbers that numpy.save wrote"),
])  # fmt: skip
def test_files_that_are_no_maps_are_named(content, said, tmp_path):
    path = tmp_path / "a.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content, allow_pickle=True)
    with pytest.raises(MicrostructureError, match=rf"a\.npy'.*{said}"):
        read_grain_map(path)
