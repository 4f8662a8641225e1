"""Properties from formulas: our networks, Magpie with trees, and the published figures.

    python benchmarks/bench_formula.py --part accuracy --sets steels,jdft2d
    python benchmarks/bench_formula.py --part speed
    python benchmarks/bench_formula.py --part memory
    python benchmarks/bench_formula.py --part learning_curve
    python benchmarks/bench_formula.py --part bodies --sets steels,phonons
    python benchmarks/bench_formula.py --part pretrained --sets steels,phonons
    python benchmarks/bench_formula.py --part few --sets bulk_modulus,expt_gap
    python benchmarks/bench_formula.py --part intervals --sets bulk_modulus --rows 200
    python benchmarks/bench_formula.py --part classes
    python benchmarks/bench_formula.py --part conditions

`accuracy`: the small extended sets on their official splits, and the small tasks of
Matbench on their official folds; one row per fit is appended to
benchmarks/results/formula_fits.csv, and `--part table` prints the table of all rows.
Extended sets are fitted on the official training part alone (`--with-validation` adds
the validation part), with `--seeds` seeds; large ones go by names of their own,
`--sets aflow_band_gap,aflow_energy,mp_hull_energy,bartel_formation,oqmd_band_gap`, and
Matbench's moduli by `log_gvrh,log_kvrh`. `speed`: one network of preset="fast"
against the one of preset="paper" at a width of 512, one thread, one run.
`bodies`: the set of elements (the default) against the published sequence, on rows kept
from the training parts: no test part is looked at. `pretrained`: networks from random
and from pretrained weights, trees on Magpie with and without the pretrained features,
and the medians of these, on the official test parts. `few`: the same from 100 rows.
`intervals`: what 90 % intervals of networks from few rows hold of all other rows,
pooled over 20 draws.
`classes`: metal or not and glass or not, on official folds. `conditions`: coercivity
with annealing and hardness with load, folds by composition. `--models CrabNet` runs
CrabNet from its source distribution, which pip fetches.

Data: the folder in SKLMAG_SHARED_DATA (default ../shared/data). One thread throughout.
"""

import argparse
import os
import resource
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch
from crabnet_peer import CrabNetRegressor
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import log_loss, mean_absolute_error, r2_score, roc_auc_score
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, cross_val_predict
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from sklmag.composition import (
    ElementFractionFeaturizer,
    FormulaTokenizer,
    MagpieFeaturizer,
)
from sklmag.inspection import interval_coverage
from sklmag.models import (
    LGDCNNClassifier,
    LGDCNNRegressor,
    PretrainedFormulaFeaturizer,
)
from sklmag.models._median_voting import _votes
from sklmag.recipes import formula_models, make_formula_pipeline
from sklmag.recipes._formulas import _ROBUST, _forest, boosted_trees
from sklmag.recipes._tails import TailCompressor

RESULTS = Path(__file__).parent / "results"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
EXTENDED = {
    "bulk_modulus": "aflow__ael_bulk_modulus_vrh",
    "shear_modulus": "aflow__ael_shear_modulus_vrh",
    "thermal_conductivity": "aflow__agl_thermal_conductivity_300K",
    "thermal_expansion": "aflow__agl_thermal_expansion_300K",
    "mp_bulk_modulus": "mp_bulk_modulus",
    "mp_shear_modulus": "mp_shear_modulus",
    "mp_elastic_anisotropy": "mp_elastic_anisotropy",
}
# of which one seed is fitted; of OQMD every fifth training row
LARGE = {
    "aflow_band_gap": "aflow__Egap",
    "aflow_energy": "aflow__energy_atom",
    "mp_hull_energy": "mp_e_hull",
    "bartel_formation": "CritExam__Ef",
    "oqmd_band_gap": "OQMD_Bandgap",
}
ALPHAS = np.logspace(-1, 4, 11)
MATBENCH = ("steels", "jdft2d", "phonons", "expt_gap", "dielectric")
# Du et al., doi:10.1021/acs.jctc.4c00187: L-G-DCNN, its V1 and CrabNet (figure 4 and
# table 1).
PUBLISHED = pd.DataFrame(
    {
        "bulk_modulus": (8.221, 8.317, 8.692),
        "shear_modulus": (8.946, 9.110, 9.082),
        "thermal_conductivity": (2.197, 2.259, 2.318),
        "thermal_expansion": (3.61e-6, 3.728e-6, 3.85e-6),
        "mp_bulk_modulus": (10.612, 10.850, 11.209),
        "mp_shear_modulus": (11.701, 11.770, 12.787),
        "mp_elastic_anisotropy": (8.018, 8.260, 8.263),
        "steels": (90.577, 92.661, 107.316),
        "jdft2d": (44.280, 44.437, 45.610),
        "phonons": (47.615, 49.409, 55.111),
        "expt_gap": (0.323, 0.329, 0.346),
        "dielectric": (0.310, 0.313, 0.323),
        "aflow_band_gap": (0.310, 0.291, 0.301),
        "aflow_energy": (0.090, 0.089, 0.093),
        "mp_hull_energy": (0.083, 0.085, 0.089),
        "bartel_formation": (0.057, 0.058, 0.059),
        "log_gvrh": (0.089, 0.093, 0.101),
        "log_kvrh": (0.069, 0.071, 0.076),
        "oqmd_band_gap": (0.041, 0.043, 0.049),
    },
    index=["paper L-G-DCNN", "paper V1", "paper CrabNet"],
).T


