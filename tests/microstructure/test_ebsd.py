"""Maps of orientations: files of every kind, grains, and what is refused."""

import gzip

import numpy as np
import pandas as pd
import pytest

from sklmag import MicrostructureError
from sklmag.microstructure import (
    demagnetization_curve,
    grains_from_ebsd,
    make_grain_structures,
    read_ebsd,
    symmetric_copies,
)
from tests.conftest import shared_path


def map_of(structures, step_um=1.5, noise=0.0, seed=0):
    """Return the table that a microscope would give of one structure."""
    angles = structures.angles[0]
    y, x = np.mgrid[: angles.shape[0], : angles.shape[1]].reshape(2, -1) * step_um
    rng = np.random.default_rng(seed)
    # c-axis (-sin a, cos a, 0): phi1 = a + pi, Phi = 90°
    phi1 = angles.ravel() + np.pi + noise * rng.normal(size=x.size)
    return pd.DataFrame(
        {"phi1_rad": phi1, "Phi_rad": np.pi / 2, "phi2_rad": 0.3, "x_um": x, "y_um": y}
    )


@pytest.fixture(scope="module")
def structures():
    return make_grain_structures(
        1,
        shape=(40, 40),
        size_nm=80,
        n_grains=6,
        max_misorientation=1.2,
        random_state=1,
    )


def write(table, path):
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".gz":
        table.to_csv(path, index=False, compression="gzip")
    elif path.suffix == ".ang":
        rows = table.assign(iq=20.0, ci=0.9, phase=1).to_numpy()
        bad = rows[:1] * [1, 1, 1, 1, 1, 1, -1, 1]
        np.savetxt(path, np.vstack((rows, bad)), header="TEM_PIXperUM 1.0", fmt="%.9f")
    else:
        columns = "Phase X Y Bands Error Euler1 Euler2 Euler3 MAD BC BS".split()
        rows = pd.DataFrame(
            0, index=range(len(table) + 1), columns=columns, dtype=float
        )
        rows.loc[1:, "Phase"] = 1
        rows.loc[1:, ["X", "Y"]] = table[["x_um", "y_um"]].to_numpy()
        euler = np.rad2deg(table[["phi1_rad", "Phi_rad", "phi2_rad"]].to_numpy())
        rows.loc[1:, ["Euler1", "Euler2", "Euler3"]] = euler
        text = rows.to_csv(sep="\t", index=False)
        path.write_text("Channel Text File\nPrj\tmagnet µ\n" + text, encoding="latin-1")


@pytest.mark.parametrize("name", ["map.csv", "map.csv.gz", "map.ang", "map.ctf"])
def test_every_kind_of_file(structures, name, tmp_path):
    table = map_of(structures)
    write(table, tmp_path / name)
    found = read_ebsd(tmp_path / name)
    np.testing.assert_allclose(found[table.columns], table, atol=1e-8)


def test_a_structure_comes_back_from_its_map(structures):
    for noise in (0.0, 0.01):
        found = grains_from_ebsd(map_of(structures, noise=noise), shape=(39, 39))
        expected = structures.angles[0, :39, :39]
        agreement = np.cos(2 * (found.angles[0] - expected))
        assert np.median(agreement) > 0.9999
        assert (agreement > 0.99).mean() > 0.9  # all but cells on boundaries
        n_grains = len(np.unique(structures.grains[0, :39, :39]))
        assert n_grains <= found.parameters["n_grains"][0] <= n_grains + 2
        assert found.parameters["out_of_plane"][0] < 1e-12
        assert len(np.unique(found.angles)) == found.parameters["n_grains"][0]


def test_the_frame_of_the_euler_angles():
    """One axis along y of the map, as the frames have it: phi1 by hand, Phi 90°."""
    y, x = np.mgrid[:10, :10].reshape(2, -1) * 1.0
    # c = (sin phi1, -cos phi1): along y for 180°; EDAX has it along x, for 90°
    for frame, phi1, angle in (("map", np.pi, 0), ("edax", np.pi / 2, 0),
                               ("oxford", 0.0, 0), ("map", np.pi + 0.3, 0.3),
                               ("oxford", -0.3, 0.3),
                               ("edax", np.pi / 2 - 0.3, 0.3)):  # fmt: skip
        table = pd.DataFrame({"phi1_rad": phi1, "Phi_rad": np.pi / 2, "phi2_rad": 0.0,
                              "x_um": x, "y_um": y})  # fmt: skip
        one = grains_from_ebsd(table, shape=(8, 8), size_nm=16, frame=frame)
        assert np.sin(one.angles - angle) == pytest.approx(0, abs=1e-9), frame
    with pytest.raises(MicrostructureError, match="frame='tsl' must be one of"):
        grains_from_ebsd(table, frame="tsl")


