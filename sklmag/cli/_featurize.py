"""``sklmag featurize``: from structures or formulas to a table of numbers."""

import re

FOLDERS = {"structure": "structures", "composition": "formulas"}
DEFAULTS = {"structure": "voronoi", "formula": "magpie"}
ALSO_CALLED = {"fractions": "element-fraction"}  # the name of release 0.1


def featurizer_names():
    """Return class and folder of every featurizer of files or formulas, by short name.

    The short name of ``ElementFractionFeaturizer`` is ``element-fraction``.
    """
    import sklmag

    found = {}
    for folder in FOLDERS:
        for name in getattr(sklmag, folder).__all__:
            if name.endswith("Featurizer"):
                short = name.removesuffix("Featurizer")
                short = re.sub("(?<=[a-z0-9])(?=[A-Z])", "-", short).lower()
                found[short] = (name, folder)
    return found


def add_parser(commands):
    """Add the subcommand."""
    from sklmag.cli._work import add_work_arguments

    parser = commands.add_parser(
        "featurize",
        help="write descriptors of structures or formulas to a table",
        description=(
            "Write one row of descriptors for each input. Interrupted, it goes on "
            "where it was when it is run again. Exit code 1: some inputs could not be "
            "read; they are listed, and their rows are empty."
        ),
    )
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help=(
            "structure files (POSCAR, CIF, JSON, extended XYZ), folders or quoted "
            "patterns; optimade:PROVIDER?FILTER for crystals of a database; a table "
            "with a column of formulas; formulas; or - for standard input"
        ),
    )
    names = featurizer_names()
    of_each = "; ".join(
        f"of {what}: {', '.join(n for n, (_, f) in names.items() if f == folder)}"
        for folder, what in FOLDERS.items()
    )
    parser.add_argument(
        "--featurizer",
        metavar="NAME",
        type=lambda name: ALSO_CALLED.get(name, name),
        choices=names,
        default=None,
        help=f"{of_each} (default: {' or '.join(DEFAULTS.values())})",
    )
    add_work_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments):
    """Write descriptors."""
    from sklmag import __version__
    from sklmag.cli._inputs import read_inputs
    from sklmag.cli._work import fill_table

    inputs = read_inputs(arguments)
    reads = "formula" if inputs.kind == "table" else inputs.kind
    featurizer = _featurizer(arguments.featurizer or DEFAULTS[reads])
    if featurizer.reads != reads:
        raise ValueError(
            f"{arguments.featurizer} describes {featurizer.reads}s, but "
            f"{inputs.keys[0]!r} is a {inputs.kind}."
        )
    _take_formulas(inputs)
    columns = list(featurizer.get_feature_names_out())
    settings = f"featurize {type(featurizer).__name__}, sklmag {__version__}"
    work = _Description(featurizer, columns)
    return fill_table(arguments, inputs, work, settings=settings, columns=columns)


class _Description:
    """What is done with the items of a part, here or on another machine."""

    def __init__(self, featurizer, columns):
        self._featurizer, self._columns = featurizer, columns

    def __call__(self, items):
        import warnings

        import pandas as pd

        from sklmag import SklmagWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SklmagWarning)
            numbers = self._featurizer.transform(items)
        table = pd.DataFrame(numbers, columns=self._columns)
        errors = self._featurizer.errors_
        return table.drop(index=list(errors)), errors


def _take_formulas(inputs):
    """Leave only the formulas of a table as what is read."""
    from sklmag.tasks._tables import find_formula_column

    if inputs.kind == "table":
        column = find_formula_column(inputs.items)
        if column is None and list(inputs.items) == ["formula"]:
            column = "formula"  # of which most cannot be read: each is named
        if column is None:
            raise ValueError(
                f"None of the columns {', '.join(inputs.items)} holds formulas."
            )
        inputs.take_column(column)


def _featurizer(short_name):
    import sklmag

    name, folder = featurizer_names()[short_name]
    return getattr(getattr(sklmag, folder), name)(on_error="nan")
