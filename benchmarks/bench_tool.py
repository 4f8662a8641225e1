"""The command line on 2,000 structures of which 20 are broken, killed and resumed.

    python benchmarks/bench_tool.py
    python benchmarks/bench_tool.py --n-structures 400

A small model is fitted to the reference crystals of the tests. Prints how
long `sklmag --help` takes (median of ten), how `sklmag predict` on the folder ends,
and whether a run that was killed five times at random moments ends with the same table.
Writes benchmarks/results/tool.csv.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from pymatgen.io.vasp import Poscar
from sklearn.pipeline import make_pipeline

sys.path.insert(0, str(Path(__file__).parents[1]))
from sklmag import SIPFENNRegressor, VoronoiFeaturizer, save
from tests.conftest import reference_crystals

RESULTS = Path(__file__).parent / "results"
COMMAND = [sys.executable, "-m", "sklmag.cli"]
HEAD = "broken\n1.0\n3 0 0\n0 3 0\n0 0 3\n"
BROKEN = {
    "empty": ("POSCAR", ""),
    "no structure": ("POSCAR", "nothing of the kind\n"),
    "cut off": ("POSCAR", f"{HEAD}Fe Co\n1 1\nDirect\n0 0 0\n"),
    "no element": ("POSCAR", f"{HEAD}Qq\n1\nDirect\n0 0 0\n"),
    "two at one place": ("POSCAR", f"{HEAD}Fe Co\n1 1\nDirect\n0 0 0\n0 0 0\n"),
    "no number": ("POSCAR", f"{HEAD}Fe\n1\nDirect\n0 nan 0\n"),
    "no volume": ("POSCAR", "flat\n1\n3 0 0\n0 3 0\n3 3 0\nFe\n1\nDirect\n0 0 0\n"),
    "binary": ("POSCAR", "\0\1\2\3"),
    "other JSON": (".json", '{"a": 1}'),
    "a molecule": (".xyz", "1\nwater\nO 0 0 0\n"),
}


def make_folder(folder, n_structures):
    """Write structures, every hundredth of them broken in the next of ten ways."""
    _, crystals, rows = reference_crystals("aflow")
    whole = [c for c, r in zip(crystals, rows, strict=True) if np.isfinite(r).all()]
    folder.mkdir()
    for i in range(n_structures):
        if i % 100 == 50:
            kind, text = list(BROKEN.values())[i // 100 % len(BROKEN)]
            name = f"POSCAR_{i:04d}" if kind == "POSCAR" else f"{i:04d}{kind}"
            (folder / name).write_text(text)
        else:
            path = folder / f"POSCAR_{i:04d}"
            Poscar(whole[i % len(whole)]).write_file(path, significant_figures=12)
    net = SIPFENNRegressor(width_factor=0.02, max_epochs=3, random_state=0)
    model = make_pipeline(VoronoiFeaturizer(), net)
    energies = pd.Series(np.arange(50.0), name="energy_eV_per_atom")
    save(
        model.fit(whole[:50], energies),
        folder.parent / "net.sklmag", X=whole[:50], y=energies,
    )  # fmt: skip


def predict(folder, output):
    command = [*COMMAND, "predict", "in", "--model", "net.sklmag", "--quiet", "-o"]
    return subprocess.Popen(
        [*command, output], cwd=folder, stderr=subprocess.PIPE, text=True
    )


def killed_and_resumed(folder, n_structures):
    """Kill a run five times, at moments drawn from its whole length."""
    draw, kills = random.Random(0), []
    parts = folder / ".torn.csv.parts"
    for share in sorted(draw.uniform(0.02, 0.9) for _ in range(5)):
        run = predict(folder, "torn.csv")
        target = int(share * n_structures)
        while run.poll() is None:
            done = 64 * len(list(parts.glob("0*.json")))
            if done >= target:
                break
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.1))
        run.send_signal(signal.SIGKILL)
        run.communicate()
        kills.append(done)
    last = predict(folder, "torn.csv")
    _, error = last.communicate()
    return kills, last.returncode, error


def help_seconds():
    times = []
    for _ in range(10):
        start = time.perf_counter()
        subprocess.run([*COMMAND, "--help"], capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--n-structures", type=int, default=2000)
    n = parser.parse_args().n_structures
    result = {"help_s": round(help_seconds(), 3), "n_structures": n}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_folder(folder / "in", n)
        start = time.perf_counter()
        run = predict(folder, "whole.csv")
        _, error = run.communicate()
        result["predict_s"] = round(time.perf_counter() - start, 1)
        result["exit_code"] = run.returncode
        table = pd.read_csv(folder / "whole.csv")
        values = table["energy_eV_per_atom"]
        result |= {
            "rows": len(table),
            "files_once": table["file"].is_unique,
            "predicted": int(values.notna().sum()),
            "reported": sum(line.startswith("File ") for line in error.splitlines()),
        }
        print(*error.splitlines()[:10], error.splitlines()[-1], sep="\n")
        kills, code, _ = killed_and_resumed(folder, n)
        same = (folder / "torn.csv").read_bytes() == (folder / "whole.csv").read_bytes()
        result |= {"killed_at": str(kills), "exit_code_resumed": code, "same": same}
    for key, value in result.items():
        print(f"{key}: {value}")
    pd.DataFrame([result]).to_csv(RESULTS / "tool.csv", index=False)


if __name__ == "__main__":
    main()
