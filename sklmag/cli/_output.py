"""Filling a table in batches, to a file or to standard output."""

import contextlib
import sys
from pathlib import Path

_FORMATS = (".csv", ".parquet", ".xlsx")
_BATCH = 32
_EXCEL_ROWS = 1_048_575  # of a sheet, below its titles


def add_decimal_argument(parser):
    """Add the option of a command that reads tables."""
    parser.add_argument(
        "--decimal",
        choices=[",", "."],
        default=None,
        help="decimal mark of the table (default: told from all of its numbers)",
    )


def add_work_arguments(parser):
    """Add the options of a command that works through many rows."""
    add_decimal_argument(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="TABLE",
        help="a .csv, .parquet or .xlsx file; by default CSV on standard output",
    )
    parser.add_argument(
        "--n-jobs", type=int, default=None, help="processes (default: 1)"
    )
    parser.add_argument(
        "--backend",
        choices=["loky", "threading", "dask"],
        default=None,
        help="where the processes run (default: loky, on this machine)",
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, for --backend dask"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


@contextlib.contextmanager
def parallel(arguments):
    """Run what is inside on the backend that was chosen."""
    import joblib

    if (arguments.backend == "dask") != bool(arguments.scheduler):
        raise ValueError("--backend dask and --scheduler ADDRESS belong together.")
    if arguments.backend is None:
        yield
    elif arguments.backend == "dask":
        try:
            from distributed import Client
        except ImportError:
            raise ValueError(
                "--backend dask needs Dask: pip install 'dask[distributed]'."
            ) from None
        try:
            client = Client(arguments.scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise ValueError(f"--scheduler {arguments.scheduler!r}: {error}") from error
        with client, joblib.parallel_config("dask"):
            yield
    else:
        with joblib.parallel_config(arguments.backend):
            yield


def fill_table(arguments, inputs, rows_of, *, settings, columns=None):
    """Work through the inputs; what is done is kept until all is.

    Parameters
    ----------
    arguments : Namespace
        With ``output``, ``n_jobs`` and ``quiet``.
    inputs : Inputs
        What to work on.
    rows_of : callable
        Takes a part of the items; returns a frame, indexed by place in the part, and
        a dictionary of place to reason of those that failed.
    settings : str
        What is run, all that decides about the numbers included.
    columns : list of str, default=None
        Columns of the frames, where they are known before.

    Returns
    -------
    int
        The exit code: 1 where something failed.
    """
    from joblib import effective_n_jobs

    from sklmag._utils._progress import progress
    from sklmag.cli._interrupt import raise_if_interrupted
    from sklmag.cli._journal import Journal
    from sklmag.tasks._predict import beside

    output = check_output(arguments.output, arguments.inputs, suffixes=_FORMATS)
    if output is not None and output.suffix == ".xlsx" and len(inputs) > _EXCEL_ROWS:
        raise ValueError(
            f"--output {str(output)!r}: Excel holds {_EXCEL_ROWS} rows, not "
            f"{len(inputs)}. Write .csv or .parquet."
        )
    errors = {}
    with parallel(arguments), Journal(output, settings=settings) as journal:
        places = range(len(inputs))
        done = {i for i in places if journal.has(inputs.keys[i], inputs.stamps(i))}
        if done:
            sys.stderr.write(f"{len(done)} of {len(inputs)} are done.\n")
        # always the same batches: a resumed run gives the same bits
        n_batch = _BATCH * effective_n_jobs(arguments.n_jobs)
        batches = [places[k : k + n_batch] for k in places[::n_batch]]
        batches = [batch for batch in batches if not done.issuperset(batch)]
        for batch in progress(
            batches, verbose=not arguments.quiet, unit="batch", desc=arguments.command
        ):
            raise_if_interrupted()
            stamps = [inputs.stamps(i) for i in batch]
            rows, failed = rows_of(inputs.part(batch))
            errors |= {batch[k]: why for k, why in failed.items()}
            for k, row in zip(rows.index, rows.to_dict("records"), strict=True):
                journal.add(inputs.keys[batch[k]], stamps[k], row)
            journal.flush()
        raise_if_interrupted()
        found = journal.table(inputs.keys, columns)
        table = beside(inputs.lead, found)
        if output is not None:
            journal.finish(table)
    if output is None:
        table.to_csv(sys.stdout, index=False)
    return _report(output or "standard output", inputs, errors)


def _report(where, inputs, errors):
    for i, why in errors.items():
        sys.stderr.write(f"{_named(inputs, i, why)}\n")
    end = f", {len(errors)} of them empty, for the reasons above" if errors else ""
    sys.stderr.write(f"{where}: {len(inputs)} rows{end}\n")
    return 1 if errors else 0


def _named(inputs, place, why):
    """Return a reason that names its item."""
    if inputs.kind == "table":
        return f"Row {place}: {why}"
    if inputs.kind == "structure" and inputs.keys[place] not in why:
        return f"File {inputs.keys[place]!r}: {why}"
    return why


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
    output = Path(output)
    if suffixes and output.suffix not in suffixes:
        raise ValueError(f"--output {str(output)!r} must end in {', '.join(suffixes)}.")
    if output.is_dir():
        raise ValueError(f"--output {str(output)!r} is a folder, not a file.")
    if not output.parent.is_dir():
        raise ValueError(f"--output: there is no folder {str(output.parent)!r}.")
    if not os.access(output.parent, os.W_OK):
        raise ValueError(f"--output: {str(output.parent)!r} cannot be written to.")
    if any(output.exists() and Path(i).exists() and output.samefile(i) for i in inputs):
        raise ValueError(f"--output {str(output)!r} is what is read. Choose another.")
    if output.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise ValueError(
                ".parquet needs pyarrow: pip install pyarrow. Or write .csv."
            ) from None
    return output
