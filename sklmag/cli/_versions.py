"""``sklmag versions``."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "versions", help="print the versions that a bug report needs"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Print name and version of every dependency."""
    from sklmag import versions

    for name, version in versions().items():
        sys.stdout.write(f"{name}: {version}\n")
    return 0
