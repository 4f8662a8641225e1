"""Make the ready models of the package again, from public data.

    python benchmarks/ready/make.py curie
    python benchmarks/ready/make.py --all

`recipes.py` says what each is made of. Each is tested in folds by composition (of the
largest set, on a fifth that is kept), beside boosted trees and a constant on the same
rows, and then fitted to all. One thread, one seed: the same predictions again. Writes
sklmag/pretrained/files/NAME.sklmag, with what was predicted in the folds, and a row of
benchmarks/results/ready.csv, which the page of the docs shows.

Data: what comes with the package, and the folder in SKLMAG_SHARED_DATA (default
../shared/data); without it they are downloaded.
"""

import argparse
import hashlib
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch
from recipes import RECIPES
from sklearn.model_selection import GroupKFold, GroupShuffleSplit

from sklmag import save, unit_of
from sklmag.composition import parse_formula
from sklmag.persistence import read_card

PACKAGE = Path(__file__).parents[2] / "sklmag" / "pretrained" / "files"
RESULTS = Path(__file__).parents[1] / "results" / "ready.csv"
LEVEL = 0.9


def folds_of(X, n_folds):
    """Return folds in which no composition is in both parts."""
    if n_folds == 1:
        splitter = GroupShuffleSplit(1, test_size=0.2, random_state=0)
    else:
        splitter = GroupKFold(n_folds, shuffle=True, random_state=0)
    return list(splitter.split(X, groups=groups_of(X)))


def groups_of(X):
    """Return one number for each composition; grain maps are all different."""
    if isinstance(X, np.ndarray) and hasattr(X[0], "composition"):
        return np.array([crystal.composition.reduced_formula for crystal in X])
    if not hasattr(X, "index"):
        return np.arange(len(X))
    formulas = X if X.ndim == 1 else X["formula"]
    return formulas.map(
        lambda f: str({e: round(x, 4) for e, x in sorted(parse_formula(f).items())})
    )


def some(table, rows):
    """Return some rows of a frame, a series or an array."""
    if not hasattr(table, "iloc"):
        return table[rows]
    found = table.iloc[rows]
    return found.to_numpy(object) if found.ndim == 1 else found


def as_target(y):
    """Return targets as an estimator takes them."""
    return y.to_numpy().squeeze()


def judged(X, y, recipe):
    """Return what models say of rows that they have not seen, and that of peers.

    Returns
    -------
    dict of str to DataFrame
        ``model``, ``low``, ``high``, ``peer`` and ``constant``; NaN for rows that were
        not kept.
    """
    found = {
        name: pd.DataFrame(np.nan, index=y.index, columns=y.columns)
        for name in ("model", "low", "high", "peer", "constant")
    }
    for learnt, kept in folds_of(X, recipe.n_folds):
        asked, targets = some(X, kept), y.iloc[learnt]
        model = recipe.model().fit(some(X, learnt), as_target(targets))
        found["model"].iloc[kept] = model.predict(asked).reshape(len(kept), -1)
        for name, end in zip(("low", "high"), ends_of(model, asked), strict=True):
            found[name].iloc[kept] = end.reshape(len(kept), -1)
        found["constant"].iloc[kept] = targets.median().to_numpy()
        for name in y if recipe.reads != "grains" else [list(y)]:
            column = y[name].iloc[learnt]
            known = np.flatnonzero(
                column.notna() if column.ndim == 1 else column.notna().all(axis=1)
            )
            peer = recipe.peer().fit(some(X, learnt[known]), column.to_numpy()[known])
            found["peer"].iloc[kept, y.columns.get_indexer(np.atleast_1d(name))] = (
                peer.predict(asked).reshape(len(kept), -1)
            )
        print(".", end="", flush=True)
    return found


def ends_of(model, asked):
    """Return the ends of 90 % intervals, NaN where the model knows none."""
    last = model
    if hasattr(model, "steps"):
        last, asked = model[-1], model[:-1].transform(asked)
    if not hasattr(last, "predict_interval"):
        return np.full(len(asked), np.nan), np.full(len(asked), np.nan)
    return last.predict_interval(asked, coverage=LEVEL)


def scores_of(y, found):
    """Return the errors of a model and of its peers on kept rows, by target."""
    rows = {}
    for name in y:
        table = pd.DataFrame({k: part[name] for k, part in found.items()})
        table["true"] = y[name]
        table = table.dropna(subset=["true", "model"])
        error = table["true"] - table["model"]
        spread = table["true"] - table["true"].mean()
        inside = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
        knows = table["low"].notna().all()
        rows[name] = {
            "MAE": error.abs().mean(),
            "RMSE": np.sqrt((error**2).mean()),
            "R2": 1 - (error**2).sum() / (spread**2).sum(),
            "coverage_90": inside.mean() if knows else np.nan,
            "MAE_XGBoost": (table["true"] - table["peer"]).abs().mean(),
            "MAE_constant": (table["true"] - table["constant"]).abs().mean(),
            "n_kept": len(table),
        }
    return rows


def round_weights(model):
    """Round the weights of a network to 11 binary digits: a wheel shrinks by a third.

    A prediction changes by less than a thousandth of what it errs.
    """
    net = getattr(model, "steps", [("", None)])[-1][1]
    if not hasattr(net, "net_"):
        return
    with torch.no_grad():
        for weights in net.net_.module_.parameters():
            bits = weights.view(torch.int32)
            bits.copy_((bits + 2**12) & ~(2**13 - 1))


def make(name):
    """Test a ready model, make it of all rows, and write both."""
    recipe, start = RECIPES[name], time.perf_counter()
    X, y = recipe.data()
    found = judged(X, y, recipe)
    scores = scores_of(y, found)
    everything = np.arange(len(y))
    model = recipe.model().fit(some(X, everything), as_target(y))
    round_weights(model)
    PACKAGE.mkdir(exist_ok=True)
    metrics = {
        target: {k: float(v) for k, v in found.items()}
        for target, found in scores.items()
    }
    path = save(
        model, PACKAGE / f"{name}.sklmag", X=X,
        y=y if y.shape[1] > 1 else y.iloc[:, 0], metrics=metrics,
        held_out=found["model"], description=recipe.description,
        license=recipe.license, citation=recipe.citation,
    )  # fmt: skip
    index = PACKAGE / "ready.json"
    entries = json.loads(index.read_text()) if index.exists() else {}
    entries[name] = {
        "reads": recipe.reads,
        "special": recipe.special,
        "properties": {target: unit_of(target) for target in scores},
        "errors": {t: float(f"{found['MAE']:.3g}") for t, found in scores.items()},
        "n_rows": len(y),
        "columns": list(X) if recipe.reads == "table" else [],
        "elements": list(read_card(path).training.elements) if recipe.special else [],
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    order = {known: entries[known] for known in RECIPES if known in entries}
    index.write_text(json.dumps(order, indent=1) + "\n")
    seconds = time.perf_counter() - start
    rows = pd.DataFrame.from_dict(scores, orient="index").reset_index(names="target")
    rows.insert(0, "model", name)
    rows["rows"], rows["kB"] = len(y), round(path.stat().st_size / 1000)
    rows["seconds"] = round(seconds)
    old = pd.read_csv(RESULTS) if RESULTS.exists() else pd.DataFrame()
    kept = old[old.model != name] if len(old) else old
    pd.concat((kept, rows.round(4))).to_csv(RESULTS, index=False)
    print(rows.round(3).to_string(index=False), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*RECIPES, []])
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in RECIPES if options.all else options.names:
        make(name)


if __name__ == "__main__":
    main()
