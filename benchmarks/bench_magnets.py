"""Multi-head attention against tuned XGBoost and others, on magnets and alloys.

Tables in benchmarks/results. `--part synthetic` repeats the paper's table 1 on the
generated magnets: 70/30, ten seeds; `--part more-data` asks what one source of them
adds to the other, on the same held-out rows. `--part real` scores the models on real
tables by repeated five-fold cross-validation. `--part auto` does so for AutoRegressor
(on one core, without CatBoost) beside a constant, a ridge and the models that its users
would choose from, on eleven tables; what is in magnets_auto.csv is not fitted again.
TabM and CatBoost on Magpie's attributes take long, and are run by name only.

    python benchmarks/bench_magnets.py --part real --tables steels,tg --repeats 2
    python benchmarks/bench_magnets.py --part auto --n-jobs 2
    python benchmarks/bench_magnets.py --part auto --models TabM --repeats 1 --folds 1

The real tables are read from the folder in SKLMAG_SHARED_DATA (default ../shared/data).
Tuned XGBoost: StagedSearchCV with `--n-iter` trials in each of its three stages, inside
every training part. LightGBM and CatBoost run with their defaults (extra ``bench``).
"""

import argparse
import gzip
import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold, KFold, train_test_split
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from sklmag.datasets import make_sintered_ndfeb
from sklmag.metrics import regression_table
from sklmag.model_selection import StagedSearchCV, compare_models
from sklmag.models import DenseRegressor, MultiHeadAttentionRegressor
from sklmag.recipes import AutoRegressor, magnet_models, make_magnet_pipeline
from sklmag.recipes._candidates import CANDIDATES

RESULTS = Path(__file__).parent / "results"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))


def read(name):
    return pd.read_csv(SHARED / name, keep_default_na=False, na_values=[""])


def steels():
    table = read("matbench/steels.csv.gz")
    return table[["composition"]], table[["target"]], table["composition"]


def curie():
    table = read("magnetic/curie_nelson_sanvito.csv")
    table = table.groupby("reduced_formula", as_index=False)["Tc_K"].median()
    table = table.sample(1000, random_state=0).reset_index(drop=True)
    return table[["reduced_formula"]], table[["Tc_K"]], table["reduced_formula"]


def tg():
    table = read("bmg/thermal_xiong.csv")
    return table[["composition_at_pct"]], table[["Tg_K"]], table["composition_at_pct"]


def nanocrystalline():
    table = read("soft_magnets/fe_nanocrystalline.csv")
    table = table.dropna(subset="coercivity_A_per_m").reset_index(drop=True)
    features = [
        "composition_at_pct",
        "annealing_temperature_K",
        "annealing_time_s",
        "longitudinal_field",
        "transverse_field",
        "ribbon_thickness_um",
    ]
    target = np.log10(table[["coercivity_A_per_m"]]).add_prefix("log10_")
    return table[features], target, table["composition_at_pct"]


def re2tm14b():
    table = read("hard_magnets/re2tm14b_literature.csv")
    y = table[["mu0Ms_T", "mu0Ha_T"]]
    return table[["reduced_formula"]], y, table["reduced_formula"]


def hardness():
    table = read("bmg/hardness_bajpai.csv").dropna(subset=["HV"])
    table = table.reset_index(drop=True)
    return table[["composition_at_pct"]], table[["HV"]], table["composition_at_pct"]


def novamag():
    with gzip.open(SHARED / "structures/novamag.jsonl.gz", "rt") as lines:
        records = pd.DataFrame(map(json.loads, lines))
    table = records.groupby("formula", as_index=False)["magnetization_T"].max()
    return table[["formula"]], table[["magnetization_T"]], table["formula"]


def matbench(name):
    def table():
        found = read(f"matbench/{name}.csv.gz")
        return found[["composition"]], found[["target"]], found["composition"]

    return table


TABLES = {
    "steels": steels,
    "curie": curie,
    "tg": tg,
    "nanocrystalline": nanocrystalline,
    "re2tm14b": re2tm14b,
}


AUTO_TABLES = TABLES | {
    "hardness": hardness,
    "novamag": novamag,
    **{
        name: matbench(name) for name in ("jdft2d", "phonons", "expt_gap", "dielectric")
    },
}


SLOW = ("TabM", "CatBoost, Magpie")  # run by name only: the rest takes an hour


def auto_models():
    """Return what is compared by `--part auto`.

    The first and the last see fractions of elements and Magpie's attributes, the others
    fractions.
    """
    from pytabkit import RealMLP_TD_Regressor, TabM_D_Regressor

    nets = {"device": "cpu", "random_state": 0, "n_threads": 1, "verbosity": 0}
    known = models(10, n_inner=3)
    names = [c.name for c in CANDIDATES if c.needs is None]
    each = {
        "constant": DummyRegressor(),
        "ridge": make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 4, 15))),
        "RealMLP": RealMLP_TD_Regressor(**nets),
        "TabM": TabM_D_Regressor(**nets),
    }
    catboost = known["CatBoost"].estimator[-1]
    return {
        "auto": AutoRegressor(members=names, random_state=0),
        **{n: MultiOutputRegressor(make_magnet_pipeline(m)) for n, m in each.items()},
        **{n: known[n] for n in ("XGBoost", "XGBoost tuned", "LightGBM", "CatBoost")},
        "CatBoost, Magpie": MultiOutputRegressor(
            make_magnet_pipeline(catboost, descriptors=True)
        ),
    }


