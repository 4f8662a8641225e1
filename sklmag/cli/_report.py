"""``sklmag report``: what is known of a model, as one page to hand over."""

import sys
from pathlib import Path


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "report",
        help="write what is known of a model as one page",
        description=(
            "Write scores, parity of held-out rows, training data, license and what to "
            "cite as one .html file. It opens without a network. sklmag design "
            "--report writes one of a design."
        ),
    )
    parser.add_argument("model", metavar="MODEL", help="a model file or a ready model")
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="a file ending in .html"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Write the page."""
    from sklmag.cli._output import check_output
    from sklmag.tasks import model_report, open_any

    output = check_output(arguments.output, [arguments.model], suffixes=(".html",))
    name = Path(arguments.model).name.removesuffix(".sklmag")
    write_page(output, model_report(open_any(arguments.model), name))
    return 0


def write_page(path, text):
    """Write a page, and say where it is."""
    path.write_text(text, encoding="utf-8")
    sys.stderr.write(f"{path}: opens in any browser\n")
