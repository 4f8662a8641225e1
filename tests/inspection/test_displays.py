import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from xgboost import XGBRegressor

from sklmag import GrainVAE, MultiHeadAttentionRegressor, make_magnet_pipeline
from sklmag.inspection import (
    AttentionMapDisplay,
    CompositionBarDisplay,
    CompositionMapDisplay,
    CompositionParityDisplay,
    JointDistributionDisplay,
    LossCurveDisplay,
    ParallelCompositionDisplay,
    ParityDisplay,
    ShapInteractionDisplay,
    ShapSummaryDisplay,
    TernaryDisplay,
    TreeDisplay,
    shap_values,
)
from sklmag.microstructure import make_grain_structures


@pytest.fixture(scope="module")
def xgboost(magnets):
    X, y = magnets
    return make_magnet_pipeline(XGBRegressor(n_estimators=20, max_depth=3)).fit(X, y)


@pytest.fixture(scope="module")
def net(magnets):
    X, y = magnets
    model = MultiHeadAttentionRegressor(
        n_members=2, width=16, max_epochs=60, random_state=0
    )
    return make_magnet_pipeline(model).fit(X, y)


def test_parity(xgboost, magnets):
    from matplotlib import pyplot as plt

    X, y = magnets
    _, ax = plt.subplots()
    display = ParityDisplay.from_estimator(xgboost, X, y, target="Hcj_kOe", ax=ax)
    assert display.ax_ is ax
    assert ax.get_xlabel() == "measured Hcj (kOe)"
    np.testing.assert_array_equal(display.y_true, y["Hcj_kOe"])
    assert "R² " in ax.get_title()
    assert ParityDisplay.from_estimator(xgboost, X, y).name == "Br_kG"
    one = LinearRegression().fit(X[["Al"]], y["Br_kG"])  # predicts one dimension
    assert ParityDisplay.from_estimator(one, X[["Al"]], y[["Br_kG"]]).name == "Br_kG"
    with pytest.raises(
        ValueError, match=r"target='Tc' is not among the targets \['Br_kG'"
    ):
        ParityDisplay.from_estimator(xgboost, X, y, target="Tc")


def test_parity_with_uncertainty_as_colour_and_histograms(magnets):
    X, y = magnets
    model = MultiHeadAttentionRegressor(n_members=3, width=16, max_epochs=5)
    model = make_magnet_pipeline(model).fit(X, y)
    display = ParityDisplay.from_estimator(
        model, X, y, target="Hcj_kOe", return_std=True, marginals=True
    )
    _, std = model.predict(X, return_std=True)
    np.testing.assert_array_equal(display.std, std[:, 1])
    np.testing.assert_array_equal(display.ax_.collections[0].get_array(), std[:, 1])
    above, right = display.marginal_axes_
    assert sum(bar.get_height() for bar in above.patches) == len(X)
    assert sum(bar.get_width() for bar in right.patches) == len(X)
    assert "R² " in above.get_title()
    labels = [ax.get_ylabel() for ax in display.ax_.figure.axes]
    assert "standard deviation of Hcj (kOe)" in labels
    with pytest.raises(ValueError, match="marginals stand beside a cloud"):
        display.plot(kind="samples", marginals=True)


def test_samples_one_by_one(xgboost, magnets):
    X, y = magnets
    display = ParityDisplay.from_estimator(
        xgboost, X, y, target="Hcj_kOe", kind="samples"
    )
    measured, predicted = display.ax_.lines
    np.testing.assert_array_equal(measured.get_ydata(), y["Hcj_kOe"])
    np.testing.assert_array_equal(predicted.get_ydata(), display.y_pred)
    assert display.ax_.get_xlabel() == "number of the sample"
    assert display.ax_.get_ylabel() == "Hcj (kOe)"
    with pytest.raises(ValueError, match=r"kind='line' is not among \['parity', 'sam"):
        display.plot(kind="line")


def test_units_are_written_as_people_do():
    y = pd.Series([1.0, 2.0])
    for name, label in [
        ("density_g_per_cm3", "measured density (g/cm³)"),
        ("sintering_C", "measured sintering (°C)"),
        ("yield_strength", "measured yield_strength"),
        (0, "measured 0"),
    ]:
        display = ParityDisplay.from_predictions(y, y, name=name)
        assert display.ax_.get_xlabel() == label


