"""Anchor points from grain structures: which model predicts them best?

    python benchmarks/bench_chain.py FOLDER --cells 80 --n 4000
    python benchmarks/bench_chain.py FOLDER --cells 160 --n 1000
    python benchmarks/bench_chain.py --models "GrainVAE, shared head"

Without a folder: the 800 bundled structures, all of them tested, in four folds. Else
the structures and their curves are made in FOLDER where they are not there yet (0.4
CPU-s each at 80 x 80, 5 at 160 x 160). The first eighth are the test set. Prints mean
absolute errors beside those of table 3 of the paper (160 x 160 cells, 3,607 structures
for training), and writes benchmarks/results/hysteresis_chain_<cells>.csv, or
hysteresis_chain_bundled.csv. One thread.
"""

import argparse
import itertools
import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from torch import nn
from xgboost import XGBRegressor

from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.microstructure import (
    GrainFeaturizer,
    encode_easy_axis,
    make_hysteresis_dataset,
    symmetric_copies,
)
from sklmag.models import GrainVAE, SharedHeadRegressor

RESULTS = Path(__file__).parent / "results"
PAPER = [0.0030, 0.0152, 0.0184, 0.0245, 0.0234, 0.0206]


class FreeSingleDomains(GrainFeaturizer):
    """Only the anchor points of domains without any interaction."""

    def __init__(self):
        super().__init__(lengths=())

    def transform(self, X):
        """Keep the last six columns."""
        return super().transform(X)[:, -6:]


class GrainStatistics(GrainFeaturizer):
    """Only texture, boundaries and the field of the saturated state: no curves."""

    def __init__(self):
        super().__init__(lengths=())

    def transform(self, X):
        """Leave out the last six columns."""
        return super().transform(X)[:, :-6]


