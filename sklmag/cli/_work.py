"""Working through parts of a table: here, on several processes, or on a cluster."""

import contextlib
import logging
import os
import platform
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_LOG = logging.getLogger("sklmag.work")
_DEATHS = 3  # of workers, before the run is given up
_EXCEL_ROWS = 1_048_575  # of a sheet, below its titles


@dataclass(frozen=True)
class Part:
    """Some rows that are worked on together, always the same ones.

    Parameters
    ----------
    number, first : int
        Which part it is, and which row of the whole its first one is.
    items : list, Series or DataFrame
        What is worked on.
    lead : DataFrame
        The columns of the output that say which item a row belongs to.
    keys : sequence
        A name for each item.
    stamp : str
        What it is made from: a part with another one is done again.
    """

    number: int
    first: int
    items: Any
    lead: Any
    keys: Any
    stamp: str


def add_work_arguments(parser):
    """Add the options of a command that works through many rows."""
    from sklmag.cli._output import add_decimal_argument

    add_decimal_argument(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="TABLE",
        help=(
            "a .csv, .parquet or .xlsx file, or, ending in a slash, a folder of "
            "Parquet files; by default CSV on standard output"
        ),
    )
    add_backend_arguments(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def add_backend_arguments(parser, n_jobs=None):
    """Add the options that say where work runs, by default on `n_jobs` processes."""
    default = "cores" if n_jobs == -1 else 1
    parser.add_argument(
        "--n-jobs", type=int, default=n_jobs, help=f"processes (default: {default})"
    )
    parser.add_argument(
        "--backend",
        choices=["loky", "threading", "dask", "ray"],
        default=None,
        help="where the processes run (default: loky, on this machine)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a cluster, for --backend dask or ray (ray: auto finds it)",
    )


@contextlib.contextmanager
def parallel(arguments, scatter=()):
    """Run what is inside on the backend that was chosen.

    Parameters
    ----------
    arguments : Namespace
        With ``backend``, ``scheduler`` and ``n_jobs``.
    scatter : list, default=()
        What all tasks need: on Dask it moves once.
    """
    import joblib

    backend, address = arguments.backend, arguments.scheduler
    if (backend == "dask" and not address) or (address and backend not in _CLUSTERS):
        raise ValueError(
            "--backend dask and --scheduler ADDRESS belong together; ray takes one too."
        )
    if backend in _CLUSTERS:
        with _CLUSTERS[backend](address, scatter):
            yield
    elif backend == "threading":
        with joblib.parallel_config("threading"):
            yield
    else:
        from sklmag._utils._parallel import end_with

        watch = {"initializer": end_with, "initargs": (os.getpid(),)}
        with joblib.parallel_config("loky", **watch):
            yield


@contextlib.contextmanager
def _dask(address, scatter):
    import joblib

    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "--backend dask needs Dask: pip install 'dask[distributed]'."
        ) from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(f"--scheduler {address!r}: {error}") from error
    with client, joblib.parallel_config("dask", scatter=list(scatter) or None):
        yield


@contextlib.contextmanager
def _ray(address, scatter):
    import joblib

    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        raise ValueError("--backend ray needs Ray: pip install ray.") from None
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError) as error:
        raise ValueError(f"--scheduler {address!r}: {error}") from error
    register_ray()
    try:
        with joblib.parallel_config("ray"):
            yield
    finally:
        ray.shutdown()


_CLUSTERS = {"dask": _dask, "ray": _ray}


def fill_table(arguments, inputs, work, *, settings, columns=None):
    """Work through the inputs, and write the table; what is done is kept until all is.

    Parameters
    ----------
    arguments : Namespace
        With ``output``, ``inputs``, ``command``, ``quiet`` and those of
        :func:`add_backend_arguments`.
    inputs : Inputs or StreamedTable
        What to work on; its ``parts()`` can be asked for again.
    work : callable
        Can be pickled. Takes the items of a part; returns a frame, indexed by place in
        the part, and a dictionary of place to reason of those that failed.
    settings : str
        What is run, all that decides about the numbers included.
    columns : list of str, default=None
        Columns of the frames, where they are known before.

    Returns
    -------
    int
        The exit code: 1 where something failed.
    """
    from sklmag.cli._output import check_output
    from sklmag.cli._parts import FORMATS, PartStore

    output = check_output(arguments.output, arguments.inputs, suffixes=FORMATS)
    is_folder = output is not None and str(arguments.output).endswith(("/", os.sep))
    if output is not None and output.suffix == ".xlsx" and not is_folder:
        _refuse_long_sheet(output, inputs)
    tally = _Tally(inputs, sys.stderr)
    store = PartStore(output, settings=settings, is_folder=is_folder)
    with store, _shared(arguments, work) as shared:
        for n_deaths in range(_DEATHS + 1):
            try:
                with parallel(arguments, scatter=[shared]):
                    _work_through(arguments, inputs, shared, store, tally)
                break
            except _worker_deaths() as error:
                _give_up_after(n_deaths, error)
        store.finish(tally.n_parts, columns)
    return tally.report(output or "standard output")


