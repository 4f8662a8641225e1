"""Tasks on joblib's backend of the moment, results in order."""

import itertools
import os
import threading
import time

from joblib import Parallel, effective_n_jobs
from joblib._parallel_backends import LokyBackend, SequentialBackend, ThreadingBackend
from joblib.parallel import get_active_backend

_LOOKS = 0.5  # s between two looks whether the parent is there
_OF_THIS_MACHINE = (LokyBackend, SequentialBackend, ThreadingBackend)
_AHEAD = 4  # tasks for each process at one time, where a backend has no stream


def in_order(tasks, n_jobs=None):
    """Yield the results of tasks in their order, a few tasks in memory at a time.

    Parameters
    ----------
    tasks : iterable of joblib.delayed
        Taken as they are needed.
    n_jobs : int, default=None
        Processes; None is 1, or what ``joblib.parallel_config`` says.

    Notes
    -----
    Processes of this machine, threads and Dask give a stream. Ray does not: there
    tasks run in groups, four for each process. Processes of this machine end when the
    one that started them is gone, however it ended.
    """
    if _is_alone(n_jobs):
        for function, arguments, options in tasks:
            yield function(*arguments, **options)
        return
    tasks = _beside(os.getpid(), tasks)
    try:
        parallel = Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1)
    except ValueError:  # a backend without a stream
        yield from _in_groups(iter(tasks), n_jobs)
    else:
        yield from parallel(tasks)


def _is_alone(n_jobs):
    """Tell whether tasks run here, one after the other, without need of joblib."""
    backend, _ = get_active_backend()
    return isinstance(backend, _OF_THIS_MACHINE) and effective_n_jobs(n_jobs) == 1


def _in_groups(tasks, n_jobs):
    size = _AHEAD * max(1, effective_n_jobs(n_jobs))
    while group := list(itertools.islice(tasks, size)):
        yield from Parallel(n_jobs=n_jobs)(group)


def _beside(parent, tasks):
    for function, arguments, options in tasks:
        held = {name: _held(value) for name, value in options.items()}
        yield _with_parent, (parent, function, *map(_held, arguments)), held


class _Held:
    """An array that goes to a worker with its task.

    joblib puts arrays on one worker of a Dask cluster ahead of their task; they would
    be lost with that worker, and the task with them. What cannot be referred to weakly
    is not put there.
    """

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __reduce__(self):
        return _Held, (self.value,)


def _held(value):
    is_array = hasattr(value, "__array__") and hasattr(value, "shape")
    return _Held(value) if is_array else value


def _let_go(value):
    return value.value if isinstance(value, _Held) else value


def _with_parent(parent, function, *arguments, **options):
    """Do a task in a process that ends with its parent."""
    if os.getppid() == parent:
        end_with(parent)
    options = {name: _let_go(value) for name, value in options.items()}
    return function(*map(_let_go, arguments), **options)


def end_with(parent):
    """End this process when its parent is gone: the first thing that a worker does.

    Where tasks say so, as in `in_order`, a worker that has none yet would stay.
    """
    if parent not in _WATCHED:
        _WATCHED.add(parent)
        threading.Thread(target=_watch, args=[parent], daemon=True).start()


def _watch(parent):
    while os.getppid() == parent:
        time.sleep(_LOOKS)
    os._exit(1)


_WATCHED: set = set()
