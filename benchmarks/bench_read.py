"""Reading crystal files: files a second, and files read wrong, against the peers.

    python benchmarks/bench_read.py

The AFLOW prototypes that pymatgen ships, written by pymatgen's CifWriter with their
symmetry, and, where SKLMAG_SHARED_DATA is (default ../shared/data), 2,000 structures of
its sets as POSCAR and as CIF without symmetry. Each file is also written with rounded
positions (three decimals) and with its Hermann-Mauguin symbol alone, as old databases
write them. A file counts as wrong when the atoms of the cell are not those that were
written; what a reader refuses is counted apart. Peers: pymatgen's CifParser and Poscar,
and ASE. One thread, process time. Writes benchmarks/results/read.csv.
"""

import gzip
import json
import os
import re
import tempfile
import time
import warnings
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import pandas as pd
from pymatgen.core import Structure
from pymatgen.io.cif import CifParser, CifWriter
from pymatgen.io.vasp import Poscar
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from sklmag.structure import read_structure

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("SKLMAG_SHARED_DATA", "../shared/data")) / "structures"


def prototypes():
    import pymatgen.analysis.prototypes as package

    path = Path(package.__file__).parent / "aflow_prototypes.json.gz"
    for entry in json.loads(gzip.decompress(path.read_bytes())):
        yield Structure.from_dict(entry["snl"])


def shared(n):
    records = [
        json.loads(line)
        for path in sorted(SHARED.glob("*.jsonl.gz"))
        for line in gzip.open(path, "rt")
    ]
    found = [Structure(**r["structure"]) for r in records if "structure" in r]
    return found[:: max(1, len(found) // n)][:n]


def with_symmetry(structure):
    text = str(CifWriter(structure, symprec=1e-3))
    conventional = SpacegroupAnalyzer(structure, 1e-3).get_refined_structure()
    return text, conventional.composition


def rounded(text):
    return re.sub(r"(?<= )(\d\.\d{3})\d+(?= )", r"\1", text)


def symbol_alone(text):
    """Leave out the operations, as old databases do."""
    return re.sub(
        r"loop_\n _symmetry_equiv_pos_site_id.*?(?=loop_)", "", text, flags=re.S
    )


def sets():
    written = [with_symmetry(structure) for structure in prototypes()]
    yield "AFLOW prototypes", ".cif", written
    yield "rounded to three decimals", ".cif", [(rounded(t), c) for t, c in written]
    yield "symbol alone", ".cif", [(symbol_alone(t), c) for t, c in written]
    if SHARED.exists():
        crystals = shared(2000)
        yield (
            "shared, CIF",
            ".cif",
            [(str(CifWriter(s)), s.composition) for s in crystals],
        )
        yield (
            "shared, POSCAR",
            ".vasp",
            [(Poscar(s).get_str(), s.composition) for s in crystals],
        )


def read_by_ase(path):
    import ase.io
    from pymatgen.core import Composition

    atoms = ase.io.read(path, format="cif" if path.suffix == ".cif" else "vasp")
    return Composition(str(atoms.symbols))


def read_by_pymatgen(path):
    if path.suffix == ".cif":
        (structure,) = CifParser(path).parse_structures(primitive=False)
    else:
        structure = Poscar.from_file(path).structure
    return structure.composition


READERS = {
    "sklmag": lambda path: read_structure(path).composition,
    "pymatgen": read_by_pymatgen,
    "ASE": read_by_ase,
}


def is_same(composition, right):
    return composition.element_composition.almost_equals(right.element_composition)


def measured(reader, paths, right):
    """Return files a second, files read wrong, and files refused."""
    wrong = refused = 0
    start = time.process_time()
    found = []
    for path in paths:
        try:
            found.append(reader(path))
        except Exception:  # a peer may fail in any way
            found.append(None)
    seconds = time.process_time() - start
    for composition, expected in zip(found, right, strict=True):
        refused += composition is None
        wrong += composition is not None and not is_same(composition, expected)
    return len(paths) / seconds, wrong, refused


def main():
    warnings.simplefilter("ignore")
    rows = []
    for name, suffix, written in sets():
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, f"{i}{suffix}") for i in range(len(written))]
            for path, (text, _) in zip(paths, written, strict=True):
                path.write_text(text)
            for reader, read in READERS.items():
                read(paths[0])
                rate, wrong, refused = measured(read, paths, [c for _, c in written])
                row = {"files": name, "n": len(paths), "reader": reader}
                row |= {"per_s": round(rate), "wrong": wrong, "refused": refused}
                rows.append(row)
                print(*row.values(), sep="\t", flush=True)
    pd.DataFrame(rows).to_csv(HERE / "results" / "read.csv", index=False)


if __name__ == "__main__":
    main()
