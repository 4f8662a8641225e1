"""The server of the page: for this machine, or for who knows a token; with limits."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import sys
import tempfile
import threading
import time
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from filelock import FileLock, Timeout

from sklmag.app._limits import MAX_MODEL_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence


HOST = "127.0.0.1"
_LOOPBACK = (HOST, "localhost", "::1")
_ANY = ("0.0.0.0", "::")
_PREFIX, _ALIVE = "sklmag-app-", "alive.lock"
_PATIENCE = 120  # s that a page outlives its connection; work may hold up answers
_SWEEP = 60  # s between looks for sessions that nobody needs
_MAX_REQUEST_BYTES = MAX_MODEL_BYTES + 1_000_000  # beside the file, its envelope


def serve(
    *,
    port: int = 8727,
    host: str = HOST,
    token: str | None = None,
    models: Sequence[str | Path] = (),
    show: bool = True,
) -> None:
    """Serve the page until the process is ended.

    Parameters
    ----------
    port : int, default=8727
        Where it listens.
    host : str, default="127.0.0.1"
        On which address. On others than those of this machine alone, everybody in the
        network could upload and train: there a `token` is needed.
    token : str, default=None
        A word of 16 characters or more, without which nothing is answered. A visitor
        gives it once, as ``http://host:port/?token=...``.
    models : list of str or Path, default=()
        Model files that every session can choose from.
    show : bool, default=True
        Whether to open a browser.

    Raises
    ------
    ValueError
        For a file among `models` that is none, for an address of the network without
        a token, or with a short one, and for a port that is taken.

    Examples
    --------
    >>> from sklmag.app import serve
    >>> serve(models=["hcj.sklmag"])  # doctest: +SKIP
    """
    from sklmag.tasks import open_any

    _refuse_open_door(host, token)
    _refuse_taken(host, port)
    shared = {Path(path).name: open_any(path) for path in models}
    if len(shared) < len(models):
        raise ValueError("Two of the model files have one name. Rename one.")
    remove_folders_of_the_dead()
    with tempfile.TemporaryDirectory(
        prefix=_PREFIX, ignore_cleanup_errors=True
    ) as folder:
        # what the libraries put aside lies in the folder too, and goes with it
        tempfile.tempdir = folder
        os.environ["NICEGUI_STORAGE_PATH"] = str(Path(folder) / "storage")
        with FileLock(Path(folder) / _ALIVE):
            _run(Path(folder), shared, host, port, token, show)


def _refuse_open_door(host, token):
    if host not in _LOOPBACK and token is None:
        raise ValueError(
            f"host={host!r} is open to the network: everybody there could upload and "
            "train. Give a token as well, a word of 16 characters or more."
        )
    if token is not None and not re.fullmatch(r"[\w.~-]{16,200}", token):
        raise ValueError(
            "The token has 16 characters or more, letters, digits and . ~ _ - alone."
        )


def _refuse_taken(host, port):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ValueError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Take "
                f"another: --port {port + 1 if port < 65535 else 8727}."
            ) from error


def _say_when_there(host, port, token):
    """Say where the page is, as soon as it answers."""
    query = f"/?token={token}" if token else ""
    at = HOST if host in _ANY else host
    for _ in range(600):
        with socket.socket(socket.AF_INET6 if ":" in at else socket.AF_INET) as probe:
            if probe.connect_ex((at, port)) == 0:
                break
        time.sleep(0.1)
    sys.stderr.write(f"The page is at http://{host}:{port}{query}; Ctrl-C ends it.\n")


def remove_folders_of_the_dead():
    """Remove what servers left that were killed: theirs is a lock that is free."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        lock = FileLock(folder / _ALIVE, timeout=0)
        try:
            lock.acquire()
        except (Timeout, OSError):  # it lives, or belongs to somebody else
            continue
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder, shared, host, port, token, show):
    from nicegui import app, ui
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from sklmag.app._identity import MARK
    from sklmag.app._page import build_page
    from sklmag.app._sessions import Sessions

    # a page of the internet whose name points here is not this one
    names = [*_LOOPBACK, host]
    own = {f"http://{name}:{port}" for name in names}
    if host in _ANY:  # whatever name of this machine a visitor takes
        names, own = ["*"], None
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=names)
    app.add_middleware(BoundedBody, max_bytes=_MAX_REQUEST_BYTES)
    if token is not None:
        app.add_middleware(KnownVisitor, token=token)
    app.add_middleware(OwnOrigin, origins=own)

    # the signal that ends the process is raised again before it returns from here
    app.on_shutdown(lambda: shutil.rmtree(folder, ignore_errors=True))

    # the first answer comes at once where all is open by then
    threading.Thread(target=_warm_up, daemon=True).start()
    where = (host, port, token)
    threading.Thread(target=_say_when_there, args=where, daemon=True).start()
    sessions = Sessions(folder, shared)
    app.on_shutdown(sessions.close)
    app.timer(_SWEEP, sessions.sweep)

    @ui.page("/")
    def page():
        visitor = app.storage.browser["id"]
        session = sessions.of(visitor)
        session.n_pages += 1

        def leave():
            session.n_pages -= 1
            session.seen = time.monotonic()

        ui.context.client.on_delete(leave)
        build_page(session, forget=lambda: sessions.forget(visitor))

    ui.run(
        host=host,
        port=port,
        show=show,
        reload=False,
        reconnect_timeout=_PATIENCE,
        title="sklmag",
        favicon=MARK,
        language="en-US",
        dark=None,
        storage_secret=secrets.token_hex(),
        show_welcome_message=False,
    )


