"""Crystals as the atomic fractions of their elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklmag.composition import element_symbols
from sklmag.structure._base import StructureFeaturizer


class SiteFractionFeaturizer(StructureFeaturizer):
    """Atomic fractions of the elements of a crystal.

    Parameters
    ----------
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a structure that cannot be read: an error, or a row of NaN, one
        warning that lists all of them, and their reasons in ``errors_``.
    n_jobs : int, default=None
        Processes; None is 1, or what ``joblib.parallel_config`` says.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    errors_ : dict of int to str
        Row and reason of what the last `transform` could not read.

    Raises
    ------
    StructureError
        For molecules, disordered sites, two sites at one place, and unreadable files.

    See Also
    --------
    sklmag.composition.ElementFractionFeaturizer : The same from formulas.

    Examples
    --------
    >>> from pymatgen.core import Lattice, Structure
    >>> from sklmag.structure import SiteFractionFeaturizer
    >>> salt = Structure(Lattice.cubic(3), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    >>> fractions = SiteFractionFeaturizer().set_output(transform="pandas")
    >>> fractions.fit_transform([salt])[["fraction_Cs", "fraction_Fe"]]
       fraction_Cs  fraction_Fe
    0          0.5          0.0
    """

    def _describe(self, sites):
        """Return the share of each element."""
        shares = np.zeros(len(element_symbols()))
        shares[sites.kinds - 1] = np.bincount(sites.kind) / len(sites.numbers)
        return shares

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (n_elements,), dtype object
        """
        return np.array([f"fraction_{s}" for s in element_symbols()], dtype=object)
