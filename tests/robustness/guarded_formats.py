"""Read mutated files, formulas and cells under the guard; print what came of each.

python -m tests.robustness.guarded_formats FOLDER [--files 100] [--cells 100]
"""

import argparse
import codecs
import json
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from pymatgen.core import Lattice, Structure

from sklmag.exceptions import StructureError
from sklmag.structure import VoronoiFeaturizer, voronoi_tessellation
from tests.robustness.formats import (
    mutated_content,
    random_cell,
    random_formula,
    read_formula,
    seeds,
)
from tests.robustness.guard import Guard, megabytes

_SECONDS = 20


class _TooSlowError(BaseException):
    """No error of a reader: a time-out of the system is an OSError, which is one."""


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name, number in (("files", 100), ("formulas", 1000), ("cells", 100)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--only", help="of the formats")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _too_slow)
    found = [s for s in seeds(options.folder) if options.only in (None, s[0])]
    for _, path, read in found:
        read(path)
    voronoi_tessellation(np.eye(3), [[0, 0, 0]])
    guard, random = Guard(), np.random.default_rng(options.seed)
    _warm(found, np.random.default_rng(options.seed + 1))
    at_start = megabytes()
    for name, path, read in found:
        content, place = path.read_bytes(), path.with_name(f"hostile_{path.name}")
        if name == "POSCAR":
            place = path.with_name("POSCAR_hostile")
        for _ in range(options.files):
            place.write_bytes(mutated_content(name, content, random))
            _tell(name, read, place, guard, kept=place)
    for _ in range(options.formulas):
        _tell("formula", read_formula, random_formula(random), guard)
    for _ in range(options.cells):
        _tell("cell", _divide, random_cell(random), guard)
    sys.stdout.write(json.dumps({"megabytes": megabytes() - at_start}) + "\n")


def _warm(found, random):
    """Read a few mutated files of each format: what a refusal needs is imported."""
    for codec in ("utf-16-le", "utf-16-be", "gb2312", "gb18030", "cp1250", "cp1251",
                  "cp1252", "cp1253", "koi8-r", "euc_jp", "shift_jis", "mac-roman"):  # fmt: skip
        codecs.lookup(codec)
    for name, path, read in found:
        content, place = path.read_bytes(), path.with_name(f"warm_{path.name}")
        for _ in range(30):
            place.write_bytes(mutated_content(name, content, random))
            try:
                read(place)
            except Exception:
                continue


def _divide(cell):
    """Divide a cell by both ways in; the errors of both must be ours."""
    lattice, positions = cell
    try:
        voronoi_tessellation(lattice, positions)
    except StructureError:
        pass
    with np.errstate(all="ignore"):  # of pymatgen, in cells that are none
        structure = Structure(Lattice(lattice), ["Fe"] * len(positions), positions)
        return VoronoiFeaturizer().transform([structure])


def _tell(kind, read, item, guard, kept=None):
    outcome, start = {"kind": kind}, time.perf_counter()
    signal.alarm(_SECONDS)
    with guard:
        try:
            read(item)
            outcome["came"] = "read"
        except (ValueError, OSError) as error:
            outcome["came"] = "refused"
            outcome["named"] = kept is None or kept.name in str(error)
            outcome["text"] = str(error)[:300]
        except BaseException as error:
            outcome["came"] = f"{type(error).__name__}: {error}"[:400]
    signal.alarm(0)
    outcome |= {"seen": guard.seen, "seconds": time.perf_counter() - start}
    strange = outcome["came"] not in ("read", "refused") or guard.seen
    if kept is not None and (strange or not outcome.get("named", True)):
        outcome["content"] = kept.read_bytes()[:2000].hex()
    sys.stdout.write(json.dumps(outcome) + "\n")


def _too_slow(number, frame):
    raise _TooSlowError(f"more than {_SECONDS} s")


if __name__ == "__main__":
    main()
