"""Train the formula network that comes with the package, on open properties.

    python benchmarks/pretrain_formulas.py --out pretraining
    python benchmarks/pretrain_formulas.py --out pretraining --export

One network learns seven properties of 370,000 compositions at once; those of a row that
are not known are left out of the loss. After each epoch, of 50 s on one core, it is
saved to `--out`: run the command again and it goes on there. `--export` writes the
weights to the package, as float16 in safetensors, and their card.

No composition is learnt on which these weights are tested, whatever the property:
`excluded()` lists them. (Tables that they are learnt from are no test of them.) Sources
are OQMD and the Materials Project, both CC-BY-4.0.

Data: the folder in SKLMAG_SHARED_DATA (default ../shared/data).
"""

import argparse
import gzip
import hashlib
import json
import os
import pickle
import time
from pathlib import Path

import numpy as np
import pandas as pd
from bench_formula import EXTENDED
from safetensors.numpy import save_file

from sklmag import FormulaTokenizer, LGDCNNRegressor
from sklmag._nn._losses import LaplaceLoss
from sklmag.models._formula_rows import SlotReader
from sklmag.models._state import arrays_of

FOLDER = Path(__file__).parents[1] / "sklmag/models/data"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data"))
_EXTENDED, _MATBENCH = "composition_extended", "matbench"
# Name: the tables, and the range that values are in; OQMD holds a few broken entries.
PROPERTIES = {
    "oqmd_formation_energy_eV_per_atom": (
        f"{_EXTENDED}/OQMD_Formation_Enthalpy",
        (-6, 6),
    ),
    "oqmd_band_gap_eV": (f"{_EXTENDED}/OQMD_Bandgap", (0, 20)),
    "oqmd_volume_A3_per_atom": (f"{_EXTENDED}/OQMD_Volume_per_atom", (0, 100)),
    "mp_formation_energy_eV_per_atom": (f"{_MATBENCH}/mp_e_form", (-6, 6)),
    "mp_band_gap_eV": (f"{_MATBENCH}/mp_gap", (0, 20)),
    "log10_bulk_modulus_GPa": (f"{_MATBENCH}/log_kvrh", (0, 4)),
    "log10_shear_modulus_GPa": (f"{_MATBENCH}/log_gvrh", (0, 4)),
}
# Every row of these is in some test fold.
TESTED_WHOLE = (
    "steels", "jdft2d", "phonons", "expt_gap", "dielectric", "expt_is_metal", "glass",
)  # fmt: skip
TESTED_MAGNETS = {
    "magnetic/curie_nelson_sanvito.csv": "reduced_formula",
    "hard_magnets/re2tm14b_literature.csv": "reduced_formula",
    "soft_magnets/fe_nanocrystalline.csv": "composition_at_pct",
    "bmg/hardness_bajpai.csv": "composition_at_pct",
    "bmg/thermal_xiong.csv": "composition_at_pct",
}
N_SLOTS = 20
SIZES = {
    "body": "set", "width": 128, "n_blocks": 3, "embedding": ["mat2vec", "orb_v2"],
    "gate": "mean",
}  # fmt: skip
N_EPOCHS = 30
HIGHEST_LR, LAST_LR = 0.003, 3e-5


class AbsoluteLoss(LaplaceLoss):
    """Mean absolute error: properties count alike, however well each can be known."""

    forward = LaplaceLoss.validation


class TrunkRegressor(LGDCNNRegressor):
    """The networks, trained on absolute errors."""

    _criterion = staticmethod(lambda settings: AbsoluteLoss())


def read(name):
    """Return formulas and targets of a table, under one pair of names."""
    table = pd.read_csv(SHARED / f"{name}.csv.gz", keep_default_na=False)
    return table.rename(columns={"composition": "formula"})[["formula", "target"]]


def slots(formulas):
    """Return canonical compositions, rounded so that spellings do not matter."""
    table = FormulaTokenizer(n_slots=N_SLOTS).fit_transform(list(formulas))
    return SlotReader().read(np.asarray(table)).round(6)


def tested_formulas():
    """Return every formula of a part that is tested on."""
    tables = [read(f"{_MATBENCH}/{name}") for name in TESTED_WHOLE]
    tables += [read(f"{_EXTENDED}/{name}/test") for name in EXTENDED.values()]
    formulas = set(pd.concat(tables).formula)
    for name, column in TESTED_MAGNETS.items():
        formulas |= set(pd.read_csv(SHARED / name, keep_default_na=False)[column])
    with gzip.open(SHARED / "structures/novamag.jsonl.gz", "rt") as lines:
        formulas |= {json.loads(line)["formula"] for line in lines}
    return sorted(formulas)


def excluded():
    """Return the compositions of :func:`tested_formulas`, as bytes of their slots."""
    return {row.tobytes() for row in slots(tested_formulas())}


