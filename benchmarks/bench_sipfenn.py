"""SIPFENN networks on descriptors of crystals, against XGBoost and random forest.

    python benchmarks/bench_sipfenn.py --part energy       # formation energies
    python benchmarks/bench_sipfenn.py --part magnetism    # magnetization and K1
    python benchmarks/bench_sipfenn.py --part transfer     # sigma phase, figure 3.9
    python benchmarks/bench_sipfenn.py --part inference    # against bare torch

`energy` and `magnetism`: mean absolute error over five folds, grouped by composition,
the same folds and descriptors for all. `transfer`: a network is trained on formation
energies of other crystals (wbm, mp_binary, heusler_oqmd, novamag), then fine-tuned on
10, 20, 40 ... of the Fe-Cr-Ni sigma phases, 30 times each, and tested on the others,
beside the median, a ridge and XGBoost that learn from the same phases alone.
Networks have `--width` of the published widths. Data: the folder in SKLMAG_SHARED_DATA
(default ../shared/data). One thread. Tables in benchmarks/results/sipfenn_*.csv.
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
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler
from torch import nn
from xgboost import XGBRegressor

from sklmag.model_selection import transfer_curve
from sklmag.models import SIPFENNRegressor
from sklmag.structure import VoronoiFeaturizer

RESULTS = Path(__file__).parent / "results"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data")) / "structures"
ENERGIES = {
    "wbm_random": "e_form_eV_atom",
    "mp_binary_elastic": "e_form_matched_eV_atom",
    "heusler_oqmd": "e_form_eV_atom",
    "novamag": "e_form_eV_atom",
}
WAYS = {  # of fine-tuning: the paper's, and those of its figures 3.6 and 3.7
    "fine-tuned": {},
    "1 % rate": {"lr_scale": 0.01},
    "100 % rate": {"lr_scale": 1.0},
    "10 rounds": {"max_epochs": 10},
    "100 rounds": {"max_epochs": 100},
    "600 rounds": {"max_epochs": 600},
}
MAGNETISM = {"novamag": ("magnetization_T", "K1_MJ_m3")}


def described(name, target):
    """Return descriptors, targets and compositions of the rows that have a target."""
    with gzip.open(SHARED / f"{name}.jsonl.gz", "rt") as lines:
        records = [json.loads(line) for line in lines]
    records = [record for record in records if record.get(target) is not None]
    structures = [Structure(**record["structure"]) for record in records]
    X = VoronoiFeaturizer().transform(structures)
    y = np.array([record[target] for record in records])
    groups = [Composition(record["formula"]).reduced_formula for record in records]
    whole = np.isfinite(X).all(axis=1)
    if not whole.all():
        print(f"{name}: {(~whole).sum()} rows hold elements without data, left out")
    return X[whole], y[whole], np.array(groups)[whole]


def models(width, seed):
    xgboost = XGBRegressor(
        n_estimators=600, learning_rate=0.03, max_depth=7, subsample=0.7,
        colsample_bytree=0.3, n_jobs=1, random_state=seed,
    )  # fmt: skip
    return {
        f"SIPFENN NN24 x {width}": SIPFENNRegressor(
            width_factor=width, random_state=seed, n_threads=1
        ),
        "XGBoost": TransformedTargetRegressor(xgboost, transformer=StandardScaler()),
        "random forest": RandomForestRegressor(
            100, max_features=0.33, random_state=seed
        ),
    }


def folds(sets, width, path):
    rows = []
    for name, target in sets:
        X, y, groups = described(name, target)
        parts = GroupKFold(5, shuffle=True, random_state=0).split(X, y, groups)
        for fold, (train, test) in enumerate(parts):
            for label, model in models(width, fold).items():
                start = time.perf_counter()
                model.fit(X[train], y[train])
                seconds = time.perf_counter() - start
                error = mean_absolute_error(y[test], model.predict(X[test]))
                rows.append((name, target, len(y), label, fold, error, seconds))
                print(*rows[-1], flush=True)
    columns = ["set", "target", "n_rows", "model", "fold", "MAE", "fit_s"]
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(RESULTS / path, index=False, float_format="%.5g")
    grouped = table.groupby(["set", "target", "n_rows", "model"])
    summary = grouped["MAE"].agg(["mean", "sem"]).join(grouped["fit_s"].median())
    print(summary.round(4).to_string())


def broad_network(width, max_epochs):
    """Return a network that has learned formation energies of other crystals."""
    broad = [described(name, target)[:2] for name, target in ENERGIES.items()]
    X, y = (np.concatenate(parts) for parts in zip(*broad, strict=True))
    net = SIPFENNRegressor(
        architecture="NN20", width_factor=width, max_epochs=max_epochs,
        random_state=0, n_threads=1,
    )  # fmt: skip
    start = time.perf_counter()
    net.fit(X, y)
    print(f"trained on {len(y)} crystals in {time.perf_counter() - start:.0f} s")
    return net


def transfer(width, n_repeats, max_epochs):
    """Train broadly, fine-tune on few sigma phases: figures 3.6, 3.7 and 3.9."""
    net = broad_network(width, max_epochs)
    X, y, _ = described("sigma_fe_cr_ni", "e_form_eV_atom")
    table = transfer_curve(net, X, y, n_repeats=n_repeats, options=WAYS)
    table.to_csv(RESULTS / "sipfenn_transfer.csv", index=False, float_format="%.5g")
    scores = table.groupby(["model", "n_new"], sort=False)[["MAE", "correlation"]]
    print(scores.mean().unstack("n_new").round(4).to_string())


def inference():
    """Predict with an NN24 of the published size, and with the same layers in torch."""
    rng = np.random.default_rng(0)
    X, y = rng.random((512, 271)), rng.random(512)
    net = SIPFENNRegressor(
        max_epochs=1, dtype="float32", early_stopping=False, n_threads=1
    ).fit(X, y)
    layers = []
    for layer in [*net.net_.module_.body, net.net_.module_.head]:
        if hasattr(layer, "weight"):
            linear = nn.Linear(*layer.weight.shape[1:])
            linear.weight.data = layer.weight.data[0].T.contiguous()
            linear.bias.data = layer.bias.data[0, 0]
            layer = linear
        if not isinstance(layer, nn.Dropout):
            layers.append(layer)
    bare = nn.Sequential(*layers).eval()
    rows = rng.random((2048, 271))
    tensor = torch.as_tensor(rows / net.feature_scaler_.scale_, dtype=torch.float32)
    torch.set_num_threads(1)
    with torch.inference_mode():
        same = np.abs(
            bare(tensor).numpy()[:, 0] * net.target_scaler_.scale_
            + net.target_scaler_.center_ - net.predict(rows)
        ).max()  # fmt: skip
        times = {"sklmag": [], "bare torch": []}
        for _ in range(7):
            start = time.perf_counter()
            net.predict(rows)
            middle = time.perf_counter()
            bare(tensor)
            times["sklmag"].append(middle - start)
            times["bare torch"].append(time.perf_counter() - middle)
    medians = {name: 1e6 * np.median(t) / len(rows) for name, t in times.items()}
    table = pd.Series(medians, name="microseconds_per_row")
    table.to_csv(RESULTS / "sipfenn_inference.csv", float_format="%.4g")
    print(table.round(1).to_string())
    print(f"speed {medians['bare torch'] / medians['sklmag']:.2f} of bare torch; "
          f"largest difference {same:.1e}")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = ["energy", "magnetism", "transfer", "inference"]
    parser.add_argument("--part", choices=parts, required=True)
    parser.add_argument("--width", type=float, default=0.05)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--max-epochs", type=int, default=200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    RESULTS.mkdir(exist_ok=True)
    if options.part == "energy":
        sets = [(name, ENERGIES[name]) for name in list(ENERGIES)[:3]]
        folds(sets, options.width, "sipfenn_energy.csv")
    elif options.part == "magnetism":
        sets = [(name, t) for name, targets in MAGNETISM.items() for t in targets]
        folds(sets, options.width, "sipfenn_magnetism.csv")
    elif options.part == "transfer":
        transfer(options.width, options.repeats, options.max_epochs)
    else:
        inference()


if __name__ == "__main__":
    main()
