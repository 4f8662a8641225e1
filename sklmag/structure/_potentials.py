"""What a universal interatomic potential is asked for, and which ones are known."""

import importlib
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np


class Evaluation(NamedTuple):
    """What a potential says of one crystal.

    Parameters
    ----------
    energy : float
        In eV an atom.
    moments : ndarray of shape (n_sites,)
        Magnitudes of the magnetic moments of the sites in Bohr magnetons; NaN of a
        potential that knows none.
    features : ndarray of shape (n_features,)
        Inner features of the crystal as a whole, the same for a larger cell; may be
        empty.
    site_features : ndarray of shape (n_sites, n_site_features)
        Inner features of its sites; may be empty.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.structure import Evaluation
    >>> nothing = np.zeros((1, 0))
    >>> Evaluation(-3.7, np.array([np.nan]), nothing[0], nothing).energy
    -3.7
    """

    energy: float
    moments: np.ndarray
    features: np.ndarray
    site_features: np.ndarray


class Potential(Protocol):
    """An interatomic potential, as `PotentialFeaturizer` takes one.

    Attributes
    ----------
    identity : str
        Which potential it is, and which version of its weights.
    n_features, n_site_features : int
        Numbers of inner features.
    """

    identity: str
    n_features: int
    n_site_features: int

    def evaluate(self, crystals: list[Any]) -> list[Evaluation]:
        """Evaluate crystals.

        Parameters
        ----------
        crystals : list of Crystal
            Each with ``lattice`` (3, 3) in Å, fractional ``positions`` (n_sites, 3)
            and atomic ``numbers`` (n_sites,).

        Returns
        -------
        list of Evaluation

        Raises
        ------
        ValueError
            Where it cannot say anything of a crystal, with the reason.
        """
        ...


POTENTIALS = {"chgnet": "sklmag.structure._chgnet:CHGNetPotential"}


@cache
def known_potential(name: str, device: str) -> Potential:
    """Return a potential by its name, loaded once in a process.

    Parameters
    ----------
    name : str
        A key of ``POTENTIALS``.
    device : str
        Where it runs: "cpu", "cuda", or "auto", a GPU where there is one.

    Returns
    -------
    Potential
    """
    module, _, class_name = POTENTIALS[name].partition(":")
    return getattr(importlib.import_module(module), class_name)(device)
