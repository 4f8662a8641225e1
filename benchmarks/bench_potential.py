"""What a universal potential knows of crystals, beside the 271 Voronoi attributes.

    python benchmarks/bench_potential.py --part folds
    python benchmarks/bench_potential.py --part sigma
    python benchmarks/bench_potential.py --part speed
    python benchmarks/bench_potential.py --part auto --sets wbm_random,novamag

`folds`: mean absolute errors over five folds grouped by composition, the same for all
models: a constant, ridge, XGBoost on the 271 attributes, on the features of the
potential and on both, SIPFENN's network, and the two of `make_crystal_pipeline`.
`sigma`: 10 to 160 of the Fe-Cr-Ni sigma phases are learned and the others predicted, 30
times, by the same models. `auto`: AutoRegressor on the folds of the first target of
each set, 180 s a fit. `speed`: milliseconds a structure on one thread. Features are
kept in `--cache`. Data: the folder in SKLMAG_SHARED_DATA (default ../shared/data).
Tables: results/potential_*.csv.
"""

import argparse
import gzip
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch
from pymatgen.core import Composition, Structure
from scipy.stats import pearsonr
from sklearn.base import clone
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag.models import SIPFENNRegressor
from sklmag.recipes import (
    AutoRegressor,
    make_crystal_features,
    make_crystal_pipeline,
    make_xgboost,
)

RESULTS = Path(__file__).parent / "results"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data")) / "structures"
SETS = {
    "novamag": ["magnetization_T", "K1_MJ_m3"],
    "wbm_random": ["e_form_eV_atom"],
    "matbench_phonons": ["last_phdos_peak_cm1"],
    "heusler_oqmd": ["e_form_eV_atom"],
    "heusler_magnetic_dft": ["Tc_K", "moment_muB_fu"],
    "mp_binary_elastic": ["e_form_matched_eV_atom", "K_vrh_GPa"],
    "sigma_fe_cr_ni": ["e_form_eV_atom"],
}
# what the potential may have seen in training
SEEN = {
    "wbm_random": "not these, but their prototypes",
    "mp_binary_elastic": "these crystals, with their energies and moments",
    "heusler_oqmd": "some of these compounds, from the Materials Project",
    "novamag": "some of these compounds",
    "heusler_magnetic_dft": "some of these compounds, not these quantities",
    "matbench_phonons": "these crystals, not this quantity",
    "sigma_fe_cr_ni": "hardly any of these",
}


def records_of(name):
    with gzip.open(SHARED / f"{name}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def features(name, cache):
    """Return the records of a set, and all features of their crystals, by column."""
    path, records = cache / f"{name}.parquet", records_of(name)
    if not path.exists():
        structures = [Structure(**record["structure"]) for record in records]
        union = make_crystal_features(on_error="nan", verbose=1)
        union.fit_transform(structures).to_parquet(path)
    return records, pd.read_parquet(path)


def voronoi_only(model):
    """Return a model that sees the 271 attributes alone."""
    return Columns(model, lambda n: not n.startswith(("fraction_", *OF_POTENTIAL)))


ENERGY = "energy of the potential"
OF_POTENTIAL = (
    "energy_eV", "magnetization_T", "feature_", "site_spread_", "mean_moment",
    "dev_moment", "min_moment", "max_moment",
)  # fmt: skip


class Columns:
    """A model of some columns; not for grids, only for folds."""

    def __init__(self, model, chosen):
        self.model, self.chosen = model, chosen

    def fit(self, X, y):
        """Fit the model to its columns."""
        self.fitted = clone(self.model).fit(X[list(filter(self.chosen, X))], y)
        return self

    def predict(self, X):
        """Predict from its columns."""
        return self.fitted.predict(X[list(filter(self.chosen, X))])


def of_potential(name):
    """Tell the features of the potential."""
    return name.startswith(OF_POTENTIAL)


def models(seed):
    """Return what is compared; all see features that were made before."""
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 5, 17)))
    trees = make_xgboost(seed).set_params(n_jobs=1)
    net = SIPFENNRegressor(width_factor=0.05, random_state=seed, n_threads=1)
    process = make_crystal_pipeline("other", seed)[1:]
    return {
        "constant": DummyRegressor(strategy="median"),
        "ridge, 271": voronoi_only(ridge),
        "XGBoost, 271": voronoi_only(trees),
        "SIPFENN NN24 x 0.05": voronoi_only(net),
        "ridge, potential": Columns(ridge, of_potential),
        "XGBoost, potential": Columns(trees, of_potential),
        "XGBoost, both": trees,
        "Gaussian process, potential": Columns(process, of_potential),
        ENERGY: make_crystal_pipeline("energy", seed)[-1],
    }


def folds(sets, chosen, cache):
    rows = []
    for name in sets:
        records, X = features(name, cache)
        for target in SETS[name]:
            known = np.array([r.get(target) is not None for r in records])
            known &= np.isfinite(X).all(axis=1).to_numpy()
            part = [r for r, k in zip(records, known, strict=True) if k]
            y = np.array([float(r[target]) for r in part])
            groups = [Composition(r["formula"]).reduced_formula for r in part]
            rows += one_set(name, target, X[known], y, np.array(groups), chosen)
            print(summary(rows[-5 * len(models(0)) :]).to_string(), flush=True)
            table = pd.DataFrame(rows)
            table.insert(2, "potential_has_seen", table["set"].map(SEEN))
            write_beside(table)


