"""Predictions with the models that come with the package, as one table."""

import os
import sys

from sklmag.cli._terminal import write_table


def predict_ready_models(arguments):
    """Write all properties of formulas that ready models know; return the exit code."""
    from sklmag.cli._inputs import read_inputs
    from sklmag.cli._output import check_output
    from sklmag.cli._unit import wanted_units
    from sklmag.tasks._materials import kind_of_files
    from sklmag.tasks._ready import predict_ready, ready_properties

    output = check_output(
        arguments.output,
        arguments.inputs,
        suffixes=(".csv", ".xlsx", ".parquet", ".json"),
    )
    if arguments.missing != "nan":
        raise ValueError("--missing belongs to a model of your own: --model FILE.")
    properties = arguments.property and arguments.property.split(",")
    is_file = any(os.path.exists(word) for word in arguments.inputs)
    inputs = read_inputs(arguments, wanted=None if is_file else "formula")
    if not hasattr(inputs, "items"):
        raise ValueError(f"{arguments.inputs[0]!r} is too large: give it a --model.")
    kind = kind_of_files(inputs.kind, inputs.items)
    units = wanted_units(arguments.unit, properties or ready_properties())
    table, errors = predict_ready(inputs.items, properties, kind)
    table = _in_units(table, units)
    for row, why in errors.items():
        sys.stderr.write(f"{row}: {inputs.lead.iloc[row, 0]}: {why}\n")
    _write(table, output, arguments.json)
    return 1 if errors else 0


def _in_units(table, units):
    """Return the table with some properties in other units, and their names."""
    from sklmag._utils._convert import factor_and_offset, renamed_column
    from sklmag._utils._units import unit_of

    for name, unit in units.items():
        rows = table["property"] == name
        factor, offset = factor_and_offset(unit_of(name), unit)
        for column, shift in (("value", offset), ("measured", offset), ("std", 0.0)):
            changed = factor * table.loc[rows, column] + shift
            table.loc[rows, column] = changed.map("{:.4g}".format).astype(float)
        renamed = renamed_column(name, unit)
        table.loc[rows, ["property", "unit"]] = renamed, unit_of(renamed)
    return table


def _write(table, output, as_json):
    if as_json or (output is not None and output.suffix == ".json"):
        text = table.to_json(orient="records", indent=1, force_ascii=False)
        sys.stdout.write(f"{text}\n") if output is None else output.write_text(text)
    elif output is not None:
        writers = {".csv": "to_csv", ".xlsx": "to_excel", ".parquet": "to_parquet"}
        getattr(table, writers[output.suffix])(output, index=False)
        sys.stderr.write(f"{output}: {len(table)} rows\n")
    else:
        write_table(table)
