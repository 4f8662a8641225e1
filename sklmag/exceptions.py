"""Errors and warnings that users can catch by name."""

__all__ = [
    "DesignError",
    "DownloadError",
    "FormulaError",
    "MicrostructureError",
    "SklmagWarning",
    "StructureError",
]


class SklmagWarning(UserWarning):
    """Base of every warning that sklmag raises on its own account."""


class FormulaError(ValueError):
    """A formula or composition that cannot be read."""


class StructureError(ValueError):
    """A crystal structure that cannot be read, or has no Voronoi tessellation."""


class MicrostructureError(ValueError):
    """A grain structure or curve that cannot be used."""


class DownloadError(OSError):
    """A file that could not be downloaded, or that is not what it should be."""


class DesignError(ValueError):
    """A composition or process that cannot be: contradictory or impossible wishes."""
