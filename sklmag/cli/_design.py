"""``sklmag design``: from wanted properties to compositions or process parameters."""

import sys


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "design",
        help="find inputs for which a model predicts wanted properties",
        description=(
            "Ask a model backwards. Write candidates, best first, with predicted "
            "properties, their uncertainty, and how far they are from the training "
            "data. Models of formulas need --elements; of a table, the columns in "
            "--bounds vary, and the others stay as in the most typical row of the "
            "training data, but for one that fills the amounts up to 100."
        ),
    )
    parser.add_argument("--model", metavar="FILE", required=True, help="a model file")
    parser.add_argument(
        "--target",
        metavar="GOAL",
        action="append",
        required=True,
        help="G_GPa=36, G_GPa=35:37, or in quotes 'Hcj_kOe>=20'; one for each property",
    )
    parser.add_argument("--elements", metavar="LIST", help="such as Ti,Zr,Be,Fe")
    parser.add_argument(
        "--bounds",
        metavar="NAME=LEAST:MOST",
        action="append",
        default=[],
        help="of an element in at.%%, or of a column; may be given several times",
    )
    parser.add_argument("--minimize", metavar="NAME", help="an input, such as Dy")
    parser.add_argument(
        "-n", "--candidates", type=int, default=3, help="how many (default: 3)"
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    parser.add_argument(
        "-o", "--output", metavar="TABLE", help="a .csv file (default: standard output)"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Write candidates."""
    from sklmag._utils._remarks import recorded
    from sklmag.cli._output import check_output
    from sklmag.tasks import design, open_any
    from sklmag.tasks._goals import parse_all, parse_goal, parse_pair

    output = check_output(arguments.output, [arguments.model])
    elements = arguments.elements
    with recorded() as remarks:
        found = design(
            open_any(arguments.model),
            parse_all(arguments.target, parse_goal),
            elements=[e.strip() for e in elements.split(",")] if elements else None,
            bounds=parse_all(arguments.bounds, parse_pair),
            minimize=arguments.minimize,
            n_candidates=arguments.candidates,
            random_state=arguments.seed,
        )
    for remark in remarks:
        sys.stderr.write(f"{remark}\n")
    found.to_csv(output or sys.stdout, index=False, float_format="%.6g")
    return 0
