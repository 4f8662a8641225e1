"""Features of grain structures, and single domains."""

import pickle

import numpy as np
import pytest

from sklmag import GrainVAE, MicrostructureError
from sklmag.microstructure import (
    GrainFeaturizer,
    anchor_points,
    decode_easy_axis,
    encode_easy_axis,
    make_grain_structures,
    stoner_wohlfarth_curve,
)
from sklmag.microstructure._micromagnetics import falling_field_equilibria

FIELDS = np.arange(1, -1.0001, -0.013)


def test_single_domains_follow_the_solver():
    angles = np.deg2rad([1, 5, 20, 45, 60, 80, 89])
    solved = falling_field_equilibria(
        angles[:, None, None], FIELDS, exchange=0, magnetostatic=0, tolerance=1e-9,
        dtype="float64",
    )  # fmt: skip
    np.testing.assert_allclose(
        stoner_wohlfarth_curve(angles, FIELDS), solved, atol=1e-5
    )


def test_limits_of_single_domains():
    along, across = stoner_wohlfarth_curve([0.0, np.pi / 2], FIELDS)
    np.testing.assert_allclose(along, np.where(FIELDS > -1, 1, -1), atol=1e-4)
    np.testing.assert_allclose(across, FIELDS, atol=1e-4)
    one = stoner_wohlfarth_curve([0.4, -0.4, 0.4 + np.pi, np.pi - 0.4], FIELDS)
    np.testing.assert_allclose(one, one[[0] * 4], atol=1e-12)


def features(angles):
    table = GrainFeaturizer().set_output(transform="pandas").fit_transform(angles)
    return table


@pytest.fixture(scope="module")
def structures():
    return make_grain_structures(6, shape=(40, 40), size_nm=80, random_state=0)


def test_known_structures():
    uniform = features(np.zeros((1, 8, 8))).iloc[0]
    assert uniform[
        ["mean_cos2", "mean_cos4", "free_M1", "free_Mr"]
    ].tolist() == pytest.approx([1] * 4)
    assert (
        uniform[["boundary_x", "boundary_y", "boundary_misorientation"]].tolist()
        == [0] * 3
    )
    halves = np.zeros((1, 8, 8))
    halves[:, :, 4:] = np.pi / 2
    row = features(halves).iloc[0]
    assert row["mean_cos2"] == pytest.approx(0.5)
    assert row["boundary_x"] == pytest.approx(1 / 7)
    assert row["boundary_y"] == 0
    assert row["boundary_misorientation"] == pytest.approx(1)
    assert row["boundary_across"] == pytest.approx(1)
    assert row["free_Mr"] == pytest.approx(0.5, abs=1e-3)
    isotropic = np.linspace(-np.pi / 2, np.pi / 2, 1600, endpoint=False)
    assert features(isotropic.reshape(1, 40, 40)).free_Mr[0] == pytest.approx(
        2 / np.pi, abs=1e-3
    )


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda a: a + np.pi, []),
        (lambda a: -a[:, :, ::-1], ["mean_sin_2a"]),
        (lambda a: -a[:, ::-1], ["mean_sin_2a"]),
        (lambda a: a[:, ::-1, ::-1], []),
    ],
)
def test_symmetries_of_the_curve_change_no_feature(structures, change, changed):
    before, after = features(structures.angles), features(change(structures.angles))
    others = [name for name in before if name not in changed]
    np.testing.assert_allclose(after[others], before[others], atol=1e-6)


@pytest.mark.parametrize("degrees", [0.2, 0.49, 0.51, 1.49, 30, 88])
def test_uniform_maps_have_the_curve_of_a_single_domain(degrees):
    angle = np.deg2rad(degrees)
    row = features(np.full((1, 8, 8), angle)).iloc[0]
    fields = np.arange(1, -1.0001, -0.01)
    exact = anchor_points(fields, stoner_wohlfarth_curve([angle], fields)).iloc[0]
    for name in ("Mr", "Hk90", "Hc"):
        assert row[f"free_{name}"] == pytest.approx(exact[name], abs=0.011)


def test_what_is_refused(structures):
    for lengths in ((1.5, 1.5), (-1.0,)):
        with pytest.raises(
            ValueError, match="must be different positive numbers of cel"
        ):
            GrainFeaturizer(lengths=lengths).fit(structures.angles)
    with pytest.raises(ValueError, match="'lengths' parameter of GrainFeaturizer must"):
        GrainFeaturizer(lengths=3.0).fit(structures.angles)


def test_tables_of_maps(structures):
    rows = structures.angles.reshape(6, -1)
    np.testing.assert_array_equal(features(rows), features(structures.angles))


def test_encodings_come_back(structures):
    angles = structures.angles
    for encoding in ("double-angle", "x"):
        back = decode_easy_axis(encode_easy_axis(angles, encoding), encoding)
        known = np.abs(np.sin(back)), np.abs(np.sin(angles))
        np.testing.assert_allclose(*known, atol=1e-12)
    back = decode_easy_axis(encode_easy_axis(angles))
    np.testing.assert_allclose(np.cos(2 * (back - angles)), 1)
    wide = np.full((1, 1, 1), 2.5)
    assert decode_easy_axis(encode_easy_axis(wide, "x"), "x") == pytest.approx(
        np.pi - 2.5
    )
    with pytest.raises(ValueError, match="encoding='y' must be 'double-angle' or 'x'"):
        decode_easy_axis(angles[:, None], "y")


class TestGrids:
    """What a model has learned holds for its grid, and its cells."""

    @staticmethod
    def grains(n_y=20, n_x=20, size_nm=40.0):
        return make_grain_structures(
            4, shape=(n_y, n_x), size_nm=size_nm, n_grains=4, random_state=0
        )

    def estimators(self):
        vae = GrainVAE(max_epochs=1, random_state=0)
        return [GrainFeaturizer(lengths=(2,)), vae]

    def test_other_shapes_are_refused(self):
        for estimator in self.estimators():
            estimator.fit(self.grains().angles)
            with pytest.raises(
                ValueError,
                match=r"maps of shape \(20, 24\), but .* was fitted on \(20, 2",
            ):
                estimator.transform(self.grains(n_x=24, size_nm=48).angles)

    def test_other_cells_are_refused_and_can_be_made_the_same(self):
        coarse, fine = self.grains(), self.grains(40, 40)
        for estimator in self.estimators():
            estimator.fit(coarse)
            assert estimator.cell_nm_ == 2
            np.testing.assert_array_equal(
                estimator.transform(coarse), estimator.transform(coarse.angles)
            )
            with pytest.raises(ValueError, match=r"cells of 1 nm"):
                estimator.transform(fine)
            smaller = self.grains(size_nm=20)  # as many cells, of 1 nm
            with pytest.raises(
                ValueError,
                match=r"cells of 1 nm, but .* cells of 2 nm: .*resampled\(2\)",
            ):
                estimator.transform(smaller)
            assert len(estimator.transform(fine.resampled(2))) == 4
            again = pickle.loads(pickle.dumps(estimator))
            with pytest.raises(ValueError, match="cells of 1 nm"):
                again.transform(smaller)

    def test_resampled_structures_are_the_same_ones(self):
        grains = self.grains(40, 30, size_nm=30)
        double = grains.resampled(0.5)
        assert double.angles.shape == (4, 80, 60)
        assert double.cell_nm == 0.5
        np.testing.assert_array_equal(double.angles[:, ::2, ::2], grains.angles)
        np.testing.assert_array_equal(double.resampled(1).grains, grains.grains)
        with pytest.raises(MicrostructureError, match="cell_nm=0 must be positive"):
            grains.resampled(0)
