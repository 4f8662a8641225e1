"""Curves and what is read from them."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sklmag import MicrostructureError, SklmagWarning
from sklmag.microstructure import (
    ND2FE14B,
    GrainStructures,
    Material,
    anchor_points,
    demagnetization_curve,
    encode_easy_axis,
    make_grain_structures,
)


def test_the_published_material():
    assert ND2FE14B.anisotropy_field_T == pytest.approx(6.6, abs=0.05)  # section 3.2


class TestGrains:
    def test_what_was_asked_for(self):
        grains = make_grain_structures(
            5, shape=(20, 30), size_nm=60, n_grains=(4, 9), random_state=0
        )
        assert grains.angles.shape == grains.grains.shape == (5, 20, 30)
        assert grains.cell_nm == 2
        spread = grains.parameters["max_misorientation"][:, None, None]
        assert (np.abs(grains.angles) <= spread).all()
        for angle, grain in zip(grains.angles, grains.grains, strict=True):
            for number in np.unique(grain):
                assert np.ptp(angle[grain == number]) == 0
        assert len(grains[1:3]) == 2

    def test_the_seed_decides(self):
        one, same, other = (
            make_grain_structures(2, shape=(9, 9), random_state=seed)
            for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(one.angles, same.angles)
        assert (one.angles != other.angles).any()

    def test_bad_ranges(self):
        with pytest.raises(
            MicrostructureError, match=r"n_grains=\(9, 4\) must be a number"
        ):
            make_grain_structures(1, n_grains=(9, 4))

    def test_encodings(self):
        angles = np.array([[[0.0, np.pi / 2]]])
        np.testing.assert_allclose(
            encode_easy_axis(angles, "x"), [[[[0, -1]]]], atol=1e-12
        )
        with pytest.raises(ValueError, match="encoding='y' must be"):
            encode_easy_axis(angles, "y")


@pytest.fixture(scope="module")
def structures():
    return make_grain_structures(
        4, shape=(20, 20), size_nm=40, n_grains=4, random_state=0
    )


class TestCurves:
    def test_processes_and_progress(self, structures, capfd):
        one = demagnetization_curve(structures)
        two = demagnetization_curve(structures, n_jobs=2, verbose=1)
        np.testing.assert_array_equal(one.magnetization, two.magnetization)
        assert "Demagnetization: 100%" in capfd.readouterr().err
        points = anchor_points(one.field, one.magnetization)
        assert points.notna().all(axis=None)
        assert (points.M1 > points.Mr).all()
        assert (points.Hk90 <= points.Hk80).all()
        assert (points.Hk70 <= points.Hc).all()
        assert one.field_A_per_m[0] == pytest.approx(5.2e6, rel=0.02)

    def test_alignment_raises_remanence_and_coercivity(self):
        def mean_points(spread):
            grains = make_grain_structures(
                8, shape=(24, 24), size_nm=48, n_grains=8, max_misorientation=spread,
                random_state=1,
            )  # fmt: skip
            curves = demagnetization_curve(grains)
            return anchor_points(curves.field, curves.magnetization).mean()

        aligned, loose = mean_points(0.3), mean_points(np.pi / 2)
        assert aligned.Mr > loose.Mr + 0.1
        assert aligned.Hc > loose.Hc + 0.05

    def test_what_is_refused(self, structures):
        with pytest.raises(
            MicrostructureError, match="must be two or more falling numbers"
        ):
            demagnetization_curve(structures, [0, 1])
        with pytest.raises(
            MicrostructureError, match="expected GrainStructures, got ndarr"
        ):
            demagnetization_curve(structures.angles)
        coarse = make_grain_structures(1, shape=(10, 10), size_nm=50)
        with pytest.warns(
            SklmagWarning, match=r"Cells of 5 nm pin domain .* is 1.4 nm"
        ):
            demagnetization_curve(coarse, [1, 0])
        soft = Material(Js_T=0.48, K1_J_m3=3.3e5, A_J_m=6e-12)
        demagnetization_curve(coarse, [1, 0], material=soft)
        with pytest.raises(
            MicrostructureError, match="tolerance=1e-09: known are float32"
        ):
            demagnetization_curve(structures, tolerance=1e-9)
        with pytest.raises(MicrostructureError, match="there is no structure"):
            demagnetization_curve(structures[np.zeros(0, dtype=int)])
        with pytest.raises(
            MicrostructureError, match="device='gpu' must be 'cpu', 'auto'"
        ):
            demagnetization_curve(structures, device="gpu")
        broken = make_grain_structures(3, shape=(4, 4), size_nm=8)
        broken.angles[1, 0, 0] = np.nan
        with pytest.raises(
            MicrostructureError, match="structure 1 has angles that are"
        ):
            demagnetization_curve(broken)

    def test_curves_that_come_to_no_rest_are_named(self, structures, monkeypatch):
        from sklmag.microstructure import _descent

        relax = _descent.Descent.relax
        monkeypatch.setattr(
            _descent.Descent, "relax",
            lambda self, field, *rest: field > -0.1 and relax(self, field, *rest),
        )  # fmt: skip
        with pytest.warns(
            ConvergenceWarning, match=r"Structures \[0, 1.*\] came to no"
        ):
            curves = demagnetization_curve(structures, device="cpu")
        settled = curves.field > -0.1
        assert np.isfinite(curves.magnetization[:, settled]).all()
        assert np.isnan(curves.magnetization[:, ~settled]).all()

    def test_axes_across_the_field(self):
        """The curve goes on where rounding makes the remanence a little negative."""
        across = make_grain_structures(1, shape=(24, 24), size_nm=48, n_grains=1)
        across.angles[:] = np.pi / 2
        curves = demagnetization_curve(across, device="cpu")
        assert np.isfinite(anchor_points(curves.field, curves.magnetization).Hc[0])


class TestAnchorPoints:
    def test_a_straight_line(self):
        field = np.linspace(1, -1, 21)
        points = anchor_points(field, 0.5 + field / 2).iloc[0]
        assert points.tolist() == pytest.approx([1.0, 0.5, 0.1, 0.2, 0.3, 1.0])

    def test_a_curve_that_ends_early(self):
        points = anchor_points([1, 0.5, 0, -0.5], [1, 0.9, 0.8, np.nan]).iloc[0]
        assert points.Mr == 0.8
        assert points[["Hk90", "Hc"]].isna().all()

    @pytest.mark.parametrize(("fields", "said"), [
        ([1, 0.5, 0.5], "fields 1 and 2 are equal: 0.5 and 0.5. They must fall"),
        ([1, 0.5, 0.7], "fields 1 and 2 are rising: 0.5 and 0.7. They must fall"),
        ([1, np.nan, 0.7], "field 1 is nan. Leave that point out"),
    ])  # fmt: skip
    def test_fields_that_do_not_fall_are_named(self, fields, said):
        with pytest.raises(MicrostructureError, match=said):
            anchor_points(fields, [1, 1, 1])


@pytest.mark.parametrize(("wrong", "message"), [
    ({"Js_T": 1.28e6}, r"Js_T=1280000.0 is no value of a uniaxial magnet in T, which lies"),
    ({"A_J_m": 8.0}, r"A_J_m=8.0 is no value .* in J/m, .*From pJ/m: times 1e-12"),
    ({"K1_J_m3": -4.2e6}, "K1_J_m3=-4200000.0 is no value.*Easy planes are not computed"),
    ({"K1_J_m3": 4.2}, "K1_J_m3=4.2 is no value"), ({"K1_J_m3": 4200}, "K1_J_m3=4200 is no"),
    ({"K1_J_m3": float("nan")}, "K1_J_m3=nan is no value"), ({"Js_T": 0.0}, "Js_T=0.0 is no"),
])  # fmt: skip
def test_materials_in_other_units(wrong, message):
    with pytest.raises(MicrostructureError, match=message):
        Material(**{"Js_T": 1.61, "K1_J_m3": 4.2e6, "A_J_m": 8e-12} | wrong)


def test_degrees_and_fields_in_other_units():
    grains = make_grain_structures(
        1, shape=(12, 12), size_nm=12, n_grains=4, random_state=0
    )
    with pytest.raises(
        MicrostructureError, match="fields go to 1e.06, but are in units of"
    ):
        demagnetization_curve(grains, [1e6, 0, -1e6])
    degrees = GrainStructures(np.rad2deg(grains.angles) + 30, grains.grains, 12.0, {})
    with pytest.raises(
        MicrostructureError, match="has an angle of .*: degrees, where radians"
    ):
        demagnetization_curve(degrees, [1, 0, -1])
    with pytest.raises(
        MicrostructureError, match="max_misorientation=30 is in radians"
    ):
        make_grain_structures(1, max_misorientation=30, random_state=0)
