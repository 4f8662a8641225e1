"""Ctrl-C and the end of a session: a command ends within two seconds, and cleanly.

An interrupt that arrives inside a callback of compiled code is printed and forgotten,
or becomes another error. Here it is remembered in place of printed, and raised again
between two parts of the work. Where compiled code does not come back to Python in time,
a thread that has heard the signal ends the process.
"""

import contextlib
import os
import shutil
import signal
import socket
import sys
import threading

_ARRIVED = threading.Event()
_TERMINATED = threading.Event()
_ENDED = threading.Event()
_PYTHON = signal.default_int_handler
_PATIENCE = 1.5  # s
_TEMPORARY: set = set()


class Terminated(KeyboardInterrupt):
    """The session ends, or somebody has sent SIGTERM."""


@contextlib.contextmanager
def interrupts_remembered():
    """Remember signals inside, in the main thread, where handlers can be set."""
    _ARRIVED.clear()
    _TERMINATED.clear()
    _ENDED.clear()
    is_main = threading.current_thread() is threading.main_thread()
    # where somebody else handles the signal, or wants it ignored, that stays
    if not is_main or signal.getsignal(signal.SIGINT) is not _PYTHON:
        yield
        return
    before = signal.signal(signal.SIGINT, _remember)
    term = signal.signal(signal.SIGTERM, _terminate)
    report, sys.unraisablehook = sys.unraisablehook, _all_but_interrupts
    try:
        with _watched():
            yield
    except Exception as error:  # an interrupt that compiled code has made another error
        if _ARRIVED.is_set():
            raise _arrived() from error
        raise
    finally:
        _ENDED.set()
        sys.unraisablehook = report
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, term)


@contextlib.contextmanager
def _watched():
    """Let a thread hear each signal at once, whatever the main thread is doing."""
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    thread = threading.Thread(target=_watch, args=[ear], daemon=True)
    thread.start()
    try:
        yield
    finally:
        _ENDED.set()
        signal.set_wakeup_fd(before)
        mouth.close()
        thread.join()
        ear.close()


def _watch(ear):
    """End the process where the main thread has not ended the work in time."""
    while number := ear.recv(1):
        kind = signal.Signals(number[0])
        if kind in (signal.SIGINT, signal.SIGTERM) and not _ENDED.wait(_PATIENCE):
            word = "interrupted" if kind is signal.SIGINT else "terminated"
            sys.stderr.write(f"sklmag: {word}.\n")
            sys.stderr.flush()
            _end_workers()
            for folder in _TEMPORARY:
                shutil.rmtree(folder, ignore_errors=True)
            os._exit(128 + kind)


def _end_workers():
    """End the processes that this one has started."""
    import multiprocessing

    loky = sys.modules.get("joblib.externals.loky.reusable_executor")
    executor = getattr(loky, "_executor", None)
    started = list(multiprocessing.active_children())
    started += list((getattr(executor, "_processes", None) or {}).values())
    for process in started:
        with contextlib.suppress(OSError, AttributeError, ValueError):
            process.kill()


@contextlib.contextmanager
def temporary_folder():
    """Make a folder that is removed however the work ends."""
    import tempfile

    folder = tempfile.mkdtemp(prefix="sklmag-")
    _TEMPORARY.add(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _TEMPORARY.discard(folder)


def _remember(number, frame):
    _ARRIVED.set()
    raise KeyboardInterrupt


def _terminate(number, frame):
    _TERMINATED.set()
    _ARRIVED.set()
    raise Terminated


def _arrived():
    """Return what the signal that has arrived stands for."""
    return Terminated if _TERMINATED.is_set() else KeyboardInterrupt


def _all_but_interrupts(unraisable):
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def raise_if_interrupted():
    """Raise what was swallowed."""
    if _ARRIVED.is_set():
        raise _arrived()
