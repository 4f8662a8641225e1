"""Cells of known crystals, their invariances, and crystals that are hard to divide."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklmag import StructureError
from sklmag.structure import voronoi_tessellation
from sklmag.structure._cells import TORN, clipped_cells
from sklmag.structure._lattice import reduced_basis
from sklmag.structure._qhull import _MAX_POINTS, qhull_cells
from sklmag.structure._tessellation import _divided, reduced_crystal

FCC = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


def lattice_of(lengths, angles):
    """Return the lattice of three lengths and angles in degrees, or None."""
    a, b, c = lengths
    x, y, z = np.cos(np.deg2rad(angles))
    square = 1 - x * x - y * y - z * z + 2 * x * y * z
    if square < 1e-4:
        return None
    sine = np.sqrt(1 - z * z)
    third = [c * y, c * (x - y * z) / sine, c * np.sqrt(square) / sine]
    return np.array([[a, 0, 0], [b * z, b * sine, 0], third])


def divided_by(method, lattice, positions):
    """Tessellate with this method alone."""
    return _divided(method, reduced_crystal(np.array(lattice), np.array(positions)))


def faces(tessellation):
    """Return the faces in an order of their own."""
    t = tessellation
    order = np.lexsort((*t.image.T, t.neighbor, t.site))
    return t.site[order], t.neighbor[order], t.image[order], t.area[order]


class TestKnownCrystals:
    def test_simple_cubic(self):
        cells = voronoi_tessellation(3 * np.eye(3), [[0.2, 0.3, 0.4]])
        np.testing.assert_allclose(cells.area, 9)
        np.testing.assert_allclose(cells.distance, 3)
        assert {tuple(image) for image in cells.image} == {
            (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)
        }  # fmt: skip

    def test_fcc_is_a_rhombic_dodecahedron(self):
        cells = voronoi_tessellation(4 * np.eye(3), FCC)
        assert np.diff(cells.start).tolist() == [12] * 4
        np.testing.assert_allclose(cells.area, 4**2 / (4 * np.sqrt(2)))

    def test_bcc_is_a_truncated_octahedron(self):
        cells = voronoi_tessellation(4 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]])
        squares = np.isclose(cells.distance, 4)
        assert squares.sum() == 2 * 6
        np.testing.assert_allclose(cells.area[squares], 4**2 / 8)
        np.testing.assert_allclose(cells.area[~squares], 4**2 * 3 * np.sqrt(3) / 16)

    def test_an_elongated_cell(self):
        cells = voronoi_tessellation(np.diag([1.0, 1.0, 50.0]), [[0, 0, 0]])
        assert sorted(cells.area.round(9)) == [1, 1, 50, 50, 50, 50]


@st.composite
def crystals(draw):
    lengths = draw(st.tuples(*[st.floats(2, 9)] * 3))
    angles = draw(st.tuples(*[st.floats(15, 140)] * 3))
    lattice = lattice_of(lengths, angles)
    if lattice is None:
        lattice = np.diag(lengths)
    n_sites = draw(st.integers(1, 6))
    on_grid = st.tuples(*[st.sampled_from([0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4])] * 3)
    anywhere = st.tuples(*[st.integers(0, 999).map(lambda k: k / 1000)] * 3)
    sites = st.lists(
        on_grid | anywhere, min_size=n_sites, max_size=n_sites, unique=True
    )
    return lattice, np.array(draw(sites))


@settings(max_examples=100, deadline=None)
@given(crystals())
def test_qhull_finds_the_same_faces(crystal):
    ours, theirs = (
        divided_by(clipped_cells, *crystal),
        divided_by(qhull_cells, *crystal),
    )
    large = 1e-7 * (ours.area.max() + theirs.area.max())
    found = [
        {
            (i, j, tuple(m)): a
            for i, j, m, a in zip(t.site, t.neighbor, t.image, t.area, strict=True)
            if a > large
        }
        for t in (ours, theirs)
    ]
    assert set(found[0]) == set(found[1])
    for face, area in found[0].items():
        assert area == pytest.approx(found[1][face], rel=1e-7, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(crystals())
def test_volume_and_both_sides_of_each_face(crystal):
    lattice, positions = crystal
    cells = voronoi_tessellation(lattice, positions)
    volume = abs(np.linalg.det(lattice))
    assert cells.cell_volumes.sum() == pytest.approx(volume, rel=1e-10)
    vector = (positions[cells.neighbor] + cells.image - positions[cells.site]) @ lattice
    np.testing.assert_allclose(np.linalg.norm(vector, axis=1), cells.distance)
    both = cells.reverse >= 0
    np.testing.assert_array_equal(cells.image[both], -cells.image[cells.reverse[both]])
    np.testing.assert_array_equal(
        cells.reverse[cells.reverse[both]], np.flatnonzero(both)
    )


def test_a_thousand_hard_cells():
    """Angles down to 15°, sites closer than 0.1 Å, symmetric and almost symmetric."""
    rng = np.random.default_rng(0)
    for k in range(1000):
        lattice = None
        while lattice is None:
            high = 165 if k % 2 else 40
            lattice = lattice_of(rng.uniform(2, 15, 3), rng.uniform(15, high, 3))
        positions = rng.random((rng.choice([1, 2, 3, 5, 8, 20, 60, 200]), 3))
        if k % 3 == 0:
            positions = np.round(positions * 6) / rng.integers(2, 7)
        elif k % 3 == 1 and len(positions) > 1:
            step = rng.normal(size=3) * 10 ** rng.uniform(-3, -1)
            positions[1] = positions[0] + step @ np.linalg.inv(lattice)
        positions = np.unique(np.round(positions % 1, 12) % 1, axis=0)
        if k % 5 == 0:
            positions += rng.normal(size=positions.shape) * 10.0 ** rng.integers(
                -14, -8
            )
        cells = divided_by(clipped_cells, lattice, positions)
        volume = abs(np.linalg.det(lattice))
        assert cells.cell_volumes.sum() == pytest.approx(volume, rel=1e-10)


def test_rings_of_atoms_in_a_box():
    """Their planes meet in one line; neighbors lie exactly as far as was searched."""
    rng = np.random.default_rng(0)
    for n, box in itertools.product(range(6, 30, 2), (12, 20, 30)):
        angle = 2 * np.pi * np.arange(n) / n
        ring = 0.2 * n * np.column_stack((np.cos(angle), np.sin(angle), 0 * angle))
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        for points in (ring, ring @ turn, np.vstack((ring @ turn, np.zeros(3)))):
            cells = divided_by(clipped_cells, box * np.eye(3), points / box + 0.5)
            assert len(cells.start) == len(points) + 1


def test_where_a_cell_is_torn_qhull_divides_the_crystal(monkeypatch):
    from sklmag.structure import _tessellation

    def torn(basis, wrapped):
        return (TORN, 0, 1), *clipped_cells(basis, wrapped)[1:]

    monkeypatch.setattr(_tessellation, "clipped_cells", torn)
    cells = voronoi_tessellation(4 * np.eye(3), FCC)
    np.testing.assert_allclose(cells.area, 4**2 / (4 * np.sqrt(2)))
    monkeypatch.setattr(_tessellation, "qhull_cells", torn)
    with pytest.raises(
        StructureError, match=r"cell of site 0 was torn by rounding. Che"
    ):
        voronoi_tessellation(4 * np.eye(3), FCC)


def test_a_sheared_basis_is_the_same_crystal():
    lattice = np.diag([3.0, 4.0, 5.0])
    shear = np.array([[1, 0, 0], [40, 1, 0], [-377, 1234, 1]])
    positions = np.random.default_rng(0).random((4, 3))
    plain = voronoi_tessellation(lattice, positions)
    sheared = voronoi_tessellation(shear @ lattice, positions @ np.linalg.inv(shear))
    np.testing.assert_allclose(
        np.sort(plain.area), np.sort(sheared.area), rtol=1e-7, atol=1e-9
    )


def test_a_basis_sheared_far_is_no_flat_one():
    shear = np.array([[1, 0, 0], [2**20, 1, 0], [0, 2**18, 1]])
    lattice = np.diag([3.0, 4.0, 5.0])
    cells = voronoi_tessellation(shear @ lattice, [[0.25, 0, 0]])
    assert sorted(cells.area) == pytest.approx([12, 12, 15, 15, 20, 20])


def test_the_reduced_basis_is_short_and_of_the_same_lattice():
    lattice = np.array([[1.0, 0.2, 0], [30.3, 2, 0.1], [7, -55, 3]])
    basis, transform = reduced_basis(lattice)
    np.testing.assert_allclose(transform @ lattice, basis)
    assert abs(np.linalg.det(transform)) == pytest.approx(1)
    for other in np.ndindex(3, 3, 3):
        vector = (np.array(other) - 1) @ basis
        used = np.flatnonzero(np.array(other) - 1)
        if len(used):
            longest = np.linalg.norm(basis[used], axis=1).max()
            assert np.linalg.norm(vector) >= longest * (1 - 1e-9)


class TestBadCrystals:
    def test_two_sites_at_one_place(self):
        with pytest.raises(StructureError, match=r"sites 0 and 2 are at the same place, "
                           r"\[0.2 0.  0. \]. Merge them"):  # fmt: skip
            voronoi_tessellation(np.eye(3) * 4, [[0.2, 0, 0], [0.5, 0, 0], [1.2, 0, 1]])

    def test_a_site_too_many_cells_away_has_no_place_left(self):
        """Rounding would make of it any place: torn cells, and a minute of Qhull."""
        with pytest.raises(StructureError, match=r"site 1 has a fractional coordinate of "
                           r"1e\+187: .* its place in the cell is lost; up to 1e\+09"):  # fmt: skip
            voronoi_tessellation(np.diag([6.2, 227, 4.5]), [[0] * 3, [1e187, 0.5, -3]])
        assert len(voronoi_tessellation(np.eye(3), [[1e9, -1e9, 0.5]]).area) == 6

    @pytest.mark.parametrize("method", [clipped_cells, qhull_cells])
    def test_each_method_names_both_sites(self, method):
        for n in range(1, 9):
            places = np.vstack(
                ([[0.5, 0, 0]] * n, np.random.default_rng(n).random((5, 3)))
            )
            lattice = 4 * np.eye(3)
            if n == 1:
                divided_by(method, lattice, places)
                continue
            with pytest.raises(StructureError, match="are at the same place") as error:
                divided_by(method, lattice, places)
            first, second = re.findall(r"sites (\d+) and (\d+) are", str(error.value))[
                0
            ]
            assert first != second
            assert max(int(first), int(second)) < n

    def test_a_cell_too_elongated_for_qhull_is_refused_at_once(self):
        lattice = np.diag([1.0, 1.0, 400.0])
        assert 4 * 400**2 > _MAX_POINTS
        with pytest.raises(
            StructureError, match=r"of a cell of lengths \[  1.   1. 400.\]"
        ):
            divided_by(qhull_cells, lattice, [[0, 0, 0]])
        assert sorted(divided_by(clipped_cells, lattice, [[0, 0, 0]]).area.round(9)) == [
            1, 1, 400, 400, 400, 400
        ]  # fmt: skip

    def test_no_volume(self):
        with pytest.raises(StructureError, match="span no volume"):
            voronoi_tessellation([[1, 0, 0], [0, 1, 0], [1, 1, 0]], [[0, 0, 0]])

    @pytest.mark.parametrize("scale", [1e-100, 1e-9, 1e8])
    def test_cells_of_no_sensible_size(self, scale):
        with pytest.raises(
            StructureError, match=r"have lengths of .* Å; from 0.0001 to"
        ):
            voronoi_tessellation(np.diag([1, 1, scale]), [[0, 0, 0], [0.3, 0.4, 0.1]])

    @pytest.mark.parametrize("long", [1e10, 1e100, 1e308])
    def test_vectors_too_long_to_reduce(self, long):
        with pytest.raises(
            StructureError, match="vector is .* Å long; up to 1e.09 can"
        ):
            voronoi_tessellation([[3, 0, 0], [long, 3, 0], [0, 0, 3]], [[0, 0, 0]])

    @pytest.mark.parametrize("height", [1e4, 2e4, 1e6])
    def test_a_cell_that_is_almost_empty(self, height):
        with pytest.raises(
            StructureError, match="so empty around site 0 .* smaller, su"
        ):
            voronoi_tessellation(np.diag([3, 3, height]), [[0, 0, 0]])

    def test_a_layer_in_much_empty_space_is_divided(self):
        cells = voronoi_tessellation(np.diag([3, 3, 300.0]), [[0, 0, 0], [0, 0, 0.01]])
        np.testing.assert_allclose(cells.cell_volumes.sum(), 2700)

    def test_more_sites_than_can_be_divided(self):
        with pytest.raises(StructureError, match="300,000 sites; up to 200,000 can be"):
            voronoi_tessellation(np.eye(3), np.zeros((300_000, 3)))

    def test_no_site(self):
        with pytest.raises(StructureError, match="there is no site"):
            voronoi_tessellation(np.eye(3), np.empty((0, 3)))

    def test_coordinates_that_are_not_finite(self):
        with pytest.raises(StructureError, match=r"\[ 0. nan  0.\] of site 1"):
            voronoi_tessellation(np.eye(3), [[0, 0, 0], [0, np.nan, 0]])

    def test_cells_that_do_not_fill_the_volume_are_not_returned(self, monkeypatch):
        from sklmag.structure import _tessellation

        def shrunk(basis, wrapped):
            status, neighbor, image, area, *rest = qhull_cells(basis, wrapped)
            return (status, neighbor, image, 0.99 * area, *rest)

        monkeypatch.setattr(_tessellation, "clipped_cells", shrunk)
        monkeypatch.setattr(_tessellation, "qhull_cells", shrunk)
        with pytest.raises(StructureError, match="but for a share of -1.0e-02"):
            voronoi_tessellation(np.eye(3), [[0, 0, 0]])

    def test_cells_that_disagree_are_not_returned(self, monkeypatch):
        from sklmag.structure import _tessellation

        def skewed(basis, wrapped):
            status, neighbor, image, area, *rest = qhull_cells(basis, wrapped)
            area = area * np.where(image.sum(axis=1) > 0, 1.1, 0.9)
            return (status, neighbor, image, area, *rest)

        monkeypatch.setattr(_tessellation, "clipped_cells", skewed)
        monkeypatch.setattr(_tessellation, "qhull_cells", skewed)
        with pytest.raises(StructureError, match="disagree on the area of the face"):
            voronoi_tessellation(np.eye(3), [[0, 0, 0]])


def test_without_numba_the_numbers_are_the_same(tmp_path):
    """Run where numba cannot be imported: Qhull, and interpreted loops."""
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np\n"
        "from sklmag.structure import VoronoiFeaturizer, _tessellation\n"
        "from pymatgen.core import Lattice, Structure\n"
        "assert _tessellation.numba is None\n"
        "s = Structure(Lattice.hexagonal(3, 4.8), ['Fe', 'Nd'], [[0, 0, 0], [1/3, 2/3, .5]])\n"
        "np.save(sys.argv[1], VoronoiFeaturizer().transform([s]))\n"
    )
    path = str(tmp_path / "out.npy")
    subprocess.run([sys.executable, "-c", code, path], check=True)
    from pymatgen.core import Lattice, Structure

    from sklmag.structure import VoronoiFeaturizer

    structure = Structure(
        Lattice.hexagonal(3, 4.8), ["Fe", "Nd"], [[0, 0, 0], [1 / 3, 2 / 3, 0.5]]
    )
    ours = VoronoiFeaturizer().transform([structure])
    np.testing.assert_allclose(np.load(path), ours, rtol=1e-9, atol=1e-9)
