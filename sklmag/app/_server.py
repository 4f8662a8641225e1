"""The server of the page: on this machine only, and within limits."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sklmag.app._limits import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence


HOST = "127.0.0.1"
_PATIENCE = 120  # s that a session outlives its connection; work may hold up answers
_MAX_REQUEST_BYTES = MAX_FILE_BYTES + 1_000_000  # beside the file, its envelope


def serve(
    *, port: int = 8501, models: Sequence[str | Path] = (), show: bool = True
) -> None:
    """Serve the page until the process is ended.

    Parameters
    ----------
    port : int, default=8501
        Where it listens, on the loopback address only.
    models : list of str or Path, default=()
        Model files that every session can choose from.
    show : bool, default=True
        Whether to open a browser.

    Raises
    ------
    ValueError
        For a file among `models` that is none.

    Examples
    --------
    >>> from sklmag.app import serve
    >>> serve(models=["hcj.sklmag"])  # doctest: +SKIP
    """
    from sklmag.persistence import open_model

    shared = {Path(path).name: open_model(path) for path in models}
    if len(shared) < len(models):
        raise ValueError("Two of the model files have one name. Rename one.")
    with tempfile.TemporaryDirectory(
        prefix="sklmag-", ignore_cleanup_errors=True
    ) as folder:
        # what the libraries put aside lies in the folder too, and goes with it
        tempfile.tempdir = folder
        os.environ["NICEGUI_STORAGE_PATH"] = str(Path(folder) / "storage")
        _run(Path(folder), shared, port, show)


def _run(folder, shared, port, show):
    from nicegui import app, ui
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from sklmag.app._page import build_page
    from sklmag.app._session import Session

    # a page of the internet whose name points here is not this one
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app.add_middleware(BoundedBody, max_bytes=_MAX_REQUEST_BYTES)

    # the signal that ends the process is raised again before it returns from here
    app.on_shutdown(lambda: shutil.rmtree(folder, ignore_errors=True))

    @ui.page("/")
    def page():
        session = Session(folder, shared)
        ui.context.client.on_delete(session.close)
        build_page(session)

    ui.run(
        host=HOST,
        port=port,
        show=show,
        reload=False,
        reconnect_timeout=_PATIENCE,
        title="sklmag",
        favicon="🧲",
        show_welcome_message=False,
    )


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
        if int(headers.get(b"content-length", 0)) > self.max_bytes:
            text = f"A file may have {MAX_FILE_BYTES / 1e6:.0f} MB at most.".encode()
            length = (b"content-length", str(len(text)).encode())
            await send(
                {"type": "http.response.start", "status": 413, "headers": [length]}
            )
            return await send({"type": "http.response.body", "body": text})
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