def _work_through(arguments, inputs, work, store, tally):
    """Do the parts that are not done yet, in order, a few at a time in memory."""
    from joblib import delayed

    from sklmag._utils._parallel import in_order
    from sklmag._utils._progress import progress
    from sklmag.cli._interrupt import raise_if_interrupted
    from sklmag.tasks._predict import beside

    waiting = {}
    tally.begin()

    def tasks():
        try:
            for part in inputs.parts():
                note = store.note_of(part.number, part.stamp)
                tally.n_parts = part.number + 1
                if note is not None:
                    tally.known(part, note)
                    continue
                waiting[part.number] = part
                yield delayed(_worked)(work, part.number, part.items)
        except Exception as error:  # joblib would lose it: here it is a result
            yield delayed(_failed)(error)

    bar = progress(
        in_order(tasks(), arguments.n_jobs), verbose=not arguments.quiet,
        total=inputs.n_parts, unit="part", desc=arguments.command,
    )  # fmt: skip
    for outcome in bar:
        raise_if_interrupted()
        if isinstance(outcome, Exception):
            raise outcome
        number, rows, failed, where, seconds = outcome
        part = waiting.pop(number)
        _LOG.info(
            "part %d: %d rows in %.1f s on %s", number, len(part.keys), seconds, where
        )
        lead = part.lead.reset_index(drop=True)
        table = beside(lead, rows.reindex(range(len(lead)))) if len(rows) else lead
        errors = {part.first + place: why for place, why in failed.items()}
        store.add(number, part.stamp, table, lead.shape[1], errors)
        tally.worked(part, failed)
    raise_if_interrupted()


def _worked(work, number, items):
    """Work on the items of a part, wherever this runs."""
    from joblib import parallel_config

    start = time.perf_counter()
    with parallel_config("sequential"):  # the parts are what is shared out
        rows, failed = work(items)
    where = f"{platform.node()}, process {os.getpid()}"
    return number, rows, failed, where, time.perf_counter() - start


def _failed(error):
    return error


class _Tally:
    """Counts rows and names those that failed, as they come."""

    def __init__(self, inputs, stream):
        self._inputs, self._stream, self._named = inputs, stream, set()
        self.begin()

    def begin(self):
        """Begin to count; who was named is not named again."""
        self.n_parts, self.n_rows, self.n_failed, self._n_known = 0, 0, 0, 0

    def known(self, part, note):
        """Count a part of an earlier run."""
        self._n_known += note["n_rows"]
        failed = {int(row) - part.first: why for row, why in note["errors"].items()}
        self.worked(part, failed)

    def worked(self, part, failed):
        """Count a part, and name what failed."""
        self.n_rows += len(part.keys)
        self.n_failed += len(failed)
        if part.number not in self._named:
            self._named.add(part.number)
            for place, why in failed.items():
                why = self._inputs.named(part, place, why)
                self._stream.write(f"{why}\n")

    def report(self, where):
        """Say how many rows there are, and return the exit code."""
        if self._n_known:
            self._stream.write(f"{self._n_known} of {self.n_rows} were done before.\n")
        end = f", {self.n_failed} of them empty, for the reasons above"
        end = end if self.n_failed else ""
        self._stream.write(f"{where}: {self.n_rows} rows{end}\n")
        return 1 if self.n_failed else 0


def _refuse_long_sheet(output, inputs):
    n_rows = inputs.n_rows
    if n_rows is None or n_rows > _EXCEL_ROWS:
        said = "" if n_rows is None else f", not {n_rows}"
        raise ValueError(
            f"--output {str(output)!r}: Excel holds {_EXCEL_ROWS} rows{said}. Write "
            ".csv or .parquet."
        )


# -- what all tasks need moves once ----------------------------------------------------


@contextlib.contextmanager
def _shared(arguments, work):
    """Give work that is small to send: processes here read it from a file."""
    from joblib import dump, effective_n_jobs

    from sklmag.cli._interrupt import temporary_folder

    if arguments.backend == "ray":
        yield _FromRay(work)
    elif arguments.backend in ("dask", "threading") or (
        effective_n_jobs(arguments.n_jobs) == 1
    ):
        yield work
    else:
        with temporary_folder() as folder:  # nobody else writes there
            path = Path(folder) / "work"
            dump(work, path)
            yield _FromFile(str(path))


@dataclass(frozen=True)
class _FromFile:
    """Work that each process reads once."""

    path: str

    def __call__(self, items):
        return _read_once(self.path)(items)


@lru_cache(maxsize=1)
def _read_once(path):
    from joblib import load

    return load(path)


class _FromRay:
    """Work that lies in Ray's store: each node gets it once."""

    def __init__(self, work):
        self._work, self._reference = work, None

    def __getstate__(self):
        import ray

        if self._reference is None:
            self._reference = ray.put(self._work)
        return {"_work": None, "_reference": self._reference}

    def __call__(self, items):
        import ray

        if self._work is None:
            self._work = ray.get(self._reference)
        return self._work(items)


def _worker_deaths():
    """Return the errors that say that a worker was killed."""
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    return (TerminatedWorkerError,)


def _give_up_after(n_deaths, error):
    if n_deaths == _DEATHS:
        raise ValueError(
            f"Workers were killed {n_deaths + 1} times: is there too little memory? "
            "Try fewer --n-jobs; what is done is kept."
        ) from error
    sys.stderr.write("A worker was killed; its part is done again.\n")
