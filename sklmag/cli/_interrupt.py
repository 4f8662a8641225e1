"""Ctrl-C, also where it meets a library that swallows exceptions.

An interrupt that arrives inside a callback of compiled code is printed and forgotten;
here it is remembered in place of printed, and raised again between two batches of work.
"""

import contextlib
import signal
import sys
import threading

_ARRIVED = threading.Event()
_PYTHON = signal.default_int_handler


@contextlib.contextmanager
def interrupts_remembered():
    """Remember Ctrl-C inside, in the main thread, where handlers can be set."""
    _ARRIVED.clear()
    is_main = threading.current_thread() is threading.main_thread()
    # where somebody else handles the signal, or wants it ignored, that stays
    if not is_main or signal.getsignal(signal.SIGINT) is not _PYTHON:
        yield
        return
    before = signal.signal(signal.SIGINT, _remember)
    report, sys.unraisablehook = sys.unraisablehook, _all_but_interrupts
    try:
        yield
    finally:
        sys.unraisablehook = report
        signal.signal(signal.SIGINT, before)


def _remember(number, frame):
    _ARRIVED.set()
    raise KeyboardInterrupt


def _all_but_interrupts(unraisable):
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def raise_if_interrupted():
    """Raise what was swallowed."""
    if _ARRIVED.is_set():
        raise KeyboardInterrupt
