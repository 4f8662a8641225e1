"""Make the ready models of the package again, from public data.

    python benchmarks/ready/make.py curie
    python benchmarks/ready/make.py --all

Most are formula networks that begin at the weights of the package, tested on a fifth
of the compositions, which they had not seen, beside Magpie with XGBoost and a constant
on the same rows, and then fitted to all. One thread, one seed: the same predictions
again. Writes sklmag/pretrained/files/NAME.sklmag and a row of
benchmarks/results/ready.csv, which the page of the docs shows.

Data: what comes with the package, and the folder in SKLMAG_SHARED_DATA (default
../shared/data); without it they are downloaded.
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline

from sklmag import AutoRegressor, FormulaTokenizer, LGDCNNRegressor, save, unit_of
from sklmag.composition import MagpieFeaturizer
from sklmag.datasets import (
    fetch_extended,
    fetch_matbench,
    load_curie_temperatures,
    load_re2fe14b,
    load_steels,
)
from sklmag.recipes._formulas import boosted_trees

PACKAGE = Path(__file__).parents[2] / "sklmag" / "pretrained" / "files"
RESULTS = Path(__file__).parents[1] / "results" / "ready.csv"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
_DU = "H. Du et al., J. Chem. Theory Comput. 20 (2024), doi:10.1021/acs.jctc.4c00187"


def trees():
    """Return the average of boosted trees on amounts and on Magpie's attributes."""
    members = ["linear", "XGBoost", "XGBoost, descriptors"]
    return AutoRegressor(time_budget=600, members=members, random_state=0)


def network():
    """Return a formula network."""
    # two members in place of eight, in single precision: 4 MB a model
    net = LGDCNNRegressor(
        init="pretrained", n_members=2, dtype="float32", n_threads=1, random_state=0
    )
    return make_pipeline(FormulaTokenizer(), net)


@dataclass(frozen=True)
class Recipe:
    """What a ready model is made of.

    Parameters
    ----------
    data : callable
        Returns a frame with the column ``formula`` and the targets.
    description : str
        What it predicts, of what, and what it must not be used for.
    license : str
        Of the weights, and what is known of that of the data.
    citation : list of str
        Of data and method.
    special : bool, default=False
        Whether it is for one family of materials, and silent about all others.
    model : callable, default=network
        Returns what learns.
    """

    data: Callable[[], pd.DataFrame]
    description: str
    license: str
    citation: list
    special: bool = False
    model: Callable[[], Any] = network


def curie():
    return load_curie_temperatures().frame[["formula", "Tc_K"]]


def re2fe14b():
    frame = load_re2fe14b().frame
    names = {"mu0Ms_T": "Js_T", "mu0Ha_T": "mu0Ha_T", "Tc_K": "Tc_K"}
    frame = frame[["formula", *names]].rename(columns=names)
    return frame.groupby("formula", as_index=False, sort=False).median()


def steels():
    return load_steels().frame[["formula", "yield_strength_MPa"]]


def band_gap():
    path = SHARED / "matbench" / "expt_gap.csv.gz"
    if path.exists():
        frame = pd.read_csv(path, keep_default_na=False)
        frame = frame[["composition", "target"]]
    else:
        frame = fetch_matbench("expt_gap").frame
    return frame.set_axis(["formula", "band_gap_eV"], axis=1)


def moduli():
    parts = []
    for name, target in (("mp_bulk_modulus", "K_GPa"), ("mp_shear_modulus", "G_GPa")):
        folder = SHARED / "composition_extended" / name
        if folder.exists():
            tables = [
                pd.read_csv(folder / f"{part}.csv.gz", keep_default_na=False)
                for part in ("train", "val", "test")
            ]
            frame = pd.concat(tables)[["formula", "target"]]
        else:
            frame = fetch_extended(name).frame
        frame = frame.set_axis(["formula", target], axis=1)
        parts.append(frame.groupby("formula")[target].median())
    table = pd.concat(parts, axis=1)
    table[table <= 0] = np.nan  # no modulus: broken entries
    return table.clip(upper=600).reset_index(names="formula")


