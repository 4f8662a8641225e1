"""Models of crystals: all learn, come back from files, and scale."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.metrics import r2_score

from sklmag import load, save
from sklmag.recipes import _potential_process as module
from sklmag.recipes import crystal_models, make_crystal_features, make_crystal_pipeline
from sklmag.recipes._potential_process import PotentialProcess

SITES = [[0, 0, 0], [0.5, 0.5, 0.5]]


@pytest.fixture(scope="module")
def crystals():
    """Pairs of five elements in a cubic cell."""
    elements = ["Fe", "Co", "Ni", "Cu", "Al"]
    return [
        Structure(Lattice.cubic(2.8 + 0.05 * k), [one, other], SITES)
        for k in range(2)
        for one in elements
        for other in elements
    ]


@pytest.fixture(scope="module")
def volumes(crystals):
    return np.array([c.volume * c.composition["Fe"] / 2 for c in crystals])


@pytest.mark.parametrize("name", crystal_models())
def test_every_model_learns_and_comes_back(name, crystals, volumes, tmp_path):
    model = crystal_models(random_state=0)[name]
    if name == "SIPFENN":
        model.set_params(sipfennregressor__width_factor=0.01)
    model.fit(crystals[::2], volumes[::2])
    found = model.predict(crystals)
    assert r2_score(volumes[::2], found[::2]) > (0.2 if name == "SIPFENN" else 0.8)
    back = load(save(model, tmp_path / "a.sklmag", X=crystals[::2], y=volumes[::2]))
    np.testing.assert_array_equal(back.predict(crystals), found)


def test_energies_are_linear_in_that_of_the_potential(crystals):
    """What is a multiple of the energy less energies of the elements is learned whole."""
    table = make_crystal_features().fit_transform(crystals)
    energy = table["energy_eV_per_atom"] + 3 * table["fraction_Fe"]
    energy -= 2 * table["fraction_Al"]
    learned = [k for k, c in enumerate(crystals) if "Cu" not in c.composition or k % 2]
    others = np.setdiff1d(range(len(crystals)), learned)
    model = make_crystal_pipeline("energy", random_state=0)
    model.fit([crystals[k] for k in learned], energy.iloc[learned])
    found = model.predict([crystals[k] for k in others])
    np.testing.assert_allclose(found, energy.iloc[others], atol=0.02)


def test_uncertainty_grows_away_from_the_data(crystals, volumes):
    model = make_crystal_pipeline(random_state=0).fit(crystals[:25], volumes[:25])
    strange = Structure(Lattice.cubic(4.2), ["Cs", "O"], SITES)
    _, std = model.predict([crystals[0], strange], return_std=True)
    assert std[1] > 3 * std[0]


def test_another_quantity():
    with pytest.raises(
        ValueError, match="quantity='energies' is not known. Choose 'en"
    ):
        make_crystal_pipeline("energies")


class TestPotentialProcess:
    @pytest.fixture
    def data(self):
        X = np.random.default_rng(0).normal(size=(300, 3))
        return X, np.sin(X[:, 0]) + X[:, 1] ** 2

    def test_few_rows_are_as_in_scikit_learn(self, data):
        X, y = data
        process = PotentialProcess()
        plain = GaussianProcessRegressor(process.kernel, normalize_y=True)
        y = y + np.random.default_rng(1).normal(scale=0.1, size=len(y))
        np.testing.assert_allclose(
            process.fit(X, y).predict(X), plain.fit(X, y).predict(X)
        )

    def test_the_kernel_is_of_some_rows_and_the_rest_of_all(self, data, monkeypatch):
        X, y = data
        monkeypatch.setattr(module, "_ROWS_OF_KERNEL", 100)
        process = PotentialProcess(random_state=0)
        first = process.kernel
        process.fit(X[:200], y[:200])
        assert len(process.X_train_) == 200
        assert (process.kernel, process.optimizer) == (first, "fmin_l_bfgs_b")
        again = PotentialProcess(random_state=0).fit(X[:200], y[:200])
        np.testing.assert_array_equal(process.predict(X), again.predict(X))
        monkeypatch.undo()
        whole = PotentialProcess().fit(X[:200], y[:200])
        assert process.score(X[200:], y[200:]) > whole.score(X[200:], y[200:]) - 0.02
