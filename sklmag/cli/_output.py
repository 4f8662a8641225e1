"""Where a command writes, and the options of those that work through many rows."""

from pathlib import Path


def add_decimal_argument(parser):
    """Add the option of a command that reads tables."""
    parser.add_argument(
        "--decimal",
        choices=[",", "."],
        default=None,
        help="decimal mark of the table (default: told from all of its numbers)",
    )


def check_output(output, inputs=(), *, suffixes=None):
    """Return the path to write; raise before the work where it cannot be written.

    Parameters
    ----------
    output : str or None
        What the user says; None and "-" are standard output.
    inputs : list of str, default=()
        Files that must stay as they are.
    suffixes : tuple of str, default=None
        Endings that are allowed; None is any.

    Returns
    -------
    Path or None
    """
    import os

    if not output or output == "-":
        return None
    is_folder = suffixes and str(output).endswith(("/", os.sep))
    output = Path(output)
    if is_folder:
        _refuse_other_files(output)
    elif suffixes and output.suffix not in suffixes:
        raise ValueError(f"--output {str(output)!r} must end in {', '.join(suffixes)}.")
    if output.is_dir() and not is_folder:
        raise ValueError(f"--output {str(output)!r} is a folder, not a file.")
    if not output.parent.is_dir():
        raise ValueError(f"--output: there is no folder {str(output.parent)!r}.")
    if not os.access(output.parent, os.W_OK):
        raise ValueError(f"--output: {str(output.parent)!r} cannot be written to.")
    if any(output.exists() and Path(i).exists() and output.samefile(i) for i in inputs):
        raise ValueError(f"--output {str(output)!r} is what is read. Choose another.")
    if output.suffix == ".parquet" or is_folder:
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ValueError(
                ".parquet needs pyarrow: pip install pyarrow. Or write .csv."
            ) from None
    return output


def _refuse_other_files(folder):
    """Raise for a folder of Parquet files that is none."""
    if folder.is_file():
        raise ValueError(f"--output {str(folder)!r} is a file, not a folder.")
    others = [p.name for p in folder.glob("*") if not p.match("part-*.parquet")]
    if others:
        raise ValueError(
            f"--output {str(folder)!r} holds {min(others)!r}, no part of a table. "
            "Choose a folder that is new, or a file that ends in .csv, .parquet or "
            ".xlsx."
        )
