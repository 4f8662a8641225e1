"""The command ``sklmag``; every subcommand imports what it needs when it runs."""

import argparse
import os
import sys
import traceback

from sklmag import __version__
from sklmag.cli import (
    _app,
    _campaign,
    _cite,
    _completion,
    _data,
    _demo,
    _design,
    _doctor,
    _explain,
    _featurize,
    _models,
    _predict,
    _report,
    _train,
    _versions,
)
from sklmag.cli._interrupt import Terminated, interrupts_remembered
from sklmag.cli._missing import refuse_missing

_COMMANDS = (
    _demo, _train, _predict, _explain, _design, _campaign, _featurize, _app, _models,
    _report, _cite, _versions, _doctor, _data, _completion,
)  # fmt: skip
_GROUPS = {  # by purpose, as the help shows them
    "Begin": ("demo", "app", "data"),
    "Predict and explain": ("predict", "explain", "featurize"),
    "Learn": ("train", "models", "report", "cite"),
    "Design": ("design", "campaign", "suggest", "tell"),
    "This installation": ("doctor", "versions", "completion"),
}
_INTERRUPTED, _TERMINATED = 130, 143
_TOO = {"default": argparse.SUPPRESS, "help": argparse.SUPPRESS}


class _GroupedHelp(argparse.HelpFormatter):
    """Show commands in groups, by purpose."""

    def _format_action(self, action):
        if not isinstance(action, argparse._SubParsersAction):
            return super()._format_action(action)
        helps, text = {one.dest: one for one in action._choices_actions}, ""
        for title, names in _GROUPS.items():
            text += f"  {title}\n"
            self._indent()
            text += "".join(super(_GroupedHelp, self)._format_action(helps[name])
                            for name in names)  # fmt: skip
            self._dedent()
        return text


def make_parser():
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="sklmag",
        description="Machine learning on magnets and alloys.",
        formatter_class=_GroupedHelp,
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    parser.add_argument(
        "--traceback",
        action="store_true",
        help="show where in the code an error arose (also: SKLMAG_TRACEBACK=1)",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands"
    )
    for command in _COMMANDS:
        command.add_parser(commands)
    _add_traceback(commands)
    commands.choices["completion"].set_defaults(parser=parser)
    return parser


def _add_traceback(commands):
    """Let the option stand behind the command too, and behind its action."""
    for one in commands.choices.values():
        one.add_argument("--traceback", action="store_true", **_TOO)
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                _add_traceback(action)


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; by default those of the process.

    Returns
    -------
    int
        0 on success, 1 where some rows failed, 2 where the arguments or the data are
        wrong, 130 after Ctrl-C, 143 after SIGTERM.
    """
    arguments = make_parser().parse_args(argv)
    if _is_nowhere():  # where libraries end the process with words of their own
        sys.stderr.write("sklmag: the working folder is gone. Change to another: cd.\n")
        return 2
    try:
        refuse_missing(arguments)  # before anything is imported
        with interrupts_remembered():
            return arguments.run(arguments)
    except BrokenPipeError:  # whoever read standard output has seen enough
        sys.stderr.close()
        return 0
    except Terminated:
        sys.stderr.write(f"sklmag {arguments.command}: terminated.\n")
        return _TERMINATED
    except KeyboardInterrupt:
        sys.stderr.write(f"sklmag {arguments.command}: interrupted.\n")
        return _INTERRUPTED
    except (ValueError, OSError, TypeError, ImportError) as error:
        if arguments.traceback or os.environ.get("SKLMAG_TRACEBACK"):
            traceback.print_exc()
        sys.stderr.write(f"sklmag {arguments.command}: {error}\n")
        if isinstance(error, TypeError):  # of the program, more often than of the data
            sys.stderr.write("sklmag --traceback ... shows where it arose.\n")
        return 2


def _is_nowhere():
    """Tell whether the folder that the command runs in has been removed."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False
