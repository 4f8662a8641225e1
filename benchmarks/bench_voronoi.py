"""Voronoi descriptors: milliseconds, against matminer and pySIPFENN in the same run.

    python benchmarks/bench_voronoi.py                 # the peers, and growing cells
    python benchmarks/bench_voronoi.py --part growth
    python benchmarks/bench_voronoi.py --part jobs

34 of the AFLOW prototypes with 1 to 100 atoms, spread evenly over their sizes. A ratio
is of the sums over the structures that the peer describes within a minute; the others
are counted. matminer: its five feature groups of Ward et al. and its elemental ones.
pySIPFENN: `generate_descriptor` of Ward2017 and of KS2022, its fast set of other
descriptors. One thread. Writes benchmarks/results/voronoi_speed.csv and
voronoi_growth.csv.
"""

import argparse
import importlib
import importlib.util
import os
import signal
import sys
import time
import types
import warnings
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from joblib import parallel_config
from pymatgen.core import Lattice, Structure
from scipy.spatial import cKDTree

from sklmag.structure import VoronoiFeaturizer, voronoi_tessellation

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from tests.conftest import reference_crystals  # noqa: E402

RESULTS = HERE / "results"


def structures_of_all_sizes(n):
    found = [s for s in reference_crystals("aflow")[1] if len(s) <= 100]
    found.sort(key=len)
    return [found[i] for i in np.linspace(0, len(found) - 1, n).astype(int)]


def matminer_describer():
    from matminer.featurizers import structure as groups
    from matminer.featurizers.base import MultipleFeaturizer
    from matminer.featurizers.composition import (
        ElementProperty,
        IonProperty,
        Stoichiometry,
        ValenceOrbital,
    )

    fingerprint = groups.SiteStatsFingerprint.from_preset
    elemental = [
        Stoichiometry(),
        ElementProperty.from_preset("magpie"),
        ValenceOrbital(props=["frac"]),
        IonProperty(fast=True),
    ]
    featurizer = MultipleFeaturizer(
        [
            fingerprint("CoordinationNumber_ward-prb-2017"),
            groups.StructuralHeterogeneity(),
            groups.ChemicalOrdering(),
            groups.MaximumPackingEfficiency(),
            fingerprint("LocalPropertyDifference_ward-prb-2017"),
            *map(groups.StructureComposition, elemental),
        ]
    )
    return featurizer.featurize


def pysipfenn_describer(name):
    if "pysipfenn" not in sys.modules:  # without its __init__, which loads all networks
        found = importlib.util.find_spec("pysipfenn")
        package = types.ModuleType("pysipfenn")
        package.__path__ = list(found.submodule_search_locations)
        sys.modules["pysipfenn"] = package
    module = importlib.import_module(f"pysipfenn.descriptorDefinitions.{name}")
    return module.generate_descriptor


def seconds(function, *arguments, n_repeats=1):
    times = []
    for _ in range(n_repeats):
        start = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def time_peer(describe, structure):
    """Return seconds, or NaN where the peer fails, or is not done after a minute."""
    signal.alarm(60)
    try:
        return seconds(describe, structure)
    except Exception:
        return np.nan
    finally:
        signal.alarm(0)


def give_up(*_):
    raise TimeoutError


def peers():
    found = {}
    for name, make in {
        "matminer": matminer_describer,
        "pySIPFENN Ward2017": lambda: pysipfenn_describer("Ward2017"),
        "pySIPFENN KS2022": lambda: pysipfenn_describer("KS2022"),
    }.items():
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is not installed: {error}")
    return found


