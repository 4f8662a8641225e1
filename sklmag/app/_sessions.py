"""Who has which session: by a cookie, for hours after the last page was closed."""

import threading
import time

from sklmag.app._limits import KEPT_HOURS, MAX_SESSIONS
from sklmag.app._session import Session


class Sessions:
    """The sessions of all visitors.

    Parameters
    ----------
    root : Path
        Where their folders are made.
    shared : dict of str to SavedModel
        Models that each begins with.
    """

    def __init__(self, root, shared):
        self._root, self._shared = root, shared
        self._by_visitor = {}
        self._lock = threading.Lock()

    def of(self, visitor):
        """Return the session of a visitor, a new one where there is none."""
        with self._lock:
            session = self._by_visitor.get(visitor)
            if session is None:
                self._make_room()
                session = Session(self._root, self._shared)
                self._by_visitor[visitor] = session
            session.seen = time.monotonic()
            return session

    def forget(self, visitor):
        """End a session, and remove all that it holds."""
        with self._lock:
            session = self._by_visitor.pop(visitor, None)
        if session is not None:
            session.close()

    def sweep(self, now=None):
        """End sessions whose last page was closed too long ago, and that do nothing."""
        now = time.monotonic() if now is None else now
        with self._lock:
            old = [
                visitor
                for visitor, session in self._by_visitor.items()
                if not session.is_busy and now - session.seen > 3600 * KEPT_HOURS
            ]
        for visitor in old:
            self.forget(visitor)

    def close(self):
        """End all."""
        for visitor in list(self._by_visitor):
            self.forget(visitor)

    def _make_room(self):
        """End the session that was left longest ago, where there are too many."""
        left = [
            (session.seen, visitor)
            for visitor, session in self._by_visitor.items()
            if not session.is_busy
        ]
        if len(self._by_visitor) >= MAX_SESSIONS and left:
            self._by_visitor.pop(min(left)[1]).close()
