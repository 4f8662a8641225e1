"""``sklmag completion``: what makes a shell complete commands and options."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "completion",
        help="print a script that makes a shell complete commands and options",
        description=(
            "Print a script for a shell. For bash: sklmag completion bash > "
            "~/.local/share/bash-completion/completions/sklmag; for zsh: to a file "
            "_sklmag in a folder of $fpath; then open a new shell."
        ),
    )
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    parser.set_defaults(run=run)


def run(arguments):
    """Print the script."""
    from sklmag._utils._optional import needed

    shtab = needed("shtab", what="completion", extra="completion")
    sys.stdout.write(shtab.complete(arguments.parser, shell=arguments.shell) + "\n")
    return 0
