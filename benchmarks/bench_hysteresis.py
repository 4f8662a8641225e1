"""Demagnetization curves: seconds and anchor points, against magnum.np in the same run.

    python benchmarks/bench_hysteresis.py --part speed
    python benchmarks/bench_hysteresis.py --part agreement
    python benchmarks/bench_hysteresis.py --part grid
    python benchmarks/bench_hysteresis.py --part gpu

speed: CPU-seconds of curves on 2 nm cells (--cells 80 or 160), the same torque
tolerance (2e-4 of the anisotropy field), one thread; magnum.np with steps of at most 2,
with which it settles sooner than with its own limit, 52, or with 0.1, and in float64:
in float32 it had not ended one curve of 160 x 160 after 15 minutes.
agreement: anchor points at 80 x 80, magnum.np with steps of 0.1 rad at the most, which
follow the path of steepest descent (with its own limit one structure in four falls into
another minimum). grid: the same grains on cells of 2 and 1 nm. gpu: curves a minute,
all structures together. Writes benchmarks/results/hysteresis_*.csv.
"""

import argparse
import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from magnumnp_peer import magnumnp_curves

from sklmag.microstructure import (
    ND2FE14B,
    GrainStructures,
    anchor_points,
    demagnetization_curve,
    make_grain_structures,
)

RESULTS = Path(__file__).parent / "results"
LARGEST_STEP = 2.0  # of magnum.np, in units of 1 / anisotropy field
POINTS = ["M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc"]


def structures_of(n_samples, n_cells, seed):
    """Return structures of 2 nm cells with grains of 20 to 80 nm."""
    n_grains = (max(1, n_cells**2 // 1600), max(1, n_cells**2 // 100))
    return make_grain_structures(
        n_samples, shape=(n_cells, n_cells), size_nm=2 * n_cells, n_grains=n_grains,
        random_state=seed,
    )  # fmt: skip


def ours(structures, dtype):
    """Return anchor points, fields, and the CPU-seconds of each curve."""
    warm = structures_of(1, 8, 0)
    demagnetization_curve(warm, dtype=dtype, device="cpu")
    curves, seconds = [], []
    for i in range(len(structures)):
        start = time.process_time()
        curves.append(demagnetization_curve(structures[i], dtype=dtype, device="cpu"))
        seconds.append(time.process_time() - start)
    magnetization = np.vstack([curve.magnetization for curve in curves])
    return curves[0].field, magnetization, np.array(seconds)


def speed(n_samples, n_cells):
    structures = structures_of(n_samples, n_cells, 7)
    field = ours(structures[0], "float64")[0]
    _, theirs, n_given_up = magnumnp_curves(
        structures.angles, field, ND2FE14B, structures.cell_nm,
        largest_step=LARGEST_STEP, tolerance=2e-4, dtype="float64",
    )  # fmt: skip
    rows = []
    for dtype in ("float32", "float64"):
        mine = ours(structures, dtype)[2]
        row = {"cells": n_cells, "dtype": dtype, "n": n_samples}
        row |= {"sklmag_s": mine.mean(), "magnumnp_float64_s": theirs.mean()}
        row |= {"ratio": theirs.sum() / mine.sum()}
        rows.append(row | {"magnumnp_fields_given_up": n_given_up.sum()})
    return pd.DataFrame(rows)


def agreement(n_samples):
    structures = structures_of(n_samples, 80, 11)
    field, magnetization, _ = ours(structures, "float32")
    theirs, _, _ = magnumnp_curves(
        structures.angles, field, ND2FE14B, structures.cell_nm,
        largest_step=0.1, tolerance=2e-4, dtype="float64",
    )  # fmt: skip
    tables = [anchor_points(field, m).add_suffix(s) for m, s in
              ((magnetization, ""), (theirs, "_magnumnp"))]  # fmt: skip
    table = pd.concat(tables, axis=1)
    for name in POINTS:
        table[f"{name}_difference"] = table[name] - table[f"{name}_magnumnp"]
    return table


def grid(n_samples):
    """Coercivity of the same grains on coarser and finer cells."""
    rows = []
    fine = make_grain_structures(
        n_samples, shape=(160, 160), size_nm=160, n_grains=(4, 64), random_state=3
    )
    for cell_nm in (1, 2):
        angles = fine.angles[:, ::cell_nm, ::cell_nm]
        grains = fine.grains[:, ::cell_nm, ::cell_nm]
        one = GrainStructures(angles, grains, 160.0, fine.parameters)
        curves = demagnetization_curve(one, device="cpu")
        points = anchor_points(curves.field, curves.magnetization)
        rows.append({"cell_nm": cell_nm, **points.mean(), "n": n_samples})
    return pd.DataFrame(rows)


def gpu(n_samples):
    structures = structures_of(n_samples, 160, 7)
    torch.cuda.synchronize()
    start = time.perf_counter()
    demagnetization_curve(structures, device="cuda")
    torch.cuda.synchronize()
    minutes = (time.perf_counter() - start) / 60
    return pd.DataFrame([{"n": n_samples, "curves_a_minute": n_samples / minutes,
                          "device": torch.cuda.get_device_name()}])  # fmt: skip


PARTS = {"speed": (speed, 2), "agreement": (agreement, 8), "grid": (grid, 20),
         "gpu": (gpu, 400)}  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--n", type=int, help="how many structures")
    parser.add_argument("--cells", type=int, default=160, help="of part speed")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    part, n_default = PARTS[arguments.part]
    more = (arguments.cells,) if part is speed else ()
    table = part(arguments.n or n_default, *more)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / f"hysteresis_{arguments.part}.csv", index=False)
    print(table.round(4).to_string(index=False))
    if arguments.part == "agreement":
        print(table.filter(like="_difference").abs().mean().round(5).to_string())
