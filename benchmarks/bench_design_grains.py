"""Grain structures to order: computed curves against those that were asked for.

    python benchmarks/bench_design_grains.py --n 20

20 of 100 structures that are kept from the 800 of the package are the targets: their
six anchor points are asked for, and the best of what `MicrostructureDesigner` returns
is computed by the solver. Beside it the nearest of the 700 training structures, which
needs no design, and the best of as many random structures as the designer computes. One
process. Writes benchmarks/results/design_grains.csv.
"""

import argparse
import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklmag.datasets import load_nanocrystalline_magnets
from sklmag.design import MicrostructureDesigner
from sklmag.microstructure import (
    GrainFeaturizer,
    anchor_points,
    demagnetization_curve,
    make_grain_structures,
)

RESULTS = Path(__file__).parent / "results" / "design_grains.csv"
POINTS = ["M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc"]


def nearest(known, asked, scale):
    """Return the row of a table that misses the asked points least."""
    return known.iloc[((known - asked).abs() / scale).sum(axis=1).argmin()]


def main(n_targets):
    magnets = load_nanocrystalline_magnets()
    order = np.random.default_rng(0).permutation(len(magnets.data))
    train, kept = order[:700], order[700:]
    model = make_pipeline(
        GrainFeaturizer(), StandardScaler(), RidgeCV(np.logspace(-3, 3, 13))
    )
    structures, y = magnets.structures[train], magnets.target.iloc[train]
    model.fit(structures, y)
    rows = []
    for i in kept[:n_targets]:
        asked = magnets.target.iloc[i]
        start = time.process_time()
        designer = MicrostructureDesigner(FrozenEstimator(model), random_state=0)
        found = designer.fit(structures, y).design(asked.to_dict(), n_candidates=1)
        seconds = time.process_time() - start
        designed = pd.Series(
            {name: found.table[f"{name}_computed"].iloc[0] for name in POINTS}
        )
        random = make_grain_structures(
            designer.n_computed * designer.n_rounds, shape=(80, 80), size_nm=160,
            n_grains=(4, 64), max_misorientation=(0, np.pi), random_state=int(i),
        )  # fmt: skip
        curves = demagnetization_curve(random)
        drawn = anchor_points(curves.field, curves.magnetization)
        answers = {
            "designed": designed,
            "nearest known": nearest(y, asked, y.std()),
            "best of 15 random": nearest(drawn, asked, y.std()),
        }
        for name, points in answers.items():
            error = (points[POINTS] - asked).abs()
            rows.append({"target": i, "way": name, **error, "seconds": seconds})
        print(pd.DataFrame(rows[-3:]).round(4).to_string(index=False, header=False))
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS, index=False)
    mean = table.groupby("way")[[*POINTS, "seconds"]].mean()
    print(mean.round(4).to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=20, help="targets")
    main(parser.parse_args().n)
