"""Time to fit a dense net: sklmag against a bare torch loop and against raw skorch.

Same module, optimizer (Adam), loss, batches and epochs, float32, one thread, one run.
The three take turns; the table holds medians and the ratio to the bare loop.

    python benchmarks/bench_net.py
"""

import argparse
import statistics
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from skorch import NeuralNetRegressor
from torch import nn

from sklmag.models import DenseRegressor

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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    table = pd.DataFrame([measure(case, arguments.repeats) for case in CASES]).round(3)
    print(table.to_string(index=False))
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    table.to_csv(results / "net.csv", index=False)


if __name__ == "__main__":
    main()