def test_phases_are_different_grains(structures):
    table = map_of(structures).assign(phi1_rad=0.0)
    assert grains_from_ebsd(table, shape=(20, 20)).parameters["n_grains"] == 1
    table["phase"] = (table.x_um > 30).astype(int)
    assert grains_from_ebsd(table, shape=(20, 20)).parameters["n_grains"] == 2


def test_ang_files_with_the_fit_before_the_phase(structures, tmp_path):
    rows = map_of(structures).assign(iq=20.0, ci=0.9, fit=0.5, phase=2).to_numpy()
    np.savetxt(tmp_path / "map.ang", rows, fmt="%.6f")
    assert (read_ebsd(tmp_path / "map.ang")["phase"] == 2).all()


def test_a_window_is_a_part(structures):
    table = map_of(structures)
    part = grains_from_ebsd(table, shape=(20, 20), size_nm=40, window=(15, 0, 29))
    expected = structures.angles[0, :20, 10:30]
    assert np.median(np.cos(2 * (part.angles[0] - expected))) > 0.9999
    curve = demagnetization_curve(part)
    assert curve.magnetization[0, 0] > 0.8


def test_what_is_refused(structures, tmp_path):
    table = map_of(structures)
    with pytest.raises(
        MicrostructureError, match="the map has no column Phi_rad. Need"
    ):
        grains_from_ebsd(table.drop(columns="Phi_rad"))
    with pytest.raises(
        MicrostructureError, match=r"window=\(0, 0, 99\) reaches beyond"
    ):
        grains_from_ebsd(table, window=(0, 0, 99))
    (tmp_path / "map.txt").write_text("")
    with pytest.raises(
        MicrostructureError, match=r"map.txt' does not end in .ang, .ctf"
    ):
        read_ebsd(tmp_path / "map.txt")
    table.drop(columns="y_um").to_csv(tmp_path / "map.csv", index=False)
    with pytest.raises(
        MicrostructureError, match="1600 points and no column y_um. Nee"
    ):
        read_ebsd(tmp_path / "map.csv")
    table.assign(Phi_rad=np.nan).to_csv(tmp_path / "map.csv", index=False)
    with pytest.raises(MicrostructureError, match="point 0: .* is not finite"):
        read_ebsd(tmp_path / "map.csv")
    (tmp_path / "map.ang").write_text("# only a header\n")
    with pytest.raises(MicrostructureError, match="map.ang': No columns to parse"):
        read_ebsd(tmp_path / "map.ang")
    (tmp_path / "map.ctf").write_text("no table\n")
    with pytest.raises(MicrostructureError, match=r"map.ctf': there is no line"):
        read_ebsd(tmp_path / "map.ctf")
    with gzip.open(tmp_path / "text.csv.gz", "wt") as file:
        file.write("phi1_rad,Phi_rad,phi2_rad,x_um,y_um\na,b,c,d,e\n")
    with pytest.raises(MicrostructureError, match=r"text.csv.gz': could not convert"):
        read_ebsd(tmp_path / "text.csv.gz")


def test_the_shared_map():
    table = read_ebsd(shared_path("grain_maps/sdss_ferrite_austenite.csv.gz"))
    assert len(table) == 11_700
    structure = grains_from_ebsd(table)
    assert 50 < structure.parameters["n_grains"][0] < 400
    assert 0 < structure.parameters["out_of_plane"][0] < 1


def test_symmetric_copies_are_four_of_one_texture(structures):
    copies = symmetric_copies(structures.angles)
    assert copies.shape == (4, 40, 40)
    changed = [c for c in copies[1:] if not np.allclose(c, copies[0])]
    assert len(changed) == 3
    assert np.allclose(np.cos(copies).mean(axis=(1, 2)), np.cos(copies[0]).mean())
