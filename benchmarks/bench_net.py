"""Time to fit networks: a dense net against a bare torch loop, MHAR against peers.

The dense net: same module, optimizer (Adam), loss, batches and epochs, float32, one
thread, one run. The three take turns; the table holds medians and the ratio to the bare
loop.

    python benchmarks/bench_net.py

MHAR, with eight members and with the two that AutoRegressor takes, against RealMLP-TD
and TabM of pytabkit: R2 on held-out rows of the tables of bench_magnets.py and seconds
of a fit, one thread, the nets taking turns on each fold. TabM takes minutes a fit.

    python benchmarks/bench_net.py --peers --nets "MHAR, 2 members;RealMLP"
"""

import argparse
import statistics
import time
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from bench_magnets import TABLES
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold
from sklearn.multioutput import MultiOutputRegressor
from skorch import NeuralNetRegressor
from torch import nn

from sklmag.models import DenseRegressor, MultiHeadAttentionRegressor
from sklmag.recipes import make_magnet_pipeline

CASES = [(1_000, 32, 20), (1_000, 256, 60), (1_000, 1_000, 100), (20_000, 256, 4)]
N_FEATURES, WIDTH, LAYERS = 30, 128, 3


def module():
    sizes = [N_FEATURES, *[WIDTH] * LAYERS]
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 1))


def bare(x, y, batch_size, n_epochs):
    net, x, y = module(), torch.as_tensor(x), torch.as_tensor(y)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss = nn.L1Loss()
    for _ in range(n_epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss(net(x[rows]), y[rows]).backward()
            optimizer.step()


def skorch(x, y, batch_size, n_epochs):
    net = NeuralNetRegressor(
        module(),
        criterion=nn.L1Loss,
        optimizer=torch.optim.Adam,
        lr=1e-3,
        batch_size=batch_size,
        max_epochs=n_epochs,
        train_split=None,
        iterator_train__shuffle=True,
        verbose=0,
    )
    net.fit(x, y)


def ours(x, y, batch_size, n_epochs):
    DenseRegressor(
        n_layers=LAYERS,
        width=WIDTH,
        batch_size=batch_size,
        max_epochs=n_epochs,
        early_stopping=False,
        dtype="float32",
        random_state=0,
    ).fit(x, y.ravel())


def measure(case, repeats):
    n_samples, batch_size, n_epochs = case
    rng = np.random.RandomState(0)
    x = rng.normal(size=(n_samples, N_FEATURES)).astype(np.float32)
    y = np.sin(x[:, :1]) + x[:, 1:2] ** 2
    contenders = {"bare torch": bare, "skorch": skorch, "sklmag": ours}
    seconds = {name: [] for name in contenders}
    for repeat in range(repeats + 1):
        for name, fit in contenders.items():
            start = time.perf_counter()
            fit(x, y, batch_size, n_epochs)
            if repeat:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    row = {name: statistics.median(times) for name, times in seconds.items()}
    ratios = {f"{name} / bare": row[name] / row["bare torch"] for name in list(row)[1:]}
    return {"n": n_samples, "batch": batch_size, "epochs": n_epochs} | row | ratios


def peers():
    from pytabkit import RealMLP_TD_Regressor, TabM_D_Regressor

    quiet = {"device": "cpu", "random_state": 0, "n_threads": 1, "verbosity": 0}
    pair = MultiHeadAttentionRegressor(n_members=2, random_state=0)
    each = {"RealMLP": RealMLP_TD_Regressor(**quiet), "TabM": TabM_D_Regressor(**quiet)}
    return {
        "MHAR": make_magnet_pipeline(MultiHeadAttentionRegressor(random_state=0)),
        "MHAR, 2 members": make_magnet_pipeline(pair),
        **{
            name: MultiOutputRegressor(make_magnet_pipeline(model))
            for name, model in each.items()
        },
    }


def compare_with_peers(n_folds, nets):
    """Return R2 and seconds of each net on each fold of each table."""
    rows = []
    chosen = {name: net for name, net in peers().items() if not nets or name in nets}
    for name, read in TABLES.items():
        X, y, groups = read()
        folds = GroupKFold(5, shuffle=True, random_state=0).split(X, y, groups)
        for fold, (train, test) in enumerate(list(folds)[:n_folds]):
            for label, model in chosen.items():
                start = time.perf_counter()
                model.fit(X.iloc[train], y.iloc[train])
                seconds = time.perf_counter() - start
                r2 = r2_score(y.iloc[test], model.predict(X.iloc[test]))
                row = {"table": name, "net": label, "fold": fold, "R2": r2}
                rows.append(row | {"fit_s": seconds})
                print(*rows[-1].values(), flush=True)
    return pd.DataFrame(rows).round(4)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--nets", default="", help="separated by semicolons")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.peers:
        warnings.simplefilter("ignore")
        nets = [name for name in arguments.nets.split(";") if name]
        table = compare_with_peers(arguments.folds, nets)
        means = table.groupby(["table", "net"], sort=False)[["R2", "fit_s"]].mean()
        print(means.round(3).to_string())
        print(means.groupby("net", sort=False).mean().round(3).to_string())
        path = Path(__file__).parent / "results" / "net_peers.csv"
        table.to_csv(path, index=False)
        return
    table = pd.DataFrame([measure(case, arguments.repeats) for case in CASES]).round(3)
    print(table.to_string(index=False))
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    table.to_csv(results / "net.csv", index=False)


if __name__ == "__main__":
    main()
