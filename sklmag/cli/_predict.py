"""``sklmag predict``: from structures, formulas or a table to predictions."""

import sys
from pathlib import Path


def add_parser(commands):
    """Add the subcommand."""
    from sklmag.cli._work import add_work_arguments

    parser = commands.add_parser(
        "predict",
        help="predict properties, with the models of the package or a model file",
        description=(
            "Without --model, formulas get all properties that the models of the "
            "package know (sklmag models list), a line each. With a model, write one "
            "row of predictions for each input: the value, its uncertainty "
            "(_std), the distance to the training data (up to 1 is inside), and what "
            "goes beyond it. Interrupted, it goes on where it was when it is run "
            "again. Exit code 1: nothing can be predicted for some inputs; they are "
            "listed, and their rows are empty."
        ),
    )
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help=(
            "what the model takes: structure files, folders or quoted patterns; a "
            "table; formulas; optimade:PROVIDER?FILTER for crystals of a database; or "
            "- for standard input"
        ),
    )
    parser.add_argument(
        "--model",
        metavar="FILE",
        help=(
            "a model file, an .onnx file, a .json file of MXNet, or the name of a "
            "model of the package or of a published network"
        ),
    )
    parser.add_argument(
        "--property",
        metavar="NAMES",
        help="without --model: some properties, separated by commas, such as Tc_K,Js_T",
    )
    parser.add_argument(
        "--json", action="store_true", help="without --model: write JSON, no table"
    )
    parser.add_argument(
        "--unit",
        metavar="NAME=UNIT",
        action="append",
        default=[],
        help="a property in another unit: Hcj_kOe=kA/m, BHmax_MGOe=kJ/m3, Tc_K=C; may "
        "be given several times",
    )
    parser.add_argument(
        "--missing",
        choices=["nan", "zero"],
        default="nan",
        help=(
            "what a property is that an element lacks, such as the melting temperature "
            "of He: nothing, so that most models refuse (default), or 0, as pySIPFENN "
            "has it; the column counted_as_zero names them"
        ),
    )
    add_work_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments):
    """Write predictions."""
    if arguments.model is None:
        from sklmag.cli._ready import predict_ready_models

        return predict_ready_models(arguments)
    for name in ("property", "json"):
        if getattr(arguments, name):
            raise ValueError(f"--{name} belongs to predictions without --model.")
    from sklmag import __version__
    from sklmag.cli._inputs import read_inputs
    from sklmag.cli._unit import wanted_units
    from sklmag.cli._work import fill_table
    from sklmag.tasks import open_any

    model = open_any(arguments.model, verbose=not arguments.quiet)
    inputs = read_inputs(arguments, wanted=model.card.input.kind)
    model = inputs.fit_to(model)
    _count_missing(model, arguments.missing)
    if model.domain is None:
        sys.stderr.write(
            f"{arguments.model!r} was saved without training data: whether a row lies "
            "inside them is not known.\n"
        )
    settings = (
        f"predict {_identity(arguments.model)}, missing {arguments.missing}, "
        f"sklmag {__version__}"
    )
    units = wanted_units(arguments.unit, model.target_names)
    settings += "".join(f", {name} in {unit}" for name, unit in units.items())
    work = _Prediction(model, inputs.kind == "structure", units)
    return fill_table(arguments, inputs, work, settings=settings)


def _count_missing(model, missing):
    """Say to the featurizers what a property is that an element lacks."""
    from sklmag._utils._estimators import parts_of
    from sklmag.tasks._predict import set_in_featurizers

    if missing == "nan":
        return
    if not any(hasattr(part, "missing") for part in parts_of(model.estimator)):
        raise ValueError(
            f"--missing zero: the model, {model.card.estimator}, has no step that "
            "reads properties of elements."
        )
    set_in_featurizers(model.estimator, missing=missing)
    sys.stderr.write(
        "Properties that an element lacks count as 0, as in pySIPFENN; the column "
        "counted_as_zero names them.\n"
    )


class _Prediction:
    """What is done with the items of a part, here or on another machine."""

    def __init__(self, model, of_files, units):
        self._model, self._of_files, self._units = model, of_files, units

    def __call__(self, items):
        from sklmag._utils._convert import convert_columns
        from sklmag.tasks import predict_rows

        rows, errors = predict_rows(self._model, items)
        if len(rows):
            rows = convert_columns(rows, self._units)
        if self._of_files:
            errors = {i: _why(items[i], why) for i, why in errors.items()}
        return rows, errors


def _identity(name):
    """Return what tells a model from another: its content, or its name."""
    import hashlib

    path = Path(name) if Path(name).is_file() else Path(f"{name}.sklmag")
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else name


def _why(item, error):
    """Return why nothing can be predicted for a file or a crystal."""
    import numpy as np

    from sklmag.structure import VoronoiFeaturizer

    voronoi = VoronoiFeaturizer()
    try:
        row = voronoi.transform([item])[0]
    except (ValueError, OSError) as reason:
        return str(reason).removeprefix("Row 0: ")
    missing = voronoi.get_feature_names_out()[np.isnan(row)]
    name = f"File {str(item)!r}: " if isinstance(item, (str, Path)) else ""
    if len(missing):
        return (
            f"{name}{missing[-1]} has no value for one of its elements, "
            "and the model takes no missing values. --missing zero counts it as 0, as "
            "pySIPFENN does."
        )
    return f"{name}{error}"