def test_loss_curve_of_an_autoencoder():
    grains = make_grain_structures(
        12, shape=(16, 16), size_nm=32, n_grains=3, random_state=0
    )
    vae = GrainVAE(max_epochs=3, random_state=0).fit(grains)
    display = LossCurveDisplay.from_estimator(vae)
    assert len(display.ax_.lines) == 1
    assert len(display.loss_curve) == 3


def test_loss_curve(net):
    display = LossCurveDisplay.from_estimator(net)
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels[:2] == ["training", "held out"]
    assert labels[2].startswith("best, epoch")
    assert (
        LossCurveDisplay([1.0], []).plot().ax_.get_ylabel() == "loss of scaled targets"
    )


def test_attention_map(net, magnets):
    display = AttentionMapDisplay.from_estimator(net, magnets[0])
    assert display.feature_names[:2] == ["PrNd", "PrNdCe"]
    assert display.ax_.images[0].get_array().shape == (32, 32)
    # Without names the columns are numbered.
    model = MultiHeadAttentionRegressor(n_members=1, width=8, max_epochs=3)
    X = np.random.RandomState(0).uniform(size=(30, 2))
    assert AttentionMapDisplay.from_estimator(model.fit(X, X[:, 0]), X).feature_names == [
        "x0", "x1",
    ]  # fmt: skip


def test_joint_distribution(magnets):
    X, y = magnets
    source = X.index.get_level_values("source")
    display = JointDistributionDisplay(X["grain_size_um"], y["Hcj_kOe"], source).plot()
    assert len(display.ax_.collections) == 2
    assert display.ax_.get_xlabel() == "grain_size (µm)"
    alone = JointDistributionDisplay(X["Al"], y["Br_kG"]).plot()
    assert alone.ax_.get_legend() is None


def test_tree(xgboost):
    display = TreeDisplay.from_estimator(xgboost, tree=5)
    n_nodes = len(display.nodes)
    n_branches = n_nodes - 1
    assert len(display.ax_.lines) == n_branches
    assert len(display.ax_.texts) == n_nodes + n_branches
    with pytest.raises(ValueError, match="tree=20 is not among the trees 0 to 19"):
        TreeDisplay.from_estimator(xgboost, tree=20)
    with pytest.raises(ValueError, match="target=4 is not among the targets 0 to 3"):
        TreeDisplay.from_estimator(xgboost, target=4)


def test_a_tree_says_whose_it_is(magnets, xgboost):
    X, y = magnets
    alone = XGBRegressor(n_estimators=20, max_depth=3).fit(X, y["Hcj_kOe"])
    of_two = TreeDisplay.from_estimator(xgboost, tree=2, target=1, name="Hcj_kOe")
    of_one = TreeDisplay.from_estimator(alone, tree=2, name="Hcj_kOe")
    assert of_two.ax_.get_title() == "Hcj (kOe): tree 2 of 20"
    np.testing.assert_allclose(of_two.nodes["Split"], of_one.nodes["Split"])
    title = TreeDisplay.from_estimator(xgboost, target=3).ax_.get_title()
    assert title == "target 3: tree 0 of 20"


def test_shap_values_of_trees_add_up(xgboost, magnets):
    X, _ = magnets
    for target in (0, 1):
        explained = shap_values(xgboost, X, target=target)
        total = explained.values.sum(axis=1) + explained.base_values
        np.testing.assert_allclose(total, xgboost.predict(X)[:, target], rtol=1e-4)


def test_shap_values_of_a_linear_model_are_known():
    X = pd.DataFrame(np.random.RandomState(0).normal(size=(40, 3)), columns=list("abc"))
    model = LinearRegression().fit(X, 3 * X["a"] - X["b"])
    explained = shap_values(model, X, random_state=0)
    background = X  # all rows, as there are fewer than n_background
    np.testing.assert_allclose(
        explained.values, (X - background.mean()) * [3, -1, 0], atol=1e-6
    )


def test_shap_values_of_nets_add_up_and_repeat(net, magnets):
    X = magnets[0].iloc[:5]
    explained = shap_values(net, X, target=1, random_state=0)
    again = shap_values(net, X, target=1, random_state=0)
    np.testing.assert_array_equal(explained.values, again.values)
    total = explained.values.sum(axis=1) + explained.base_values
    np.testing.assert_allclose(total, net.predict(X)[:, 1], rtol=1e-4)


