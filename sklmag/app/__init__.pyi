from ._server import serve

__all__ = [
    "serve",
]
