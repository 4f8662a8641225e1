"""What is read from loops, computed and measured."""

import numpy as np
import pytest

from sklmag import MicrostructureError
from sklmag.microstructure import (
    demagnetization_curve,
    figures_of_merit,
    make_grain_structures,
)
from sklmag.microstructure._material import MU0
from tests.conftest import shared_table

NAMES = ("Mr_A_per_m", "Hc_A_per_m", "BHmax_J_per_m3", "squareness")


def branch(n=401):
    """A falling branch with a rounded knee: H and M in A/m."""
    h = np.linspace(1.6e6, -1.6e6, n)
    return h, 1e6 * np.tanh((h + 9e5) / 1.2e5)


def loop():
    h, m = branch()
    return np.r_[h, -h], np.r_[m, -m]


@pytest.fixture(scope="module")
def curves():
    grains = make_grain_structures(
        6, shape=(24, 24), size_nm=48, n_grains=6, max_misorientation=0.5,
        random_state=0,
    )  # fmt: skip
    return demagnetization_curve(grains)


CLEAN = figures_of_merit(*branch())


class TestComputedCurves:
    """In the internal field of a square, through the jump at which grains switch."""

    def test_each_curve_has_all_figures(self, curves):
        table = figures_of_merit(curves)
        assert list(table) == list(NAMES)
        assert len(table) == 6
        assert table.notna().all(axis=None)
        limit = MU0 * table["Mr_A_per_m"] ** 2 / 4
        assert (table["BHmax_J_per_m3"] <= limit * (1 + 1e-9)).all()
        assert (table["BHmax_J_per_m3"] > 0.4 * limit).all()

    def test_the_sample_lowers_the_field_inside(self, curves):
        inside, applied = (
            figures_of_merit(curves, demagnetizing_factor=n) for n in (0.5, 0.0)
        )
        # coercivity is at M = 0, where there is no demagnetizing field
        np.testing.assert_allclose(inside["Hc_A_per_m"], applied["Hc_A_per_m"])
        assert (inside["Mr_A_per_m"] > applied["Mr_A_per_m"]).all()
        assert (inside["BHmax_J_per_m3"] > applied["BHmax_J_per_m3"]).all()

    def test_arrays_give_the_same(self, curves):
        h, m = curves.field_A_per_m, curves.magnetization_A_per_m[2]
        one = figures_of_merit(h, m, demagnetizing_factor=0.5)
        assert one == figures_of_merit(curves).iloc[2].to_dict()
        internal = (h - 0.5 * m)[np.isfinite(m)]
        again = figures_of_merit(internal, m[np.isfinite(m)])
        assert again == pytest.approx(one, rel=1e-9)


def test_loops_of_mammos():
    """Figures that mammos-analysis has read from 16 simulated loops."""
    loops = shared_table("micromagnetics/hysteresis_loops.csv.gz")
    properties = shared_table("micromagnetics/hysteresis_loops_properties.csv")
    assert len(properties) == 16
    for row in properties.itertuples():
        one = loops[loops.T_K == row.T_K]
        found = figures_of_merit(one.H_A_per_m, one.M_A_per_m)
        assert found["Mr_A_per_m"] == pytest.approx(row.Mr_A_per_m, rel=1e-6)
        assert found["Hc_A_per_m"] == pytest.approx(row.Hc_A_per_m, rel=1e-6)
        assert found["BHmax_J_per_m3"] == pytest.approx(row.BHmax_J_per_m3, rel=0.01)


def rising():
    h, m = branch()
    return -h, -m


def from_below():
    h, m = loop()
    return np.r_[h[401:], h[:401]], np.r_[m[401:], m[:401]]


def with_virgin_curve():
    h, m = loop()
    up = np.linspace(0, h[0], 100)
    return np.r_[up, h], np.r_[9e5 * np.tanh(up / 5e5), m]


def with_gaps():
    h, m = branch()
    return h, np.where(np.arange(len(m)) % 50 == 7, np.nan, m)


@pytest.mark.parametrize("measured", [loop, rising, from_below, with_virgin_curve])
def test_every_loop_holds_a_falling_branch(measured):
    assert figures_of_merit(*measured()) == pytest.approx(CLEAN, rel=1e-9)


def test_points_without_magnetization_are_left_out():
    assert figures_of_merit(*with_gaps()) == pytest.approx(CLEAN, rel=0.002)


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_error(seed):
    h, m = loop()
    random = np.random.default_rng(seed)
    noisy = h + random.normal(0, 2e3, len(h)), m + random.normal(0, 5e3, len(m))
    assert figures_of_merit(*noisy) == pytest.approx(CLEAN, rel=0.02)


OERSTED = 1e3 / (4 * np.pi)


@pytest.mark.parametrize(("field", "magnetization", "options"), [
    (1e3 * OERSTED, 1e3 * OERSTED, {"field_unit": "kOe", "magnetization_unit": "kG"}),
    (OERSTED, 1e3, {"field_unit": "Oe", "magnetization_unit": "emu/cm3"}),
    (1 / MU0, 1 / MU0, {"field_unit": "T", "magnetization_unit": "T"}),
    (1e3, 1e3 * 7.5, {"field_unit": "kA/m", "magnetization_unit": "emu/g",
                      "density_g_cm3": 7.5}),
    (1e-3 / MU0, 7.5e3, {"field_unit": "mT", "magnetization_unit": "A m2/kg",
                         "density_g_cm3": 7.5}),
])  # fmt: skip
def test_units(field, magnetization, options):
    h, m = branch()
    found = figures_of_merit(h / field, m / magnetization, **options)
    assert found == pytest.approx(CLEAN, rel=1e-9)


def test_curves_that_end_early():
    h, m = branch()
    short = figures_of_merit(h[h > -7e5], m[h > -7e5])
    assert short["Mr_A_per_m"] == CLEAN["Mr_A_per_m"]
    assert np.isnan(short["Hc_A_per_m"])
    assert np.isnan(short["squareness"])
    assert short["BHmax_J_per_m3"] == pytest.approx(CLEAN["BHmax_J_per_m3"])
    shorter = figures_of_merit(h[h > -2e5], m[h > -2e5])
    assert np.isnan(shorter["BHmax_J_per_m3"])  # the largest product is not there yet


@pytest.mark.parametrize(("field", "magnetization", "options", "said"), [
    ([2, 1, 0], None, {}, "give both, or the curves of demagnetization_curve alone"),
    ([2, 1, 0], [1, 1], {}, "there are 3 fields, but 2 magnetizations"),
    ([2, np.nan, 0], [1, 1, 1], {}, "field 1 of 3 is nan. Leave that point out"),
    ([5, 5, 5], [1, 1, 1], {}, "3 points whose field is 5 everywhere are no curve"),
    ([], [], {}, "0 points whose field is empty are no curve"),
    ([2, 1, 0], [1, 1, 1], {"field_unit": "Gauss"}, "field_unit='Gauss' is not among"),
    ([2, 1, 0], [1, 1, 1], {"magnetization_unit": "emu/g"}, "of a mass: give density_"),
    ([2, 1, 0], [1, 1, 1], {"magnetization_unit": "Oe"}, "unit='Oe' is not among A/m"),
])  # fmt: skip
def test_what_is_no_loop_is_named(field, magnetization, options, said):
    with pytest.raises(MicrostructureError, match=said):
        figures_of_merit(field, magnetization, **options)