def test_shap_figures(xgboost, magnets):
    X, _ = magnets
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    summary = ShapSummaryDisplay.from_estimator(xgboost, X, target=1)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert "SHAP value" in summary.ax_.get_xlabel()
    pair = ShapInteractionDisplay.from_estimator(xgboost, X, ("Ga", "B"), target=1)
    assert pair.ax_.get_xlabel() == "Ga"
    with pytest.raises(ValueError, match="'Xx' is not a feature. There are:"):
        ShapInteractionDisplay.from_estimator(xgboost, X, ("Ga", "Xx"))
    unnamed = XGBRegressor(n_estimators=2).fit(X.to_numpy(), np.arange(len(X)))
    assert shap_values(unnamed, X.to_numpy()).feature_names[0] == "x0"


class TestCompositionDisplays:
    y_true = np.array([[60.0, 40, 0], [50, 30, 20], [34, 33, 33]])
    y_pred = np.array([[57.0, 43, 0], [52, 29, 19], [30, 35, 35]])

    def test_maps_show_amounts_and_errors(self):
        amounts = CompositionMapDisplay.from_amounts(self.y_true)
        np.testing.assert_array_equal(amounts.image_.get_array(), self.y_true)
        errors = CompositionMapDisplay.from_predictions(self.y_true, self.y_pred)
        assert errors.image_.get_array().max() == 4
        assert errors.label == "error (at.%)"

    def test_a_panel_for_each_number_of_elements(self):
        display = CompositionParityDisplay.from_predictions(self.y_true, self.y_pred)
        titles = [ax.get_title() for ax in display.axes_]
        assert [t.splitlines()[0] for t in titles] == [
            "2 elements (1)",
            "3 elements (2)",
        ]
        assert titles[0].endswith("R² 0.910, RMSE 4.2")
        points = display.axes_[0].collections[0].get_offsets()
        np.testing.assert_array_equal(points, [[60, 57], [40, 43]])

    def test_bars_stand_for_amounts(self):
        display = CompositionBarDisplay.from_formulas(
            {"a": "Zr60Cu40", "b": "Zr55Cu45"}
        )
        heights = [bar.get_height() for bar in display.ax_.patches]
        np.testing.assert_allclose(heights, [40, 60, 45, 55])

    def test_lines_through_the_axes_of_elements(self):
        table = pd.DataFrame({"Zr": [60, 55], "Cu": [40, 45], "misfit": [0.0, 0.1]})
        display = ParallelCompositionDisplay.from_table(table, color="misfit")
        assert list(display.figure_.data[0].line.color) == [0.0, 0.1]
        with pytest.raises(ValueError, match="color='cost' is no numeric column"):
            ParallelCompositionDisplay.from_table(table, color="cost")

    def test_a_ternary_sees_every_composition(self):
        display = TernaryDisplay.from_function(
            ["Zr", "Cu", "Al"], lambda t: t["Zr"], step=10, name="G_GPa"
        )
        assert len(display.values) == 66
        np.testing.assert_allclose(display.amounts.sum(axis=1), 100)
        with pytest.raises(ValueError, match="three are shown"):
            TernaryDisplay.from_function(["Zr", "Cu"], lambda t: t["Zr"])


@pytest.mark.parametrize("parameters", [
    {"objective": "reg:gamma"}, {"objective": "reg:tweedie"}, {"objective": "count:poisson"},
    {"objective": "reg:squarederror"}, {"objective": "reg:absoluteerror"},
    {"objective": "reg:logistic"}, {"booster": "gblinear"}, {"booster": "dart"},
], ids=str)  # fmt: skip
def test_shapley_values_sum_to_the_prediction(parameters):
    from sklmag.inspection import shap_values

    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.uniform(1, 9, (60, 3)), columns=["Nd", "Dy", "T"])
    y = (10 + 2 * X["Dy"]) / 30
    model = XGBRegressor(n_estimators=30, **parameters).fit(X, y)
    found = shap_values(model, X[:4], random_state=0)
    total = found.values.sum(axis=1) + found.base_values
    np.testing.assert_allclose(total, model.predict(X[:4]), rtol=1e-4)
