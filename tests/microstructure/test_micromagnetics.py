"""Equilibria against analytic limits, and what must not change them."""

from pathlib import Path

import numpy as np
import pytest

from sklmag.microstructure import (
    ND2FE14B,
    GrainStructures,
    anchor_points,
    demagnetization_curve,
    make_grain_structures,
)
from sklmag.microstructure._demagnetizing_field import (
    demagnetizing_field,
    demagnetizing_kernel,
)
from sklmag.microstructure._descent import Descent, falling_field_equilibria_of_one
from sklmag.microstructure._micromagnetics import _Batch, falling_field_equilibria

WHOLE = np.arange(1, -1.0001, -0.01)


def one_by_one(angles, fields, **options):
    curves = [falling_field_equilibria_of_one(a, fields, **options) for a in angles]
    return np.array(curves)


# all together in torch, and one by one in compiled loops
both_solvers = pytest.mark.parametrize(
    "solve", [falling_field_equilibria, one_by_one], ids=["torch", "compiled"]
)


def single_domain(solve, angle, fields=WHOLE, **options):
    options = {"exchange": 0.0, "magnetostatic": 0.0, "dtype": "float64"} | options
    angles = np.full((1, 1, 1), angle)
    return solve(angles, fields, tolerance=1e-9, **options)[0]


@both_solvers
@pytest.mark.parametrize("degrees", [2, 10, 20, 30, 40, 50, 60, 75, 85])
def test_stoner_wohlfarth(solve, degrees):
    """Each point solves sin 2(φ - ψ) + 2 h sin φ = 0, and the loop jumps where it must."""
    angle = np.deg2rad(degrees)
    switching = (np.cos(angle) ** (2 / 3) + np.sin(angle) ** (2 / 3)) ** -1.5
    near = np.array([switching - 1e-4, switching + 1e-4])
    fields = np.sort(np.concatenate((WHOLE[np.abs(-WHOLE - switching) > 1e-3], -near)))[
        ::-1
    ]
    found = single_domain(solve, angle, fields)
    for field, m in zip(fields, found, strict=True):
        phi = np.linspace(-np.pi, np.pi, 200_001)
        energy = -0.5 * np.cos(phi - angle) ** 2 - field * np.cos(phi)
        minima = (energy < np.roll(energy, 1)) & (energy <= np.roll(energy, -1))
        assert np.abs(np.cos(phi[minima]) - m).min() < 1e-4
        if -field < switching:
            upper = np.cos(phi[minima & (phi > 0)]).max()  # on the side of the axis
            assert m == pytest.approx(upper, abs=1e-4)
    if degrees < 45:
        jump = fields[1:][np.diff(found) < -0.3]
        assert jump == pytest.approx([-switching - 1e-4])


@both_solvers
def test_the_isotropic_ensemble_has_a_remanence_of_two_over_pi(solve):
    angles = np.linspace(-np.pi / 2, np.pi / 2, 400, endpoint=False) + np.pi / 800
    angles = angles.reshape(1, 20, 20)
    found = solve(
        angles,
        [1.0, 0.5, 0.0],
        exchange=0,
        magnetostatic=0,
        dtype="float64",
        tolerance=1e-9,
    )
    assert found[0, 2] == pytest.approx(2 / np.pi, abs=1e-4)