def read(name):
    return pd.read_csv(SHARED / f"{name}.csv.gz", keep_default_na=False)


def splits(name, *, with_validation=False, seeds=(0, 1, 2)):
    """Yield seed or fold, training formulas and targets, test formulas and targets."""
    if name in EXTENDED or name in LARGE:
        parts = ("train", "val") if with_validation else ("train",)
        folder = f"composition_extended/{EXTENDED.get(name) or LARGE[name]}"
        train = pd.concat([read(f"{folder}/{part}") for part in parts])
        if name == "oqmd_band_gap":
            train = train.sample(frac=0.2, random_state=0)
        test = read(f"{folder}/test")
        for seed in seeds:
            yield seed, train.formula, train.target, test.formula, test.target
        return
    table = read(f"matbench/{name}")
    for fold in range(5):
        train, test = table[table.fold != fold], table[table.fold == fold]
        yield fold, train.composition, train.target, test.composition, test.target


def one_fit(model, formulas, y, test, y_test):
    """Fit, predict, measure; return one dictionary for each model inside."""
    start = time.perf_counter()
    model.fit(formulas.to_numpy(object), y.to_numpy())
    seconds = time.perf_counter() - start
    row = measured(model, test, y_test) | {"fit_s": seconds}
    if not isinstance(model, TransformedTargetRegressor):
        return {"": row}
    return {"": row, "net": measured(NetOfVote(model), test, y_test)}


class NetOfVote:
    """The networks of the vote alone, in the units of the target."""

    def __init__(self, vote):
        self.net = vote.regressor_.named_estimators_["net"]
        self.targets = vote.transformer_

    def predict(self, formulas):
        """Predict with the networks."""
        return self._restored(self.net.predict(formulas))

    def predict_interval(self, formulas, coverage):
        """Return the ends of the intervals."""
        slots = self.net[:-1].transform(formulas)
        ends = self.net[-1].predict_interval(slots, coverage=coverage)
        return [self._restored(end) for end in ends]

    def _restored(self, z):
        return self.targets.inverse_transform(z[:, None])[:, 0]


