"""First-order reversal curves, and their distribution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from joblib import delayed

from sklmag._utils._parallel import in_order
from sklmag._utils._progress import progress
from sklmag.exceptions import MicrostructureError
from sklmag.microstructure._loops import field_path, hysteresis_loop

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike
    from sklmag.microstructure._magnet import Magnet

_FEWEST = 5  # fields
_TERMS = 6  # of a surface of the second degree


@dataclass(frozen=True)
class ReversalCurves:
    """First-order reversal curves of one magnet.

    Parameters
    ----------
    field_T : ndarray of shape (n_fields,)
        Applied and reversal fields, in T, rising in equal steps.
    polarization_T : ndarray of shape (n_fields, n_fields)
        Along the field: a row for each reversal field, a column for each applied one;
        NaN where the applied field is below the reversal field.
    """

    field_T: np.ndarray
    polarization_T: np.ndarray = field(repr=False)

    def __repr__(self):
        return (
            f"ReversalCurves({len(self.field_T)} fields from {self.field_T[0]:g} to "
            f"{self.field_T[-1]:g} T)"
        )

    def distribution(self, smoothing: int = 2) -> np.ndarray:
        r"""Return the FORC distribution.

        Parameters
        ----------
        smoothing : int, default=2
            SF: each value is that of a surface of the second degree through the
            (2 SF + 1)² points around it, as far as there are such.

        Returns
        -------
        ndarray of shape (n_fields, n_fields)
            :math:`\rho = -\frac{1}{2} \partial^2 J / \partial B_r \partial B` in 1/T,
            of reversal field (rows) and applied field (columns); NaN where fewer than
            half of the points are there.

        Raises
        ------
        MicrostructureError
            For a smoothing below 1.

        References
        ----------
        .. [1] C. R. Pike, A. P. Roberts, K. L. Verosub, J. Appl. Phys. 85 (1999) 6660,
           doi:10.1063/1.370176.
        """
        if smoothing < 1:
            raise MicrostructureError(f"smoothing={smoothing} must be 1 or more.")
        J, n = self.polarization_T, len(self.field_T)
        padded = np.pad(J, smoothing, constant_values=np.nan)
        size = 2 * smoothing + 1
        step = self.field_T[1] - self.field_T[0]
        offsets = np.arange(-smoothing, smoothing + 1) * step
        r, b = (part.ravel() for part in np.meshgrid(offsets, offsets, indexing="ij"))
        terms = np.stack((np.ones_like(r), r, b, r * r, b * b, r * b), axis=1)
        rho = np.full((n, n), np.nan)
        for i, k in zip(*np.nonzero(np.isfinite(J)), strict=True):
            values = padded[i : i + size, k : k + size].ravel()
            known = np.isfinite(values)
            if known.sum() >= max(_TERMS, size * size / 2):
                found = np.linalg.lstsq(terms[known], values[known], rcond=None)[0]
                rho[i, k] = -found[5] / 2
        return rho


def reversal_curves(
    magnet: Magnet,
    largest_T: float,
    step_T: float,
    *,
    direction: ArrayLike = (0.0, 1.0, 0.0),
    tolerance: float = 2e-4,
    dtype: Literal["float32", "float64"] = "float32",
    n_jobs: int | None = None,
    verbose: int | bool = 0,
) -> ReversalCurves:
    """Compute the first-order reversal curves (FORC) of a magnet.

    From saturation the field falls to a reversal field, and rises from there; each
    reversal field is one curve.

    Parameters
    ----------
    magnet : Magnet
        From :func:`make_magnet`.
    largest_T : float
        Fields go from this to minus this, in T.
    step_T : float
        Between fields, and between reversal fields, in T.
    direction : array-like of shape (3,), default=(0, 1, 0)
        Of the field, along x, y and z.
    tolerance, dtype
        As for :func:`hysteresis_loop`.
    n_jobs : int, default=None
        Processes, among which curves are shared.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Returns
    -------
    ReversalCurves

    Raises
    ------
    MicrostructureError
        For fewer than 5 fields, and what :func:`hysteresis_loop` refuses.

    Examples
    --------
    >>> from sklmag.microstructure import make_magnet, reversal_curves
    >>> magnet = make_magnet([[0, 0], [1, 1]], [[0, 1, 0.2], [1, 2, 0]], cell_nm=2.0)
    >>> curves = reversal_curves(magnet, largest_T=8, step_T=2)
    >>> curves.polarization_T.shape
    (9, 9)
    """
    if not (step_T > 0 and 2 * largest_T / step_T >= _FEWEST - 1):
        raise MicrostructureError(
            f"largest_T={largest_T} and step_T={step_T} make fewer than {_FEWEST} "
            "fields. Take smaller steps."
        )
    options: Any = {"direction": direction, "tolerance": tolerance, "dtype": dtype}
    falling = field_path(largest_T, -largest_T, step_T=step_T)
    major = hysteresis_loop(magnet, falling, maps_at=falling, **options)
    n = len(falling)
    tasks = (
        delayed(_branch)(magnet, falling[k::-1], major.maps[k], options)
        for k in range(n)
        if k in major.maps
    )
    curves = progress(
        in_order(tasks, n_jobs), verbose=verbose, total=n, desc="FORC", unit="curve"
    )
    polarization = np.full((n, n), np.nan)
    for k, branch in enumerate(curves):
        polarization[n - 1 - k, n - 1 - k :] = branch
    return ReversalCurves(falling[::-1].copy(), polarization)


def _branch(magnet, fields, start, options):
    """Return the polarizations of the curve that rises from one reversal field."""
    return hysteresis_loop(magnet, fields, start=start, **options).polarization_T
