"""Pictures of grain structures, curves and codes."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import make_pipeline

from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.inspection import (
    AnchorParityDisplay,
    DemagnetizationDisplay,
    GrainMapDisplay,
    GrainPredictionDisplay,
    MorphingDisplay,
    ReconstructionDisplay,
)
from sklmag.microstructure import (
    GrainFeaturizer,
    anchor_points,
    demagnetization_curve,
)
from sklmag.models import GrainVAE, SharedHeadRegressor


@pytest.fixture(scope="module")
def magnets():
    return load_nanocrystalline_magnets()


@pytest.fixture(scope="module")
def chain(magnets):
    vae = GrainVAE(n_latent=6, max_epochs=1, random_state=0)
    head = SharedHeadRegressor(max_epochs=3, random_state=0)
    return make_pipeline(vae, head).fit(magnets.data[:60], magnets.target[:60])


def test_the_bundled_curves_are_those_of_the_solver(magnets):
    assert magnets.data.shape == (800, 80, 80)
    assert magnets.target.notna().all(axis=None)
    rows = [11, 500]
    curves = demagnetization_curve(magnets.structures[rows], device="cpu")
    np.testing.assert_array_equal(curves.field, magnets.curves.field)
    points = anchor_points(curves.field, curves.magnetization)
    difference = (points - magnets.target.iloc[rows].reset_index(drop=True)).abs()
    assert (difference.max() < 0.003).all()
    X, y = load_nanocrystalline_magnets(return_X_y=True)
    np.testing.assert_array_equal(X, magnets.data)
    assert y.equals(magnets.target)


def test_grain_maps(magnets):
    angles = magnets.data[0]
    shown = GrainMapDisplay(angles).plot().ax_.images[0]
    np.testing.assert_allclose(shown.get_array(), -np.sin(angles))
    assert shown.get_cmap().name == "RdBu"  # -1 red, +1 blue
    one, other = (
        GrainMapDisplay(a, 160.0).plot(color="angle").ax_.images[0].get_array()
        for a in (angles, angles + np.pi)
    )
    np.testing.assert_allclose(one, other, atol=1e-9)
    with pytest.raises(ValueError, match="color='y' must be 'x' or 'angle'"):
        GrainMapDisplay(angles).plot(color="y")


def test_anchor_points_lie_on_their_curve(magnets):
    field, curve = magnets.curves.field, magnets.curves.magnetization[3]
    points = magnets.target.iloc[3]
    ax = (
        DemagnetizationDisplay(field, curve, computed=points, predicted=points)
        .plot()
        .ax_
    )
    h, m = ax.lines[1].get_data()
    known = np.isfinite(curve)
    on_it = np.interp(h, field[known][::-1], curve[known][::-1])
    np.testing.assert_allclose(m, on_it, atol=1e-6)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "computed", "predicted"
    ]  # fmt: skip


def test_structure_code_and_reconstruction(chain, magnets):
    display = ReconstructionDisplay.from_estimator(chain[0], magnets.data[:3])
    assert display.axes_.shape == (3, 3)
    squares = display.axes_[1, 1].images[0].get_array()
    found = squares[np.isfinite(squares)]
    np.testing.assert_allclose(
        np.ravel(found), chain[0].transform(magnets.data[1:2])[0]
    )


def test_morphing_begins_and_ends_at_the_two(chain, magnets):
    pair = magnets.data[[0, 5]]
    display = MorphingDisplay.from_estimator(chain, pair, n=4)
    codes = chain[0].transform(pair)
    np.testing.assert_allclose(
        display.points[[0, -1]], chain[-1].predict(codes), rtol=1e-5
    )
    ends = chain[0].inverse_transform(codes)
    np.testing.assert_allclose(display.structures[[0, -1]], ends, atol=1e-5)
    assert len(display.figure_.axes) == 5


def test_anchor_points_of_training_and_test(chain, magnets):
    X, y = magnets.data, magnets.target
    display = AnchorParityDisplay.from_estimator(
        chain, X[:20], y[:20], X_train=X[20:60], y_train=y[20:60], names=("Mr", "Hc")
    )
    training, test = display.axes_[1].collections
    np.testing.assert_allclose(test.get_offsets()[:, 0], y["Hc"][:20])
    np.testing.assert_allclose(test.get_offsets()[:, 1], chain.predict(X[:20])[:, 5])
    assert len(training.get_offsets()) == 40
    legend = display.axes_[0].get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["training", "test"]
    with pytest.raises(ValueError, match=r"names holds 'BHmax', expected \['M1'"):
        display.plot(names=["BHmax"])


def test_structures_what_is_kept_of_them_and_their_curves(chain, magnets):
    X, y, curves = magnets.data[:2], magnets.target[:2], magnets.curves[:2]
    display = GrainPredictionDisplay.from_estimator(chain, X, y, curves=curves)
    assert display.axes_.shape == (2, 3)
    shown = display.axes_[1, 1].images[0].get_array()
    back = chain[0].inverse_transform(chain[0].transform(X))
    np.testing.assert_allclose(shown, -np.sin(np.reshape(back, X.shape)[1]))
    curve, computed, predicted = display.axes_[1, 2].lines[:3]
    np.testing.assert_array_equal(curve.get_ydata(), curves.magnetization[1])
    np.testing.assert_allclose(computed.get_ydata()[0], y["M1"].iloc[1])
    np.testing.assert_allclose(predicted.get_ydata()[0], chain.predict(X)[1, 0])


def test_without_codes_there_is_no_decoded_column(magnets):
    model = make_pipeline(GrainFeaturizer(), DummyRegressor())
    model.fit(magnets.data[:9], magnets.target[:9])
    display = GrainPredictionDisplay.from_estimator(model, magnets.data[:3])
    assert display.axes_.shape == (3, 2)
