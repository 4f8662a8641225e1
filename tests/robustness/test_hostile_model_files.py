"""Model files made with ill will are refused, or predict and do nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.robustness.crafted import CRAFTED

ROOT = Path(__file__).parents[2]
N_MUTATIONS = 200


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return what came of each file, opened in a process that is watched."""
    folder = tmp_path_factory.mktemp("hostile")
    command = [
        sys.executable, "-m", "tests.robustness.guarded_run", str(folder),
        "--mutations", str(N_MUTATIONS),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_guard_hears_what_must_not_happen(tmp_path):
    code = (
        "import os, pickle, subprocess, sys; from tests.robustness.guard import Guard\n"
        "blob = pickle.dumps(print)\n"
        "with Guard() as guard:\n"
        "    open(sys.argv[1], 'w').close(); subprocess.run(['true'])\n"
        "    pickle.loads(blob); exec('1'); os.remove(sys.argv[1]); import colorsys\n"
        "print(guard.seen)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a")]
    heard = subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
    for event in ("to write", "subprocess.Popen", "pickle.find_class", "exec (",
                  "os.remove", "import ('colorsys"):  # fmt: skip
        assert event in heard


def test_nothing_but_predictions_comes_of_any_file(outcomes):
    assert len(outcomes) == len(CRAFTED) + N_MUTATIONS + 1
    assert [o for o in outcomes[:-1] if o["seen"]] == []
    assert max(o["seconds"] for o in outcomes[:-1]) < 20
    assert outcomes[-1]["megabytes"] < 1000


@pytest.mark.parametrize("number", range(len(CRAFTED)), ids=[c[0] for c in CRAFTED])
def test_what_is_made_up_is_refused_by_its_name(number, outcomes):
    outcome, expected = outcomes[number], CRAFTED[number][3]
    if expected is None:
        assert outcome["load"] == "opened"
    else:
        assert re.search(f"^ValueError: .*{expected}", outcome["load"])


def test_what_is_damaged_is_opened_or_refused_with_an_error_of_ours(outcomes):
    found = [o["load"] for o in outcomes[len(CRAFTED) : -1]]
    refused = [text for text in found if text != "opened"]
    assert all(t.startswith("ValueError: ") and "mutated.sklmag" in t for t in refused)
    assert len(refused) > N_MUTATIONS / 2
    assert "opened" in found
