"""Jobs of a user of inverse design: what is asked, with which models, and what is right.

The same jobs run in Python, on the command line and on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

from sklmag import ElementFractionFeaturizer, GlassFeaturizer, save
from sklmag.datasets import make_metallic_glasses, make_sintered_ndfeb

TITANIUM = ["Ti", "Zr", "Be", "Fe"]
IRON = ["Fe", "Mo", "P", "C", "B"]
PRICES = {"Nd": 85, "Dy": 260, "Tb": 900, "Co": 30, "Al": 3, "Fe": 1, "B": 4}
RARE_EARTHS = "29 <= Nd+Dy+Tb <= 31"
LIMITS = {"Nd": "26:31", "Dy": "0:4", "Tb": "0:2", "Co": "0:2", "Al": "0.1:1"}


@dataclass(frozen=True)
class Job:
    """What is asked of which models.

    Parameters
    ----------
    models : tuple of str
        Names of files, without their suffix.
    goals : tuple of str
        What is wanted.
    check : callable
        Takes the table of candidates and asserts that they are right.
    elements : tuple of str, default=()
        What an alloy is made of.
    bounds, prices : dict, default={}
        ``"least:most"`` by name, and price by element.
    constraints : tuple of str, default=()
        What inputs keep to.
    front : bool, default=False
        Whether the best compromises of two objectives are wanted.
    remark : str, default=""
        What must be said beside the answer.
    """

    models: tuple
    goals: tuple
    check: Callable
    elements: tuple = ()
    bounds: dict = field(default_factory=dict)
    prices: dict = field(default_factory=dict)
    constraints: tuple = ()
    front: bool = False
    remark: str = ""


def make_models(folder):
    """Write the models of all jobs to a folder."""
    X, y = make_metallic_glasses(random_state=0)
    y = y[["G_GPa", "K_GPa"]]
    _save(folder, "moduli", make_pipeline(GlassFeaturizer("paper"), Ridge()), X, y)
    rng = np.random.default_rng(0)
    rich = [f"{a}{90 + k % 9}{b}{10 - k % 9}" for k in range(30)
            for a, b in [rng.permutation(TITANIUM)[:2]]]  # fmt: skip
    both = [*X, *rich]
    forms = pd.Series([1.0] * len(X) + [0.0] * len(rich), name="glass")
    trees = XGBRegressor(n_estimators=60, n_jobs=1)
    check = make_pipeline(ElementFractionFeaturizer(), trees)
    _save(folder, "forming", check, both, forms)
    rows = rng.dirichlet([8, 1, 1, 1, 1], size=80) * 100
    alloys = [
        "".join(f"{e}{v:.2f}" for e, v in zip(IRON, r, strict=True)) for r in rows
    ]
    for name, y in {
        "Bs_T": 0.021 * rows[:, 0] - 0.01 * rows[:, 1],
        "Dmax_mm": 0.3 * rows[:, 1] + 0.1 * rows[:, 2:].sum(axis=1) - 1,
    }.items():
        model = make_pipeline(ElementFractionFeaturizer(), Ridge(1e-4))
        half = slice(0, 50) if name == "Bs_T" else slice(30, 80)
        _save(folder, name, model, alloys[half], pd.Series(y[half], name=name))
    X, y = make_sintered_ndfeb(400, 0, random_state=0)
    X = X[["PrNd", "Dy", "Tb", "Co", "Al", "B"]].rename(columns={"PrNd": "Nd"})
    X = X.assign(Fe=100 - X.sum(axis=1))
    _save(folder, "magnets", Ridge(), X, y[["Br_kG", "Hcj_kOe"]])


def _save(folder, name, model, X, y):
    save(model.fit(X, y), folder / f"{name}.sklmag", X=X, y=y)


# -- what is right ---------------------------------------------------------------------


def whole(found, names):
    np.testing.assert_allclose(found[list(names)].sum(axis=1), 100, atol=2e-3)
    assert (found[list(names)] >= -1e-9).all(axis=None)


def is_glass_with_moduli(found):
    whole(found, TITANIUM)
    np.testing.assert_allclose(found["G_GPa"], 44, atol=0.05)
    np.testing.assert_allclose(found["K_GPa"], 118, atol=0.1)
    assert (found["glass"] > 0.4999).all()


def is_strong_and_thick(found):
    whole(found, IRON)
    assert (found["Bs_T"] > 1.4999).all()
    assert (found["Dmax_mm"] > 2.9999).all()


def meets_the_order(found):
    whole(found, PRICES)
    assert (found["Hcj_kOe"] > 15.99).all()
    assert (found["Br_kG"] > 12.49).all()
    assert found[["Nd", "Dy", "Tb"]].sum(axis=1).between(28.99, 31.01).all()


def has_little_heavy_rare_earth(found):
    meets_the_order(found)
    assert (found[["Dy", "Tb"]].sum(axis=1).iloc[0]) < found["random_search"].iloc[0]


def is_cheap(found):
    meets_the_order(found)
    assert found["cost"].iloc[0] <= found["random_search"].iloc[0] + 1e-6
    by_hand = sum(found[name] * price for name, price in PRICES.items()) / 100
    np.testing.assert_allclose(found["cost"], by_hand, rtol=1e-4)


def misses(found):
    assert (found["missed"] > 0.5).all()


def keeps_to_all(found):
    whole(found, PRICES)
    np.testing.assert_allclose(found["Dy"], 2 * found["Tb"], atol=1e-3)
    assert (found["cost"] < 40.001).all()
    assert found[["Nd", "Dy", "Tb"]].sum(axis=1).between(28.99, 31.01).all()
    assert (found["Hcj_kOe"] > 14.99).all()


def is_a_front(found):
    assert len(found) > 8
    assert found.sort_values("Br_kG")["Hcj_kOe"].is_monotonic_decreasing


ORDER = ("Hcj_kOe >= 16", "Br_kG >= 12.5")
MAGNETS = {"models": ("magnets",), "bounds": LIMITS, "constraints": (RARE_EARTHS,)}
JOBS = {
    "moduli with the glass check": Job(
        ("moduli", "forming"), ("G_GPa = 44", "K_GPa = 118", "glass >= 0.5"),
        is_glass_with_moduli, elements=tuple(TITANIUM),
    ),
    "two properties of two tables": Job(
        ("Bs_T", "Dmax_mm"), ("Bs_T >= 1.5", "Dmax_mm >= 3"), is_strong_and_thick,
        elements=tuple(IRON),
    ),
    "least dysprosium and terbium": Job(
        goals=(*ORDER, "minimize Dy+Tb"), check=has_little_heavy_rare_earth, **MAGNETS
    ),
    "cheapest": Job(
        goals=(*ORDER, "minimize cost"), check=is_cheap, prices=PRICES, **MAGNETS
    ),
    "an impossible order": Job(
        goals=("Hcj_kOe >= 60",), check=misses, remark="No inputs within the bounds",
        **MAGNETS,
    ),
    "a ratio, a sum and a cost": Job(
        ("magnets",), ("Hcj_kOe >= 15", "maximize Br_kG"), keeps_to_all, bounds=LIMITS,
        prices=PRICES, constraints=(RARE_EARTHS, "Dy:Tb = 2:1", "cost <= 40"),
    ),
    "a front": Job(
        goals=("maximize Br_kG", "maximize Hcj_kOe"), check=is_a_front, front=True,
        **MAGNETS,
    ),
}  # fmt: skip
