"""The tasks of the command line as a local page in the browser."""

from sklmag.app._server import serve

__all__ = ["serve"]
