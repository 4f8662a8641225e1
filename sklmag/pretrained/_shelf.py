"""Ready models that come with the package: names, properties, and their files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sklmag._utils._ready import ready_entries, ready_file

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class ReadyModel:
    """A model that comes with the package.

    Parameters
    ----------
    name : str
        What it is called wherever a model is asked for.
    reads : {"formula", "table", "structure", "grains"}
        What it predicts from.
    special : bool
        Whether it is for one family of materials, and silent about others.
    properties : dict of str to str
        What it predicts, and the unit.
    errors : dict of str to float
        Mean absolute error on kept compositions, by property.
    n_rows : int
        Materials that it was fitted to.
    sha256 : str
        Of its file.
    columns : tuple of str, default=()
        Those that it needs, where it reads a table.
    elements : tuple of str, default=()
        Those that it has seen, where it is special.
    """

    name: str
    reads: str
    special: bool
    properties: dict[str, str]
    errors: dict[str, float]
    n_rows: int
    sha256: str
    columns: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()

    @property
    def takes(self) -> str:
        """What it predicts from, in the plural."""
        return self.reads if self.reads == "grains" else f"{self.reads}s"

    @property
    def path(self) -> Path:
        """Where its file is; another content than it was made with is refused."""
        return ready_file(self.name)


@cache
def ready_models() -> dict[str, ReadyModel]:
    """Return the models that come with the package, by name.

    Returns
    -------
    dict of str to ReadyModel

    Examples
    --------
    >>> from sklmag.pretrained import ready_models
    >>> ready_models()["curie"].properties
    {'Tc_K': 'K'}
    """
    return {name: ReadyModel(name, **entry) for name, entry in ready_entries().items()}