def rows():
    """Return compositions, none of them excluded, and their properties with gaps."""
    parts = []
    for number, (name, (low, high)) in enumerate(PROPERTIES.values()):
        of_oqmd = name.startswith(_EXTENDED)
        names = [f"{name}/train", f"{name}/val"] if of_oqmd else [name]
        table = pd.concat(map(read, names)).assign(number=number)
        parts.append(table[table.target.between(low, high)])
    table = pd.concat(parts, ignore_index=True)
    formulas, formula_of = np.unique(table.formula.to_numpy(str), return_inverse=True)
    X, row_of = np.unique(slots(formulas), axis=0, return_inverse=True)
    row = row_of.reshape(-1)[formula_of]
    median = table.target.groupby([row, table.number]).median()
    y = np.full((len(X), len(PROPERTIES)), np.nan)
    y[median.index.get_level_values(0), median.index.get_level_values(1)] = median
    tested = excluded()
    new = np.array([row.tobytes() not in tested for row in X])
    return X[new], y[new]


def parts(X, y):
    """Return the rows that are learnt, and one in fifty that tells how well."""
    kept = np.random.RandomState(0).rand(len(X)) < 0.02
    return X[~kept], y[~kept], X[kept], y[kept]


def learning_rate(epoch):
    """Return the rate of an epoch: half a cosine."""
    share = (1 + np.cos(np.pi * epoch / N_EPOCHS)) / 2
    return LAST_LR + (HIGHEST_LR - LAST_LR) * share


def train(folder, n_threads):
    """Train where the last run stopped; save after each epoch."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "net.pickle"
    X, y, X_kept, y_kept = parts(*rows())
    print(f"{len(X)} compositions, {np.isfinite(y).sum(0).tolist()} values", flush=True)
    net = TrunkRegressor(
        **SIZES,
        n_members=1,
        batch_size=512,
        lr_schedule="constant",
        dtype="float32",
        n_threads=n_threads,
        random_state=0,
    )
    first = 0
    if path.exists():
        first, net = pickle.loads(path.read_bytes())  # our own file
    for epoch in range(first, N_EPOCHS):
        start = time.perf_counter()
        net.set_params(lr=learning_rate(epoch)).partial_fit(X, y)
        error = np.nanmean(abs(net.predict(X_kept) - y_kept), axis=0)
        part = path.with_suffix(".part")
        part.write_bytes(pickle.dumps((epoch + 1, net)))
        part.replace(path)
        print(
            f"epoch {epoch + 1}: {time.perf_counter() - start:.0f} s, held-out errors "
            f"{error.round(4).tolist()}",
            flush=True,
        )
    return net


def export(folder, net):
    """Write weights and card of a trained network."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "formulas.safetensors"
    arrays = arrays_of(net.net_.module_)
    del arrays["embedding.table"]  # of the package that it comes from
    for name in ("head.weight", "head.bias"):  # uncertainties have not been learnt
        contribution, _, gate, score = np.split(arrays[name], 4, axis=-1)
        arrays[name] = np.concatenate((contribution, gate, score), axis=-1)
    save_file({k: v.astype(np.float16) for k, v in arrays.items()}, path)
    X, y, X_kept, y_kept = parts(*rows())
    errors = np.nanmean(abs(net.predict(X_kept) - y_kept), axis=0)
    spread = np.nanmean(abs(np.nanmedian(y, axis=0) - y_kept), axis=0)
    card = {
        "name": "formulas",
        "what": "A formula network that has learnt seven computed properties at once.",
        "settings": SIZES,
        "targets": [
            {"name": name, "center": float(center), "scale": float(scale),
             "n_compositions": int(known), "mae_held_out": round(float(error), 4),
             "mae_of_the_median": round(float(plain), 4)}
            for name, center, scale, known, error, plain in zip(
                PROPERTIES, net.target_scaler_.center_, net.target_scaler_.scale_,
                np.isfinite(y).sum(0), errors, spread, strict=True,
            )
        ],
        "n_compositions": len(X),
        "data": {
            "OQMD": "S. Kirklin et al., npj Comput. Mater. 1 (2015) 15010, "
            "doi:10.1038/npjcompumats.2015.10",
            "Materials Project": "A. Jain et al., APL Mater. 1 (2013) 011002, "
            "doi:10.1063/1.4812323; as tabulated in Matbench, A. Dunn et al., npj "
            "Comput. Mater. 6 (2020) 138, doi:10.1038/s41524-020-00406-3",
        },
        "license": "CC-BY-4.0",
        "not_learnt": f"{len(excluded())} compositions of every part that is tested on",
        "made_by": "benchmarks/pretrain_formulas.py",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }  # fmt: skip
    (folder / "formulas.json").write_text(json.dumps(card, indent=1) + "\n")
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main():
    """Train, and export where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--export", action="store_true")
    arguments = parser.parse_args()
    net = train(arguments.out, arguments.threads)
    if arguments.export:
        export(FOLDER, net)


if __name__ == "__main__":
    main()