class TestDemagnetizingKernel:
    def test_a_square_prism_has_no_preferred_axis(self):
        n = 16
        kernel = np.fft.fft2(demagnetizing_kernel((n, n)))
        field = np.fft.ifft2(
            np.fft.fft2(np.full((n, n), -1j), s=(2 * n, 2 * n)) * kernel
        )
        assert (
            abs(field[:n, :n].mean()) < 1e-9
        )  # so that N is the half of the trace, 0.5

    @pytest.mark.parametrize("ratio", [2, 4])
    def test_a_rectangular_prism(self, ratio):
        """Nyy of a strip by integrating the field of its charged ends."""
        n_x, n_y = 8, 8 * ratio
        kernel = np.fft.fft2(demagnetizing_kernel((n_y, n_x)))
        u = np.full((n_y, n_x), 1j)
        field = np.fft.ifft2(np.fft.fft2(u.conj(), s=(2 * n_y, 2 * n_x)) * kernel)
        along = 0.5 + (field[:n_y, :n_x] / 1j).real.mean()
        a, b = n_x / 2, n_y / 2
        x = np.linspace(-a, a, 401)
        gap = x[:, None] - x
        w = np.full(401, x[1] - x[0])
        w[[0, -1]] /= 2
        # mean field of the ends: potential difference of line charges, analytic along y
        near = np.where(gap == 0, 1e-300, np.abs(gap))
        logs = np.log(gap**2 + (2 * b) ** 2) / 2 - np.log(near)
        logs[gap == 0] = np.log(2 * b) - np.log((x[1] - x[0]) / 2) + 1
        expected = (w @ logs @ w) / (2 * np.pi) * 2 / (2 * a * 2 * b)
        assert along == pytest.approx(expected, rel=2e-3)

    def test_the_field_of_one_structure_is_that_of_the_solver(self):
        angles = make_grain_structures(1, shape=(9, 14), random_state=0).angles
        batch = _Batch(angles, 0.0, 0.3, "float64", "cpu")
        batch.u = batch.u.new_tensor(np.exp(2j * angles))
        batch._refresh()
        u = batch.u[0].numpy()
        field = demagnetizing_field(u, 0.3)
        np.testing.assert_allclose(field + 0.15 * u, batch.demagnetizing[0], atol=1e-12)
        # a body whose sides both matter alike: the field is half against a whole u
        uniform = demagnetizing_field(np.full((12, 12), 1j), 0.3)
        assert uniform.mean() == pytest.approx(-0.15j, abs=1e-9)

    def test_the_tensor_is_that_of_magnum_np(self):
        """Of prisms a hundred thousand edges long, up to eleven cells apart."""
        path = Path(__file__).parents[1] / "reference" / "demagnetizing_tensor.csv"
        table = np.genfromtxt(path, delimiter=",", names=True)
        x, y = table["x_cells"].astype(int), table["y_cells"].astype(int)
        expected = (table["N_xx"] - table["N_yy"]) / 2 + 1j * table["N_xy"]
        kernel = demagnetizing_kernel((12, 12))
        np.testing.assert_allclose(kernel[y, x], -expected, atol=1e-6)

    def test_far_cells_are_dipoles(self):
        kernel = demagnetizing_kernel((20, 20))
        for y, x in ((0, 15), (15, 0), (10, 10), (3, -14)):
            r2, twice = x * x + y * y, 2 * np.arctan2(y, x)
            dipole = -(np.cos(twice) + 1j * np.sin(twice)) / (2 * np.pi * r2)
            assert abs(kernel[y, x] - dipole) < 2e-5


@pytest.fixture(scope="module")
def structures():
    return make_grain_structures(
        3, shape=(24, 24), size_nm=48, n_grains=(3, 9), random_state=0
    )


OPTIONS = {
    "exchange": ND2FE14B.exchange_ratio(2.0),
    "magnetostatic": ND2FE14B.magnetostatic_ratio,
    "tolerance": 1e-6,
    "dtype": "float64",
}
COARSE = np.arange(1, -1.001, -0.05)


def test_equilibria_are_at_rest_and_no_higher_than_where_they_began(structures):
    batch = _Batch(structures.angles, 2.0, 0.2, "float64", "cpu")

    def energy():
        kernel_before = batch.demagnetizing
        batch._refresh()
        local = -(batch.anisotropy * batch.u.conj() ** 2).real / 2
        local -= (batch.external * batch.u.conj()).real
        local -= (batch.demagnetizing * batch.u.conj()).real / 2
        pairs = (batch.u[:, 1:] * batch.u[:, :-1].conj()).real.sum((1, 2))
        pairs += (batch.u[:, :, 1:] * batch.u[:, :, :-1].conj()).real.sum((1, 2))
        batch.demagnetizing = kernel_before
        return local.sum((1, 2)) - 2.0 * pairs

    for field in (0.0, -0.2, -0.6, -1.0):  # through all jumps
        batch.apply(np.full(3, field))
        before = energy()
        for _ in range(20_000):
            if batch.iterate(1e-8, 0.1).all():
                break
        assert (energy() <= before).all()
        batch._refresh()
        assert batch._torque().abs().max() < 1e-7
        batch.begin_anew(np.ones(3, dtype=bool))
    assert (batch.magnetization() < 0).all()


def test_remanence_and_coercivity_rise_with_alignment_and_remanence_with_fine_grains():
    """The trends of the paper, over ten structures each."""

    def means(n_grains, spread):
        made = make_grain_structures(
            10, shape=(40, 40), size_nm=80, n_grains=n_grains,
            max_misorientation=spread, random_state=1,
        )  # fmt: skip
        curves = demagnetization_curve(made, device="cpu")
        return anchor_points(curves.field, curves.magnetization).mean()

    aligned, loose = means(12, 0.2), means(12, 1.2)
    assert aligned.Mr > loose.Mr + 0.1
    assert aligned.Hc > loose.Hc + 0.1
    coarse, fine = means(4, np.pi), means(160, np.pi)
    assert fine.Mr > coarse.Mr + 0.02


