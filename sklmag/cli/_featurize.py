"""``sklmag featurize``: from structures or formulas to a table of numbers."""

FEATURIZERS = {
    "voronoi": "the 271 Voronoi attributes of structures",
    "magpie": "145 attributes of the elements in formulas",
    "glass": "the descriptors of metallic glasses",
    "fractions": "atomic fractions",
}


def add_parser(commands):
    """Add the subcommand."""
    from sklmag.cli._output import add_work_arguments

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
            "patterns; a table with a column of formulas; formulas; or - for standard "
            "input"
        ),
    )
    described = ", ".join(f"{name} ({text})" for name, text in FEATURIZERS.items())
    parser.add_argument(
        "--featurizer",
        choices=FEATURIZERS,
        default=None,
        help=f"{described}; by default voronoi of structures, magpie of formulas",
    )
    add_work_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments):
    """Write descriptors."""
    from sklmag import __version__
    from sklmag.cli._inputs import read_inputs
    from sklmag.cli._output import fill_table

    inputs = read_inputs(arguments)
    name = arguments.featurizer or _default(inputs)
    if (name == "voronoi") != (inputs.kind == "structure"):
        raise ValueError(
            f"{name} describes {'structures' if name == 'voronoi' else 'formulas'}, "
            f"but {inputs.keys[0]!r} is a {inputs.kind}."
        )
    _take_formulas(inputs)
    featurizer = _featurizer(name, arguments.n_jobs)
    columns = list(featurizer.get_feature_names_out())

    def rows_of(items):
        return _rows(featurizer, columns, items)

    settings = f"featurize {name}, sklmag {__version__}"
    return fill_table(arguments, inputs, rows_of, settings=settings, columns=columns)


def _default(inputs):
    return "voronoi" if inputs.kind == "structure" else "magpie"


def _take_formulas(inputs):
    """Leave only the formulas of a table as what is read."""
    from sklmag.tasks import find_formula_column

    if inputs.kind == "table":
        column = find_formula_column(inputs.items)
        if column is None:
            raise ValueError(
                f"None of the columns {', '.join(inputs.items)} holds formulas."
            )
        inputs.items = inputs.items[column]


def _featurizer(name, n_jobs):
    import sklmag

    if name == "voronoi":
        return sklmag.VoronoiFeaturizer(on_error="nan", n_jobs=n_jobs)
    of_formulas = {
        "magpie": sklmag.MagpieFeaturizer,
        "glass": sklmag.GlassFeaturizer,
        "fractions": sklmag.ElementFractionFeaturizer,
    }
    return of_formulas[name](on_error="nan")


def _rows(featurizer, columns, items):
    import warnings

    import pandas as pd

    from sklmag import SklmagWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SklmagWarning)
        table = pd.DataFrame(featurizer.transform(items), columns=columns)
    return table.drop(index=list(featurizer.errors_)), featurizer.errors_
