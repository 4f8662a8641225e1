"""A guard that no code of ours knows of: what Python itself reports is written down.

An audit hook sees every file that is opened for writing, every process, socket, import,
``exec`` and unpickling, whoever asks for it. It cannot be taken off again, so it is
put on in a process of its own.
"""

import os
import resource
import sys

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_FORBIDDEN = (
    "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown",
    "os.link", "os.symlink", "os.truncate", "os.putenv", "shutil.", "socket.",
    "pickle.", "marshal.", "exec", "import", "ctypes.dlopen", "code.__new__",
    "function.__new__", "urllib.", "webbrowser.", "tempfile.",
)  # fmt: skip


class Guard:
    """Writes down what must not happen while it is on.

    Attributes
    ----------
    seen : list of str
        Events.
    """

    def __init__(self):
        self.seen, self._on = [], False
        sys.addaudithook(self._hear)

    def __enter__(self):
        self.seen, self._on = [], True
        return self

    def __exit__(self, *error):
        self._on = False

    def _hear(self, event, arguments):
        if not self._on:
            return
        if event == "open":
            path, mode, flags = arguments
            if any(c in (mode or "") for c in "wax+") or flags & _WRITES:
                self.seen.append(f"open {path!r} to write")
        elif event.startswith(_FORBIDDEN):
            self.seen.append(f"{event} {arguments!r:.200}")


def megabytes():
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
