"""Magnets in space: equilibria against analytic limits, loops, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sklmag.exceptions import MicrostructureError, SklmagWarning
from sklmag.microstructure import (
    ND2FE14B,
    Material,
    anchor_points,
    demagnetization_curve,
    field_path,
    figures_of_merit,
    hysteresis_loop,
    make_grain_structures,
    make_magnet,
    reversal_curves,
    stoner_wohlfarth_curve,
)
from sklmag.microstructure import _loops as loops_room
from sklmag.microstructure._demagnetizing_tensor import box_tensor, prism_tensor
from sklmag.microstructure._equilibrium import Equilibrium
from sklmag.microstructure._material import MU0

WEAK = Material(Js_T=1e-3, K1_J_m3=2e5, A_J_m=8e-12)  # no stray field to speak of
H_A = WEAK.anisotropy_field_T
EXACT = {"tolerance": 1e-9, "dtype": "float64"}


def polycrystal(n=12, cells=24, seed=0, **options):
    grains = make_grain_structures(
        1, shape=(cells, cells), size_nm=2 * cells, n_grains=n, random_state=seed
    ).grains[0]
    axes = np.random.default_rng(seed).normal(size=(n, 3)) + [0, 2, 0]
    return make_magnet(grains, axes, **{"cell_nm": 2.0} | options)


class TestTensor:
    def test_the_cube_and_the_prism_of_aharoni(self):
        cube = box_tensor((2, 3, 4), (1.0, 1.0, 1.0))
        assert [cube[k][0, 0, 0] for k in ("xx", "yy", "zz")] == pytest.approx(
            [1 / 3] * 3
        )
        # A. Aharoni, J. Appl. Phys. 83 (1998) 3432, equation 1, twice as long as wide
        assert box_tensor((1, 1, 1), (2.0, 1, 1))["zz"][0, 0, 0] == pytest.approx(
            0.1983161, abs=1e-7
        )

    def test_far_cells_are_dipoles(self):
        tensor = box_tensor((24, 30, 40), (1.0, 1.0, 1.0))
        x, y, z = 35.0, 25, -20
        r = np.sqrt(x * x + y * y + z * z)
        at = (-20, 25, 35)
        xx = (1 - 3 * x * x / r**2) / (4 * np.pi * r**3)
        assert tensor["xx"][at] == pytest.approx(xx, rel=1e-4)
        xz = -3 * x * z / (4 * np.pi * r**5)
        assert tensor["xz"][at] == pytest.approx(xz, rel=1e-4)

    def test_a_periodic_plane(self):
        """Sheets of charge: magnetization along its own modulation feels all of it."""
        tensor = prism_tensor((16, 24), periodic=True)
        along, across = (np.fft.fft2(tensor[k]).real for k in ("xx", "yy"))
        assert along[0, 1:] == pytest.approx(np.ones(23), abs=3e-4)
        assert across[0, 1:] == pytest.approx(np.zeros(23), abs=3e-4)
        assert abs(along[0, 0]) < 1e-12

    def test_long_boxes_are_prisms_without_end(self):
        box, prism = box_tensor((1, 6, 6), (1e4, 1.0, 1.0)), prism_tensor((6, 6))
        for name in ("xx", "xy", "yy"):
            used = np.ix_(range(-5, 6), range(-5, 6))
            assert box[name][0][used] == pytest.approx(prism[name][used], abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_one_domain_in_space(seed):
    """The angle between axis and field is all that counts, wherever both point."""
    axis, direction = np.random.default_rng(seed).normal(size=(2, 3))
    cosine = abs(axis @ direction) / np.linalg.norm(axis) / np.linalg.norm(direction)
    fields = np.arange(1, -1, -0.0503)
    magnet = make_magnet([[0]], [axis], material=WEAK, cell_nm=1.0)
    loop = hysteresis_loop(magnet, fields * H_A, direction=direction, **EXACT)
    expected = stoner_wohlfarth_curve([np.arccos(cosine)], fields)[0]
    assert loop.polarization_T / WEAK.Js_T == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("axis", "direction", "switches"),
    [
        ([0, 1, 0], [0, 1, 0], True),
        ([0, 0, 1], [0, 0, 1], True),
        ([1, 0, 0], [0, 1, 0], False),
        ([0, 0, 1], [0, 1, 0], False),
    ],
)
def test_no_rest_on_a_maximum(axis, direction, switches):
    """Aligned with the axis it jumps at H_A; across it follows the field."""
    magnet = make_magnet(np.zeros((4, 4), int), [axis], material=WEAK, cell_nm=1.0)
    fields = np.array([1.2, 0.5, 0, -0.5, -0.95, -1.05])
    loop = hysteresis_loop(magnet, fields * H_A, direction=direction)
    expected = [1, 1, 1, 1, 1, -1] if switches else [1, 0.5, 0, -0.5, -0.95, -1]
    assert loop.polarization_T / WEAK.Js_T == pytest.approx(expected, abs=2e-3)


def test_in_the_plane_it_is_the_solver_of_the_plane():
    structures = make_grain_structures(
        1,
        shape=(24, 24),
        size_nm=48,
        n_grains=8,
        max_misorientation=1.0,
        random_state=1,
    )
    fields = np.arange(1, -0.601, -0.02)
    plane = demagnetization_curve(structures, fields, whole=True, dtype="float64")
    magnet = make_magnet(structures)
    loop = hysteresis_loop(
        magnet, fields * ND2FE14B.anisotropy_field_T, dtype="float64"
    )
    assert loop.polarization_T / ND2FE14B.Js_T == pytest.approx(
        plane.magnetization[0], abs=2e-4
    )
    assert np.abs(loop.polarization_vector_T[:, 2]).max() < 1e-3


def test_the_energy_of_a_wall():
    """4 sqrt(A K) an area, between two domains without a stray field."""
    n = 120
    magnet = make_magnet(
        np.zeros((1, 1, n), int), [[0, 1, 0]], material=WEAK, cell_nm=1
    )
    start = np.zeros((1, 1, n, 3))
    start[..., 1] = np.where(np.arange(n) < n / 2, 1, -1)
    start[..., 0] = 0.1
    loop = hysteresis_loop(magnet, [0.0], start=start, tolerance=1e-5, dtype="float64")
    found = loop.energies[["exchange_J_per_m3", "anisotropy_J_per_m3"]].sum(axis=1)[0]
    expected = 4 * np.sqrt(WEAK.A_J_m * WEAK.K1_J_m3)
    assert found * n * 1e-9 == pytest.approx(expected, rel=2e-3)


def test_the_nucleation_of_a_soft_layer():
    """Held at both sides it turns at 2 A pi² / (J d²)."""
    A, d = 8e-12, 40e-9
    hard = Material(Js_T=1.6, K1_J_m3=3e7, A_J_m=A)
    grains = np.zeros((2, 60), int)
    grains[:, 10:50] = 1
    magnet = make_magnet(
        grains, [[0, 1, 0]] * 2, material=hard, cell_nm=1, periodic=True
    )
    magnet = replace(magnet, K1_J_m3=np.where(grains[None] == 1, 0.0, hard.K1_J_m3))
    expected = 2 * A * MU0 / 1.6 * (np.pi / d) ** 2
    fields = -np.arange(0, 1.6, 0.02) * expected
    loop = hysteresis_loop(magnet, fields, tolerance=1e-6, dtype="float64")
    turned = loop.polarization_T < 0.9999 * loop.polarization_T[0]
    assert fields[np.argmax(turned)] == pytest.approx(-expected, rel=0.1)


def test_the_third_standard_problem():
    """A cube of 8.47 exchange lengths: flower and vortex have one energy (µMAG)."""
    Km = 1 / (2 * MU0)
    material = Material(Js_T=1.0, K1_J_m3=0.1 * Km, A_J_m=1e-11)
    length_nm = 1e9 * np.sqrt(1e-11 / Km)

    def energy(edge, state, n=12):
        cell = edge * length_nm / n
        magnet = make_magnet(
            np.zeros((n, n, n), int), [[0, 0, 1]], material=material, cell_nm=cell
        )
        rest = Equilibrium(magnet, np.eye(3)[2:], "float64")
        rest.symmetric = False  # the flower is a state of full symmetry
        x = (np.arange(n) - (n - 1) / 2) / n
        z, _, x = np.meshgrid(x, x, x, indexing="ij")
        flower = np.stack((0 * x, 0 * x, 1 + 0 * x), axis=-1)
        vortex = np.stack((z, 0.15 + 0 * x, -x), axis=-1)
        rest.set(flower if state == "flower" else vortex)
        assert rest.rest(np.zeros(3), 1e-4, 0.1, 10**5)
        return sum(rest.energies_J_per_m3(np.zeros(3)).values()) / Km

    edges = np.array([8.3, 8.6])
    gap = [energy(edge, "flower") - energy(edge, "vortex") for edge in edges]
    crossing = edges[0] - gap[0] * np.diff(edges)[0] / (gap[1] - gap[0])
    # cells of 0.7 exchange lengths; 20 cells give 8.454, and the limit is 8.47
    assert crossing == pytest.approx(8.42, abs=0.02)


@pytest.fixture(scope="module")
def loop():
    return hysteresis_loop(polycrystal(), field_path(8, -8, 8, step_T=0.5))


class TestLoops:
    def test_a_loop_is_symmetric_and_has_figures(self, loop):
        J = loop.polarization_T
        assert J[:33] == pytest.approx(-J[32:], abs=2e-3)
        found = figures_of_merit(loop.field_A_per_m, loop.magnetization_A_per_m)
        assert 0.5e6 < found["Hc_A_per_m"] < 3e6
        assert loop.demagnetizing_factor == pytest.approx(0.5)
        inner = figures_of_merit(loop)  # in the internal field of the magnet
        assert inner["BHmax_J_per_m3"] > found["BHmax_J_per_m3"]
        assert "65 fields from -8 to 8 T" in repr(loop)

    def test_the_work_of_a_loop_is_lost_but_energies_come_back(self, loop):
        total = loop.energies.sum(axis=1)
        assert total[0] == pytest.approx(total[64], rel=1e-4)
        lost = -np.trapezoid(loop.polarization_T, loop.field_A_per_m)
        assert lost > 0  # it falls above, and rises below

    def test_energies_fall_along_the_field_by_the_magnetization(self):
        """Between jumps dE/dB = -J/µ0, which ties every energy to the forces."""
        fields = np.array([1.0, 0.9, 0.8, 0.7, 0.6])
        loop = hysteresis_loop(polycrystal(), fields, tolerance=1e-8, dtype="float64")
        slope = np.gradient(loop.energies.sum(axis=1), fields)[1:-1]
        assert slope == pytest.approx(-loop.polarization_T[1:-1] / MU0, rel=1e-3)

    def test_a_recoil_and_a_minor_loop_stay_inside(self):
        magnet = polycrystal(boundary_nm=4.0)
        major = hysteresis_loop(magnet, field_path(8, -8, step_T=0.25))
        recoil = hysteresis_loop(magnet, field_path(8, -2, 0, step_T=0.25))
        back = recoil.polarization_T[-8:]
        assert (np.diff(back) > 0).all()
        at = np.interp(-recoil.field_T[-8:], -major.field_T, major.polarization_T)
        assert (back <= at + 1e-3).all()

    def test_the_virgin_curve_begins_at_nothing_and_meets_the_loop(self):
        magnet = polycrystal(n=40, cells=32, boundary_exchange=0.0)
        options = {"start": "demagnetized", "random_state": 0}
        virgin = hysteresis_loop(magnet, [0, 1, 8.0], **options)
        assert abs(virgin.polarization_T[0]) < 0.4 * magnet.saturation_T
        major = hysteresis_loop(magnet, [8.0])
        assert virgin.polarization_T[2] == pytest.approx(
            major.polarization_T[0], rel=0.01
        )
        again = hysteresis_loop(magnet, [0, 1, 8.0], **options)
        assert (again.polarization_T == virgin.polarization_T).all()

    def test_two_sequences_are_one(self):
        magnet = polycrystal()
        whole = hysteresis_loop(magnet, [8, 0, -1, -2.0])
        first = hysteresis_loop(magnet, [8, 0.0], maps_at=[0.0])
        second = hysteresis_loop(magnet, [-1, -2.0], start=first.end)
        assert second.polarization_T == pytest.approx(
            whole.polarization_T[2:], abs=1e-3
        )
        assert (first.maps[1] == first.end).all()
        assert np.linalg.norm(first.end, axis=-1) == pytest.approx(1, abs=1e-5)

    def test_a_turned_magnet_in_a_turned_field_is_the_same(self):
        """By 90° in the plane, with grid, axes and field."""
        magnet = polycrystal()
        turned = make_magnet(
            np.rot90(magnet.grains[0]).copy(),
            _axes_of(magnet) @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]]),
            cell_nm=2.0,
        )
        fields = [8, 1, 0, -0.5]
        one = hysteresis_loop(magnet, fields, dtype="float64")
        other = hysteresis_loop(turned, fields, direction=(-1, 0, 0), dtype="float64")
        assert other.polarization_T == pytest.approx(one.polarization_T, abs=1e-3)

    def test_weaker_boundaries_part_the_grains(self):
        fields = field_path(8, -8, step_T=0.1)
        coercive = []
        for share in (1.0, 0.0):
            loop = hysteresis_loop(polycrystal(boundary_exchange=share), fields)
            points = anchor_points(loop.field_T, loop.polarization_T, 8.0)
            coercive.append(points.Hc[0])
        assert coercive[1] > coercive[0]

    def test_a_plane_without_end_has_no_shape(self):
        magnet = polycrystal(periodic=True)
        found = [hysteresis_loop(magnet, [8, 0.0]).polarization_T]
        rolled = replace(
            magnet,
            grains=np.roll(magnet.grains, 5, axis=2),
            easy_axes=np.roll(magnet.easy_axes, 5, axis=2),
        )
        found.append(hysteresis_loop(rolled, [8, 0.0]).polarization_T)
        assert found[0] == pytest.approx(found[1], abs=1e-4)
        assert hysteresis_loop(magnet, [1.0]).demagnetizing_factor == 0

    def test_no_rest_is_said_and_stays_visible(self, monkeypatch):
        monkeypatch.setattr(loops_room, "_MOST_STEPS", 2)
        with pytest.warns(ConvergenceWarning, match=r"no rest at 1 T \(point 0\)"):
            loop = hysteresis_loop(polycrystal(), [1.0, 0.0])
        assert np.isnan(loop.polarization_T).all()
        assert loop.energies.isna().all(axis=None)


def _axes_of(magnet):
    first = np.unique(magnet.grains, return_index=True)[1]
    return magnet.easy_axes.reshape(-1, 3)[first]


class TestMagnets:
    def test_a_phase_between_grains_has_its_thickness(self):
        grains = np.repeat([[0] * 20 + [1] * 20], 6, axis=0)
        magnet = make_magnet(grains, cell_nm=1.0, boundary_nm=4.0)
        assert (magnet.Js_T[0, 0] == 0).sum() == 4
        assert (magnet.grains[0, 0, 18:22] == -1).all()
        around = make_magnet(grains, cell_nm=1.0, boundary_nm=4.0, periodic=True)
        assert (around.Js_T[0, 0] == 0).sum() == 8  # also where the plane begins anew
        soft = Material(Js_T=1.0, K1_J_m3=5e3, A_J_m=5e-12)
        filled = make_magnet(grains, cell_nm=1, boundary_nm=4, boundary_material=soft)
        assert sorted(set(filled.Js_T[0, 0])) == [1.0, ND2FE14B.Js_T]

    def test_each_grain_has_its_material(self):
        soft = Material(Js_T=2.15, K1_J_m3=5e3, A_J_m=2e-11)
        magnet = make_magnet([[0, 0, 1, 1]], cell_nm=2.0, material=[ND2FE14B, soft])
        assert magnet.Js_T[0, 0].tolist() == [1.61, 1.61, 2.15, 2.15]
        assert magnet.saturation_T == pytest.approx(1.88)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"grains": [0, 1]}, r"grains of shape \(2,\) .* must be whole numbers on"),
            ({"grains": [[0.5]]}, "type float64 must be whole numbers"),
            ({"grains": [[-1]]}, "grain -1: numbers count from 0"),
            ({"cell_nm": None}, "cell_nm=None must be the edge of a cell in nm"),
            ({"cell_nm": (1.0, 2.0, 1.0)}, "cells of a plane are square"),
            (
                {"easy_axes": [[0, 1]]},
                r"easy_axes of shape \(1, 2\) must be one vector",
            ),
            ({"easy_axes": [[0, 1, 0], [0, 0, 0]]}, "easy axis 1 is .*: no direction"),
            ({"material": [ND2FE14B]}, "there are 1 materials for 2 grains"),
            ({"boundary_exchange": -1}, "boundary_exchange=-1 must be a share from 0"),
            ({"boundary_nm": 1.0}, "thinner than the two cells of 2 nm that touch"),
            ({"boundary_exchange": np.nan}, "boundary_exchange=nan must be a share"),
            ({"boundary_nm": -1.0}, "boundary_nm=-1.0 must be a thickness"),
            ({"material": "SmCo5"}, "the material of grain 0 is 'SmCo5', no Material"),
            ({"boundary_nm": 90.0}, "boundary_nm=90.0 leaves nothing of a grain"),
            ({"grains": [[[0]]], "periodic": True}, "needs a two-dimensional map"),
            (
                {"grains": make_grain_structures(2, shape=(4, 4))},
                "there are 2 structures",
            ),
        ],
    )
    def test_what_is_refused(self, arguments, message):
        given = {"grains": [[0, 0, 1, 1]], "cell_nm": 2.0} | arguments
        with pytest.raises(MicrostructureError, match=message):
            make_magnet(**given)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"field_T": 1.0}, "field_T must be numbers in T"),
            ({"field_T": [1, np.nan]}, "field 1 is nan. Leave that point out"),
            ({"field_T": [4e6, 0]}, "a field of 4e\\+06 T: field_T is in T. From A/m"),
            ({"direction": (0, 0, 0)}, r"direction=\(0, 0, 0\) must be three numbers"),
            ({"start": "virgin"}, "start='virgin' must be 'saturated', 'demagnetized'"),
            (
                {"start": np.zeros((2, 3))},
                r"start=\(2, 3\) must be .* of shape \(1, 1, 4",
            ),
            (
                {"maps_at": [0.3]},
                "maps_at=0.3 T is none of the fields; the nearest is 0",
            ),
            ({"start": np.full((1, 1, 4, 3), np.nan)}, "vectors that are not finite"),
            ({"dtype": "float16"}, "dtype='float16' with tolerance=0.0002: known are"),
            ({"tolerance": 1e-9}, "resolves torques down to 1e-6"),
            (
                {"magnet": None},
                "expected a Magnet, got NoneType: make_magnet makes one",
            ),
        ],
    )
    def test_what_loops_refuse(self, arguments, message):
        magnet = make_magnet([[0, 0, 1, 1]], cell_nm=2.0)
        given = {"magnet": magnet, "field_T": [1.0, 0.0]} | arguments
        with pytest.raises(MicrostructureError, match=message):
            hysteresis_loop(**given)

    def test_coarse_cells_are_told(self):
        with pytest.warns(SklmagWarning, match="Cells of 4 nm pin domain walls, whose"):
            hysteresis_loop(make_magnet([[0, 0]], cell_nm=4.0), [1.0])

    def test_fields_need_two_turns(self):
        with pytest.raises(
            MicrostructureError, match=r"field_path\(1,\) with step_T=1"
        ):
            field_path(1, step_T=1)
        assert field_path(2, -1, step_T=0.7).tolist() == pytest.approx(
            [2, 1.4, 0.8, 0.2, -0.4, -1]
        )


class TestReversalCurves:
    def test_free_domains_give_a_peak_at_their_switching_field(self):
        """Two kinds of grains without a stray field: no interaction, two fields."""
        grains = np.arange(36).reshape(6, 6)
        axes = np.tile([[0, 1, 0.05], [1, 1.5, 0]], (18, 1))
        magnet = make_magnet(
            grains, axes, material=WEAK, cell_nm=50.0, boundary_exchange=0.0
        )
        curves = reversal_curves(magnet, 1.2 * H_A, 0.05 * H_A)
        rho = curves.distribution(2)
        i, k = np.unravel_index(np.nanargmax(rho), rho.shape)
        reversal, applied = curves.field_T[i], curves.field_T[k]
        assert abs(applied + reversal) / 2 < 0.06 * H_A  # interaction
        switching = (applied - reversal) / 2 / H_A
        expected = [_switching(0.05), _switching(np.arctan(1 / 1.5))]
        assert min(abs(switching - e) for e in expected) < 0.06
        upper = np.isfinite(curves.polarization_T)
        assert (upper == np.triu(np.ones_like(upper))).all()

    def test_processes_change_nothing(self):
        magnet = make_magnet([[0, 0, 1, 1]] * 4, [[0, 1, 0.2], [1, 2, 0]], cell_nm=2.0)
        one = reversal_curves(magnet, 6, 2)
        two = reversal_curves(magnet, 6, 2, n_jobs=2)
        assert np.array_equal(one.polarization_T, two.polarization_T, equal_nan=True)
        last = hysteresis_loop(magnet, field_path(6, -6, 6, step_T=2)).polarization_T
        assert one.polarization_T[0] == pytest.approx(last[6:], abs=1e-3)

    def test_what_is_refused(self):
        magnet = make_magnet([[0]], cell_nm=2.0)
        with pytest.raises(MicrostructureError, match="make fewer than 5 fields"):
            reversal_curves(magnet, 1, 1)
        with pytest.raises(MicrostructureError, match="smoothing=0 must be 1 or more"):
            reversal_curves(magnet, 6, 2).distribution(0)


def _switching(angle):
    return (np.cos(angle) ** (2 / 3) + np.sin(angle) ** (2 / 3)) ** -1.5