def measured(model, test, y_test):
    start = time.perf_counter()
    predicted = model.predict(test.to_numpy(object))
    seconds = time.perf_counter() - start
    row = {
        "MAE": mean_absolute_error(y_test, predicted),
        "predict_ms_per_1000": 1e6 * seconds / len(test),
        "peak_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    last = model[-1] if hasattr(model, "steps") else model
    if hasattr(last, "predict_interval"):
        levels = [0.9]
        row["coverage_90"] = interval_coverage(
            model, test.to_numpy(object), y_test, levels=levels
        )[0.9]
        row["n_test"] = len(test)
    return row


def accuracy(names, models, *, with_validation, seeds, only=None):
    protocol = "train + val" if with_validation else "train"
    for name in names:
        parts = splits(name, with_validation=with_validation, seeds=seeds)
        for part, *data in parts:
            if only is not None and part not in only:
                continue
            for label in models:
                model = (
                    CrabNetRegressor(part)
                    if label == "CrabNet"
                    else formula_models(random_state=part)[label]
                )
                for inner, row in one_fit(model, *data).items():
                    shown = "L-G-DCNN of the vote" if inner == "net" else label
                    head = {"set": name, "model": shown, "part": part}
                    record(head | {"fitted_on": protocol} | row)


COLUMNS = [
    "set", "model", "part", "fitted_on", "MAE", "fit_s", "predict_ms_per_1000",
    "peak_MB", "coverage_90", "n_test",
]  # fmt: skip


def record(row):
    """Append a row to the results, and print it."""
    path = RESULTS / "formula_fits.csv"
    line = pd.DataFrame([row]).reindex(columns=COLUMNS)
    line.to_csv(path, mode="a", header=not path.exists(), index=False)
    print(line.to_string(index=False, header=False), flush=True)


def table():
    """Print mean MAE and its standard error beside the published figures."""
    fits = pd.read_csv(RESULTS / "formula_fits.csv")
    fits = fits.drop_duplicates(["set", "model", "part", "fitted_on"], keep="last")
    for protocol, rows in fits.groupby("fitted_on"):
        grouped = rows.groupby(["set", "model"])["MAE"]
        shown = grouped.mean().map("{:.4g}".format)
        error = (grouped.std() / np.sqrt(grouped.count())).map(" ± {:.2g}".format)
        wide = (shown + error).unstack("model")
        order = [name for name in PUBLISHED.index if name in wide.index]
        print(f"\nMAE, fitted on {protocol}")
        print(wide.loc[order].join(PUBLISHED).to_string())
    nets = fits[fits.coverage_90.notna()]
    for protocol, rows in nets.groupby("fitted_on"):
        pooled = np.average(rows.coverage_90, weights=rows.n_test)
        print(f"coverage of 90 % intervals, fitted on {protocol}: {pooled:.3f}")
    costs = ["fit_s", "predict_ms_per_1000", "peak_MB"]
    print(fits.groupby(["set", "model"])[costs].median().round(1).to_string())


def speed(name, max_epochs):
    """Train and predict with both recipes in one run, one thread."""
    _, formulas, y, _, _ = next(splits(name))
    rng = np.random.default_rng(0)
    held_out = rng.random(len(formulas)) < 0.15
    train, valid = formulas[~held_out].to_numpy(object), formulas[held_out]
    rows = {}
    for preset, epochs in (("fast", None), ("paper", max_epochs)):
        net = LGDCNNRegressor(
            preset=preset, max_epochs=epochs, n_members=1, n_threads=1, random_state=0
        )
        model = make_pipeline(FormulaTokenizer(), net)
        start = time.perf_counter()
        model.fit(train, y[~held_out].to_numpy())
        seconds = time.perf_counter() - start
        slots = model[0].transform(valid.to_numpy(object))
        error = mean_absolute_error(y[held_out], net.predict(slots))
        many = np.tile(slots, (1 + 2000 // len(slots), 1))
        times = []
        for _ in range(5):
            start = time.perf_counter()
            net.predict(many)
            times.append(time.perf_counter() - start)
        per_1000 = 1e6 * np.median(times) / len(many)
        rows[preset] = (seconds, net.n_iter_, per_1000, error)
    names = ["fit_s", "epochs", "predict_ms_per_1000", "validation_MAE"]
    result = pd.DataFrame(rows, index=names).T
    print(f"{name}, {len(train)} training formulas")
    print(result.round(4).to_string())
    ratio = result.loc["paper"] / result.loc["fast"]
    print(f"ratio paper/fast: fit {ratio.fit_s:.1f}, predict "
          f"{ratio.predict_ms_per_1000:.1f}")  # fmt: skip
    result.to_csv(RESULTS / "formula_speed.csv")


def memory(n_rows):
    """Fit a table of many rows for an epoch; print the peak of the process."""
    train = read("composition_extended/OQMD_Bandgap/train")
    extra = read("composition_extended/OQMD_Bandgap/val")
    rows = pd.concat([train, extra]).head(n_rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    net = LGDCNNRegressor(max_epochs=1, n_members=1, n_threads=1, random_state=0)
    model = make_pipeline(FormulaTokenizer(n_slots=8), net)
    start = time.perf_counter()
    model.fit(rows.formula.to_numpy(object), rows.target.to_numpy())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(rows)} rows: {time.perf_counter() - start:.0f} s an epoch, "
          f"{before:.0f} MB before, peak {peak:.0f} MB")  # fmt: skip


def learning_curve(name, sizes, seeds):
    """MAE against the number of training formulas: figure 5."""
    rows = []
    for seed in seeds:
        _, formulas, y, test, y_test = next(splits(name, seeds=[seed]))
        order = np.random.default_rng(seed).permutation(len(formulas))
        smaller = [size for size in sizes if size < len(formulas)]
        for size in [*smaller, len(formulas)]:
            part = order[:size]
            for label in ("L-G-DCNN", "Magpie + random forest"):
                model = formula_models(random_state=seed)[label]
                model.fit(formulas.iloc[part].to_numpy(object), y.iloc[part].to_numpy())
                error = mean_absolute_error(
                    y_test, model.predict(test.to_numpy(object))
                )
                rows.append((label, size, seed, error))
                print(*rows[-1], flush=True)
    frame = pd.DataFrame(rows, columns=["model", "n_train", "seed", "MAE"])
    frame.to_csv(RESULTS / "formula_learning_curve.csv", index=False)
    print(frame.groupby(["n_train", "model"])["MAE"].agg(["mean", "sem"]).to_string())


def intervals(name, n_rows, n_draws=20):
    """Write what share of the rows not drawn intervals hold, pooled over draws."""
    path = RESULTS / "formula_intervals.csv"
    _, formulas, y, test, y_test = next(splits(name, with_validation=True))
    formulas, y = pd.concat([formulas, test]), pd.concat([y, y_test])
    held, errors = [], []
    for seed in range(n_draws):
        order = np.random.default_rng(seed).permutation(len(formulas))
        rows, rest = order[:n_rows], order[n_rows:]
        rest = rest[~formulas.iloc[rest].isin(formulas.iloc[rows]).to_numpy()]
        net = make_pipeline(FormulaTokenizer(), LGDCNNRegressor(random_state=seed))
        net.fit(formulas.iloc[rows].to_numpy(object), y.iloc[rows].to_numpy())
        found = measured(net, formulas.iloc[rest], y.iloc[rest])
        held.append(found["coverage_90"])
        errors.append(found["MAE"])
        print(name, n_rows, seed, round(held[-1], 3), flush=True)
    row = {"set": name, "n_train": n_rows, "draws": n_draws, "held": np.mean(held)}
    row |= {"least": min(held), "most": max(held), "MAE": np.mean(errors)}
    line = pd.DataFrame([row]).round(4)
    line.to_csv(path, mode="a", header=not path.exists(), index=False)
    print(line.to_string(index=False), flush=True)


def validation_parts(name):
    """Yield training rows and rows kept from them; official tests are not touched."""
    if name in EXTENDED:
        folder = f"composition_extended/{EXTENDED[name]}"
        train, kept = read(f"{folder}/train"), read(f"{folder}/val")
        yield train.formula, train.target, kept.formula, kept.target
        return
    table = read(f"matbench/{name}").query("fold != 0").reset_index(drop=True)
    few = len(table) < 500  # of which one part tells little
    splitter = (
        GroupKFold(5, shuffle=True, random_state=0)
        if few
        else GroupShuffleSplit(1, test_size=0.2, random_state=0)
    )
    for a, b in splitter.split(table, groups=table.composition):
        train, kept = table.iloc[a], table.iloc[b]
        yield train.composition, train.target, kept.composition, kept.target


def bodies(names):
    """Write the mean absolute error of both bodies on the same kept rows."""
    path = RESULTS / "formula_bodies.csv"
    for name in names:
        for body in ("set", "l-g-dcnn"):
            errors, seconds = [], []
            for train, y, kept, y_kept in validation_parts(name):
                net = LGDCNNRegressor(body=body, random_state=0)
                model = make_pipeline(FormulaTokenizer(), net)
                start = time.perf_counter()
                model.fit(train.to_numpy(object), y.to_numpy())
                seconds.append(time.perf_counter() - start)
                errors.append(np.abs(y_kept - model.predict(kept.to_numpy(object))))
            pooled = np.concatenate(errors)
            row = {"set": name, "body": body, "MAE": pooled.mean()}
            row |= {"error": pooled.std() / len(pooled) ** 0.5, "n": len(pooled)}
            line = pd.DataFrame([row | {"fit_s": np.mean(seconds)}])
            line.to_csv(path, mode="a", header=not path.exists(), index=False)
            print(line.to_string(index=False, header=False), flush=True)


def components(seed):
    """Return what votes are made of, by name."""

    def net(init):
        net = LGDCNNRegressor(init=init, random_state=seed)
        return make_pipeline(FormulaTokenizer(), net)

    def trees(last, *more):
        kinds = (MagpieFeaturizer, ElementFractionFeaturizer, *more)
        return make_pipeline(make_union(*(kind() for kind in kinds)), last)

    def boosted():
        return boosted_trees(seed, **_ROBUST)

    def extra():
        return _forest(ExtraTreesRegressor, 200, seed)

    seen = PretrainedFormulaFeaturizer
    return {
        "network": net("random"),
        "network, pretrained": net("pretrained"),
        "XGBoost": trees(boosted()),
        "XGBoost, pretrained": trees(boosted(), seen),
        "extra trees": trees(extra()),
        "extra trees, pretrained": trees(extra(), seen),
    }


VOTES = {
    "vote": ("network", "XGBoost", "extra trees"),
    "vote, pretrained": (
        "network, pretrained", "XGBoost, pretrained", "extra trees, pretrained",
    ),
    "vote of both": (
        "network", "network, pretrained", "XGBoost", "XGBoost, pretrained",
        "extra trees", "extra trees, pretrained",
    ),
}  # fmt: skip


def votes_of(formulas, y, test, seed):
    """Yield the name, predictions and seconds of each component and vote."""
    tails = TailCompressor().fit(y[:, None])
    z, members, spent = tails.transform(y[:, None])[:, 0], {}, {}
    for name, model in components(seed).items():
        start = time.perf_counter()
        model.fit(formulas, z)
        spent[name] = time.perf_counter() - start
        members[name] = _votes(model, test)
    for name, parts in ({name: (name,) for name in members} | VOTES).items():
        median = np.median(np.vstack([members[part] for part in parts]), axis=0)
        predicted = tails.inverse_transform(median[:, None])[:, 0]
        yield name, predicted, sum(spent[part] for part in parts)


def pretrained(names, seeds, only, n_rows=None):
    """Write the errors of what starts from chemistry that was seen, or does not."""
    path = RESULTS / ("formula_few.csv" if n_rows else "formula_pretrained.csv")
    for name in names:
        for part, formulas, y, test, y_test in splits(name, seeds=seeds):
            if only is not None and part not in only:
                continue
            formulas, y = formulas.to_numpy(object), y.to_numpy()
            if n_rows:
                few = np.random.default_rng(part).permutation(len(y))[:n_rows]
                formulas, y = formulas[few], y[few]
            for label, predicted, seconds in votes_of(
                formulas, y, test.to_numpy(object), part
            ):
                row = {"set": name, "model": label, "part": part, "n_train": len(y)}
                row |= {"MAE": mean_absolute_error(y_test, predicted), "fit_s": seconds}
                line = pd.DataFrame([row])
                line.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(line.to_string(index=False, header=False), flush=True)


def classes(only):
    """Write how well metals and glasses are told, on official folds."""
    path = RESULTS / "formula_classes.csv"
    for name in ("expt_is_metal", "glass"):
        table = read(f"matbench/{name}")
        formulas = table.composition.to_numpy(object)
        y = table.target.astype(str).eq("True").to_numpy()
        for fold in only or range(5):
            test = (table.fold == fold).to_numpy()
            forest = RandomForestClassifier(300, random_state=fold, max_features=0.33)
            net = LGDCNNClassifier(random_state=fold)
            seen = LGDCNNClassifier(init="pretrained", random_state=fold)
            models = {
                "the share": DummyClassifier(),
                "logistic regression": make_pipeline(
                    MagpieFeaturizer(), SimpleImputer(), StandardScaler(),
                    LogisticRegression(max_iter=3000),
                ),
                "random forest": make_pipeline(MagpieFeaturizer(), forest),
                "random forest, pretrained": make_pipeline(
                    make_union(MagpieFeaturizer(), PretrainedFormulaFeaturizer()),
                    clone(forest),
                ),
                "network": make_pipeline(FormulaTokenizer(), net),
                "network, pretrained": make_pipeline(FormulaTokenizer(), seen),
            }  # fmt: skip
            for label, model in models.items():
                start = time.perf_counter()
                model.fit(formulas[~test], y[~test])
                seconds = time.perf_counter() - start
                p = model.predict_proba(formulas[test])[:, 1]
                row = {"set": name, "model": label, "fold": fold,
                       "roc_auc": roc_auc_score(y[test], p),
                       "log_loss": log_loss(y[test], p.clip(1e-3, 1 - 1e-3)),
                       "balanced_roc_auc_of_classes": roc_auc_score(y[test], p > 0.5),
                       "calibration_error": calibration_error(y[test], p),
                       "fit_s": seconds}  # fmt: skip
                line = pd.DataFrame([row])
                line.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(line.round(4).to_string(index=False, header=False), flush=True)


CONDITIONS = {  # file, formula, target, what is known beside the formula
    "nanocrystalline": (
        "soft_magnets/fe_nanocrystalline.csv", "composition_at_pct",
        "coercivity_A_per_m", ["annealing_temperature_K", "annealing_time_s"],
    ),
    "hardness": ("bmg/hardness_bajpai.csv", "composition_at_pct", "HV", ["load"]),
}  # fmt: skip


def conditions():
    """Write what it gives to know conditions beside formulas, by composition."""
    path = RESULTS / "formula_conditions.csv"
    for name, (file, formula, target, beside) in CONDITIONS.items():
        table = pd.read_csv(SHARED / file)
        table = table[table[target] > 0].reset_index(drop=True)
        y = table[target].to_numpy()
        y = np.log10(y) if name == "nanocrystalline" else y
        described = make_column_transformer(
            (make_union(MagpieFeaturizer(), ElementFractionFeaturizer()), formula),
            ("passthrough", beside),
        )
        models = {
            "the median": DummyRegressor(strategy="median"),
            "ridge": make_pipeline(
                described, SimpleImputer(), StandardScaler(), RidgeCV(ALPHAS)
            ),
            "XGBoost": make_pipeline(described, boosted_trees(0)),
            "network, formula alone": make_formula_pipeline(formula, random_state=0),
            "network, conditions": make_formula_pipeline(
                formula, beside, random_state=0
            ),
        }
        folds = GroupKFold(5, shuffle=True, random_state=0)
        for label, model in models.items():
            start = time.perf_counter()
            predicted = cross_val_predict(
                model, table, y, cv=folds, groups=table[formula]
            )
            row = {
                "set": name,
                "model": label,
                "n": len(y),
                "R2": r2_score(y, predicted),
            }
            row |= {"MAE": mean_absolute_error(y, predicted)}
            line = pd.DataFrame([row | {"fit_s": (time.perf_counter() - start) / 5}])
            line.to_csv(path, mode="a", header=not path.exists(), index=False)
            print(line.round(4).to_string(index=False, header=False), flush=True)


def calibration_error(y, p):
    """Return the mean distance of probabilities and frequencies in ten equal parts."""
    parts = np.array_split(np.argsort(p, kind="stable"), 10)
    return np.mean([abs(p[part].mean() - y[part].mean()) for part in parts])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default="accuracy")
    parser.add_argument("--sets", default=",".join([*EXTENDED, *MATBENCH]))
    parser.add_argument(
        "--models", default="L-G-DCNN + trees,Magpie + XGBoost,Magpie + random forest"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", help="seeds or folds, separated by commas")
    parser.add_argument("--rows", default="200,500,2000", help="of part intervals")
    parser.add_argument("--with-validation", action="store_true")
    parser.add_argument("--max-epochs", type=int, help="of preset='paper', for a look")
    options = parser.parse_args()
    torch.set_num_threads(1)
    RESULTS.mkdir(exist_ok=True)
    names = options.sets.split(",")
    only = options.only and [int(part) for part in options.only.split(",")]
    seeds, sizes = range(options.seeds), map(int, options.rows.split(","))
    parts = {
        "accuracy": lambda: accuracy(
            names, options.models.split(","), with_validation=options.with_validation,
            seeds=seeds, only=only,
        ),
        "table": table,
        "speed": lambda: speed(names[0], options.max_epochs),
        "memory": lambda: memory(250_000),
        "bodies": lambda: bodies(names),
        "pretrained": lambda: pretrained(names, seeds, only),
        "few": lambda: pretrained(names, seeds, only, 100),
        "intervals": lambda: [intervals(names[0], size) for size in sizes],
        "conditions": conditions,
        "classes": lambda: classes(only),
        "learning_curve": lambda: learning_curve(names[0], [100, 300, 1000], seeds),
    }  # fmt: skip
    if options.part not in parts:
        parser.error(f"no part {options.part!r}: it is one of {', '.join(parts)}")
    parts[options.part]()


if __name__ == "__main__":
    main()
