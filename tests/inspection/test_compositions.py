"""Displays of compositions, and what tells them apart."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from sklmag import DenseRegressor, FormulaTokenizer, LGDCNNRegressor
from sklmag.composition import GlassFeaturizer, element_symbols
from sklmag.design import DenseInverseRegressor
from sklmag.inspection import (
    CompositionMapDisplay,
    PeriodicTableDisplay,
    shap_values,
)
from sklmag.inspection._periodic_table import _place
from sklmag.metrics import composition_wasserstein
from sklmag.model_selection import search_stages

FORMULAS = [f"Zr{60 - i}Cu{30 + i}Al10" for i in range(30)]
DESCRIPTORS = ["vec", "Tm_K", "electronegativity", "radius_pm"]


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(GlassFeaturizer("paper"), XGBRegressor(n_estimators=10)),
        make_pipeline(
            GlassFeaturizer("paper"), StandardScaler(),
            DenseRegressor(max_epochs=3, random_state=0),
        ),
    ],
)  # fmt: skip
def test_shapley_values_of_formulas_have_the_names_of_descriptors(model):
    model.fit(FORMULAS, np.arange(30.0))
    found = shap_values(model, FORMULAS[:4], random_state=0)
    assert list(found.feature_names) == DESCRIPTORS
    total = found.values.sum(axis=1) + found.base_values
    np.testing.assert_allclose(total, model.predict(FORMULAS[:4]), atol=1e-4)


def test_slots_of_a_formula_are_no_features():
    model = make_pipeline(FormulaTokenizer(), LGDCNNRegressor(max_epochs=1, width=8))
    model.fit(FORMULAS, np.arange(30.0))
    with pytest.raises(ValueError, match="ElementContributionDisplay"):
        shap_values(model, FORMULAS[:2])


def test_maps_that_are_compared_have_one_scale():
    truth = np.array([[60.0, 40, 0], [50, 30, 20]])
    others = {"near": truth + 1, "far": truth + 30}
    shown = CompositionMapDisplay.side_by_side(truth, others)
    assert {one.image_.get_clim() for one in shown} == {(0.0, 90.0)}
    titles = [one.ax_.get_title() for one in shown]
    assert titles == [
        "measured", "near\nWasserstein 1.00 at.%", "far\nWasserstein 30.00 at.%"
    ]  # fmt: skip
    errors = CompositionMapDisplay.side_by_side(truth, others, errors=True)
    assert [one.image_.get_clim() for one in errors] == [(0.0, 30.0)] * 2
    np.testing.assert_array_equal(errors[0].amounts, np.ones((2, 3)))


def test_wasserstein_is_of_all_amounts():
    truth = np.array([[60.0, 40], [70, 30]])
    assert composition_wasserstein(truth, truth[:, ::-1]) == 0
    assert composition_wasserstein(truth, truth + 2) == pytest.approx(2)
    with pytest.raises(ValueError, match="Expected two tables of shape"):
        composition_wasserstein(truth, truth[:1])


def test_places_in_the_periodic_table():
    symbols = element_symbols()
    known = {
        "H": (1, 1), "He": (1, 18), "Be": (2, 2), "B": (2, 13), "Ar": (3, 18),
        "Sc": (4, 3), "Fe": (4, 8), "Ag": (5, 11), "Ba": (6, 2), "Hf": (6, 4),
        "Pb": (6, 14), "Ra": (7, 2), "La": (8, 3), "Lu": (8, 17), "Th": (9, 4),
    }  # fmt: skip
    for symbol, place in known.items():
        assert _place(symbols.index(symbol) + 1) == place
    places = [_place(Z + 1) for Z in range(len(symbols))]
    assert len(set(places)) == len(symbols)


def test_elements_are_counted_and_refused():
    display = PeriodicTableDisplay.from_formulas([*FORMULAS, "Fe80B20"])
    assert display.values == {"B": 1, "Al": 30, "Fe": 1, "Cu": 30, "Zr": 30}
    with pytest.raises(ValueError, match="'Qq' is no element"):
        PeriodicTableDisplay({"Qq": 1}).plot()


def test_inverse_networks_are_searched_where_the_paper_did():
    size, rest, _ = search_stages(DenseInverseRegressor())
    assert 3 in size["n_layers"]
    assert 210 in size["width"]
    assert 310 in size["width"]
    assert 0.2 in rest["penalty"]
    assert "penalty" not in search_stages(DenseInverseRegressor(preset="ridn"))[1]
