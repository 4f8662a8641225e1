"""Regenerate tests/reference/ks2022_*.npz: the 256 attributes from pySIPFENN.

    pip install --no-deps pysipfenn && python benchmarks/make_ks2022_reference.py

Of the crystals of tests/reference/voronoi_*.npz that pySIPFENN divides within 20 s
each. It gives single precision.
"""

import sys
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from bench_voronoi import give_up, pysipfenn_describer  # noqa: E402

from tests.conftest import reference_crystals  # noqa: E402


def described(describe, structure):
    """Return the numbers of a crystal, or NaN where pySIPFENN has none."""
    import signal

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    try:
        return describe(structure)
    except Exception:
        return np.full(256, np.nan)
    finally:
        signal.alarm(0)


def main():
    warnings.simplefilter("ignore")
    describe = pysipfenn_describer("KS2022")
    for name in ("aflow", "shared"):
        keys, structures, _ = reference_crystals(name)
        numbers = np.array([described(describe, s) for s in structures], np.float32)
        print(f"{name}: {np.isfinite(numbers).all(axis=1).sum()} of {len(keys)}")
        path = HERE.parent / "tests" / "reference" / f"ks2022_{name}.npz"
        np.savez_compressed(path, keys=keys, attributes=numbers)


if __name__ == "__main__":
    main()