def _warm_up():
    from sklmag.tasks._ready import predict_ready

    predict_ready(["Fe"])


async def _refuse(scope, send, status, text):
    """Answer a request with a line of text, or close a websocket before it opens."""
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1008})
    content = text.encode()
    headers = [(b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


class OwnOrigin:
    """Refuse what pages of other origins ask for, over HTTP and websockets.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    origins : set of str or None
        Those of the page itself; None is that of the host that is asked.
    """

    def __init__(self, app, origins):
        self.app, self.origins = app, origins

    async def __call__(self, scope, receive, send):
        """Pass a request on, or answer 403."""
        if scope["type"] in ("http", "websocket"):
            headers = dict(scope["headers"])
            origin = headers.get(b"origin", b"").decode("latin-1")
            own = self.origins
            if own is None:
                own = {f"http://{headers.get(b'host', b'').decode('latin-1')}"}
            if origin and origin not in own:
                return await _refuse(scope, send, 403, "Another origin.")
        return await self.app(scope, receive, send)


class KnownVisitor:
    """Refuse whoever does not know the token.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    token : str
        The word. Who gives it in the address gets it as a cookie.
    """

    def __init__(self, app, token):
        self.app, self.token = app, token.encode()

    async def __call__(self, scope, receive, send):
        """Pass a request on, or answer 403."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        words = parse_qs(scope.get("query_string", b"")).get(b"token", [b""])
        if scope["type"] == "http" and compare_digest(words[0], self.token):
            return await self.app(scope, receive, self._with_cookie(send))
        cookies = dict(scope["headers"]).get(b"cookie", b"")
        given = re.search(rb"sklmag=([\w.~-]+)", cookies)
        if given and compare_digest(given[1], self.token):
            return await self.app(scope, receive, send)
        text = "Ask with the token: http://.../?token=..., as the command has printed."
        return await _refuse(scope, send, 403, text)

    def _with_cookie(self, send):
        async def sending(message):
            if message["type"] == "http.response.start":
                cookie = b"sklmag=%s; HttpOnly; SameSite=Strict" % self.token
                message["headers"] = [*message["headers"], (b"set-cookie", cookie)]
            await send(message)

        return sending


class BoundedBody:
    """Refuse requests whose body is too large, before it is stored.

    Parameters
    ----------
    app : ASGI application
        What comes after.
    max_bytes : int
        Most bytes of a body.
    """

    def __init__(self, app, max_bytes):
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope, receive, send):
        """Pass a request on, or answer 413."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.max_bytes:
            text = f"A file may have {MAX_MODEL_BYTES / 1e6:.0f} MB at most."
            return await _refuse(scope, send, 413, text)
        return await self.app(scope, self._counted(receive), send)

    def _counted(self, receive):
        """End a body of unknown length where it is too long."""
        n_bytes = 0

        async def counted():
            nonlocal n_bytes
            message = await receive()
            n_bytes += len(message.get("body", b""))
            if n_bytes > self.max_bytes:
                return {"type": "http.disconnect"}
            return message

        return counted
