"""From wanted properties to compositions: tables, networks, and their contract."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from skopt import BayesSearchCV
from skopt.space import Real

from sklmag import FormulaError
from sklmag.datasets import make_metallic_glasses
from sklmag.design import (
    CompositionMixtureRegressor,
    DenseInverseRegressor,
    SimplexInverseRegressor,
    inverse_table,
)
from sklmag.metrics import composition_r2, composition_rmse, composition_sum_error
from sklmag.persistence import load, save

TARGETS = ["G_GPa", "K_GPa"]


@pytest.fixture(scope="module")
def glasses():
    formulas, properties = make_metallic_glasses(120, random_state=0)
    return inverse_table(formulas, properties[TARGETS], n_slots=7)


def quick(**parameters):
    return SimplexInverseRegressor(
        **{"max_epochs": 8, "n_members": 2, "random_state": 0, **parameters}
    )


def quick_dense(preset, **parameters):
    return DenseInverseRegressor(
        preset=preset, **{"max_epochs": 8, "random_state": 0, **parameters}
    )


def quick_mixture(**parameters):
    return CompositionMixtureRegressor(
        **{"max_epochs": 8, "n_members": 2, "random_state": 0, **parameters}
    )


MODELS = {
    "simplex": quick(),
    "dkidn": quick_dense("dkidn", n_members=2),
    "ridn": quick_dense("ridn", n_members=2),
    "mixture": quick_mixture(),
}


class TestTable:
    def test_the_example_of_the_paper(self):
        X, y = inverse_table(
            ["Zr68Al8Ni8Cu16"], {"G_GPa": [26.8], "K_GPa": [102.2]}, n_slots=7
        )
        assert list(X) == [*TARGETS, *(f"Z_{k}" for k in range(1, 8))]
        assert X.iloc[0].tolist() == [26.8, 102.2, 13, 28, 29, 40, 0, 0, 0]
        np.testing.assert_allclose(y.iloc[0], [8, 8, 16, 68, 0, 0, 0])

    def test_by_amount_the_first_slot_holds_the_largest(self, glasses):
        formulas, properties = make_metallic_glasses(20, random_state=1)
        _, y = inverse_table(formulas, properties[TARGETS], order="amount")
        assert (np.diff(y.to_numpy(), axis=1) <= 0).all()

    def test_weights_become_atomic_per_cent(self):
        _, y = inverse_table(["Fe50Nd50"], {"G": [1.0]}, unit="wt.%")
        np.testing.assert_allclose(y.iloc[0], [72.09, 27.91], atol=0.01)

    @pytest.mark.parametrize(
        ("formula", "options", "text"),
        [
            ("Zr50Cu40Al10", {"n_slots": 2}, "Row 0: 'Zr50Cu40Al10' has 3 elements, "
             "but n_slots=2"),
            ("Zr50Xx50", {}, "Row 0: Formula 'Zr50Xx50': 'Xx' is not an element"),
            ("Zr50Cu50", {"order": "size"}, "order='size' is not known"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_named(self, formula, options, text):
        with pytest.raises(ValueError, match=text):
            inverse_table([formula], {"G_GPa": [30.0]}, **options)

    def test_rows_keep_their_order_and_index(self):
        formulas = pd.Series(["Fe", "Co50Ni50", "Fe"], index=[7, 7, 3])
        targets = pd.DataFrame({"G_GPa": [1.0, 2, 3]}, index=[7, 7, 3])
        for given in (targets, {"G_GPa": targets["G_GPa"][::1]}):
            X, y = inverse_table(formulas, given)
            assert list(X.index) == list(y.index) == [7, 7, 3]
            assert X["G_GPa"].tolist() == [1, 2, 3]
            assert X["Z_2"].tolist() == [0, 28, 0]

    def test_missing_targets_are_named(self):
        with pytest.raises(ValueError, match="Row 1 has no 'K_GPa'"):
            inverse_table(["Fe", "Co"], {"G_GPa": [1, 2], "K_GPa": [1, np.nan]})
        with pytest.raises(ValueError, match="1 formulas, but 2 rows of targets"):
            inverse_table(["Fe"], {"G_GPa": [1, 2]})
        with pytest.raises(FormulaError, match="Row 1: Formula '': *.*empty|Row 1"):
            inverse_table(["Fe", ""], {"G_GPa": [1, 2]})


@pytest.mark.parametrize("name", MODELS)
class TestEveryModel:
    def test_pickle_clone_and_model_files(self, name, glasses, tmp_path):
        model = clone(MODELS[name]).fit(*glasses)
        expected = model.predict(glasses[0])
        np.testing.assert_array_equal(
            pickle.loads(pickle.dumps(model)).predict(glasses[0]), expected
        )
        save(model, tmp_path / "model.sklmag")
        loaded = load(tmp_path / "model.sklmag")
        np.testing.assert_array_equal(loaded.predict(glasses[0]), expected)
        again = clone(MODELS[name]).fit(*glasses).predict(glasses[0])
        np.testing.assert_array_equal(again, expected)

    def test_searches(self, name, glasses):
        model = MODELS[name]
        grid = GridSearchCV(model, {"lr": [0.001, 0.003]}, cv=2).fit(*glasses)
        assert grid.best_params_["lr"] in (0.001, 0.003)
        search = BayesSearchCV(
            model, {"lr": Real(1e-3, 1e-2)}, n_iter=2, cv=2, random_state=0
        )
        assert 1e-3 <= search.fit(*glasses).best_params_["lr"] <= 1e-2

    def test_empty_slots_stay_empty(self, name, glasses):
        X, y = glasses
        predicted = clone(MODELS[name]).fit(X, y).predict(X)
        assert predicted.shape == y.shape
        assert (predicted[X.filter(like="Z_").to_numpy() == 0] == 0).all()

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            (lambda X, y: X.__setitem__("Z_1", 5.5), "slot 1: 5.5 is not an atomic"),
            (lambda X, y: X.__setitem__("Z_2", X["Z_1"]), "Row 0 of X holds .* twice"),
            (lambda X, y: X.filter(like="Z_").columns.map(
                lambda c: X.__setitem__(c, 0)), "Row 0 of X has no element"),
            (lambda X, y: y.mul(0.9).pipe(y.update), "sums to 90, expected 100"),
            (lambda X, y: y.__setitem__("x_7", y["x_7"] + 1), "empty slot of X"),
            (lambda X, y: y.__setitem__("x_1", -y["x_1"]), "is negative"),
        ],
    )  # fmt: skip
    def test_rows_that_cannot_be_are_named(self, name, glasses, change, text):
        X, y = (table.copy() for table in glasses)
        change(X, y)
        if text == "Row 0 of X has no element":
            y[:] = 0
        with pytest.raises(ValueError, match=text):
            clone(MODELS[name]).fit(X, y)

    def test_tables_of_other_widths_are_refused(self, name, glasses):
        X, y = glasses
        with pytest.raises(ValueError, match="X needs one slot for each column of y"):
            clone(MODELS[name]).fit(X.filter(like="Z_"), y)
        with pytest.raises(ValueError, match="8 features.* 9 features|missing"):
            clone(MODELS[name]).fit(X, y).predict(X.iloc[:, :-1])


@pytest.mark.parametrize("name", ["simplex", "mixture"])
class TestOrderFree:
    def test_compositions_sum_to_the_whole(self, name, glasses):
        X, y = glasses
        for whole in (100, 1):
            predicted = clone(MODELS[name]).fit(X, y * whole / 100).predict(X)
            assert (predicted >= 0).all()
            np.testing.assert_allclose(predicted.sum(axis=1), whole, rtol=1e-12)

    def test_no_bit_depends_on_the_order_of_elements_or_on_other_rows(
        self, name, glasses
    ):
        X, y = glasses
        model = clone(MODELS[name]).fit(X, y)
        expected = model.predict(X)
        order = np.random.default_rng(0).permutation(7)
        shuffled = X.copy()
        shuffled.iloc[:, 2:] = X.iloc[:, 2:].to_numpy()[:, order]
        np.testing.assert_array_equal(model.predict(shuffled), expected[:, order])
        alone = np.vstack([model.predict(X.iloc[[i]]) for i in range(5)])
        np.testing.assert_array_equal(alone, expected[:5])


def test_training_on_shuffled_elements_gives_the_same_network(glasses):
    X, y = glasses
    order = np.random.default_rng(0).permutation(7)
    shuffled = X.copy()
    shuffled.iloc[:, 2:] = X.iloc[:, 2:].to_numpy()[:, order]
    other = quick().fit(shuffled, y.to_numpy()[:, order])
    np.testing.assert_array_equal(other.predict(X), quick().fit(X, y).predict(X))


def test_the_paper_s_networks(glasses):
    """Three layers of 210 for DKIDN, four of 310 for RIDN; seven outputs."""
    sizes = {"dkidn": (3, 210), "ridn": (4, 310)}
    for preset, (n_layers, width) in sizes.items():
        model = quick_dense(preset).fit(*glasses)
        count = sum(p.numel() for p in model.net_.module_.parameters())
        hidden = (9 + 1) * width + (n_layers - 1) * (width + 1) * width
        assert count == hidden + 7 * (width + 1)
        settings = model._settings()
        assert (settings["lr"], settings["dropout"]) == (0.01, 0.2)
        assert DenseInverseRegressor().max_epochs == 2800


def test_the_loss_of_the_paper():
    """Mean squared distance, and 0.2 times the squared excess over 100 (eq. 5)."""
    import torch

    from sklmag._nn._element_set import Penalty
    from sklmag._nn._losses import WeightedLoss

    amounts = torch.tensor([[[58.0, 45, 0], [30, 30, 30]]])
    y, weight = torch.tensor([[60.0, 40, 0], [50, 30, 20]]), torch.ones(1, 2)
    losses = Penalty(0.2).losses(amounts, y, weight, WeightedLoss("mse"))
    expected = ((4 + 25) + (400 + 100)) / 2 + 0.2 * (3**2 + 10**2) / 2
    assert float(losses) == pytest.approx(expected)
    used = torch.tensor([[True, True, False], [True, True, True]])
    kept = Penalty(0.2).amounts(torch.ones(1, 2, 3), used)
    assert kept[0].tolist() == [[1, 1, 0], [1, 1, 1]]


def test_the_loss_of_the_simplex():
    """The divergence of SciPy, weighted by rows; empty slots leave gradients finite."""
    import torch
    from scipy.special import rel_entr

    from sklmag._nn._losses import CompositionLoss

    y = torch.tensor([[0.6, 0.4, 0.0], [0.5, 0.0, 0.5]])
    said = torch.tensor([[[0.5, 0.5, 0.0], [0.8, 0.2, 0.0]]], requires_grad=True)
    weight = torch.tensor([[1.0, 3.0]])
    loss = CompositionLoss()
    clipped = said.detach().numpy()[0].clip(1e-9)
    expected = rel_entr(y.numpy(), clipped).sum(axis=1) @ [0.25, 0.75]
    found = loss(said, y, weight)
    assert found.tolist() == pytest.approx([expected], rel=1e-5)
    found.backward()
    assert torch.isfinite(said.grad).all()
    assert float(loss(y[None], y, weight)) == 0


def test_order_free_beats_equal_parts_and_targets_matter():
    formulas, properties = make_metallic_glasses(300, random_state=0)
    X, y = inverse_table(formulas, properties[TARGETS], n_slots=7)
    model = SimplexInverseRegressor(max_epochs=80, n_members=2, random_state=0).fit(
        X[:240], y[:240]
    )
    assert composition_r2(y[240:], model.predict(X[240:])) > 0.8
    higher = X.assign(G_GPa=X["G_GPa"] * 1.2)
    assert not np.allclose(model.predict(higher), model.predict(X))


def test_samples_follow_the_seed_and_spread_about_the_mean(glasses):
    X, y = glasses
    model = quick_mixture(max_epochs=30).fit(X, y)
    samples = model.sample(X[:4], 2000, random_state=0)
    assert samples.shape == (4, 2000, 7)
    np.testing.assert_allclose(samples.sum(axis=2), 100, rtol=1e-12)
    assert (samples[:, :, 0] > 0).all()
    np.testing.assert_array_equal(samples, model.sample(X[:4], 2000, random_state=0))
    # the mean of the mixture is what predict says, up to sampling
    spread = samples.std(axis=1).max()
    np.testing.assert_allclose(
        samples.mean(axis=1), model.predict(X[:4]), atol=4 * spread / 2000**0.5 + 1e-9
    )


def test_a_dirichlet_density_integrates_to_one():
    """Monte Carlo over the triangle of three elements."""
    import torch

    from sklmag._nn._element_set import DirichletMixtureLoss

    rng = np.random.default_rng(0)
    points = rng.dirichlet([1, 1, 1], 200_000)
    parameters = torch.tensor(
        [[np.log(0.3), *np.log([2.0, 3, 4])], [np.log(0.7), *np.log([5.0, 1, 2])]]
    )
    parameters = parameters.expand(1, len(points), 2, 4)
    loss = DirichletMixtureLoss()
    density = [
        float(torch.exp(-loss(parameters[:, i : i + 1], torch.tensor(p[None]),
                              torch.ones(1, 1).double())))
        for i, p in enumerate(points[:3000])
    ]  # fmt: skip
    assert abs(np.mean(density) / 2 - 1) < 0.1  # the triangle has an area of 1/2


class TestMetrics:
    def test_sums_of_per_cent_and_fractions(self):
        assert composition_sum_error([[60, 41], [50, 53]]) == 2
        assert composition_sum_error([[0.6, 0.5]], whole=1) == pytest.approx(0.1)

    def test_padding_raises_r2(self):
        y, predicted = [[70, 20, 10, 0, 0]], [[60, 25, 15, 0, 0]]
        over_elements = composition_r2(y, predicted)
        assert over_elements == pytest.approx(1 - 150 / (36.67**2 + 13.33**2 + 23.33**2),
                                              abs=1e-3)  # fmt: skip
        assert composition_r2(y, predicted, over="slots") > over_elements

    def test_equiatomic_alloys_have_no_r2(self):
        y = [[50, 50, 0], [60, 40, 0]]
        assert composition_r2(y, [[50, 50, 0], [58, 42, 0]]) == pytest.approx(0.96)
        with pytest.raises(ValueError, match="All alloys are equiatomic"):
            composition_r2([[50, 50]], [[40, 60]])
        with pytest.raises(ValueError, match="over='all' is not known"):
            composition_r2(y, y, over="all")

    def test_rmse_is_a_mean_of_distances(self):
        assert composition_rmse([[60, 40], [50, 50]], [[57, 44], [50, 50]]) == (
            pytest.approx(np.sqrt(12.5))
        )
        with pytest.raises(ValueError, match="two tables of shape"):
            composition_rmse(pd.Series([1.0]), pd.Series([1.0]))