def test_a_compiled_descent_ends_at_rest_and_no_higher(structures):
    """Torque and energy by the other solver, of the state that this one leaves."""
    batch = _Batch(structures.angles[:1], 2.0, 0.2, "float64", "cpu")
    batch.apply(np.zeros(1))
    state = Descent(structures.angles[0], 2.0, 0.2, "float64")
    assert state.relax(0.0, 1e-8, 0.1, 5000)
    inside = state.u[:, 1:-1, 1:-1]
    batch.u = batch.u.new_tensor(inside[0] + 1j * inside[1])[None]
    batch._refresh()
    assert batch._torque().abs().max() < 1e-7
    np.testing.assert_allclose(np.hypot(*inside), 1, atol=1e-12)
    assert not state.relax(-0.9, 1e-8, 0.1, 3)  # given up after three steps


def test_both_solvers_give_the_same_curves(structures):
    for options in (OPTIONS, OPTIONS | {"tolerance": 2e-4, "dtype": "float32"}):
        ours = one_by_one(structures.angles, COARSE, **options)
        theirs = falling_field_equilibria(structures.angles, COARSE, **options)
        assert np.median(np.abs(ours - theirs)) < 1e-5


def test_rounding_does_not_change_the_length_of_the_magnetization(structures):
    state = Descent(structures.angles[0], 2.0, 0.2, "float32")
    batch = _Batch(structures.angles[:1], 2.0, 0.2, "float32", "cpu")
    batch.apply(np.full(1, -0.1))
    for _ in range(2000):
        state.relax(-0.1, 0.0, 0.1, 4)
        batch.iterate(0.0, 0.1)
    np.testing.assert_allclose(np.hypot(*state.u[:, 1:-1, 1:-1]), 1, atol=5e-7)
    np.testing.assert_allclose(batch.u.abs(), 1, atol=5e-7)


def test_the_batch_does_not_matter(structures):
    together = falling_field_equilibria(structures.angles, COARSE, **OPTIONS)
    for i in range(3):
        alone = falling_field_equilibria(
            structures.angles[i : i + 1], COARSE, **OPTIONS
        )
        assert np.median(np.abs(alone - together[i])) < 1e-5


@pytest.mark.parametrize(
    "change",
    [
        lambda angles: -angles[:, :, ::-1],
        lambda angles: -angles[:, ::-1],
        lambda angles: angles[:, ::-1, ::-1],
        lambda angles: angles + np.pi,
    ],
    ids=["flip x", "flip y", "half turn", "reversed axes"],
)
@both_solvers
def test_symmetries_of_the_curve(solve, structures, change):
    before = solve(structures.angles, COARSE, **OPTIONS)
    after = solve(change(structures.angles), COARSE, **OPTIONS)
    assert np.median(np.abs(after - before)) < 1e-5


@both_solvers
def test_single_precision_is_enough(solve, structures):
    options = OPTIONS | {"tolerance": 2e-4}
    double = solve(structures.angles, COARSE, **options)
    single = solve(structures.angles, COARSE, **options | {"dtype": "float32"})
    assert np.median(np.abs(single - double)) < 1e-4


@both_solvers
def test_a_curve_may_stop_below_zero(solve, structures):
    found = solve(structures.angles, COARSE, stop_below=0.0, **OPTIONS)
    for curve in found:
        reached = curve[np.isfinite(curve)]
        assert (reached[:-1] >= 0).all()
        assert reached[-1] < 0


@both_solvers
@pytest.mark.parametrize("n", [1, 6, 10])
def test_axes_along_the_field_switch_at_the_anisotropy_field(solve, n):
    """A state that only symmetry holds is no equilibrium, and small tilts change little.

    Stoner and Wohlfarth: 1 for no tilt, (cos^2/3 + sin^2/3)^-3/2 with one.
    """
    fields = np.arange(1, -1.2001, -0.01)

    def coercivity(tilt):
        curve = solve(np.full((1, n, n), tilt), fields, exchange=2.0, magnetostatic=0.0)
        return anchor_points(fields, curve)["Hc"].iloc[0]

    assert 0.985 < coercivity(0.0) <= 1.0
    for tilt in (1e-6, 1e-4, 1e-3):
        expected = (np.cos(tilt) ** (2 / 3) + np.sin(tilt) ** (2 / 3)) ** -1.5
        assert coercivity(tilt) == pytest.approx(expected, abs=0.011)


@both_solvers
def test_axes_across_the_field_turn_back_with_it(solve):
    fields = np.array([1.2, 1.0, 0.5, 0.0, -0.5])
    (curve,) = solve(
        np.full((1, 6, 6), np.pi / 2), fields, exchange=2.0, magnetostatic=0.0
    )
    np.testing.assert_allclose(curve, [1, 1, 0.5, 0, -0.5], atol=0.01)


def test_a_flower_state_does_not_hold_a_small_square():
    for n in (6, 10):
        grains = GrainStructures(
            np.zeros((1, n, n)), np.zeros((1, n, n), int), float(n), {}
        )
        curves = demagnetization_curve(grains, np.arange(1, -1.5001, -0.01))
        assert anchor_points(curves.field, curves.magnetization)["Hc"].iloc[0] <= 1.0
