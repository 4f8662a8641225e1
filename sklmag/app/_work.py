"""What runs for a visitor: it outlives the page that began it, until it is cancelled.

All visitors share fewer threads than the machine has cores, so that the page answers.
"""

import ctypes
import logging
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

_LOG = logging.getLogger("sklmag.app")
_POOL = ThreadPoolExecutor(
    max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="sklmag"
)
_QUEUE: list = []  # works that wait or run, in their order
_LOCK = threading.RLock()
_COUNTED = re.compile(r"(\d+) of (\d+)")


class Cancelled(Exception):
    """The visitor has cancelled this work, or is gone for good."""


class Work:
    """A function that runs in the pool, when its turn has come.

    Parameters
    ----------
    function : callable
        Called with the work, which it tells how far it is (`tell`), and then the
        arguments.
    *arguments : tuple
        Passed on.
    **options : dict
        Passed on.

    Attributes
    ----------
    state : {"waiting", "running", "done", "failed", "cancelled"}
        Where it is.
    text : str
        What runs.
    share : float or None
        How much of it is over, from 0 to 1.
    seen : object
        Whatever the function shows while it runs, such as an estimator.
    result, error : object
        What came of it.
    """

    def __init__(self, function, *arguments, **options):
        self.state, self.text, self.share, self.seen = "waiting", "", None, None
        self.result = self.error = None
        self.began = self.ended = None
        self._thread = None
        self._call = (function, arguments, options)
        with _LOCK:
            _QUEUE.append(self)
        self._future = _POOL.submit(self._run)

    @property
    def is_over(self):
        """Whether it neither waits nor runs."""
        return self.state in ("done", "failed", "cancelled")

    def tell(self, text, share=None, seen=None):
        """Say what runs; a text with "3 of 5" says how far it is, too."""
        counted = _COUNTED.search(text)
        if share is None and counted:
            share = (int(counted[1]) - 1) / int(counted[2])
        self.text, self.share, self.seen = text, share, seen or self.seen

    def watch(self, estimator, text):
        """Say what runs, as fits do."""
        self.tell(text, seen=estimator)

    def told(self):
        """Return what a visitor is shown: what runs, how long yet, or who is before."""
        if self.state == "waiting":
            with _LOCK:
                before = _QUEUE.index(self) if self in _QUEUE else 0
            return f"waits for its turn, {before} before it"
        if self.began is None:
            return ""
        passed = (self.ended or time.monotonic()) - self.began
        told = f"{self.text or 'runs'}, {_duration(passed)}"
        if self.share and self.share > 0.02 and not self.is_over:
            told += f", about {_duration(passed / self.share - passed)} left"
        return told

    def cancel(self):
        """End it; what runs ends at its next step in Python."""
        with _LOCK:
            if self.is_over:
                return
            self._future.cancel()
            self._end("cancelled")
            if self._thread is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(Cancelled)
                )

    def wait(self, timeout=None):
        """Wait until it is over; return what came of it, or raise."""
        self._future.result(timeout)
        if self.error is not None:
            raise self.error
        return self.result

    def _run(self):
        function, arguments, options = self._call
        with _LOCK:
            if self.is_over:
                return
            self.state, self.began = "running", time.monotonic()
            self._thread = threading.get_ident()
        result = error = None
        try:
            result = function(self, *arguments, **options)
        except Cancelled:
            pass
        except Exception as raised:
            _LOG.info("an error that the page shows", exc_info=True)
            error = raised
        finally:
            try:
                with _LOCK:
                    self._thread = None
            except Cancelled:  # it came between the end and here
                self._thread = None
        with _LOCK:
            if not self.is_over:
                self.result, self.error = result, error
                self._end("failed" if error else "done")

    def _end(self, state):
        self.state, self.ended, self._call = state, time.monotonic(), None
        if self in _QUEUE:
            _QUEUE.remove(self)


def _duration(seconds):
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
