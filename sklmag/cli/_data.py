"""``sklmag data``."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser("data", help="where downloaded data live")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    path = actions.add_parser("path", help="print the folder of downloaded data")
    path.set_defaults(run=run)


def run(arguments):
    """Print the folder; it need not exist."""
    from sklmag._utils._paths import data_home

    sys.stdout.write(f"{data_home()}\n")
    return 0