def one_set(name, target, X, y, groups, chosen):
    rows = []
    parts = GroupKFold(5, shuffle=True, random_state=0).split(X, y, groups)
    for fold, (train, test) in enumerate(parts):
        for label, model in models(fold).items():
            of_energies = label == ENERGY and not target.startswith("e_form")
            if of_energies or (chosen and label not in chosen):
                continue
            start = time.perf_counter()
            model.fit(X.iloc[train], y[train])
            seconds = time.perf_counter() - start
            error = mean_absolute_error(y[test], model.predict(X.iloc[test]))
            row = {"set": name, "target": target, "n_rows": len(y), "model": label}
            rows.append(row | {"fold": fold, "MAE": error, "fit_s": seconds})
    return rows


def summary(rows):
    grouped = pd.DataFrame(rows).groupby(["set", "target", "n_rows", "model"])
    return grouped["MAE"].agg(["mean", "sem"]).join(grouped["fit_s"].median()).round(4)


def auto(sets):
    """Score AutoRegressor, which is given the crystals, on the same folds."""
    rows = []
    for name in sets:
        target = SETS[name][0]
        records = [r for r in records_of(name) if r.get(target) is not None]
        crystals = np.empty(len(records), dtype=object)
        for i, record in enumerate(records):
            crystals[i] = Structure(**record["structure"])
        y = np.array([float(record[target]) for record in records])
        groups = [Composition(r["formula"]).reduced_formula for r in records]
        parts = GroupKFold(5, shuffle=True, random_state=0).split(crystals, y, groups)
        for fold, (train, test) in enumerate(parts):
            start = time.perf_counter()
            model = AutoRegressor(random_state=0, time_budget=180)
            model.fit(crystals[train], y[train])
            seconds = time.perf_counter() - start
            error = mean_absolute_error(y[test], model.predict(crystals[test]))
            rows.append((name, target, len(y), fold, error, seconds))
            print(*rows[-1], flush=True)
    columns = ["set", "target", "n_rows", "fold", "MAE", "fit_s"]
    return pd.DataFrame(rows, columns=columns)


def sigma(n_repeats, cache):
    """Learn few sigma phases, and predict the others."""
    records, X = features("sigma_fe_cr_ni", cache)
    y = np.array([record["e_form_eV_atom"] for record in records])
    rows = []
    for n_new in (10, 20, 40, 80, 160):
        for repeat in range(n_repeats):
            order = np.random.default_rng(repeat).permutation(len(y))
            new, others = order[:n_new], order[n_new:]
            for label, model in models(repeat).items():
                found = model.fit(X.iloc[new], y[new]).predict(X.iloc[others])
                error = mean_absolute_error(y[others], found)
                r = pearsonr(y[others], found)[0] if np.ptp(found) else np.nan
                rows.append((n_new, repeat, label, error, r))
    columns = ["n_new", "repeat", "model", "MAE_eV_atom", "correlation"]
    table = pd.DataFrame(rows, columns=columns)
    means = table.groupby(["model", "n_new"])[["MAE_eV_atom", "correlation"]].mean()
    print(means.unstack().round(4).to_string())
    return table


def speed(n_structures):
    """Time the potential, and the 271 attributes, on the first structures of a set."""
    from sklmag.structure import PotentialFeaturizer, VoronoiFeaturizer

    rows = []
    for name in ("heusler_oqmd", "novamag", "sigma_fe_cr_ni"):
        records = records_of(name)[: n_structures + 1]
        structures = [Structure(**record["structure"]) for record in records]
        sites = np.mean([len(s) for s in structures[1:]])
        for featurizer in (PotentialFeaturizer(), VoronoiFeaturizer()):
            featurizer.fit_transform(structures[:1])
            start = time.perf_counter()
            featurizer.transform(structures[1:])
            seconds = (time.perf_counter() - start) / n_structures
            rows.append((name, sites, type(featurizer).__name__, 1000 * seconds))
    columns = ["set", "mean_sites", "featurizer", "milliseconds"]
    table = pd.DataFrame(rows, columns=columns)
    print(table.round(2).to_string())
    return table


PARTS = ["auto", "folds", "sigma", "speed"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--sets", default=",".join(list(SETS)[:-1]))
    parser.add_argument("--models", default="", help="separated by semicolons")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--cache", type=Path, default=Path("potential_features"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    RESULTS.mkdir(exist_ok=True)
    options.cache.mkdir(exist_ok=True)
    if options.part == "folds":
        chosen = [m for m in options.models.split(";") if m]
        folds(options.sets.split(","), chosen, options.cache)
    elif options.part == "auto":
        write(auto(options.sets.split(",")), "auto")
    elif options.part == "sigma":
        write(sigma(options.repeats, options.cache), "sigma")
    else:
        write(speed(100), "speed")


def write_beside(table):
    """Write results of folds; of models and sets that were not run the earlier stay."""
    path, key = RESULTS / "potential_folds.csv", ["set", "target", "model", "fold"]
    if path.exists():
        both = pd.concat([pd.read_csv(path), table])
        table = both.drop_duplicates(key, keep="last")
    write(table.sort_values(key), "folds")


def write(table, part):
    """Write a table of results."""
    path = RESULTS / f"potential_{part}.csv"
    table.to_csv(path, index=False, float_format="%.5g")


if __name__ == "__main__":
    main()