def compare():
    structures = structures_of_all_sizes(34)
    featurizer = VoronoiFeaturizer()
    featurizer.transform(structures)  # compiles
    describers = peers()
    for describe in describers.values():  # tables are read at the first call
        time_peer(describe, structures[0])
    rows = []
    for structure in structures:
        row = {"formula": structure.reduced_formula, "n_sites": len(structure)}
        row["sklmag"] = seconds(featurizer.transform, [structure], n_repeats=7)
        row |= {name: time_peer(f, structure) for name, f in describers.items()}
        rows.append(row)
        print(*row.values(), flush=True)
    table = pd.DataFrame(rows)
    together = seconds(featurizer.transform, structures, n_repeats=7)
    table.to_csv(RESULTS / "voronoi_speed.csv", index=False, float_format="%.3g")
    print((table.set_index(["formula", "n_sites"]) * 1e3).round(3).to_string())
    n_sites = table.n_sites.sum()
    print(f"\n{len(table)} structures, {n_sites} sites; milliseconds above")
    mean_ms, per_atom_us = 1e3 * together / len(table), 1e6 * together / n_sites
    print(
        f"sklmag, one call: {mean_ms:.3f} ms a structure, {per_atom_us:.1f} µs an atom"
    )
    for name in describers:
        done = table[name].notna()
        ours = together * table.n_sites[done].sum() / n_sites
        alone, theirs = table.sklmag[done].sum(), table[name][done].sum()
        print(
            f"{name}: {1e3 * theirs / done.sum():.1f} ms a structure on the "
            f"{done.sum()} of {len(table)} it can describe; ratio {theirs / ours:.0f} "
            f"(sklmag one by one: {theirs / alone:.0f})"
        )


def random_cell(n, rng, least=1.6):
    """Return n atoms at random places, no two nearer than `least` Å; 12 Å³ an atom."""
    edge, places = (12 * n) ** (1 / 3), rng.random((n, 3))
    while True:
        tree = cKDTree(places % 1.0, boxsize=1.0)
        pairs = tree.query_pairs(least / edge, output_type="ndarray")
        if not len(pairs):
            elements = rng.choice(["Nd", "Fe", "Fe", "Co", "B"], n)
            return Structure(Lattice.cubic(edge), elements, places)
        moved = np.unique(pairs[:, 1])
        places[moved] = rng.random((len(moved), 3))


def growth():
    """Time cells of 10 to 2,000 atoms at random places."""
    rng = np.random.default_rng(0)
    featurizer = VoronoiFeaturizer()
    rows = []
    for n in (10, 20, 50, 100, 200, 500, 1000, 2000):
        structure = random_cell(n, rng)
        matrix, positions = structure.lattice.matrix, structure.frac_coords
        featurizer.transform([structure])
        whole = seconds(featurizer.transform, [structure], n_repeats=9)
        cells = seconds(voronoi_tessellation, matrix, positions, n_repeats=9)
        rows.append((n, 1e3 * whole, 1e6 * whole / n, 1e6 * cells / n))
    columns = ["n_sites", "ms", "us_per_atom", "tessellation_us_per_atom"]
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(RESULTS / "voronoi_growth.csv", index=False, float_format="%.3g")
    print(table.round(2).to_string(index=False))


def jobs():
    """Time 2,000 structures on one core and on two: processes, and threads."""
    found = structures_of_all_sizes(100)
    structures = [found[i % len(found)] for i in range(2000)]
    for n_jobs, backend in ((1, "loky"), (2, "loky"), (2, "threading")):
        with parallel_config(backend):
            featurizer = VoronoiFeaturizer(n_jobs=n_jobs)
            featurizer.transform(structures[:200])  # workers start, and load the code
            took = seconds(featurizer.transform, structures, n_repeats=5)
        print(f"n_jobs={n_jobs}, {backend}: {took:.3f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = ["all", "growth", "peers", "jobs"]
    parser.add_argument("--part", choices=parts, default="all")
    part = parser.parse_args().part
    signal.signal(signal.SIGALRM, give_up)
    warnings.simplefilter("ignore")  # of the peers
    RESULTS.mkdir(exist_ok=True)
    if part in ("all", "growth"):
        growth()
    if part in ("all", "peers"):
        compare()
    if part == "jobs":
        jobs()


if __name__ == "__main__":
    main()
