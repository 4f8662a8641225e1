"""``sklmag cite``: what to cite."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser("cite", help="print what to cite, as BibTeX")
    parser.add_argument(
        "model", metavar="FILE", nargs="?", help="a model file: only what it stands on"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Print BibTeX; references of a model that are none are comments."""
    from sklmag.tasks import bibliography

    if arguments.model is None:
        sys.stdout.write(bibliography() + "\n")
        return 0
    from sklmag.persistence import read_card

    card = read_card(arguments.model)
    sys.stdout.write(bibliography(card.estimator) + "\n")
    for reference in card.citation:
        sys.stdout.write(f"% {reference}\n")
    return 0
