"""``sklmag train``: from a table to a model file."""

import sys
from pathlib import Path

from sklmag.tasks._recipes import RECIPES

_SUFFIX, _ALL = ".sklmag", "all"
_POOR = 0.2  # of R2, below which a model is not worth its name


def add_parser(commands):
    """Add the subcommand."""
    from sklmag.cli._output import add_decimal_argument
    from sklmag.cli._work import add_backend_arguments

    parser = commands.add_parser(
        "train",
        help="train a model on a table and write a model file",
        description=(
            "Train a model, print how well it predicts rows that it has not seen "
            "(cross-validation), and write a model file for predict, explain and "
            "design."
        ),
    )
    parser.add_argument(
        "table",
        metavar="DATA",
        help=(
            "a .csv, .tsv, .parquet or .xlsx file: columns of numbers, of formulas, "
            "or of names of structure files, relative to it"
        ),
    )
    parser.add_argument(
        "--target",
        metavar="COLUMN",
        action="append",
        required=True,
        help="what to predict; may be given several times",
    )
    _add_model_arguments(parser)
    parser.add_argument(
        "--drop",
        metavar="COLUMN",
        action="append",
        default=[],
        help="a column to leave out; may be given several times",
    )
    add_decimal_argument(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="the model file"
    )
    parser.add_argument("--force", action="store_true", help="replace it")
    parser.add_argument(
        "--folds",
        type=int,
        default=5,
        help="parts of the cross-validation; 0 for none (default: 5)",
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    parser.add_argument("--description", default="", help="kept in the model file")
    parser.add_argument("--license", default="", help="kept in the model file")
    add_backend_arguments(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run)


def _add_model_arguments(parser):
    """Add the options that say what is trained."""
    described = "; ".join(f"{r.name}: {r.about}" for r in RECIPES.values())
    parser.add_argument(
        "--model",
        metavar="MODEL",
        choices=[*RECIPES, _ALL],
        type=str.lower,
        default=None,
        help=f"{described}; {_ALL}: each that the table is fit for, side by side; the "
        "best is kept (default: auto)",
    )
    parser.add_argument(
        "--fine-tune",
        "--from",
        metavar="MODEL",
        help=(
            "train this model further in place of a new one: a model file that ends in "
            "a network, an .onnx file, or the name of a ready or published one (sklmag "
            "models list); a few dozen rows do"
        ),
    )
    parser.add_argument(
        "--epochs",
        metavar="N",
        type=int,
        help="passes over the rows of --fine-tune (default: 600; for networks of more "
        "than a million weights 25)",
    )
    parser.add_argument(
        "--time-budget",
        metavar="SECONDS",
        type=float,
        help="how long auto may take (default: 60), or after which all begins no "
        "further model (default: 300)",
    )


def run(arguments):
    """Train, print the scores, and write the file."""
    from sklmag.cli._output import check_output
    from sklmag.cli._work import parallel
    from sklmag.tasks import read_table

    output = arguments.output
    output = output if Path(output).suffix else f"{output}{_SUFFIX}"
    output = check_output(output, [arguments.table])
    if output is None:
        raise ValueError("--output - : a model file cannot go to standard output.")
    if output.exists() and not arguments.force:
        raise ValueError(f"{str(output)!r} exists: --force replaces it.")
    if arguments.folds < 0 or arguments.folds == 1:
        raise ValueError(f"--folds {arguments.folds}: at least 2, or 0 for none.")
    table = read_table(arguments.table, decimal=arguments.decimal)
    with parallel(arguments):
        trained = _trained(table, arguments)
    for note in trained.data.notes:
        sys.stderr.write(f"{note}\n")
    X = trained.data.X
    seen = list(X) if X.ndim == 2 else [f"{X.name} ({trained.data.kind}s)"]
    sys.stderr.write(f"Learns from: {', '.join(map(str, seen))}.\n")
    if trained.scores is not None:
        scores = trained.scores.to_string(float_format="{:.4g}".format, na_rep="")
        sys.stdout.write(f"{scores}\n")
        _in_words(trained.scores)
    for name, scores in trained.others.items():
        sys.stdout.write(
            f"\n{name}\n{scores.to_string(float_format='{:.4g}'.format)}\n"
        )
    if trained.leaderboard is not None:
        table = trained.leaderboard.to_string(float_format="{:.3g}".format, na_rep="")
        sys.stdout.write(f"\n{table}\n")
    path = trained.save(
        output, description=arguments.description, license=arguments.license
    )
    sys.stderr.write(f"{path}: {trained.name}, {len(trained.data.y)} rows\n")
    return 0


def _trained(table, arguments):
    """Train a new model, or one that is there further."""
    from sklmag.tasks import fine_tune, open_any, train

    options = {
        "drop": arguments.drop,
        "folder": Path(arguments.table).parent,
        "n_folds": arguments.folds,
        "random_state": arguments.seed,
        "n_jobs": arguments.n_jobs,
        "watch": None if arguments.quiet else _tell,
    }
    if not arguments.fine_tune:
        if arguments.epochs is not None:
            raise ValueError("--epochs belongs to --fine-tune.")
        model, budget = arguments.model or "auto", arguments.time_budget
        if model == _ALL:
            return _best_of_all(table, arguments.target, budget, options)
        return train(table, arguments.target, model, time_budget=budget, **options)
    if arguments.model or arguments.time_budget:
        raise ValueError("--fine-tune trains a model that is there: no --model.")
    model = open_any(arguments.fine_tune, verbose=not arguments.quiet)
    epochs = arguments.epochs
    return fine_tune(table, arguments.target, model, max_epochs=epochs, **options)


def _best_of_all(table, targets, time_budget, options):
    """Train all models, print how they compare, and return the best."""
    from sklmag.tasks import compare

    budget = {} if time_budget is None else {"time_budget": time_budget}
    trained, board = compare(table, targets, **budget, **options)
    compared = board[board["why_not"] == ""].drop(columns="why_not")
    text = compared.to_string(index=False, float_format="{:.4g}".format)
    sys.stdout.write(f"{text}\n\n")
    for _, row in board[board["why_not"] != ""].iterrows():
        sys.stderr.write(f"{row['model']}: {row['why_not']}\n")
    return trained[0]


def _in_words(scores):
    """Say where a model is not worth its name."""
    for target, r2 in scores["R2"].items():
        if r2 < _POOR and target != "mean":
            sys.stderr.write(
                f"{target}: no better than the mean of all rows (R2 {r2:.2f}). Give "
                "columns that decide it, more rows, or try --model all.\n"
            )


def _tell(estimator, text):
    """Show a bar for what takes its time, and a line for what is quick."""
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    takes_time = hasattr(last, "max_epochs") or hasattr(last, "time_budget")
    if takes_time and "verbose" in last.get_params():
        last.set_params(verbose=1)
    sys.stderr.write(f"{text}\n")
