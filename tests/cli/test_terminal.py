"""What a person sees on a terminal, and a program in a pipe."""

import os
import pty
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from sklmag.cli import _GROUPS, main, make_parser
from sklmag.cli._terminal import in_columns

COMMAND = [sys.executable, "-m", "sklmag.cli"]
ASKED = ["predict", "Nd2Fe14B", "GaAs", "--property", "Js_T"]


def on_terminal(*words, **environment):
    """Run a command whose standard output is a terminal; return what it shows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *words], stdout=theirs, stderr=subprocess.DEVNULL,
        env=os.environ | {"COLUMNS": "200"} | environment,
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # closed on their side
                break
            if not part:
                break
            shown += part
        assert process.wait() == 0
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def test_columns_and_colours_on_a_terminal():
    shown = on_terminal(*ASKED).splitlines()
    assert re.match(r"\x1b\[1m\s*material +property +value", shown[0])
    assert "\x1b" not in shown[1]
    assert "Nd2Fe14B" in shown[1]
    assert shown[2].startswith("\x1b[33m")  # outside
    plain = on_terminal(*ASKED, NO_COLOR="1")
    assert "\x1b" not in plain
    assert len({len(line) for line in plain.splitlines()}) == 1  # aligned


def test_a_pipe_gets_the_whole_table():
    done = subprocess.run([*COMMAND, *ASKED], capture_output=True, text=True)
    assert done.stdout.startswith("material,property,value,unit,std,inside")


def test_predictions_of_a_model_of_ones_own(tmp_path):
    shown = on_terminal("predict", "Nd2Fe14B", "--model", "curie", NO_COLOR="1")
    header, row = shown.splitlines()
    assert header.split()[:2] == ["formula", "Tc_K"]
    assert row.split()[0] == "Nd2Fe14B"


def test_numbers_are_rounded_and_gaps_are_empty():
    table = pd.DataFrame({"a": [1.23456, None], "inside": [True, False]})
    lines = re.sub(r"\x1b\[\d+m", "", in_columns(table)).splitlines()
    assert lines[1].split() == ["1.235", "True"]
    assert lines[2].split() == ["False"]


def test_every_command_is_in_one_group(capsys):
    grouped = [name for names in _GROUPS.values() for name in names]
    choices = make_parser()._subparsers._group_actions[0].choices
    assert sorted(grouped) == sorted(choices)
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    places = [text.index(f"  {title}\n") for title in _GROUPS]
    assert places == sorted(places)
    assert text.index("Design\n") < text.index(" campaign ") < text.index(" doctor ")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_a_shell_completes_commands_and_options(tmp_path, capsys):
    pytest.importorskip("shtab")
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "sklmag.bash"
    script.write_text(capsys.readouterr().out)
    ask = "\n".join((
        f"source {script}", "COMP_WORDS=(sklmag @words)", "COMP_CWORD=@last",
        "_shtab_sklmag", "echo ${COMPREPLY[@]}",
    ))  # fmt: skip
    for words, last, found in (("pre", 1, "predict"), ("train --fol", 2, "--folds")):
        done = subprocess.run(
            ["bash", "-c", ask.replace("@words", words).replace("@last", str(last))],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.stdout.strip() == found, done.stderr
