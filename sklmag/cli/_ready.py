"""Predictions with the models that come with the package, as one table."""

import os
import sys


def predict_ready_models(arguments):
    """Write all properties of formulas that ready models know; return the exit code."""
    from sklmag.cli._inputs import read_inputs
    from sklmag.cli._output import check_output
    from sklmag.tasks._ready import predict_ready

    output = check_output(
        arguments.output, arguments.inputs, suffixes=(".csv", ".xlsx", ".parquet")
    )
    if arguments.missing != "nan":
        raise ValueError("--missing belongs to a model of your own: --model FILE.")
    properties = arguments.property and arguments.property.split(",")
    is_file = any(os.path.exists(word) for word in arguments.inputs)
    wanted = None if is_file else "formula"
    materials = _formulas(read_inputs(arguments, wanted=wanted))
    table, errors = predict_ready(materials, properties)
    for row, why in errors.items():
        sys.stderr.write(f"{row}: {materials[row]}: {why}\n")
    _write(table, output)
    return 1 if errors else 0


def _formulas(inputs):
    """Return formulas as a list; of a table the column that holds them."""
    from sklmag.tasks._tables import find_formula_column

    if inputs.kind == "formula":
        return list(inputs.items)
    if inputs.kind != "table" or not hasattr(inputs, "items"):
        raise ValueError(
            "without --model, formulas are predicted from: give some, or a table with "
            "a column of them. For crystals and larger tables give --model."
        )
    column = find_formula_column(inputs.items)
    if column is None:
        raise ValueError(
            f"no column of {list(inputs.items.columns)} holds formulas. Give --model."
        )
    return inputs.items[column].astype(str).tolist()


def _write(table, output):
    if output is not None:
        writers = {".csv": "to_csv", ".xlsx": "to_excel", ".parquet": "to_parquet"}
        getattr(table, writers[output.suffix])(output, index=False)
        sys.stderr.write(f"{output}: {len(table)} rows\n")
    elif sys.stdout.isatty():
        sys.stdout.write(f"{table.fillna('').to_string(index=False)}\n")
    else:
        table.to_csv(sys.stdout, index=False)
