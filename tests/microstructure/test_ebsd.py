"""Maps of orientations: files of every kind, grains, and what is refused."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest

from sklmag import MicrostructureError, SklmagWarning
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
        found = grains_from_ebsd(
            map_of(structures, noise=noise), shape=(39, 39), frame="map"
        )
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
    one = grains_from_ebsd(table, shape=(20, 20), frame="map")
    assert one.parameters["n_grains"] == 1
    table["phase"] = (table.x_um > 57).astype(int)
    two = grains_from_ebsd(table, shape=(40, 40), frame="map")
    assert two.parameters["n_grains"] == 2


def test_ang_files_with_the_fit_before_the_phase(structures, tmp_path):
    rows = map_of(structures).assign(iq=20.0, ci=0.9, fit=0.5, phase=2).to_numpy()
    np.savetxt(tmp_path / "map.ang", rows, fmt="%.6f")
    assert (read_ebsd(tmp_path / "map.ang")["phase"] == 2).all()


def test_a_window_is_a_part(structures):
    table = map_of(structures)
    part = grains_from_ebsd(
        table, shape=(20, 20), size_nm=40, window=(15, 0, 29), frame="map"
    )
    expected = structures.angles[0, :20, 10:30]
    assert np.median(np.cos(2 * (part.angles[0] - expected))) > 0.9999
    curve = demagnetization_curve(part)
    assert curve.magnetization[0, 0] > 0.8


def test_what_is_refused(structures, tmp_path):
    table = map_of(structures)
    with pytest.raises(MicrostructureError, match="and no column Phi_rad. Needed"):
        grains_from_ebsd(table.drop(columns="Phi_rad"), frame="map")
    with pytest.raises(
        MicrostructureError, match=r"window=\(0, 0, 99\) reaches beyond"
    ):
        grains_from_ebsd(table, window=(0, 0, 99), frame="map")
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
    with pytest.raises(MicrostructureError, match="map.ang': it holds no points"):
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
    with pytest.warns(SklmagWarning) as told:
        structure = grains_from_ebsd(table, frame="map")
    texts = " ".join(str(warning.message) for warning in told)
    assert "of the c-axes (mean square) stand out of the plane" in texts
    assert 50 < structure.parameters["n_grains"][0] < 400
    assert 0 < structure.parameters["out_of_plane"][0] < 1


def test_symmetric_copies_are_four_of_one_texture(structures):
    copies = symmetric_copies(structures.angles)
    assert copies.shape == (4, 40, 40)
    changed = [c for c in copies[1:] if not np.allclose(c, copies[0])]
    assert len(changed) == 3
    assert np.allclose(np.cos(copies).mean(axis=(1, 2)), np.cos(copies[0]).mean())


CTF = """Channel Text File
Prj\tmap.cpr
JobMode\tGrid
XCells\t3
YCells\t3
XStep\t0.5
YStep\t0.5
Euler angles refer to Sample Coordinate system (CS0)!\tMag\t200
Phases\t2
8.80;8.80;12.20\t90;90;90\tNd2Fe14B\t5\t136\t\t
3.65;3.65;11.7\t90;90;120\tNd\t9\t194\t\t
Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS
""" + "".join(
    f"1\t{x / 2:.4f}\t{y / 2:.4f}\t8\t0\t{90.5 + x:.2f}\t40.2070\t29.3940\t0.6000\t98\t100\n"
    for y in range(3) for x in range(3)
)  # fmt: skip
# of orix 0.15 for the file above: Euler angles of the first two points, and x
BY_ORIX = [[1.57952297, 0.70174453, 0.51302208], [1.59697627, 0.70174453, 0.51302208]]
X_BY_ORIX = [0.0, 0.5, 1.0, 0.0]
ASTAR = """# File created from ACOM RES results
# MaterialName      Nickel
# GRID: SqrGrid#
""" + "".join(
    f"   1.815    0.618    1.259  {2 * x:.3f}  {2 * y:.3f}  16.0  0.300  1  1\n"
    for y in range(3) for x in range(3)
)  # fmt: skip
EDAX = """# x-star 0.47
# Phase 1
# MaterialName  Nd2Fe14B
# GRID: SqrGrid
  1.57080  1.57080  1.57080  0.00000  0.00000  145.0  0.665  0  1  1.001
  12.56637  12.56637  12.56637  0.50000  0.00000  145.0  0.000  0  1  180.000
  1.20000  1.20000  1.20000  0.00000  0.50000  145.0  0.665  0  1  1.001
