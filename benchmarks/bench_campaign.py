"""How many experiments a campaign needs, beside chance, scikit-optimize and BayBE.

    python benchmarks/bench_campaign.py --tables Bs,Tg,Dmax --seeds 10
    python benchmarks/bench_campaign.py --tables front --seeds 5
    python benchmarks/bench_campaign.py --summary

Each table of measured alloys (glasses' polarization Bs, glass transition Tg, critical
diameter Dmax) is a campaign whose results are known: batches of four are drawn from its
rows until one comes within 5 % of the best. All begin with the same four random rows,
and know amounts in at.% of each element. `front`: 600 generated sintered magnets, from
remanence and coercivity, until the dominated area is within 5 % of that of all rows.
One row for each table, method and seed is written to benchmarks/results/campaigns.csv.

- chance: rows at random;
- scikit-optimize: `Optimizer` with its Gaussian process, expected improvement over the
  rows, and the smallest value known as the lie within a batch;
- BayBE: its `Campaign` with the two-phase recommender that is its default;
- sklmag: `Campaign(rows, goals)`.

Data: the folder in SKLMAG_SHARED_DATA (default ../shared/data). One thread.
"""

import argparse
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch

from sklmag.composition import ElementFractionFeaturizer
from sklmag.datasets import make_sintered_ndfeb
from sklmag.design import Campaign

RESULTS = Path(__file__).parent / "results" / "campaigns.csv"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
TABLES = {
    "Bs": ("soft_magnets/fe_glasses_bs_tx.csv", "Bs_T"),
    "Tg": ("bmg/thermal_xiong.csv", "Tg_K"),
    "Dmax": ("bmg/dmax_fe_based.csv", "Dmax_mm"),
}
BATCH, MOST, NEAR = 4, 120, 0.95


def measured(name):
    """Return amounts of the alloys of a table, and what was measured, once each."""
    file, target = TABLES[name]
    table = pd.read_csv(SHARED / file).dropna(subset=[target])
    y = table.groupby("composition_at_pct")[target].mean()
    amounts = ElementFractionFeaturizer().transform(list(y.index)) * 100
    names = [n.removesuffix("_fraction") for n in
             ElementFractionFeaturizer().get_feature_names_out()]  # fmt: skip
    X = pd.DataFrame(amounts, columns=names)
    X = X.loc[:, (X > 0).any()]
    # alloys that differ by less than anyone weighs
    kept = ~X.round(3).duplicated().to_numpy()
    return X[kept].reset_index(drop=True), y.to_numpy()[kept, None], [target]


def generated():
    """Return inputs of generated magnets, with remanence and coercivity."""
    X, y = make_sintered_ndfeb(600, 0, random_state=0)
    X = X.drop(columns="TRE").dropna(axis=1).loc[:, lambda t: t.nunique() > 1]
    names = ["Br_kG", "Hcj_kOe"]
    return X.reset_index(drop=True), y[names].to_numpy(), names


def dominated(values, worst):
    """Return the area that points, large in both columns, dominate above the worst."""
    points = values[np.argsort(-values[:, 0])]
    area, height = 0.0, worst[1]
    for x, y in points:
        if y > height:
            area += (x - worst[0]) * (y - height)
            height = y
    return area


def is_near(y, chosen):
    """Tell whether some rows come within 5 % of the best of all."""
    if y.shape[1] == 1:
        return y[chosen].max() >= NEAR * y.max()
    worst = y.min(axis=0)
    return dominated(y[chosen], worst) >= NEAR * dominated(y, worst)


class Chance:
    """Rows at random."""

    def __init__(self, X, names, seed):
        self.left = np.random.default_rng([seed, 1]).permutation(len(X))

    def tell(self, rows, y):
        """Note results."""
        self.left = self.left[~np.isin(self.left, rows)]

    def ask(self, n):
        """Return rows of the next experiments."""
        return self.left[:n]


class Skopt:
    """The process of scikit-optimize, and expected improvement over the rows."""

    def __init__(self, X, names, seed):
        low, high = X.min().to_numpy(), X.max().to_numpy()
        self.X = (X.to_numpy() - low) / (high - low)
        self.seed, self.rows, self.y = seed, [], []

    def tell(self, rows, y):
        """Note results."""
        self.rows += list(rows)
        self.y += list(-y[:, 0])

    def ask(self, n):
        """Return rows of the next experiments."""
        from skopt import Optimizer
        from skopt.acquisition import gaussian_ei

        rows, y = list(self.rows), list(self.y)
        for _ in range(n):
            optimizer = Optimizer(
                [(0.0, 1.0)] * self.X.shape[1], "GP", n_initial_points=1,
                random_state=self.seed, acq_func="EI", acq_optimizer="sampling",
            )  # fmt: skip
            optimizer.tell(self.X[rows].tolist(), y)
            left = np.setdiff1d(np.arange(len(self.X)), rows)
            rows_left = optimizer.space.transform(self.X[left].tolist())
            worth = gaussian_ei(rows_left, optimizer.models[-1], y_opt=min(y))
            rows.append(left[np.argmax(worth)])
            y.append(min(y))
        return np.array(rows[-n:])


