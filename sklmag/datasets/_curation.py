"""Which calculated energies are used, and which are learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


def curate_energies(
    energy: ArrayLike,
    above_hull: ArrayLike | None = None,
    *,
    largest: float = 10.0,
    largest_above_hull: float = 2.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which rows of a database of formation energies to use, and to learn from.

    Parameters
    ----------
    energy : array-like of shape (n_samples,)
        Formation energies in eV/atom.
    above_hull : array-like of shape (n_samples,), default=None
        Energies above the convex hull in eV/atom; what is not known is NaN, and does
        not leave a row out.
    largest : float, default=10.0
        Rows whose energy has a larger magnitude, in eV/atom, are errors of the
        database.
    largest_above_hull : float, default=2.0
        Rows farther above the hull, in eV/atom, are not learned from.

    Returns
    -------
    usable : ndarray of shape (n_samples,), dtype bool
        False for rows that are errors, or have no energy: in no part.
    trainable : ndarray of shape (n_samples,), dtype bool
        Of those, False for rows far above the hull: in the test parts, not in the
        training part.

    Raises
    ------
    ValueError
        For arrays of different lengths.

    Notes
    -----
    Sections 2.4 and 2.5 of [1]_: calculations of very unstable crystals are less exact,
    so that a network for new materials does not learn from them; its error is still
    measured on all. The paper names energies above 10 eV/atom; databases hold broken
    entries far below -10 as well.

    References
    ----------
    .. [1] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> from sklmag.datasets import curate_energies
    >>> usable, trainable = curate_energies([-0.3, 1123.0, 2.5], [0.0, 1123.0, 2.6])
    >>> usable
    array([ True, False,  True])
    >>> trainable
    array([ True, False, False])
    """
    energy = column_or_1d(energy, dtype=float)
    usable = np.abs(energy) <= largest  # False for NaN
    if above_hull is None:
        return usable, usable.copy()
    above_hull = column_or_1d(above_hull, dtype=float)
    check_consistent_length(energy, above_hull)
    return usable, usable & ~(above_hull > largest_above_hull)
