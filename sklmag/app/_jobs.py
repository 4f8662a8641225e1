"""Work of all visitors, on fewer threads than the machine has cores.

The page answers meanwhile. What belongs to a visitor who has left ends.
"""

import asyncio
import ctypes
import os
import threading
from concurrent.futures import ThreadPoolExecutor

_POOL = ThreadPoolExecutor(
    max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="sklmag"
)


class VisitorLeft(Exception):
    """The visitor whose work this was has closed the page."""


class Jobs:
    """What one visitor has running or waiting."""

    def __init__(self):
        self._lock = threading.Lock()
        self._futures, self._threads = set(), set()
        self._is_closed = False

    async def run(self, function, *arguments, **options):
        """Return what a function gives that runs in the pool, when its turn has come.

        Raises
        ------
        VisitorLeft
            Where the visitor is gone.
        """
        if self._is_closed:
            raise VisitorLeft
        future = _POOL.submit(self._done, function, arguments, options)
        self._futures.add(future)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            raise VisitorLeft from None
        finally:
            self._futures.discard(future)

    def _done(self, function, arguments, options):
        with self._lock:
            if self._is_closed:
                raise VisitorLeft
            self._threads.add(threading.get_ident())
        try:
            return function(*arguments, **options)
        finally:
            with self._lock:
                self._threads.discard(threading.get_ident())

    def close(self):
        """End what runs, and forget what waits."""
        with self._lock:
            self._is_closed = True
            for future in list(self._futures):
                future.cancel()
            for thread in self._threads:  # at its next step in Python
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(VisitorLeft)
                )