class BayBE:
    """BayBE's campaign over the same rows."""

    def __init__(self, X, names, seed):
        from baybe import Campaign as TheirCampaign
        from baybe.objectives import ParetoObjective, SingleTargetObjective
        from baybe.parameters import NumericalDiscreteParameter
        from baybe.searchspace import SearchSpace
        from baybe.targets import NumericalTarget

        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        self.X, self.names = X, names
        parameters = [
            NumericalDiscreteParameter(name, sorted(set(X[name]))) for name in X
        ]
        space = SearchSpace.from_dataframe(X, parameters)
        targets = [NumericalTarget(name) for name in names]
        objective = (
            SingleTargetObjective(targets[0])
            if len(names) == 1
            else ParetoObjective(targets)
        )
        self.campaign = TheirCampaign(space, objective)

    def tell(self, rows, y):
        """Note results."""
        table = self.X.iloc[rows].copy()
        table[self.names] = y
        self.campaign.add_measurements(table)

    def ask(self, n):
        """Return rows of the next experiments."""
        return self.campaign.recommend(n).index.to_numpy()


class Ours:
    """A campaign of sklmag over the same rows."""

    def __init__(self, X, names, seed):
        goals = [f"maximize {name}" for name in names]
        self.X, self.names = X, names
        self.campaign = Campaign(X, goals, random_state=seed)
        self.batch = None

    def tell(self, rows, y):
        """Note results."""
        rows = self.X.iloc[rows] if self.batch is None else self.batch
        self.campaign.tell(rows, y)

    def ask(self, n):
        """Return rows of the next experiments."""
        self.batch = self.campaign.ask(n)
        known = self.X.to_numpy()
        return np.array(
            [np.abs(known - row).sum(axis=1).argmin() for row in self.batch.to_numpy()]
        )


METHODS = {
    "chance": Chance, "scikit-optimize": Skopt, "BayBE": BayBE, "sklmag": Ours,
}  # fmt: skip


def run(table, method, seed):
    """Return how many experiments it took, and the seconds of asking."""
    X, y, names = generated() if table == "front" else measured(table)
    rows = np.random.default_rng(seed).permutation(len(X))[:BATCH]
    planner, spent = METHODS[method](X, names, seed), 0.0
    chosen = list(rows)
    planner.tell(rows, y[rows])
    while not is_near(y, chosen) and len(chosen) < MOST:
        start = time.perf_counter()
        rows = planner.ask(BATCH)
        spent += time.perf_counter() - start
        fresh = [row for row in rows if row not in chosen]
        if not fresh:  # nothing new is suggested any more
            return MOST, spent
        for row in fresh:  # how many until the one that counts
            chosen.append(row)
            if is_near(y, chosen):
                return len(chosen), spent
        planner.tell(rows, y[rows])
    return len(chosen), spent


def summary():
    """Print means over seeds, with their standard errors."""
    found = pd.read_csv(RESULTS).drop_duplicates(
        ["table", "method", "seed"], keep="last"
    )
    grouped = found.groupby(["table", "method"])["experiments"]
    shown = grouped.mean().map("{:.1f}".format) + grouped.sem().map(" ± {:.1f}".format)
    print(shown.unstack("table").reindex(list(METHODS)).to_string())
    print(grouped.count().unstack("table").to_string())
    means = grouped.mean().unstack("method")
    for peer in ("scikit-optimize", "BayBE"):
        if peer in means:
            print(
                f"sklmag / {peer}:", (means["sklmag"] / means[peer]).round(2).to_dict()
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", default="Bs,Tg,Dmax,front")
    parser.add_argument("--methods", default=";".join(METHODS), help="joined by ;")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--summary", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.summary:
        return summary()
    for table in options.tables.split(","):
        for seed in range(options.seeds):
            for method in options.methods.split(";"):
                if table == "front" and method == "scikit-optimize":
                    continue  # it knows one objective
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    n, spent = run(table, method, seed)
                row = {"table": table, "method": method, "seed": seed,
                       "experiments": n, "ask_s": round(spent, 1)}  # fmt: skip
                line = pd.DataFrame([row])
                line.to_csv(RESULTS, mode="a", header=not RESULTS.exists(), index=False)
                print(*row.values(), flush=True)
    return summary()


if __name__ == "__main__":
    main()
