"""How many threads torch takes, for all that computes at a time."""

import contextlib
import threading

import torch


class _Threads:
    """The number of torch's threads, of which contexts in several threads may overlap.

    Whoever enters first sees the number that everybody returns to: one that enters
    later finds what the first has set.
    """

    def __init__(self):
        self._lock, self._n_inside, self._before = threading.Lock(), 0, None
        self._own = threading.local()

    @contextlib.contextmanager
    def __call__(self, n_threads):
        """Let torch use so many threads inside; None changes nothing."""
        if n_threads is None:
            yield
            return
        with self._lock:
            if not self._n_inside:
                self._before = torch.get_num_threads()
            self._n_inside += 1
        outer = getattr(self._own, "current", None)
        self._set(n_threads)
        try:
            yield
        finally:
            with self._lock:
                self._n_inside -= 1
                self._set(self._before if outer is None else outer)
            self._own.current = outer

    def _set(self, n_threads):
        self._own.current = n_threads
        torch.set_num_threads(n_threads)


threads = _Threads()
