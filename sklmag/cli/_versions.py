"""``sklmag versions``: what a bug report needs."""


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser("versions", help="print the versions of everything")
    parser.set_defaults(run=run)


def run(arguments):
    """Print one name and version a line."""
    from sklmag import show_versions

    show_versions()
    return 0
