"""``sklmag explain``: why a model predicts what it predicts."""

import sys

from sklmag.cli._terminal import write_table


def add_parser(commands):
    """Add the subcommand."""
    parser = commands.add_parser(
        "explain",
        help="explain the prediction of one row",
        description=(
            "Write the parts that one prediction is the sum of: contributions of the "
            "elements (L-G-DCNN), or Shapley values of the features."
        ),
    )
    parser.add_argument("inputs", metavar="INPUT", nargs="+", help="as for predict")
    parser.add_argument("--model", metavar="FILE", required=True, help="a model file")
    parser.add_argument(
        "--row", type=int, default=0, help="which row, counted from 0 (default: 0)"
    )
    parser.add_argument(
        "--target", metavar="NAME", help="which target (default: first)"
    )
    parser.add_argument(
        "-o", "--output", metavar="TABLE", help="a .csv file (default: standard output)"
    )
    parser.add_argument("--figure", metavar="FILE", help="draw the largest parts")
    parser.add_argument(
        "--attention", metavar="FILE", help="draw the attention map (mhar)"
    )
    parser.set_defaults(run=run)


def run(arguments):
    """Write the parts, and draw."""
    from sklmag.cli._inputs import read_inputs
    from sklmag.cli._output import check_output
    from sklmag.tasks import explain, open_any

    for path in (arguments.output, arguments.figure, arguments.attention):
        check_output(path, [*arguments.inputs, arguments.model])
    model = open_any(arguments.model)
    inputs = read_inputs(arguments, wanted=model.card.input.kind)
    if not 0 <= arguments.row < inputs.n_rows:
        raise ValueError(
            f"--row {arguments.row}: there are {inputs.n_rows} rows, counted from 0."
        )
    model = inputs.fit_to(model)
    found = explain(model, inputs.part([arguments.row]), target=arguments.target)
    _draw(found, arguments)
    write_table(found.parts, arguments.output)
    sys.stderr.write(
        f"{found.target}: {found.prediction:.4g} = {found.baseline:.4g} + the sum of "
        f"{len(found.parts)} parts ({found.method})\n"
    )
    return 0


def _draw(found, arguments):
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    for path, draw in (
        (arguments.figure, found.plot),
        (arguments.attention, found.plot_attention),
    ):
        if path:
            draw()
            plt.savefig(path, dpi=150, bbox_inches="tight")
            plt.close("all")
