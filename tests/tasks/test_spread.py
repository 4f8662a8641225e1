"""Deviations that grow with the distance to the training data."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklmag.datasets import make_metallic_glasses
from sklmag.persistence import ApplicabilityDomain, open_model
from sklmag.tasks import train
from sklmag.tasks._spread import spreads, system_folds


@pytest.mark.parametrize(("near", "growth"), [(1.0, 3.0), (2.0, 0.0)])
def test_what_errors_are_made_of_is_found(near, growth):
    """Errors whose deviation is known: the fit gives it back, at 90 % of them."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": np.sort(rng.uniform(0, 1, 4000)) ** 3})
    model = Ridge().fit(X, X["a"])
    folds = [(np.arange(0, 4000, 2), np.arange(1, 4000, 2))]
    domain = ApplicabilityDomain(X.to_numpy())
    distance = domain.distance_to(X.to_numpy(), X.to_numpy()[::2])
    deviation = np.hypot(near, growth * distance)
    y = pd.DataFrame({"y": rng.normal(0, deviation)})
    found = spreads(model, X, y, [(pd.DataFrame({"y": np.zeros(4000)}), folds)])["y"]
    fitted = np.hypot(found["std"], found["std_per_distance"] * distance)[1::2]
    held = np.abs(y["y"].to_numpy()[1::2]) <= 1.645 * fitted
    assert held.mean() == pytest.approx(0.9, abs=0.005)
    assert found["std"] == pytest.approx(near, rel=0.15)


def test_intervals_widen_where_nothing_is_known(tmp_path):
    X, Y = make_metallic_glasses(random_state=0)
    table = pd.DataFrame({"alloy": X, "G_GPa": Y["G_GPa"]})
    trained = train(table, ["G_GPa"], "xgboost")
    model = open_model(trained.save(tmp_path / "m"))
    scores = model.card.metrics["G_GPa"]
    assert scores["std_per_distance"] > 0
    found = model.predict([X[0], "Zr50Cu50", "U50Al50"])
    np.testing.assert_allclose(
        found["G_GPa_std"],
        np.hypot(scores["std"], scores["std_per_distance"] * found["distance"]),
    )
    assert found["G_GPa_std"].iloc[2] > 2 * found["G_GPa_std"].iloc[0]


def test_folds_by_system():
    folds = system_folds(["Cu50Zr50", "Zr2Cu", "NiNb", "Ni3Nb", "FeB", "Fe4B"], 3, 0)
    assert sorted(tuple(sorted(test)) for _, test in folds) == [(0, 1), (2, 3), (4, 5)]
    assert system_folds(["Cu50Zr50", "Zr2Cu"], 2, 0) is None


def test_models_that_know_their_own_deviation_keep_it():
    X, Y = make_metallic_glasses(random_state=0)
    table = pd.DataFrame({"alloy": X, "G_GPa": Y["G_GPa"]})
    assert train(table, ["G_GPa"], "gaussian-process").spread == {}
    assert train(table.head(20), ["G_GPa"], "xgboost").spread == {}
