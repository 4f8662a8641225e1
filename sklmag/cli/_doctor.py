"""``sklmag doctor``: whether all that is needed is here and works."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "doctor",
        help="check the installation",
        description=(
            "Check Python, processors, memory, the optional packages, the folder of "
            "downloads and the ready models. Exit code 1: something is wrong."
        ),
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Print a line for each check."""
    is_well = True
    for check in (_machine, _extras, _folder, _ready, _answer):
        for mark, text in check():
            sys.stdout.write(f"{mark:<7} {text}\n")
            is_well &= mark != "WRONG"
    return 0 if is_well else 1


def _machine():
    import os
    import platform

    from sklmag import __version__
    from sklmag.models._session import chosen_device

    yield "ok", f"sklmag {__version__}, Python {platform.python_version()}"
    yield "ok", f"{os.cpu_count()} processors"
    yield "ok", f"networks run on: {chosen_device('auto')}"


def _extras():
    from importlib.util import find_spec

    from sklmag._utils._optional import MODULES

    for extra, modules in MODULES.items():
        lacking = [module for module in modules if find_spec(module) is None]
        if lacking:
            way = f"pip install 'sklmag[{extra}]'"
            yield "without", f"{extra}, which needs {', '.join(lacking)}: {way}"
        else:
            yield "ok", f"extra {extra}"


def _folder():
    import os

    from sklmag._utils._paths import data_home

    folder = data_home()
    there = folder
    while not there.exists():
        there = there.parent
    if os.access(there, os.W_OK):
        yield "ok", f"downloads go to {folder}"
    else:
        yield "WRONG", f"{there} cannot be written to: set SKLMAG_DATA to a folder"


def _ready():
    from sklmag.pretrained import ready_models

    for name, model in ready_models().items():
        try:
            _ = model.path
        except (ValueError, OSError) as error:
            yield "WRONG", str(error)
        else:
            yield "ok", f"ready model {name}"


def _answer():
    import sklmag

    row = sklmag.predict(["Nd2Fe14B"], ["Tc_K"]).iloc[0]
    is_near = 500 < row["value"] < 680  # measured: 588 K
    yield ("ok" if is_near else "WRONG"), f"Tc_K of Nd2Fe14B: {row['value']:.0f} K"
