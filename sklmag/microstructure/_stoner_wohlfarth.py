"""Single domains that rotate as one: the limit without exchange and stray field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_N_ROTATIONS = 4001


def stoner_wohlfarth_curve(angles: ArrayLike, fields: ArrayLike) -> np.ndarray:
    r"""Return the magnetization of single domains in a falling field [1]_.

    Parameters
    ----------
    angles : array-like of shape (n_domains,)
        Angles between easy axis and field, in radians; an axis has no sign.
    fields : array-like of shape (n_fields,)
        In units of the anisotropy field, falling from saturation.

    Returns
    -------
    ndarray of shape (n_domains, n_fields)
        Component along the field, in units of the spontaneous magnetization.

    Notes
    -----
    The magnetization at the angle :math:`\phi` to the field is in equilibrium at
    :math:`h = \sin 2(\psi - \phi) / (2 \sin\phi)`; it jumps at
    :math:`-(\cos^{2/3}\psi + \sin^{2/3}\psi)^{-3/2}`.

    References
    ----------
    .. [1] E. C. Stoner, E. P. Wohlfarth, Phil. Trans. R. Soc. A 240 (1948) 599,
       doi:10.1098/rsta.1948.0007.

    Examples
    --------
    >>> from sklmag.microstructure import stoner_wohlfarth_curve
    >>> stoner_wohlfarth_curve([0.0, 0.7854], [1.0, 0.0, -0.6]).round(2)
    array([[ 1.  ,  1.  ,  1.  ],
           [ 0.93,  0.71, -0.88]])
    """
    fields = np.asarray(fields, dtype=float)
    return np.array([_curve(angle, fields) for angle in np.ravel(angles)])


def switching_field(angles):
    """Return the reversed field at which single domains jump; angles from 0 to pi/2."""
    cosine, sine = np.abs(np.cos(angles)), np.abs(np.sin(angles))
    return (cosine ** (2 / 3) + sine ** (2 / 3)) ** -1.5


def _curve(angle, fields):
    psi = abs((angle + np.pi / 2) % np.pi - np.pi / 2)
    psi = np.clip(psi, 1e-6, np.pi / 2 - 1e-6)
    last = psi + np.arctan(np.tan(psi) ** (1 / 3))
    phi = last * np.linspace(0, 1, _N_ROTATIONS)[1:] ** 3  # from the field to the jump
    h = np.sin(2 * (psi - phi)) / (2 * np.sin(phi))
    before = np.interp(fields, h[::-1], np.cos(phi[::-1]))
    after = -np.interp(-fields, h[::-1], np.cos(phi[::-1]))
    return np.where(fields > -switching_field(psi), before, after)
