"""Single grains: from intrinsic properties to coercivity, remanence and energy product.

    python benchmarks/bench_single_grain.py

Simulated cubes of 50 nm by the MaMMoS project, field along the easy axis ("aligned")
and at any angle ("angles"). Left out: rows without a result, and in the second those
with coercivities above twice the anisotropy field, outliers of the simulation.
Five-fold cross-validation. "as given": Ms, A and K1, to Hc, Mr and BHmax as they are,
with a random forest, as in mammos-ai (its weights are on Hugging Face, and are not
fetched). "reduced": logarithms, lengths and hardness without units, and targets in
units of the anisotropy field, of Ms and of mu0 Ms²/4. Reads SKLMAG_SHARED_DATA. Writes
benchmarks/results/single_grain.csv. One thread.
"""

import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold
from sklearn.multioutput import MultiOutputRegressor
from xgboost import XGBRegressor

from sklmag.models import SharedHeadRegressor

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", HERE.parents[1] / "shared" / "data"))
MU0 = 4e-7 * np.pi
TARGETS = ["Hc_A_per_m", "Mr_A_per_m", "BHmax_J_per_m3"]
GIVEN = ["Ms_A_per_m", "A_J_per_m", "K1_J_per_m3"]
ANGLES = ["k1_theta_rad", "k1_phi_rad", "h_theta_rad", "h_phi_rad"]


def units(table):
    """Return anisotropy field, Ms and mu0 Ms²/4 of each row."""
    Ms, K1 = table["Ms_A_per_m"], table["K1_J_per_m3"]
    return np.column_stack((2 * K1 / (MU0 * Ms), Ms, MU0 * Ms**2 / 4))


def as_given(table):
    return table[[c for c in GIVEN + ANGLES if c in table]].to_numpy()


def reduced(table):
    """Return logarithms, exchange lengths in units of the cube, and directions."""
    Ms, A, K1 = (table[name].to_numpy() for name in GIVEN)
    stray = MU0 * Ms**2 / 2
    columns = [np.log(K1 / stray), np.log(np.sqrt(A / K1) / 50e-9),
               np.log(np.sqrt(A / stray) / 50e-9), np.log(Ms)]  # fmt: skip
    if "k1_theta_rad" in table:
        k, h = (direction(table, name) for name in ("k1", "h"))
        along = np.abs((k * h).sum(axis=1))
        columns += [along, np.arccos(np.clip(along, 0, 1)), *np.abs(k).T, *np.abs(h).T]
    return np.column_stack(columns)


def direction(table, name):
    theta, phi = table[f"{name}_theta_rad"], table[f"{name}_phi_rad"]
    return np.column_stack(
        (np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta))
    )


def forest():
    return RandomForestRegressor(random_state=0)


def trees():
    return MultiOutputRegressor(
        XGBRegressor(n_estimators=600, learning_rate=0.05, max_depth=6, n_jobs=1)
    )


def head():
    return SharedHeadRegressor(n_members=4, loss="mae", random_state=0, n_threads=1)


MODELS = {
    "random forest, as given": (forest, as_given, False),
    "random forest, reduced": (forest, reduced, True),
    "XGBoost, reduced": (trees, reduced, True),
    "SharedHeadRegressor, reduced": (head, reduced, True),
}


def read(name):
    table = pd.read_csv(SHARED / "micromagnetics" / f"single_grain_cube_{name}.csv.gz")
    table = table.dropna(subset=TARGETS)
    if name == "angles":
        table = table[table["Hc_A_per_m"] <= 2 * units(table)[:, 0]]
    return table.reset_index(drop=True)


def predictions(model, describe, in_units, table):
    """Return what five folds predict for the rows that they have not seen."""
    X, y = describe(table), table[TARGETS].to_numpy()
    unit = units(table) if in_units else np.ones_like(y)
    found = np.empty_like(y)
    for train, test in KFold(5, shuffle=True, random_state=0).split(X):
        fitted = model().fit(X[train], y[train] / unit[train])
        found[test] = fitted.predict(X[test]) * unit[test]
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)
    rows = []
    for name in ("aligned", "angles"):
        table = read(name)
        y = table[TARGETS].to_numpy()
        for label, (model, describe, in_units) in MODELS.items():
            start = time.process_time()
            found = predictions(model, describe, in_units, table)
            row = {"set": name, "model": label, "n": len(table)}
            for k, target in enumerate(TARGETS):
                row[f"R2_{target}"] = r2_score(y[:, k], found[:, k])
                row[f"MAE_{target}"] = np.abs(y - found)[:, k].mean()
            rows.append(row | {"seconds": time.process_time() - start})
            print(pd.DataFrame(rows[-1:]).to_string(index=False, header=len(rows) == 1))
            pd.DataFrame(rows).to_csv(
                HERE / "results" / "single_grain.csv", index=False
            )
