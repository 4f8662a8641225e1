"""Regenerate tests/reference/voronoi_*.npz: descriptors from the original program.

    python benchmarks/make_voronoi_reference.py

The Java program Magpie (L. Ward, the tool of the papers) is in the source distribution
of CatLearn 0.6.2 on PyPI, which is fetched by pip; a Java runtime must be on the PATH.
It reads POSCAR files and writes 271 numbers for each. Structures: the AFLOW prototypes
that pymatgen ships, which are kept beside their numbers, and, where SKLMAG_SHARED_DATA
is (default ../shared/data), 40 of each of its sets, of which only the place is kept.
"""

import gzip
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from pymatgen.core import Structure
from pymatgen.io.vasp import Poscar

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "tests" / "reference"
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data")) / "structures"
PROGRAM = "CatLearn-0.6.2/catlearn/api/magpie"
SCRIPT = """\
data = new data.materials.CrystalStructureDataset
data attributes properties directory {program}/lookup-data
data attributes properties add set general
data import {folder}
data target id
data attributes generate
save data {folder}/out csv
exit
"""


def fetch_program(folder):
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary"]
    subprocess.run([*pip, ":all:", "CatLearn==0.6.2", "-d", folder], check=True)
    with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return Path(folder) / PROGRAM


def describe(program, structures, folder):
    """Return the 271 numbers of each structure; what the program leaves out is NaN."""
    folder.mkdir()
    lines = ["filename id"]
    for i, structure in enumerate(structures):
        grouped = structure.get_sorted_structure()  # each element is named once
        Poscar(grouped).write_file(folder / f"{i}.vasp", significant_figures=16)
        lines.append(f"{i}.vasp {i}")
    (folder / "properties.txt").write_text("\n".join(lines) + "\n")
    (folder / "run.in").write_text(SCRIPT.format(program=program, folder=folder))
    command = ["java", "-jar", str(program / "Magpie.jar"), str(folder / "run.in")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    table = pd.read_csv(folder / "out.csv", na_values=["NaN", "?", "None"])
    table = table.set_index("id").reindex(range(len(structures)))
    return table.to_numpy(float), list(table.columns)


def aflow_prototypes():
    import pymatgen.analysis.prototypes as package

    path = Path(package.__file__).parent / "aflow_prototypes.json.gz"
    for i, entry in enumerate(json.loads(gzip.decompress(path.read_bytes()))):
        structure = Structure.from_dict(entry["snl"])
        yield f"aflow {i}", structure
        if i == 122:  # numbers of the program depend on its origin: see the tests
            steps = 1e-7 * np.cos(np.arange(3 * len(structure))).reshape(-1, 3)
            moved = structure.cart_coords + steps
            lattice, species = structure.lattice, structure.species
            yield (
                f"aflow {i} moved",
                Structure(lattice, species, moved, coords_are_cartesian=True),
            )


def shared_structures(n_each=40):
    for path in sorted(SHARED.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            records = [json.loads(line) for line in lines]
        chosen = np.linspace(0, len(records) - 1, n_each).astype(int)
        for i in chosen:
            yield f"{path.name} {i}", Structure(**records[i]["structure"])


def write(program, name, named, folder):
    keys, structures = zip(*named, strict=True)
    numbers, columns = describe(program, structures, Path(folder) / name)
    missing = [
        key for key, row in zip(keys, numbers, strict=True) if np.isnan(row).all()
    ]
    print(f"{name}: {len(keys)} structures, left out by the program: {missing}")
    kept = {"keys": keys, "attributes": numbers, "columns": columns}
    if name == "aflow":
        kept["lattices"] = [structure.lattice.matrix for structure in structures]
        kept["n_sites"] = [len(structure) for structure in structures]
        kept["positions"] = np.vstack(
            [structure.frac_coords for structure in structures]
        )
        kept["numbers"] = np.hstack(
            [structure.atomic_numbers for structure in structures]
        )
    np.savez_compressed(REFERENCE / f"voronoi_{name}.npz", **kept)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        program = fetch_program(folder)
        write(program, "aflow", aflow_prototypes(), folder)
        if SHARED.exists():
            write(program, "shared", shared_structures(), folder)
