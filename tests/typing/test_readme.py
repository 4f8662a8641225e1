"""Type checkers read the README as an editor does, and refuse what does not exist."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")
pytest.importorskip("basedpyright")
ROOT = Path(__file__).parents[2]
BLOCKS = "\n".join(
    re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
)
WRONG = "from sklmag import DenseRegressor\n\nDenseRegressor(widht=3)\n"


def by_basedpyright(folder, text):
    """Return what basedpyright says of a script, in the mode of most editors."""
    (folder / "script.py").write_text(text)
    settings = {"include": ["script.py"], "typeCheckingMode": "basic"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run(
        ["basedpyright", "-p", folder, "--pythonpath", sys.executable, "--outputjson"],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [one["message"] for one in found if one["severity"] == "error"]


def by_mypy(folder, text):
    """Return what mypy says of a script."""
    (folder / "script.py").write_text(text)
    # blocks stand for themselves: names are used again
    options = ["--allow-redefinition-new", "--local-partial-types"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--ignore-missing-imports", *options, "script.py"],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    return [line for line in done.stdout.splitlines() if " error: " in line]


@pytest.mark.parametrize("checked", [by_basedpyright, by_mypy])
def test_the_readme_is_clean_and_a_wrong_parameter_is_not(checked, tmp_path):
    assert "make_pipeline" in BLOCKS
    assert checked(tmp_path, BLOCKS) == []
    (told,) = checked(tmp_path, WRONG)
    assert "widht" in told
