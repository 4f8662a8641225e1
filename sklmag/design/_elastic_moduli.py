"""Elastic moduli of an isotropic body: all of them from any two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.exceptions import DesignError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_FROM = {  # Young's modulus and Poisson's ratio
    ("K_GPa", "G_GPa"): lambda K, G: (
        9 * K * G / (3 * K + G),
        (3 * K - 2 * G) / (6 * K + 2 * G),
    ),
    ("E_GPa", "G_GPa"): lambda E, G: (E, E / (2 * G) - 1),
    ("E_GPa", "K_GPa"): lambda E, K: (E, (3 * K - E) / (6 * K)),
    ("E_GPa", "nu"): lambda E, nu: (E, nu),
    ("G_GPa", "nu"): lambda G, nu: (2 * G * (1 + nu), nu),
    ("K_GPa", "nu"): lambda K, nu: (3 * K * (1 - 2 * nu), nu),
}


def elastic_moduli(
    *,
    E_GPa: ArrayLike | None = None,
    G_GPa: ArrayLike | None = None,
    K_GPa: ArrayLike | None = None,
    nu: ArrayLike | None = None,
) -> dict[str, Any]:
    r"""Return all elastic moduli of an isotropic body from two of them.

    Parameters
    ----------
    E_GPa, G_GPa, K_GPa : array-like, default=None
        Young's, shear and bulk modulus, in GPa.
    nu : array-like, default=None
        Poisson's ratio.

    Returns
    -------
    dict of str to float or ndarray
        ``E_GPa``, ``G_GPa``, ``K_GPa`` and ``nu``.

    Raises
    ------
    DesignError
        Unless two are given, and for values that no stable body has: moduli are above
        0 and Poisson's ratio is between -1 and 0.5.

    Notes
    -----
    Equations 1 and 2 of [1]_,

    .. math:: E = \frac{9KG}{3K + G}, \quad \nu = \frac{3K - 2G}{6K + 2G},

    solved for the others.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    Ti41Zr25Be28Fe6, of which G and Poisson's ratio were measured:

    >>> from sklmag.design import elastic_moduli
    >>> round(elastic_moduli(G_GPa=36.525, nu=0.349)["K_GPa"], 1)
    108.8
    """
    given = {"K_GPa": K_GPa, "E_GPa": E_GPa, "G_GPa": G_GPa, "nu": nu}
    known = {
        name: np.asarray(value, dtype=float)
        for name, value in given.items()
        if value is not None
    }
    if len(known) != 2:
        raise DesignError(
            f"{len(known)} of {', '.join(given)} are given. Two are needed, and say "
            "the others."
        )
    pair = next(pair for pair in _FROM if set(pair) == set(known))
    young, poisson = np.broadcast_arrays(*_FROM[pair](*(known[n] for n in pair)))
    is_stable = (poisson > -1) & (poisson < 0.5) & (young > 0)
    if not is_stable.all():
        first = np.unravel_index(np.argmin(is_stable), is_stable.shape)
        shown = ", ".join(
            f"{name}={np.broadcast_to(value, is_stable.shape)[first]:g}"
            for name, value in known.items()
        )
        raise DesignError(
            f"No stable isotropic body has {shown}: moduli are above 0, and Poisson's "
            "ratio is between -1 and 0.5."
        )
    found = {
        "E_GPa": young,
        "G_GPa": young / (2 * (1 + poisson)),
        "K_GPa": young / (3 * (1 - 2 * poisson)),
        "nu": poisson,
    }
    return {n: float(v) if np.ndim(v) == 0 else v for n, v in found.items()}