RECIPES = {
    "curie": Recipe(
        curie,
        "Curie temperature of ferromagnets and ferrimagnets, in K, from the formula "
        "alone. It has seen ordered compounds only: of a material that is not "
        "ferromagnetic it gives a number that means nothing. Different structures of "
        "one formula have one answer; above 900 K there are few data.",
        "MIT; the data under the MIT licence of their repository, which may not cover "
        "the compilation",
        [
            "J. Nelson, S. Sanvito, Phys. Rev. Mater. 3 (2019) 104405, "
            "doi:10.1103/PhysRevMaterials.3.104405",
            "J. F. Belot et al., Appl. Phys. Lett. 123 (2023) 042405, "
            "doi:10.1063/5.0156377",
            _DU,
        ],
    ),
    "re2fe14b": Recipe(
        re2fe14b,
        "Spontaneous polarization and anisotropy field in T at room temperature, and "
        "Curie temperature in K, of compounds R2(Fe,Co)14B and their substitutions. "
        "For no other structure.",
        "MIT; the data under the MIT licence of their repository",
        [
            "MaMMoS-project/ML-models, commit 791e0b5730, from the literature that "
            "each row of sklmag.datasets.load_re2fe14b names",
            _DU,
        ],
        special=True,
    ),
    "steels": Recipe(
        steels,
        "Yield strength of maraging and similar high-alloy steels in MPa, from the "
        "composition alone: heat treatments were those of the source. For no carbon or "
        "tool steel.",
        "MIT; the data as in Matbench v0.1 (MIT)",
        [
            "A. Dunn et al., npj Comput. Mater. 6 (2020) 138, "
            "doi:10.1038/s41524-020-00406-3",
            _DU,
        ],
        special=True,
        model=trees,
    ),
    "band-gap": Recipe(
        band_gap,
        "Measured band gap of inorganic compounds in eV; 0 is a metal. Not for organic "
        "ones. Different structures of one formula have one answer.",
        "MIT; the data as in Matbench v0.1 (MIT)",
        [
            "Y. Zhuo et al., J. Phys. Chem. Lett. 9 (2018) 1668, "
            "doi:10.1021/acs.jpclett.8b00124",
            "A. Dunn et al., npj Comput. Mater. 6 (2020) 138, "
            "doi:10.1038/s41524-020-00406-3",
            _DU,
        ],
    ),
    "moduli": Recipe(
        moduli,
        "Bulk and shear modulus (Voigt-Reuss-Hill) of ordered crystals at 0 K in GPa, "
        "as calculated by DFT. Not for glasses, nor for microstructures.",
        "MIT; the data of the Materials Project under CC-BY-4.0",
        [
            "M. de Jong et al., Sci. Data 2 (2015) 150009, doi:10.1038/sdata.2015.9",
            "C. L. Clement et al., Integr. Mater. Manuf. Innov. 9 (2020) 153, "
            "doi:10.1007/s40192-020-00174-4",
            _DU,
        ],
    ),
}


def parts_of(frame):
    """Return rows to learn from and rows kept: no composition is in both."""
    from sklmag.composition import parse_formula

    groups = frame["formula"].map(
        lambda f: str({e: round(x, 4) for e, x in sorted(parse_formula(f).items())})
    )
    splitter = GroupShuffleSplit(1, test_size=0.2, random_state=0)
    return next(splitter.split(frame, groups=groups))


def scores_of(frame, model):
    """Return the errors of a model and of its peers on kept rows, by target."""
    train, kept = (frame.iloc[part] for part in parts_of(frame))
    formulas, targets = train["formula"].to_numpy(object), frame.columns[1:]
    asked = kept["formula"].to_numpy(object)
    fitted = model().fit(formulas, train[targets].to_numpy().squeeze())
    predicted = fitted.predict(asked).reshape(len(kept), -1)
    last, asked_of_last = fitted, asked
    if hasattr(fitted, "steps"):
        last, asked_of_last = fitted[-1], fitted[:-1].transform(asked)
    ends = last.predict_interval(asked_of_last, coverage=0.9)
    low, high = (end.reshape(len(kept), -1) for end in ends)
    rows = {}
    for k, target in enumerate(targets):
        true = kept[target].to_numpy(dtype=float)
        known, learnt = np.isfinite(true), train[target].notna()
        trees = make_pipeline(MagpieFeaturizer(), boosted_trees(0))
        trees.fit(formulas[learnt], train[target][learnt])
        inside = (low[:, k] <= true) & (true <= high[:, k])
        error = true[known] - predicted[known, k]
        rows[target] = {
            "MAE": np.abs(error).mean(),
            "RMSE": np.sqrt(np.mean(error**2)),
            "R2": 1
            - np.sum(error**2) / np.sum((true[known] - true[known].mean()) ** 2),
            "coverage_90": inside[known].mean(),
            "MAE_Magpie_XGBoost": mean_absolute_error(
                true[known], trees.predict(asked[known])
            ),
            "MAE_constant": np.abs(true[known] - train[target].median()).mean(),
            "n_kept": int(known.sum()),
        }
    return rows


def make(name):
    """Test a ready model, make it of all rows, and write both."""
    recipe, start = RECIPES[name], time.perf_counter()
    frame = recipe.data()
    scores = scores_of(frame, recipe.model)
    formulas, y = frame["formula"], frame.iloc[:, 1:]
    target = y if y.shape[1] > 1 else y.iloc[:, 0]
    model = recipe.model().fit(formulas.to_numpy(object), target.to_numpy())
    PACKAGE.mkdir(exist_ok=True)
    metrics = {
        target: {k: float(v) for k, v in found.items()}
        for target, found in scores.items()
    }
    path = save(
        model, PACKAGE / f"{name}.sklmag", X=formulas, y=target, metrics=metrics,
        description=recipe.description, license=recipe.license,
        citation=recipe.citation,
    )  # fmt: skip
    index = PACKAGE / "ready.json"
    entries = json.loads(index.read_text()) if index.exists() else {}
    entries[name] = {
        "reads": "formula",
        "special": recipe.special,
        "properties": {target: unit_of(target) for target in scores},
        "errors": {t: float(f"{found['MAE']:.3g}") for t, found in scores.items()},
        "n_rows": len(frame),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    order = {known: entries[known] for known in RECIPES if known in entries}
    index.write_text(json.dumps(order, indent=1) + "\n")
    seconds = time.perf_counter() - start
    rows = pd.DataFrame.from_dict(scores, orient="index").reset_index(names="target")
    rows.insert(0, "model", name)
    rows["rows"], rows["kB"] = len(frame), round(path.stat().st_size / 1000)
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
