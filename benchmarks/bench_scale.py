"""Past one machine: rows a second and memory of `sklmag predict`, by processes.

    python benchmarks/bench_scale.py [--formulas 10000000] [--structures 4000]

Formulas: trees on element fractions and on Magpie's attributes, with the applicability
domain, from a CSV file to a CSV file, end to end (start of Python included), on one
and on two processes; the peer is the same model in a plain loop with pandas and
joblib's own `load`, which knows neither domain nor resumption. Structures: the 271
Voronoi attributes of pymatgen structures in files, on one and two processes, and on a
Dask cluster of two processes on this machine: its overhead is the time beyond that of
two local processes. Memory is the peak of the process and of its children, what they
share counted once. Writes results/scale.csv.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import joblib
import numpy as np
import pandas as pd
from pymatgen.io.vasp import Poscar
from sklearn.pipeline import make_pipeline
from xgboost import XGBRegressor

import sklmag
from sklmag.datasets import make_band_gaps

RESULTS = Path(__file__).parent / "results"
CLI = [sys.executable, "-m", "sklmag.cli"]
PEER = """
import sys, joblib, pandas as pd
model, source, target = joblib.load(sys.argv[1]), sys.argv[2], sys.argv[3]
for k, chunk in enumerate(pd.read_csv(source, chunksize=10_000)):
    chunk["gap"] = model.predict(chunk["formula"])
    chunk.to_csv(target, mode="a" if k else "w", header=not k, index=False)
"""


def main():
    """Run what is asked for, and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--formulas", type=int, default=200_000)
    parser.add_argument("--structures", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=["formulas", "structures"])
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "structures":
            rows += formulas(Path(folder), options.formulas, options.repeats)
        if options.only != "formulas":
            rows += structures(Path(folder), options.structures, options.repeats)
    table, path = pd.DataFrame(rows), RESULTS / "scale.csv"
    sys.stdout.write(f"{table.to_string(index=False)}\n")
    if path.exists():  # what was not measured this time stays
        old = pd.read_csv(path)
        table = pd.concat([old[~old["what"].isin(table["what"])], table])
    table.to_csv(path, index=False)


def formulas(folder, n, repeats):
    """Return rows of the table for formulas."""
    train, gaps = make_band_gaps(2000, random_state=0)
    many = np.random.default_rng(0)
    with open(folder / "many.csv", "w", encoding="utf-8") as file:
        file.write("formula\n")
        for start in range(0, n, 100_000):
            file.writelines(
                f"Fe{a:.2f}Co{b:.2f}Si{c:.2f}\n"
                for a, b, c in many.uniform(1, 99, size=(min(100_000, n - start), 3))
            )
    for name, featurizer in (
        ("fractions", sklmag.ElementFractionFeaturizer()),
        ("magpie", sklmag.MagpieFeaturizer()),
    ):
        model = make_pipeline(featurizer, XGBRegressor(n_estimators=100, n_jobs=1))
        model.fit(train, gaps)
        sklmag.save(model, folder / f"{name}.sklmag", X=train, y=gaps)
        joblib.dump(model, folder / f"{name}.joblib")
        ways = {"1 process": ["--n-jobs", "1"], "2 processes": ["--n-jobs", "2"]}
        for way, words in ways.items():
            command = [
                *CLI, "predict", "many.csv", "--model", f"{name}.sklmag", "-o",
                f"{name}.csv", "--quiet", *words,
            ]  # fmt: skip
            yield {"what": f"formulas, {name}", "way": way, "n": n} | measured(
                command, folder, n, repeats
            )
        command = [
            sys.executable, "-c", PEER, f"{name}.joblib", "many.csv", "peer.csv"
        ]  # fmt: skip
        yield {"what": f"formulas, {name}", "way": "plain loop", "n": n} | measured(
            command, folder, n, repeats
        )


def structures(folder, n, repeats):
    """Return rows of the table for structures."""
    from distributed import LocalCluster

    (folder / "in").mkdir()
    crystals = crystals_of_a_package()
    for k in range(n):
        Poscar(crystals[k % len(crystals)]).write_file(folder / "in" / f"POSCAR_{k}")
    base = [*CLI, "featurize", "in", "-o", "out.csv", "--quiet"]
    for way, words in (
        ("1 process", ["--n-jobs", "1"]),
        ("2 processes", ["--n-jobs", "2"]),
    ):
        yield {"what": "structures", "way": way, "n": n} | measured(
            [*base, *words], folder, n, repeats
        )
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        words = ["--backend", "dask", "--scheduler", cluster.scheduler_address]
        yield {"what": "structures", "way": "Dask, 2 processes", "n": n} | measured(
            [*base, "--n-jobs", "2", *words], folder, n, repeats
        )


def crystals_of_a_package():
    """Return the prototypes that pymatgen ships, those of up to 50 sites."""
    import gzip
    import json

    import pymatgen.analysis.prototypes as package
    from pymatgen.core import Structure

    path = Path(package.__file__).parent / "aflow_prototypes.json.gz"
    entries = json.loads(gzip.decompress(path.read_bytes()))
    found = [Structure.from_dict(entry["snl"]) for entry in entries]
    return [s for s in found if len(s) <= 50 and s.is_ordered]


def measured(command, folder, n, repeats):
    """Run a command a few times; return the median of rows a second, and memory."""
    seconds, megabytes = [], []
    for _ in range(repeats):
        start = time.perf_counter()
        going = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        megabytes.append(peak(going))
        seconds.append(time.perf_counter() - start)
        if going.returncode not in (0, 1):
            raise RuntimeError(f"{command} ended with {going.returncode}")
    median = float(np.median(seconds))
    return {
        "rows_per_s": round(n / median, 1),
        "seconds": round(median, 1),
        "peak_MB": round(max(megabytes)),
    }


def peak(going):
    """Wait for a process; return the most memory of it and its children, in MB.

    What they share, such as the code of libraries, counts once (PSS, on Linux).
    """
    import psutil

    most, process = 0.0, psutil.Process(going.pid)
    while going.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            most = max(most, sum(p.memory_full_info().pss for p in family) / 1e6)
        except psutil.Error:
            pass
        time.sleep(0.1)
    return most


if __name__ == "__main__":
    main()
