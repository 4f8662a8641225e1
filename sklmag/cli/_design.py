"""``sklmag design``: from wanted properties to compositions or process parameters."""

import sys

from sklmag.cli._terminal import write_table


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
    parser.add_argument(
        "--model",
        metavar="FILE",
        action="append",
        required=True,
        help="a model file or a ready model; several, learnt from separate "
        "tables, are asked together",
    )
    parser.add_argument(
        "--target",
        metavar="GOAL",
        action="append",
        default=[],
        help="G_GPa=36, G_GPa=35:37, or in quotes 'Hcj_kOe>=20', 'K_GPa/G_GPa=2.5:3', "
        "'maximize BHmax_MGOe'; may be given several times",
    )
    parser.add_argument("--elements", metavar="LIST", help="such as Ti,Zr,Be,Fe")
    parser.add_argument(
        "--bounds",
        metavar="NAME=LEAST:MOST",
        action="append",
        default=[],
        help="of an element in at.%%, or of a column; may be given several times",
    )
    parser.add_argument(
        "--constraint",
        metavar="LIMIT",
        action="append",
        default=[],
        help="of inputs, in quotes: 'Nd+Pr+Dy+Tb=29:31', 'Pr:Nd=1:4', 'cost<=40', or "
        "'count(Ti,Zr,Be;0.5)<=2': at most two, each absent or at least 0.5",
    )
    parser.add_argument(
        "--prices",
        metavar="TABLE",
        help="a table with the columns element and price (of a kilogram). The name "
        "cost then stands for the price of a kilogram of the alloy",
    )
    parser.add_argument(
        "--minimize", metavar="NAME", help="an input or a sum, such as Dy+Tb, or cost"
    )
    parser.add_argument("--maximize", metavar="NAME", help="a property, or a sum")
    parser.add_argument(
        "--pareto",
        metavar="LIST",
        help="two properties to be large, such as Br_kG,Hcj_kOe: write the best "
        "compromises (default: 50 of them); one with a minus is to be small",
    )
    parser.add_argument(
        "--figure", metavar="FILE", help="a picture of the front, .png, .svg or .pdf"
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="a page to hand over, .html: goals, limits, candidates, figures",
    )
    parser.add_argument("-n", "--candidates", type=int, help="how many (default: 3)")
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    parser.add_argument(
        "-o", "--output", metavar="TABLE", help="a .csv file (default: standard output)"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Write candidates."""
    from sklmag._utils._remarks import recorded
    from sklmag.cli._output import check_output
    from sklmag.cli._prices import read_prices
    from sklmag.design import Goal
    from sklmag.design._goals import bounds_of
    from sklmag.tasks import design, open_any

    output = check_output(arguments.output, arguments.model)
    report = arguments.report and check_output(
        arguments.report, arguments.model, suffixes=(".html",)
    )
    front = _front(arguments)
    goals = [*map(Goal.parse, [*arguments.target, *front])]
    elements = arguments.elements
    models = [open_any(name) for name in arguments.model]
    with recorded() as remarks:
        found = design(
            models,
            goals,
            elements=[e.strip() for e in elements.split(",")] if elements else None,
            bounds=bounds_of(arguments.bounds),
            constraints=arguments.constraint,
            prices=read_prices(arguments.prices),
            minimize=arguments.minimize,
            maximize=arguments.maximize,
            pareto=bool(front),
            n_candidates=arguments.candidates or (50 if front else 3),
            random_state=arguments.seed,
        )
    for remark in remarks:
        sys.stderr.write(f"{remark}\n")
    write_table(found, output, float_format="%.6g")
    if arguments.figure:
        _draw(found, goals, arguments.figure)
    if report:
        _report(report, models, goals, found, arguments, remarks)
    return 0


def _report(path, models, goals, found, arguments, remarks):
    """Write the design as a page."""
    from sklmag.cli._report import write_page
    from sklmag.design._wishes import all_goals
    from sklmag.tasks import design_report

    limits = [*arguments.bounds, *arguments.constraint]
    if arguments.elements:
        limits.insert(0, f"elements {arguments.elements}")
    if arguments.prices:
        limits.append(f"prices of {arguments.prices}")
    goals = all_goals(goals, arguments.minimize, arguments.maximize, ())
    page = design_report(models, goals, found, limits=limits, remarks=remarks)
    write_page(path, page)


def _front(arguments):
    """Return the objectives that --pareto names."""
    names = [n.strip() for n in (arguments.pareto or "").split(",") if n.strip()]
    if arguments.pareto is not None and len(names) < 2:
        raise ValueError("--pareto: name two properties, such as Br_kG,Hcj_kOe.")
    if arguments.figure and not names:
        raise ValueError("--figure shows a front: name its properties with --pareto.")
    return [
        f"minimize {name[1:]}" if name.startswith("-") else f"maximize {name}"
        for name in names
    ]


def _draw(front, goals, path):
    import matplotlib

    matplotlib.use("agg")
    from sklmag.inspection import ParetoDisplay

    x, y = [goal.quantity for goal in goals if goal.is_objective][:2]
    display = ParetoDisplay.from_table(front, x, y)
    display.ax_.figure.savefig(path, dpi=200)
