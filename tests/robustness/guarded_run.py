"""Open hostile model files under the guard; print what came of each as JSON.

python -m tests.robustness.guarded_run FOLDER [--mutations 200] [--seed 0]
"""

import argparse
import json
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from sklmag.persistence import InputCard, ModelCard, TrainingCard, load, save
from sklmag.persistence import _classes as table
from tests.robustness.crafted import CRAFTED
from tests.robustness.guard import Guard, megabytes
from tests.robustness.model_files import honest_models, mutated, parts_of, write

_SECONDS = 20
_LATE_IMPORTS = (
    "scipy.special", "scipy.linalg", "sklearn.utils._pprint",
    "sklmag.structure._voronoi",
)  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mutations", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    signal.signal(signal.SIGALRM, _too_slow)
    honest = _prepared(options.folder)
    guard, at_start = Guard(), megabytes()
    for title, path, rows, expected in _files(options, honest):
        sys.stdout.write(json.dumps(_tried(title, path, rows, guard, expected)) + "\n")
    sys.stdout.write(json.dumps({"megabytes": megabytes() - at_start}) + "\n")


def _prepared(folder):
    """Save honest models; import and do once all that an honest file needs."""
    for name, home in (table._PUBLIC_NAMES | table._PART_NAMES).items():
        table.class_of(name if name in table._PART_NAMES else f"{home}.{name}")
    for name in _LATE_IMPORTS:
        __import__(name)
    honest = {}
    for name, (model, rows) in honest_models().items():
        path = save(model, folder / f"{name}.sklmag")
        np.testing.assert_array_equal(load(path).predict(rows), model.predict(rows))
        try:  # what a refusal needs is not imported later
            load(path).predict(rows[:0])
        except ValueError:
            pass
        honest[name] = parts_of(path), rows
    ModelCard.from_dict(  # compiles the annotations of the parts of a card
        ModelCard(
            estimator="",
            input=InputCard(kind="table"),
            training=TrainingCard(n_rows=1, sha256=""),
        ).to_dict()
    )
    return honest


def _files(options, honest):
    for title, name, change, expected in CRAFTED:
        parts, rows = honest[name]
        path = write(options.folder / "crafted.sklmag", change(dict(parts)))
        yield title, path, rows, expected
    random = np.random.default_rng(options.seed)
    for number in range(options.mutations):
        name = random.choice(list(honest))
        parts, rows = honest[name]
        path = write(options.folder / "mutated.sklmag", mutated(parts, random))
        yield f"mutation {number} of {name}", path, rows, "any"


def _tried(title, path, rows, guard, expected):
    """Return what came of one file: opened or refused, predicted or not, and events."""
    start, outcome = time.perf_counter(), {"title": title, "expected": expected}
    signal.alarm(_SECONDS)
    with guard:
        try:
            model = load(path)
            outcome["load"] = "opened"
            try:
                outcome["predict"] = f"{len(model.predict(rows))} rows"
            except Exception as error:  # any error, but no crash
                outcome["predict"] = f"{type(error).__name__}: {error!s:.200}"
        except Exception as error:
            outcome["load"] = f"{type(error).__name__}: {error!s:.300}"
    signal.alarm(0)
    return outcome | {"seen": guard.seen, "seconds": time.perf_counter() - start}


def _too_slow(number, frame):
    raise TimeoutError(f"more than {_SECONDS} s")


if __name__ == "__main__":
    main()
