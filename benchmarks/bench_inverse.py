"""Inverse design of metallic glasses: the paper's protocol, and what beats it.

    python benchmarks/bench_inverse.py                       # all parts, 10 repeats
    python benchmarks/bench_inverse.py --part inverse --repeats 3

Reads elastic_moduli.csv, dmax_xiong.csv and thermal_xiong.csv of the shared data
(SKLMAG_SHARED_DATA).
Parts:

- forward: R2 of G and K, random and by system (table 3), and one family left out;
- inverse: mean R2, RMSE, sum error and round trip of DKIDN, RIDN, ours and a nearest
  neighbour (table 5), for elements listed as in the source, by amount and at random;
  and of our networks alone, and with glasses whose moduli were never measured;
- case: Ti-Zr-Be-Fe with G = 36 and K = 105 GPa;
- corrector: the lattice against SLSQP, time and misfit; memory with seven elements;
- mixture: the best of 64 samples, and how often they reach the known alloy;
- glass: the check of glass formation by grouped cross-validation.

Writes benchmarks/results/inverse_<part>.csv. One thread.
"""

import argparse
import os
import re
import resource
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LassoCV
from sklearn.metrics import (
    balanced_accuracy_score,
    brier_score_loss,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, ShuffleSplit
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from xgboost import XGBRegressor

from sklmag.composition import (
    ElementFractionFeaturizer,
    GlassFeaturizer,
    element_symbols,
    parse_formula,
)
from sklmag.design import (
    CompositionMixtureRegressor,
    DenseInverseRegressor,
    GlassFormingClassifier,
    PredictorCorrector,
    SimplexInverseRegressor,
    inverse_table,
)
from sklmag.design._forward import ForwardModels, compositions_of
from sklmag.metrics import composition_r2, composition_rmse, composition_sum_error
from sklmag.models import DenseRegressor
from sklmag.recipes import make_dense_forward_net, make_gaussian_process

RESULTS = Path(__file__).parent / "results"
DATA = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data")) / "bmg"
TARGETS = ["G_GPa", "K_GPa"]
N_SLOTS = 7


def moduli():
    """Return the measured moduli, with the chemical system of each alloy."""
    table = pd.read_csv(DATA / "elastic_moduli.csv").dropna(subset=TARGETS)
    table["system"] = [system(c) for c in table["composition_at_pct"]]
    return table.reset_index(drop=True)


def system(composition):
    return "-".join(sorted(parse_formula(composition)))


def splits(kind, n_repeats, groups):
    if kind == "random":
        splitter = ShuffleSplit(n_repeats, test_size=0.2, random_state=0)
        return splitter.split(groups)
    splitter = GroupShuffleSplit(n_repeats, test_size=0.2, random_state=0)
    return splitter.split(groups, groups=groups)


def family(composition):
    """Return the element of which an alloy has most."""
    fractions = parse_formula(composition)
    return max(fractions, key=fractions.get)


# -- forward ---------------------------------------------------------------------------


def forward_models(target):
    """Return the models of table 3; the nets with the settings of table 2."""
    four = GlassFeaturizer("paper")
    xgboost = XGBRegressor(n_estimators=400, learning_rate=0.05, max_depth=4, n_jobs=1)
    scaled = make_pipeline(four, StandardScaler())
    many = make_union(ElementFractionFeaturizer(), GlassFeaturizer())
    return {
        "constant": DummyRegressor(),
        "lasso": make_pipeline(scaled, LassoCV(random_state=0)),
        "lasso on amounts and descriptors": make_pipeline(
            many, StandardScaler(), LassoCV(random_state=0, max_iter=20000)
        ),
        "SVR": make_pipeline(scaled, scaled_target(SVR(C=30, epsilon=0.02))),
        "DenseRegressor (table 2)": make_dense_forward_net(target, random_state=0),
        "XGBoost": make_pipeline(four, xgboost),
        "random forest": make_pipeline(
            four, RandomForestRegressor(300, random_state=0)
        ),
        "extra trees": make_pipeline(four, ExtraTreesRegressor(300, random_state=0)),
        "extra trees on amounts and descriptors": make_pipeline(
            clone(many),
            ExtraTreesRegressor(300, random_state=0),
        ),
        "Gaussian process": make_gaussian_process(0),
        "five networks (table 2)": make_dense_forward_net(
            target, random_state=0
        ).set_params(denseregressor__n_members=5),
        "five networks on amounts and descriptors": make_pipeline(
            clone(many), DenseRegressor(n_members=5, random_state=0)
        ),
    }


def scaled_target(model):
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def forest(kind):
    return kind(n_estimators=300, random_state=0)


def forward(n_repeats):
    data, rows = moduli(), []
    compositions = data["composition_at_pct"]
    families = np.array([family(c) for c in compositions])
    common = [f for f in np.unique(families) if (families == f).sum() >= 10]
    for target in TARGETS:
        y = data[target].to_numpy()
        for name, model in forward_models(target).items():
            row = {"target": target, "model": name}
            for kind in ("random", "system"):
                found = []
                for a, b in splits(kind, n_repeats, data["system"]):
                    predict = fitted(model, compositions[a], y[a])
                    found.append(r2_score(y[b], predict(compositions[b])))
                row[kind] = np.mean(found)
            left_out = np.isin(families, common)
            predicted = np.full(len(y), np.nan)
            for f in common:
                out = families == f
                predicted[out] = fitted(model, compositions[~out], y[~out])(
                    compositions[out]
                )
            row["family left out"] = r2_score(y[left_out], predicted[left_out])
            rows.append(row)
            print(row, flush=True)
    return pd.DataFrame(rows)


def fitted(model, X, y):
    return clone(model).fit(X, y).predict


# -- inverse ---------------------------------------------------------------------------


class NearestInSystem:
    """The composition of the nearest alloy of the same elements, or equal parts."""

    def fit(self, X, y):
        """Remember."""
        self.X, self.y = np.asarray(X), np.asarray(y)
        return self

    def predict(self, X):
        """Return the amounts of the nearest."""
        n = self.y.shape[1]
        scale = self.X[:, :-n].std(axis=0)
        found = []
        for row in np.asarray(X):
            same = [sorted(z) == sorted(row[-n:]) for z in self.X[:, -n:]]
            used = row[-n:] > 0
            amounts = used * 100 / used.sum()
            if any(same):
                known, targets = self.y[same], self.X[same][:, :-n]
                k = (((targets - row[:-n]) / scale) ** 2).sum(axis=1).argmin()
                order = dict(zip(self.X[same][k, -n:], known[k], strict=True))
                amounts = np.array([order[z] if z > 0 else 0.0 for z in row[-n:]])
            found.append(amounts)
        return np.array(found)


class WithKnownGlasses(BaseEstimator):
    """The mean of two inverse models: of the alloys alone, and with glasses.

    The moduli of the glasses are those that a Gaussian process of the alloys expects;
    they weigh 0.3 each.
    """

    def __init__(self, glasses, random_state=None):
        self.glasses = glasses
        self.random_state = random_state

    def fit(self, X, y):
        """Fit the forward models, then both inverse models."""
        alone = SimplexInverseRegressor(random_state=self.random_state)
        more = clone(alone).set_params(max_epochs=100)
        frame = compositions_of(X.to_numpy()[:, 2:], y.to_numpy())
        forward = ForwardModels(None).fit(frame, X[TARGETS], 0)
        numbers, amounts = inverse_table(
            self.glasses, {name: np.zeros(len(self.glasses)) for name in TARGETS},
            n_slots=N_SLOTS,
        )  # fmt: skip
        frame = compositions_of(numbers.to_numpy()[:, 2:], amounts.to_numpy())
        numbers[TARGETS] = forward.predict(frame)
        weight = np.repeat([1.0, 0.3], [len(X), len(numbers)])
        X_all, y_all = pd.concat([X, numbers]), pd.concat([y, amounts])
        self.models_ = alone.fit(X, y), more.fit(X_all, y_all, sample_weight=weight)
        return self

    def predict(self, X):
        """Return the mean of both."""
        return np.mean([model.predict(X) for model in self.models_], axis=0)


def known_glasses(alloys):
    """Return glasses of a diameter or with temperatures that are none of the alloys."""
    cast = pd.read_csv(DATA / "dmax_xiong.csv").query("Dmax_mm >= 0.5")
    heated = pd.read_csv(DATA / "thermal_xiong.csv")
    names = pd.concat([cast, heated])["composition_at_pct"].drop_duplicates()
    names = names[[len(parse_formula(name)) <= N_SLOTS for name in names]]
    fractions = ElementFractionFeaturizer()
    known, measured = fractions.transform(names), fractions.transform(alloys)
    apart = [np.abs(measured - row).max(axis=1).min() > 0.02 for row in known]
    return names[apart].to_numpy(object)


def inverse_models(seed, glasses):
    """Return by name how elements are listed, and the model."""

    def dense(preset):
        return DenseInverseRegressor(preset=preset, random_state=seed)

    simplex = SimplexInverseRegressor(random_state=seed)
    networks = clone(simplex).set_params(process_weight=0, prior_std=0)
    return {
        "nearest of the system": ("amount", NearestInSystem()),
        "RIDN": ("formula", dense("ridn")),
        "DKIDN": ("formula", dense("dkidn")),
        "RIDN, by amount": ("amount", dense("ridn")),
        "DKIDN, by amount": ("amount", dense("dkidn")),
        "DKIDN, no targets": ("formula", dense("dkidn")),
        "DKIDN, random order": ("random", dense("dkidn")),
        "simplex": ("atomic_number", simplex),
        "simplex, networks alone": ("atomic_number", networks),
        "networks, no targets": ("atomic_number", networks),
        "simplex, corrected": (
            "atomic_number",
            PredictorCorrector(simplex, random_state=seed),
        ),
        "simplex, known glasses": ("atomic_number", WithKnownGlasses(glasses, seed)),
    }


def as_written(data):
    """Return the elements of each alloy in the order of the source."""
    symbols = re.compile(r"[A-Z][a-z]?")
    return [list(dict.fromkeys(symbols.findall(name))) for name in data["alloy"]]


def table_of(data, order):
    """Return X and y; "formula" lists elements as the source writes them."""
    formulas, targets = data["composition_at_pct"], data[TARGETS]
    if order != "formula":
        return inverse_table(
            formulas, targets, n_slots=N_SLOTS, order=order, random_state=0
        )
    X, y = inverse_table(formulas, targets, n_slots=N_SLOTS)
    symbols = list(element_symbols())
    for i, elements in enumerate(as_written(data)):
        amounts = parse_formula(formulas[i])
        elements = [e for e in elements if e in amounts]
        elements += [e for e in amounts if e not in elements]
        X.iloc[i, 2 : 2 + len(elements)] = [symbols.index(e) + 1 for e in elements]
        y.iloc[i, : len(elements)] = [100 * amounts[e] for e in elements]
    return X, y


def round_trip(judge, X, amounts):
    """Return the mean absolute error of G and K of proposed compositions.

    The judge has seen all measured alloys, and is none of the models under test.
    """
    amounts = np.clip(amounts, 0, None) * (X[:, 2:] > 0)
    frame = compositions_of(X[:, 2:], amounts)
    return np.abs(judge.predict(frame) - X[:, :2]).mean(axis=0)


def judge_of(data, rows):
    """Return forward models (extra trees and GP of all data would be the truth)."""
    X, y = inverse_table(data["composition_at_pct"], data[TARGETS], n_slots=N_SLOTS)
    frame = compositions_of(X.to_numpy()[rows, 2:], y.to_numpy()[rows])
    return ForwardModels(None).fit(frame, data.loc[rows, TARGETS], 0)


def scores(judge, X, y, predicted):
    X, y = X.to_numpy(), y.to_numpy()
    G, K = round_trip(judge, X, predicted)
    return {
        "R2 (7 slots)": composition_r2(y, predicted, over="slots"),
        "R2 (elements)": composition_r2(y, predicted),
        "RMSE": composition_rmse(y, predicted),
        "sum error": composition_sum_error(predicted),
        "round trip G": G,
        "round trip K": K,
    }


def inverse(n_repeats, kinds=("random", "system")):
    data, rows = moduli(), []
    tables = {
        order: table_of(data, order)
        for order in ("formula", "amount", "random", "atomic_number")
    }
    everything = np.arange(len(data))
    judge = judge_of(data, everything)
    glasses = known_glasses(data["composition_at_pct"])
    systems = np.array([system(name) for name in glasses])
    for kind in kinds:
        for repeat, (a, b) in enumerate(splits(kind, n_repeats, data["system"])):
            hidden = np.isin(systems, data["system"][b]) & (kind == "system")
            models = inverse_models(repeat, glasses[~hidden])
            for name, (order, model) in models.items():
                X, y = tables[order]
                if name.endswith("no targets"):
                    X = X.assign(**dict.fromkeys(TARGETS, 0.0))
                start = time.process_time()
                predicted = model.fit(X.iloc[a], y.iloc[a]).predict(X.iloc[b])
                seconds = time.process_time() - start
                result = scores(judge, tables[order][0].iloc[b], y.iloc[b], predicted)
                rows.append({"split": kind, "model": name, **result, "s": seconds})
        done = pd.DataFrame(rows).groupby(["split", "model"], sort=False)
        print(done.mean().round(3).to_string(), flush=True)
    return done.mean().reset_index()


# -- the case of the paper -------------------------------------------------------------


def case(n_repeats):
    """Ti-Zr-Be-Fe with G = 36 and K = 105 GPa; no such alloy is among the data."""
    data = moduli()
    X, y = inverse_table(data["composition_at_pct"], data[TARGETS], n_slots=N_SLOTS)
    glasses = pd.read_csv(DATA / "dmax_xiong.csv")
    check = GlassFormingClassifier(random_state=0)
    check.fit(glasses["composition_at_pct"], glasses["Dmax_mm"])
    measured = np.array([41.0, 25.0, 28.0, 6.0])
    wanted, elements = {"G_GPa": 36, "K_GPa": 105}, ["Ti", "Zr", "Be", "Fe"]
    given = {"paper, predictor": [44, 22, 30, 4], "paper, PCIDS": [42, 27, 27, 4]}
    rows = []
    for seed in range(n_repeats):
        predictor = SimplexInverseRegressor(random_state=seed).fit(X, y)
        for corrector in (None, "grid", "slsqp", "bayesian"):
            scheme = PredictorCorrector(
                FrozenEstimator(predictor),
                feasible=check if corrector else None,
                corrector=corrector,
                calibration_size=5,
                random_state=seed,
            ).fit(X, y)
            row = scheme.design(wanted, elements).iloc[0]
            amounts = row[elements].to_numpy(dtype=float)
            name = f"ours, {corrector or 'predictor'}"
            rows.append({"scheme": name, **dict(zip(elements, amounts, strict=True)),
                         **row[[*TARGETS, "distance_at_pct"]].to_dict()})  # fmt: skip
        print(rows[-4:], flush=True)
    for name, amounts in given.items():
        rows.append({"scheme": name, **dict(zip(elements, amounts, strict=True))})
    rows.append({"scheme": "measured", **dict(zip(elements, measured, strict=True)),
                 "G_GPa": 36.525, "K_GPa": 108.77})  # fmt: skip
    table = pd.DataFrame(rows)
    parts = table[elements].to_numpy(dtype=float)
    table["exchanged_at_pct"] = np.abs(parts - measured).sum(axis=1) / 2
    chance = check.predict_proba(pd.DataFrame(parts, columns=elements))[:, 1]
    table["chance of > 2 mm"] = chance
    return table.groupby("scheme", sort=False).mean().reset_index()


# -- the corrector ---------------------------------------------------------------------


def corrector(n_repeats):
    """Time and misfit of the lattice and of SLSQP; memory with seven elements."""
    data = moduli()
    X, y = inverse_table(data["composition_at_pct"], data[TARGETS], n_slots=N_SLOTS)
    inverse_model = SimplexInverseRegressor(random_state=0)
    scheme = PredictorCorrector(inverse_model, calibration_size=5, random_state=0)
    scheme.fit(X, y)
    elements, wanted = ["Ti", "Zr", "Be", "Fe"], {"G_GPa": 36, "K_GPa": 105}
    rows = []
    for method, step in (("slsqp", 1), ("grid", 1), ("grid", 0.25), ("grid", 0.1)):
        scheme.set_params(corrector=method, step=step)
        times = []
        for _ in range(min(n_repeats, 3)):
            start = time.perf_counter()
            row = scheme.design(wanted, elements).iloc[0]
            times.append(time.perf_counter() - start)
        rows.append({"elements": 4, "corrector": method, "step": step,
                     "seconds": np.median(times), "misfit": row["misfit"],
                     "peak MB": peak_mb()})  # fmt: skip
        print(rows[-1], flush=True)
    seven = ["Zr", "Ti", "Cu", "Ni", "Be", "Al", "Nb"]
    scheme.set_params(corrector="grid", step=1)
    start = time.perf_counter()
    row = scheme.design(wanted, seven).iloc[0]
    rows.append({"elements": 7, "corrector": "grid", "step": 1,
                 "seconds": time.perf_counter() - start, "misfit": row["misfit"],
                 "peak MB": peak_mb()})  # fmt: skip
    print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- many answers ----------------------------------------------------------------------


def mixture(n_repeats):
    """Return what 64 samples of the mixture are worth beside the point model."""
    data, rows = moduli(), []
    X, y = inverse_table(data["composition_at_pct"], data[TARGETS], n_slots=N_SLOTS)
    judge = judge_of(data, np.arange(len(data)))
    for kind in ("random", "system"):
        for repeat, (a, b) in enumerate(splits(kind, n_repeats, data["system"])):
            point = SimplexInverseRegressor(random_state=repeat)
            point = point.fit(X.iloc[a], y.iloc[a]).predict(X.iloc[b])
            model = CompositionMixtureRegressor(random_state=repeat)
            model.fit(X.iloc[a], y.iloc[a])
            samples = model.sample(X.iloc[b], 64, random_state=repeat)
            best = best_by(judge_of(data, a), X.iloc[b].to_numpy(), samples, data, a)
            exchanged = np.abs(samples - y.iloc[b].to_numpy()[:, None]).max(axis=2)
            row = {"split": kind, "covered": (exchanged.min(axis=1) <= 5).mean()}
            for name, amounts in {
                "point": point, "mean": model.predict(X.iloc[b]), "best of 64": best
            }.items():  # fmt: skip
                result = scores(judge, X.iloc[b], y.iloc[b], amounts)
                for key in ("R2 (7 slots)", "round trip G", "round trip K"):
                    row[f"{name}: {key}"] = result[key]
            rows.append(row)
            print(row, flush=True)
    return pd.DataFrame(rows).groupby("split", sort=False).mean().reset_index()


def best_by(models, X, samples, data, rows):
    """Return of each row's samples the one that forward models of `rows` like best."""
    scale = data.loc[rows, TARGETS].std().to_numpy()
    best = []
    for row, candidates in zip(X, samples, strict=True):
        number = np.tile(row[2:], (len(candidates), 1))
        predicted = models.predict(compositions_of(number, candidates))
        misfit = (((predicted - row[:2]) / scale) ** 2).sum(axis=1)
        best.append(candidates[misfit.argmin()])
    return np.array(best)


# -- glass formation -------------------------------------------------------------------


def glass(_):
    """Return how well glass formation is told, by cross-validation in five parts."""
    data = pd.read_csv(DATA / "dmax_xiong.csv")
    X, y = data["composition_at_pct"], data["Dmax_mm"]
    forms = (y > 2).to_numpy()
    groups = np.array([system(c) for c in X])
    random = np.random.RandomState(0).permutation(len(X))
    rows = []
    for kind, labels in (("random", random), ("system", groups)):
        chance, said = np.zeros(len(X)), np.zeros(len(X), dtype=bool)
        for a, b in GroupKFold(5).split(X, groups=labels):
            model = GlassFormingClassifier(random_state=0).fit(X[a], y[a])
            chance[b], said[b] = model.predict_proba(X[b])[:, 1], model.predict(X[b])
        bins = np.clip((chance * 10).astype(int), 0, 9)
        gaps = [abs((chance - forms)[bins == k].sum()) for k in np.unique(bins)]
        rows.append({"split": kind, "n": len(X), "glasses": forms.sum(),
                     "ROC AUC": roc_auc_score(forms, chance),
                     "balanced accuracy": balanced_accuracy_score(forms, said),
                     "Brier score": brier_score_loss(forms, chance),
                     "calibration error": sum(gaps) / len(X)})  # fmt: skip
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


PARTS = {
    "forward": forward,
    "inverse": inverse,
    "case": case,
    "corrector": corrector,
    "mixture": mixture,
    "glass": glass,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, nargs="*", default=list(PARTS))
    parser.add_argument("--repeats", type=int, default=10)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for part in arguments.part:
        result = PARTS[part](arguments.repeats)
        print(f"\n{part}\n{result.round(3).to_string()}", flush=True)
        result.to_csv(RESULTS / f"inverse_{part}.csv", index=False, float_format="%.4g")
