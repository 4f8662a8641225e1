"""Does the CECV say which network errs less? Figures 5 and 7 of the paper, on a CPU.

    python benchmarks/bench_cecv.py --part ablation --seeds 3
    python benchmarks/bench_cecv.py --part growth --sizes 300,1000,3000,10000

`ablation`: the networks of the paper's ablation study on `--rows` rows of OQMD's
formation enthalpies; CECV of the test compounds with silicon, the score, the error on
5,000 test rows, and the rank correlation of both. `growth`: the same of one
network on OQMD's band gaps, against the number of training rows, beside a constant, a
linear model and trees on Magpie. Networks of one member, 64 wide, 60 epochs.
Each row is appended to benchmarks/results/cecv.csv as it is made. Broken entries of
OQMD, beyond 10 eV/atom, are left out of the training rows.

Data: the folder in SKLMAG_SHARED_DATA (default ../shared/data).
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from bench_formula import SHARED
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag.composition import MagpieFeaturizer, parse_formula
from sklmag.inspection import cecv, cecv_score

RESULTS = Path(__file__).parent / "results" / "cecv.csv"
REFERENCES = {"LSTM": {"body": "lstm"}, "DCNN-K1": {"body": "dcnn-k1"}}
ABLATION = {
    "L-G-DCNN, 2 layers": {"body": "l-g-dcnn", "n_blocks": 1},
    "L-G-DCNN, 6 layers": {"body": "l-g-dcnn", "n_blocks": 3},
    "model 2, post-processed": {"body": "post-processed", "n_blocks": 1},
    "model 3, no residual": {"body": "no-residual", "n_blocks": 1},
    "model 4, no region residual": {"body": "no-region-residual", "n_blocks": 1},
    "model 5, self-attention": {"body": "v2", "n_blocks": 1},
    "model 6, LDCNN": {"body": "ldcnn", "n_blocks": 1},
    "set of elements": {"body": "set"},
}
_PHYSICAL = 10.0  # eV/atom


def table(name, part):
    path = SHARED / "composition_extended" / name / f"{part}.csv.gz"
    frame = pd.read_csv(path, keep_default_na=False)
    return frame[frame.target.abs() < _PHYSICAL]


def test_parts(name, n_rows):
    """Return test rows, and the compounds with silicon of 3 to 7 elements."""
    test = table(name, "test")
    amounts = test.formula.map(parse_formula)
    silicon = amounts.map(lambda a: "Si" in a and 3 <= len(a) <= 7)
    return test.sample(n_rows, random_state=0), test.formula[silicon].to_numpy(object)


def network(seed, **parameters):
    net = LGDCNNRegressor(
        width=64, n_members=1, max_epochs=60, n_threads=1, random_state=seed,
        **parameters,
    )  # fmt: skip
    return make_pipeline(FormulaTokenizer(n_slots=8), net)


def fitted(model, train, test):
    """Return a model, its error on the test rows, and the seconds it took."""
    start = time.perf_counter()
    model.fit(train.formula.to_numpy(object), train.target.to_numpy())
    seconds = time.perf_counter() - start
    predicted = model.predict(test.formula.to_numpy(object))
    return model, mean_absolute_error(test.target, predicted), seconds


def vector_of(model, compounds):
    slots = model[:-1].transform(compounds)
    return cecv(model[-1].element_features(slots))


def keep(row):
    """Append a row, and print it."""
    line = pd.DataFrame([row])
    line.to_csv(RESULTS, mode="a", header=not RESULTS.exists(), index=False)
    print(line.to_string(index=False, header=False), flush=True)


def row_of(part, name, n_rows, seed, error, seconds, vector, bounds):
    row = {"part": part, "model": name, "n_rows": n_rows, "seed": seed}
    row |= {"MAE": round(error, 5), "fit_s": round(seconds, 1)}
    row["score"] = np.nan if vector is None else round(cecv_score(vector, *bounds), 4)
    return row | {"CECV": "" if vector is None else " ".join(map(str, vector))}


def references(name, n_rows, seed):
    """Return training rows, test parts, and the references that were fitted on them."""
    test, silicon = test_parts(name, 5000)
    train = table(name, "train").sample(n_rows, random_state=seed)
    fits = {
        label: fitted(network(seed, **how), train, test)
        for label, how in REFERENCES.items()
    }
    vectors = {label: vector_of(fit[0], silicon) for label, fit in fits.items()}
    return train, test, silicon, fits, vectors


def ablation(n_rows, seed):
    train, test, silicon, fits, vectors = references(
        "OQMD_Formation_Enthalpy", n_rows, seed
    )
    bounds = list(vectors.values())
    for label, (_, error, seconds) in fits.items():
        keep(row_of("ablation", label, n_rows, seed, error, seconds,
                    vectors[label], bounds))  # fmt: skip
    for label, how in ABLATION.items():
        model, error, seconds = fitted(network(seed, **how), train, test)
        vector = vector_of(model, silicon)
        keep(row_of("ablation", label, n_rows, seed, error, seconds, vector, bounds))


def growth(sizes, seed):
    """Errors and CECV against the number of training rows."""
    name = "OQMD_Bandgap"
    train, test, silicon, _, vectors = references(name, max(sizes), seed)
    bounds = list(vectors.values())
    peers = {
        "constant": DummyRegressor(strategy="median"),
        "Magpie + ridge": make_pipeline(
            MagpieFeaturizer(), StandardScaler(), RidgeCV(np.logspace(-1, 4, 11))
        ),
        "Magpie + random forest": make_pipeline(
            MagpieFeaturizer(), RandomForestRegressor(100, random_state=seed)
        ),
    }
    for size in sizes:
        rows = train.head(size)
        for label, model in peers.items():
            _, error, seconds = fitted(model, rows, test)
            keep(row_of("growth", label, size, seed, error, seconds, None, bounds))
        for body in ("l-g-dcnn", "set"):
            model, error, seconds = fitted(network(seed, body=body), rows, test)
            vector = vector_of(model, silicon)
            keep(row_of("growth", body, size, seed, error, seconds, vector, bounds))


def summary():
    """Print both parts, and the rank correlation of score and error."""
    rows = pd.read_csv(RESULTS)
    for part, found in rows.groupby("part"):
        by = ["n_rows", "model"]
        mean = found.groupby(by, sort=False)[["MAE", "score"]].agg(["mean", "sem"])
        print(f"{part}\n{mean.round(4).to_string()}")
    of = rows[(rows.part == "ablation") & ~rows.model.isin(REFERENCES)]
    of = of.groupby("model")[["MAE", "score"]].mean()
    print(f"ablation: rank correlation of score and error "
          f"{of.corr('spearman').iloc[0, 1]:.2f} of {len(of)} networks")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["ablation", "growth", "table"])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--sizes", default="300,1000,3000,10000")
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    for seed in range(options.seeds):
        if options.part == "ablation":
            ablation(options.rows, seed)
        if options.part == "growth":
            growth([int(size) for size in options.sizes.split(",")], seed)
    summary()
