"""A server on loopback, from which tests download."""

import hashlib
import http.server
import threading
from dataclasses import replace

import pytest

from sklmag.datasets import REGISTRY


class Server(http.server.ThreadingHTTPServer):
    """Serves `files`; the first `n_failures` answers are an error 503."""

    files: dict = {}
    n_failures = 0
    agents: list = []
    sent: list = []
    ranges = False
    wait = None


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.agents.append(self.headers["User-Agent"])
        content = self.server.files.get(self.path)
        failed = self.server.n_failures > 0
        self.server.n_failures -= failed
        start = self.headers["Range"] if self.server.ranges else None
        whole = 206 if start else 200
        if content and start:
            content = content[int(start[len("bytes=") : -1]) :]
            whole = whole if content else 416
        self.server.sent.append(len(content or b""))
        self.send_response(503 if failed else whole if content or start else 404)
        if failed and self.server.wait:
            self.send_header("Retry-After", self.server.wait)
        self.send_header("Content-Length", str(0 if failed else len(content or b"")))
        self.end_headers()
        if content and not failed:
            self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.files, server.agents, server.sent = {}, [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def serve(monkeypatch, server, name, content, *, checksum=True, n_rows=None):
    """Put content on the server and its address and checksum into the registry."""
    path = f"/{REGISTRY[name].filename}"
    server.files[path] = content
    entry = replace(
        REGISTRY[name],
        url=f"http://127.0.0.1:{server.server_port}{path}",
        checksum=f"sha256:{hashlib.sha256(content).hexdigest()}" if checksum else None,
        n_rows=n_rows or REGISTRY[name].n_rows,
    )
    monkeypatch.setitem(REGISTRY, name, entry)
    return entry
