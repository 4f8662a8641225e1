"""What 90 % intervals of boosted trees hold of systems that were left out.

    python benchmarks/bench_intervals.py

Glasses' moduli, polarization and glass transition: a fifth of the systems of elements
is kept, a model is trained on the rest as `sklmag train --model xgboost` does, and the
interval of each kept row, 1.645 times what the model file says of its deviation, is
compared with the measured value; four draws of five folds. Beside it one width for all
rows, the RMSE of the cross-validation. Writes benchmarks/results/intervals.csv.

Data: the folder in SKLMAG_SHARED_DATA (default ../shared/data). One thread.
"""

import os
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from sklmag.composition import parse_formula
from sklmag.persistence import open_model
from sklmag.tasks import train

RESULTS = Path(__file__).parent / "results" / "intervals.csv"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
TABLES = {
    "G_GPa": "bmg/elastic_moduli.csv",
    "K_GPa": "bmg/elastic_moduli.csv",
    "Bs_T": "soft_magnets/fe_glasses_bs_tx.csv",
    "Tg_K": "bmg/thermal_xiong.csv",
}
WIDTH, N_DRAWS = 1.645, 4


def main():
    """Measure all tables."""
    warnings.simplefilter("ignore")
    rows = [measured(target, SHARED / path) for target, path in TABLES.items()]
    pd.DataFrame(rows).to_csv(RESULTS, index=False, float_format="%.4g")


def measured(target, path):
    """Return what intervals of one table hold."""
    table = pd.read_csv(path)[["composition_at_pct", target]]
    table[target] = pd.to_numeric(table[target], errors="coerce")
    table = table.dropna().reset_index(drop=True)
    systems = pd.Series(
        ["-".join(sorted(parse_formula(f))) for f in table["composition_at_pct"]]
    )
    parts = [
        held(table.iloc[learnt], table.iloc[kept], target)
        for seed in range(N_DRAWS)
        for learnt, kept in GroupKFold(5, shuffle=True, random_state=seed).split(
            table, groups=systems
        )
    ]
    found = pd.concat(parts)
    far = found[found["distance"] > 1]
    row = {
        "target": target,
        "n_rows": len(table),
        "held": 100 * found["held"].mean(),
        "held_by_one_width": 100 * found["held_by_one_width"].mean(),
        "n_outside": len(far),
        "held_outside": 100 * far["held"].mean(),
        "held_outside_by_one_width": 100 * far["held_by_one_width"].mean(),
    }
    print(row, flush=True)
    return row


def held(learnt, kept, target):
    """Return which kept rows lie within their intervals."""
    trained = train(learnt, [target], "xgboost")
    with tempfile.TemporaryDirectory() as folder:
        model = open_model(trained.save(Path(folder) / "model"))
    found = model.predict(kept["composition_at_pct"])
    error = np.abs(found[target] - kept[target].to_numpy())
    rmse = model.card.metrics[target]["RMSE"]
    return pd.DataFrame(
        {
            "held": error <= WIDTH * found[f"{target}_std"],
            "held_by_one_width": error <= WIDTH * rmse,
            "distance": found["distance"],
        }
    )


if __name__ == "__main__":
    main()