def score_auto(name, label, repeat, n_folds):
    """Return a row for each fold of a table that one model was fitted to."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    X, y, groups = AUTO_TABLES[name]()
    rows = []
    folds = GroupKFold(5, shuffle=True, random_state=repeat)
    parts = list(folds.split(X, y, groups))[:n_folds]
    for k, (train, test) in enumerate(parts):
        start = time.perf_counter()
        fitted = clone(auto_models()[label]).fit(X.iloc[train], y.iloc[train])
        seconds = time.perf_counter() - start
        wanted = y.iloc[test].to_numpy()
        row = {"table": name, "n": len(X), "model": label, "repeat": repeat}
        row |= {"fold": k, "R2": r2_score(wanted, fitted.predict(X.iloc[test]))}
        row["fit_s"] = round(seconds, 2)
        if hasattr(fitted, "predict_interval"):
            low, high = fitted.predict_interval(X.iloc[test])
            wanted = wanted.reshape(low.shape)
            row["coverage_90"] = ((low <= wanted) & (wanted <= high)).mean()
        rows.append(row)
    return pd.DataFrame(rows)


def auto_results():
    path = RESULTS / "magnets_auto.csv"
    return pd.read_csv(path) if path.exists() else pd.DataFrame()


def add_auto(name, label, repeat, n_folds):
    """Fit a model to a table, unless its results are there, and add them."""
    path = RESULTS / "magnets_auto.csv"
    known = auto_results()
    if len(known) and len(
        known.query("table == @name and model == @label and repeat == @repeat")
    ):
        return
    found = score_auto(name, label, repeat, n_folds)
    with FileLock(path.with_suffix(".lock")):  # several may run beside each other
        pd.concat([auto_results(), found]).round(5).to_csv(path, index=False)
    means = found[["R2", "fit_s"]].mean().round(3).to_dict()
    print(name, label, repeat, means, flush=True)


def auto(tables, chosen, repeats, n_folds, n_jobs):
    """Fit what is not in the table of results yet; print means over the folds."""
    chosen = chosen or [name for name in auto_models() if name not in SLOW]
    Parallel(n_jobs=n_jobs)(
        delayed(add_auto)(name, label, repeat, n_folds)
        for name in tables
        for label in chosen
        for repeat in range(repeats)
    )
    rows = auto_results()
    whole = rows[rows["fold"].max() == rows.groupby("model")["fold"].transform("max")]
    print(ranked(whole).to_string())
    if len(whole) < len(rows):
        print("all of them, on the folds that all were fitted to")
        print(ranked(shared(rows)).to_string())


def shared(rows):
    """Return the rows of the folds that every model was fitted to."""
    fold = ["table", "repeat", "fold"]
    fitted_to = rows.groupby(fold)["model"].transform("nunique")
    return rows[fitted_to == rows["model"].nunique()]


def ranked(rows):
    """Return the mean R2 of each model on each table, and its mean rank."""
    table = rows.pivot_table(index="model", columns="table", values="R2")
    table["mean rank"] = table.rank(ascending=False).mean(axis=1)
    return table.sort_values("mean rank").round(3)


def models(n_iter, n_inner=4):
    xgboost = XGBRegressor(n_jobs=1, random_state=0)
    parts = KFold(n_inner, shuffle=True, random_state=0)  # some tables are sorted
    tuned = StagedSearchCV(
        make_magnet_pipeline(xgboost), n_iter=n_iter, cv=parts, random_state=0
    )
    found = {
        "XGBoost": make_magnet_pipeline(xgboost),
        "XGBoost tuned": MultiOutputRegressor(tuned),
        "DNNR": make_magnet_pipeline(DenseRegressor(random_state=0)),
        "MHAR": make_magnet_pipeline(MultiHeadAttentionRegressor(random_state=0)),
    }
    return found | boosters()


def boosters():
    from catboost import CatBoostRegressor
    from lightgbm import LGBMRegressor

    quiet = {"random_state": 0, "verbose": -1, "n_jobs": 1}
    catboost = CatBoostRegressor(
        random_seed=0, verbose=0, thread_count=1, allow_writing_files=False
    )
    both = {"LightGBM": LGBMRegressor(**quiet), "CatBoost": catboost}
    return {
        name: MultiOutputRegressor(make_magnet_pipeline(model))
        for name, model in both.items()
    }


def score_table(name, repeats, n_iter, chosen):
    X, y, groups = TABLES[name]()
    rows = []
    for repeat in range(repeats):
        folds = GroupKFold(5, shuffle=True, random_state=repeat)
        for train, test in folds.split(X, y, groups):
            for label, model in models(n_iter).items():
                if chosen and label not in chosen:
                    continue
                start = time.perf_counter()
                fitted = clone(model).fit(X.iloc[train], y.iloc[train])
                seconds = time.perf_counter() - start
                r2 = r2_score(y.iloc[test], fitted.predict(X.iloc[test]))
                rows.append((name, len(X), repeat, label, r2, seconds))
        print(summary(rows), flush=True)
    return rows


def summary(rows):
    table = pd.DataFrame(rows, columns=["table", "n", "repeat", "model", "R2", "fit_s"])
    grouped = table.groupby(["table", "n", "model"], sort=False)
    means = grouped[["R2", "fit_s"]].mean()
    per_repeat = table.groupby(["table", "n", "model", "repeat"])["R2"].mean()
    means["R2_std"] = per_repeat.groupby(["table", "n", "model"]).std()
    return means[["R2", "R2_std", "fit_s"]].round(3)


def save(table, path):
    """Write a table; models that were not run now keep their earlier rows."""
    if path.exists():
        before = pd.read_csv(path, index_col=[0, 1, 2])
        table = pd.concat([table, before[~before.index.isin(table.index)]])
    table.to_csv(path)


def synthetic(n_repeats, n_jobs):
    X, y = make_sintered_ndfeb(random_state=0)
    datasets = {s: (X.loc[s], y.loc[s]) for s in ("laboratory", "enterprise")}
    datasets["integrated"] = (X, y)
    found = magnet_models(0)
    found["XGBoost"].set_params(model__n_jobs=1)
    return compare_models(
        found, datasets, n_repeats=n_repeats, n_jobs=n_jobs, verbose=1
    )


def more_data(n_repeats, n_jobs):
    """Return R2 on the held-out rows of a source: learned from it alone, and from both.

    The paper's table 1 compares other rows with other rows; here the rows that are
    predicted are the same, so that what the other source adds is seen.
    """
    X, y = make_sintered_ndfeb(random_state=0)
    source = X.index.get_level_values("source")
    rows = Parallel(n_jobs=n_jobs)(
        delayed(_gain)(X, y, source, seed, name)
        for seed in range(n_repeats)
        for name in magnet_models(0)
    )
    table = pd.DataFrame([row for found in rows for row in found])
    return table.groupby(["model", "predicted", "learned"], sort=False)[
        [*y.columns, "mean"]
    ].mean()


def _gain(X, y, source, seed, name):
    torch.set_num_threads(1)
    rows = np.arange(len(X))
    train, test = train_test_split(
        rows, test_size=0.3, random_state=seed, stratify=source
    )
    model = magnet_models(seed)[name]
    if name == "XGBoost":
        model.set_params(model__n_jobs=1)
    both = clone(model).fit(X.iloc[train], y.iloc[train])
    found = []
    for part in ("laboratory", "enterprise"):
        own = train[source[train] == part]
        held = test[source[test] == part]
        alone = clone(model).fit(X.iloc[own], y.iloc[own])
        for learned, fitted in ((part, alone), ("integrated", both)):
            r2 = regression_table(y.iloc[held], fitted.predict(X.iloc[held]))["R2"]
            row = {"model": name, "predicted": part, "learned": learned}
            found.append(row | r2.to_dict())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ["real", "synthetic", "more-data", "auto"]
    parser.add_argument("--part", choices=parts, required=True)
    parser.add_argument("--tables")
    parser.add_argument("--models", default="", help="separated by semicolons")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--folds", type=int, default=5, help="of five, for auto")
    parser.add_argument("--n-iter", type=int, default=10)
    parser.add_argument("--n-jobs", type=int, default=None)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    RESULTS.mkdir(exist_ok=True)
    if arguments.part == "synthetic":
        table = synthetic(arguments.repeats, arguments.n_jobs)
        print(table.round(3).to_string())
        table.round(4).to_csv(RESULTS / "magnets_synthetic.csv")
        return
    if arguments.part == "more-data":
        table = more_data(arguments.repeats, arguments.n_jobs)
        print(table.round(3).to_string())
        table.round(4).to_csv(RESULTS / "magnets_more_data.csv")
        return
    chosen = [m for m in arguments.models.split(";") if m]
    names = AUTO_TABLES if arguments.part == "auto" else TABLES
    names = arguments.tables.split(",") if arguments.tables else list(names)
    if arguments.part == "auto":
        auto(names, chosen, arguments.repeats, arguments.folds, arguments.n_jobs)
        return
    for name in names:
        rows = score_table(name, arguments.repeats, arguments.n_iter, chosen)
        save(summary(rows), RESULTS / f"magnets_{name}.csv")


if __name__ == "__main__":
    main()