class DirectCNN(RegressorMixin, BaseEstimator):
    """Convolutions from the image to the anchor points."""

    def __init__(self, encoding="double-angle", max_epochs=24, random_state=0):
        self.encoding = encoding
        self.max_epochs = max_epochs
        self.random_state = random_state

    def fit(self, X, y):
        """Train on absolute errors, with one cycle of the learning rate."""
        torch.manual_seed(self.random_state)
        images, y = self._images(X), np.asarray(y)
        self.center_, self.scale_ = y.mean(axis=0), y.std(axis=0)
        z = torch.as_tensor((y - self.center_) / self.scale_, dtype=torch.float32)
        sizes, layers = (images.shape[1], 24, 48, 96, 96), []
        for before, after in itertools.pairwise(sizes):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.SiLU()]
            layers += [nn.Conv2d(after, after, 3, 1, 1), nn.SiLU()]
        self.net_ = nn.Sequential(
            *layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.1),
            nn.Linear(4 * sizes[-1], 128), nn.SiLU(), nn.Linear(128, y.shape[1]),
        )  # fmt: skip
        n_steps = self.max_epochs * -(-len(images) // 32)
        optimizer = torch.optim.AdamW(self.net_.parameters(), weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, 2e-3, total_steps=n_steps
        )
        for _ in range(self.max_epochs):
            for rows in torch.randperm(len(images)).split(32):
                loss = (self.net_(images[rows]) - z[rows]).abs().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
        self.net_.eval()
        return self

    def predict(self, X):
        """Predict the anchor points."""
        with torch.no_grad():
            parts = [self.net_(part) for part in self._images(X).split(64)]
        return torch.cat(parts).numpy() * self.scale_ + self.center_

    def _images(self, X):
        return torch.as_tensor(encode_easy_axis(X, self.encoding), dtype=torch.float32)


def head(**options):
    return SharedHeadRegressor(
        n_members=4, loss="mae", random_state=0, n_threads=1, **options
    )


def trees():
    one = XGBRegressor(n_estimators=500, learning_rate=0.03, max_depth=4, subsample=0.7,
                       colsample_bytree=0.5, n_jobs=1)  # fmt: skip
    return MultiOutputRegressor(one)


def vae(encoding="double-angle", max_epochs=28, **options):
    return GrainVAE(encoding=encoding, max_epochs=max_epochs, random_state=0, **options)


def ridge():
    return make_pipeline(StandardScaler(), RidgeCV(np.logspace(-6, 3, 10)))


MODELS = {
    "always the mean": DummyRegressor(),
    "grain statistics, ridge": make_pipeline(GrainStatistics(), ridge()),
    "grain statistics, XGBoost": make_pipeline(GrainStatistics(), trees()),
    "free domains, ridge": make_pipeline(FreeSingleDomains(), ridge()),
    "GrainFeaturizer, ridge": make_pipeline(GrainFeaturizer(), ridge()),
    "GrainFeaturizer, XGBoost": make_pipeline(GrainFeaturizer(), trees()),
    "GrainFeaturizer, shared head": make_pipeline(GrainFeaturizer(), head()),
    "GrainVAE (x), shared head": make_pipeline(vae("x"), head()),
    "GrainVAE, shared head": make_pipeline(vae(), head()),
    "GrainVAE, shared head, copies": make_pipeline(vae(max_epochs=7), head()),
    "GrainVAE, shared head, images": make_pipeline(vae(symmetric_copies=True), head()),
    "GrainVAE, shared head, generated": make_pipeline(vae(n_generated=800), head()),
    "GrainVAE, shared head, images, generated": make_pipeline(
        vae(n_generated=800, symmetric_copies=True), head()
    ),
    "GrainVAE, shared head, epochs by folds": make_pipeline(
        vae(), head().set_params(n_members=1, early_stopping="cv")
    ),
    "GrainVAE, one shared head": make_pipeline(vae(), head().set_params(n_members=1)),
    "both, shared head": make_pipeline(make_union(vae(), GrainFeaturizer()), head()),
    "CNN (x)": DirectCNN("x"),
    "CNN": DirectCNN(),
    "CNN, copies": DirectCNN(max_epochs=6),
}


def bundled(names):
    """Print and write errors on all bundled structures, each tested once."""
    X, y = load_nanocrystalline_magnets(return_X_y=True)
    y, rows = y.rename_axis(None), {}
    for name in names:
        parts = [
            (scored(name, (X[a], y.to_numpy()[a]), (X[b], y.to_numpy()[b])), len(b))
            for a, b in KFold(4, shuffle=True, random_state=0).split(X)
        ]
        found, counts = zip(*parts, strict=True)
        rows[name] = np.average(found, axis=0, weights=counts)
        print(name, rows[name].round(4), flush=True)
    table = pd.DataFrame(rows, index=[*y, "seconds"]).T.rename_axis("model")
    path = RESULTS / "hysteresis_chain_bundled.csv"
    if path.exists():
        before = pd.read_csv(path, index_col="model")
        table = pd.concat((before.drop(index=table.index, errors="ignore"), table))
    table.to_csv(path)


def scored(name, train, test):
    """Return errors and seconds of one model, fitted on copies too if so named."""
    start = time.process_time()
    model, (X, y) = MODELS[name], train
    if name.endswith("copies"):
        X, y = symmetric_copies(X), np.tile(y, (4, 1))
    error = np.abs(model.fit(X, y).predict(test[0]) - test[1]).mean(axis=0)
    return [*error, time.process_time() - start]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--cells", type=int, choices=(80, 160), default=80)
    parser.add_argument("--n", type=int, default=4000, help="how many structures")
    parser.add_argument("--models", nargs="*", choices=MODELS, default=list(MODELS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.folder is None:
        bundled(arguments.models)
        raise SystemExit
    cells = arguments.cells
    data = make_hysteresis_dataset(
        arguments.n, arguments.folder, shape=(cells, cells), size_nm=2 * cells,
        n_grains=(cells**2 // 1600, cells**2 // 100), random_state=int(cells == 160),
        verbose=1,
    )  # fmt: skip
    n_test = arguments.n // 8
    X, y = data.structures.angles, data.anchor_points.to_numpy()
    train, test = (X[n_test:], y[n_test:]), (X[:n_test], y[:n_test])
    columns = [*data.anchor_points, "seconds"]
    table = pd.DataFrame(columns=columns)
    table.loc["table 3 of the paper"] = [*PAPER, np.nan]
    for name in arguments.models:
        table.loc[name] = scored(name, train, test)
        print(table.tail(1).round(4).to_string(header=len(table) == 2), flush=True)
        table.rename_axis("model").to_csv(RESULTS / f"hysteresis_chain_{cells}.csv")
    print(table.round(4).to_string())
