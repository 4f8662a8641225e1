"""The command ``sklmag``; every subcommand imports what it needs when it runs."""

import argparse
import sys

from sklmag import __version__
from sklmag.cli import _data, _demo, _structures, _versions

_PARSERS = (
    _demo.add_parser,
    _structures.add_featurize_parser,
    _structures.add_predict_parser,
    _versions.add_parser,
    _data.add_parser,
)


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; by default those of the process.

    Returns
    -------
    int
        0 on success, 1 where some files could not be read, 2 where the arguments or
        the data are wrong.
    """
    parser = argparse.ArgumentParser(
        prog="sklmag", description="Machine learning on magnets and alloys."
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add_parser in _PARSERS:
        add_parser(commands)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except (ValueError, OSError, TypeError) as error:
        sys.stderr.write(f"sklmag {arguments.command}: {error}\n")
        return 2
