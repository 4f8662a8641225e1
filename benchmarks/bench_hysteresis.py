"""Demagnetization curves: seconds and anchor points, against magnum.np in the same run.

    python benchmarks/bench_hysteresis.py --part speed
    python benchmarks/bench_hysteresis.py --part agreement
    python benchmarks/bench_hysteresis.py --part grid
    python benchmarks/bench_hysteresis.py --part space
    python benchmarks/bench_hysteresis.py --part standard
    python benchmarks/bench_hysteresis.py --part gpu

speed: CPU-seconds of curves on 2 nm cells (--cells 80 or 160), the same torque
tolerance (2e-4 of the anisotropy field), one thread; magnum.np with steps of at most 2,
with which it settles sooner than with its own limit, 52, or with 0.1, and in float64:
in float32 it had not ended one curve of 160 x 160 after 15 minutes.
agreement: anchor points at 80 x 80, magnum.np with steps of 0.1 rad at the most, which
follow the path of steepest descent (with its own limit one structure in four falls into
another minimum). grid: the same grains on cells of 2 and 1 nm. gpu: curves a minute,
all structures together. space: loops of two phases with easy axes in space, on cells
without end and on boxes, against magnum.np with small steps. standard: problem 3 of
µMAG, the edge at which flower and vortex have one energy. Writes
benchmarks/results/hysteresis_*.csv.
"""

import argparse
import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from magnumnp_peer import magnumnp_curves, magnumnp_loop
from scipy.spatial import cKDTree

from sklmag.microstructure import (
    ND2FE14B,
    GrainStructures,
    Material,
    anchor_points,
    demagnetization_curve,
    field_path,
    hysteresis_loop,
    make_grain_structures,
    make_magnet,
)
from sklmag.microstructure._equilibrium import Equilibrium
from sklmag.microstructure._material import MU0

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


def space(n_magnets):
    """Compare loops of magnets in space, in T."""
    rows = []
    soft = Material(Js_T=1.9, K1_J_m3=3e5, A_J_m=1.2e-11)
    for i in range(n_magnets):
        random = np.random.default_rng(i)
        for kind, shape in (("endless", (24, 24)), ("boxes", (8, 10, 12))):
            seeds = random.uniform(size=(8, len(shape))) * shape
            centers = np.stack(np.indices(shape), axis=-1) + 0.5
            grains = cKDTree(seeds).query(centers)[1]
            axes = random.normal(size=(8, 3)) + np.array([0, 2, 0])
            magnet = make_magnet(
                grains, axes, material=[ND2FE14B] * 6 + [soft] * 2, cell_nm=2.0
            )
            direction = random.normal(size=3) * 0.2 + np.array([0, 1, 0])
            fields = field_path(6, -6, step_T=0.2)
            start = time.process_time()
            loop = hysteresis_loop(magnet, fields, direction=direction)
            mine = time.process_time() - start
            theirs, seconds = magnumnp_loop(
                magnet, fields, direction, largest_step=0.1, tolerance=2e-4,
                dtype="float64",
            )  # fmt: skip
            difference = np.abs(loop.polarization_T - theirs)
            points = [anchor_points(fields, J, 6.0).Hc[0]
                      for J in (loop.polarization_T, theirs)]  # fmt: skip
            rows.append({"cells": kind, "i": i, "mean_difference_T": difference.mean(),
                         "largest_T": difference.max(), "Hc_T": points[0],
                         "Hc_magnumnp_T": points[1], "sklmag_s": mine,
                         "magnumnp_s": float(seconds)})  # fmt: skip
    return pd.DataFrame(rows)


def standard(n_largest):
    """Return where flower and vortex have one energy, in exchange lengths."""
    Km = 1 / (2 * MU0)
    material = Material(Js_T=1.0, K1_J_m3=0.1 * Km, A_J_m=1e-11)
    length_nm = 1e9 * np.sqrt(1e-11 / Km)

    def energy(edge, n, state):
        magnet = make_magnet(np.zeros((n, n, n), int), [[0, 0, 1]], material=material,
                             cell_nm=edge * length_nm / n)  # fmt: skip
        rest = Equilibrium(magnet, np.eye(3)[2:], "float64")
        rest.symmetric = False  # the flower is a state of full symmetry
        x = (np.arange(n) - (n - 1) / 2) / n
        z, _, x = np.meshgrid(x, x, x, indexing="ij")
        rest.set(np.stack((0 * x, 0 * x, 1 + 0 * x) if state == "flower"
                          else (z, 0.15 + 0 * x, -x), axis=-1))  # fmt: skip
        rest.rest(np.zeros(3), 1e-5, 0.1, 10**5)
        return sum(rest.energies_J_per_m3(np.zeros(3)).values()) / Km

    rows = []
    for n in (12, 16, 20, n_largest):
        low, high = 8.4, 8.55
        gap = [energy(e, n, "flower") - energy(e, n, "vortex") for e in (low, high)]
        crossing = low - gap[0] * (high - low) / (gap[1] - gap[0])
        rows.append({"cells": n, "crossing": crossing, "published": 8.47})
    return pd.DataFrame(rows)


PARTS = {"speed": (speed, 2), "agreement": (agreement, 8), "grid": (grid, 20),
         "gpu": (gpu, 400), "space": (space, 2),
         "standard": (standard, 28)}  # fmt: skip


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