"""


def read(text, name, folder):
    (folder / name).write_text(text)
    return read_ebsd(folder / name)


@pytest.mark.parametrize("change", [
    lambda text: text, lambda text: text.replace(".", ","),
    lambda text: re.sub(r"(?m)^(1\t.*)$", "\\1\t", text),
    lambda text: text.replace("\n", "\r\n"),
], ids=["as it is", "decimal comma", "separator at the end", "Windows"])  # fmt: skip
def test_ctf_files_as_orix_reads_them(change, tmp_path):
    table = read(change(CTF), "map.ctf", tmp_path)
    assert len(table) == 9
    np.testing.assert_allclose(table[["phi1_rad", "Phi_rad", "phi2_rad"]][:2], BY_ORIX)
    np.testing.assert_allclose(table["x_um"][:4], X_BY_ORIX)
    assert table.attrs["frame"] == "oxford"
    assert table.attrs["phases"] == {1: "Nd2Fe14B", 2: "Nd"}


def test_ang_files_as_orix_reads_them(tmp_path):
    table = read(EDAX, "map.ang", tmp_path)
    assert table["phi1_rad"].tolist() == [1.5708, 1.2]  # 4 pi is no solution
    assert table.attrs == {
        "frame": "edax",
        "phases": {1: "Nd2Fe14B"},
        "n_not_indexed": 1,
    }
    table = read(ASTAR, "map.ang", tmp_path)
    np.testing.assert_allclose(table["x_um"][:3], [0, 0.002, 0.004])  # orix: nm
    assert table.attrs["frame"] is None


def test_h5oina(tmp_path):
    """As its description has it: github.com/oinanalysis/h5oina."""
    import h5py

    with h5py.File(tmp_path / "map.h5oina", "w") as file:
        data = file.create_group("1/EBSD/Data")
        data["Euler"] = np.array([[1.5, 0.7, 0.5], [0, 0, 0], [1.6, 0.7, 0.5]], "f4")
        data["X"], data["Y"] = np.array([0, 0.5, 0], "f4"), np.array([0, 0, 0.5], "f4")
        data["Phase"] = np.array([1, 0, 2], "u1")
        for number, name in enumerate([b"Nd2Fe14B", b"Nd"], 1):
            file[f"1/EBSD/Header/Phases/{number}/Phase Name"] = [name]
    table = read_ebsd(tmp_path / "map.h5oina")
    np.testing.assert_allclose(table["phi1_rad"], [1.5, 1.6], rtol=1e-6)
    assert table["phase"].tolist() == [1, 2]
    assert table.attrs == {
        "frame": "oxford",
        "phases": {1: "Nd2Fe14B", 2: "Nd"},
        "n_not_indexed": 1,
    }


@pytest.mark.parametrize(("name", "text", "message"), [
    ("a.ang", EDAX + " 1.00000 1.40", "line 8 holds 2 words, the first line of points 10: it is cut"),
    ("a.ang", EDAX.replace("0.665", "-1.0"), "none of the 3 points was indexed"),
    ("a.ang", EDAX.replace("1.20000  1", "1.2OOOO  1"), "line 7: '1.2OOOO' is no number"),
    ("a.ang", EDAX.replace("0.00000  0.50000", "0.00000  0.00000"), r"two points lie at \[0.0, 0.0\] µm \(the second is 1\)"),
    ("a.ctf", CTF.replace("Y\tBands", "Y\tZ\tBands").replace("\t8\t0\t9", "\t0\t8\t0\t9") +
     "1\t0\t0\t1\t8\t0\t90\t40\t29\t0.6\t98\t100\n", r"several slices \(Z = 0, 1\). Write each"),
    ("a.ctf", CTF.replace("\tBS\n", "\n"), "line 13 holds 11 values for the 10 columns"),
    ("a.ctf", re.sub("(?m)^1\t", "0\t", CTF), "none of the 9 points was indexed"),
    ("a.h5", "", "does not end in .ang, .ctf, .h5oina, .csv: no map that is known. The"),
    ("a.csv", "phi1_rad,Phi_rad,phi2_rad,x_um,y_um\n90,40,30,0,0\n", "point 0 has the angles .90.0, 40.0, 30.0.: degrees"),
])  # fmt: skip
def test_files_that_are_damaged_or_unclear(name, text, message, tmp_path):
    with pytest.raises(MicrostructureError, match=f"(?s){message}"):
        read(text, name, tmp_path)


def test_the_frame_is_never_taken_in_silence(structures, tmp_path):
    table = map_of(structures)
    with pytest.raises(
        MicrostructureError, match="To which axes do the Euler angles ref"
    ):
        grains_from_ebsd(table, shape=(20, 20))
    table.attrs["frame"] = "edax"
    with pytest.warns(
        SklmagWarning, match="frame='edax' is taken, the rule of the program"
    ):
        taken = grains_from_ebsd(table, shape=(20, 20))
    said = grains_from_ebsd(table, shape=(20, 20), frame="edax")
    np.testing.assert_array_equal(taken.angles, said.angles)


def test_other_phases_are_told_and_chosen(structures):
    table = map_of(structures).assign(phase=1)
    table.loc[:399, "phase"] = 2  # a quarter
    table.attrs["phases"] = {1: "Nd2Fe14B", 2: "Nd"}
    with pytest.warns(
        SklmagWarning, match=r"phases \(1 \(Nd2Fe14B\) 75 %, 2 \(Nd\) 25 %\), and all"
    ):
        grains_from_ebsd(table, shape=(20, 20), frame="map")
    with pytest.warns(SklmagWarning, match="25 % of the points are of other phases"):
        grains_from_ebsd(table, shape=(20, 20), frame="map", phases=[1])
    with pytest.raises(
        MicrostructureError, match=r"phases=\[3\]: the map holds 1 .Nd2"
    ):
        grains_from_ebsd(table, shape=(20, 20), frame="map", phases=[3])
