"""Tables for eyes where a terminal is, and for programs where a pipe or a file is."""

import os
import sys

_LONGEST = 200  # rows that are shown in columns; longer ones go as they are
_BOLD, _CARE, _PLAIN = "\033[1m", "\033[33m", "\033[0m"


def write_table(table, output=None, *, index=False, float_format=None):
    """Write a table to a file, a pipe, or a terminal.

    Parameters
    ----------
    table : DataFrame
        What is written: whole to a file or a pipe; on a terminal four digits, in
        columns, with rows outside the training data in colour.
    output : Path or None, default=None
        A file; None is standard output.
    index : bool, default=False
        Whether the index is a column too.
    float_format : str, default=None
        Of numbers in a file or a pipe, such as "%.6g"; None is all digits.
    """
    if output is None and sys.stdout.isatty() and len(table) <= _LONGEST:
        sys.stdout.write(in_columns(table.reset_index() if index else table))
        return
    table.to_csv(output or sys.stdout, index=index, float_format=float_format)


def in_columns(table):
    """Return a table as text in columns, coloured unless NO_COLOR is set."""
    text = table.to_string(index=False, float_format="{:.4g}".format, na_rep="")
    lines = text.split("\n")
    if os.environ.get("NO_COLOR"):
        return "\n".join(lines) + "\n"
    outside = [False] * len(table)
    if "inside" in table:
        outside = [str(value).lower() == "false" for value in table["inside"]]
    shown = [f"{_BOLD}{lines[0]}{_PLAIN}"]
    for line, is_outside in zip(lines[1:], outside, strict=False):
        shown.append(f"{_CARE}{line}{_PLAIN}" if is_outside else line)
    return "\n".join(shown) + "\n"
