"""Schematic band gaps, to try models of formulas without a download."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from sklmag.composition import parse_formula

if TYPE_CHECKING:
    from collections.abc import Mapping


# Pauling electronegativity and usual charge
_CATIONS = {
    "Li": (0.98, 1), "Na": (0.93, 1), "K": (0.82, 1), "Cu": (1.90, 1), "Ag": (1.93, 1),
    "Mg": (1.31, 2), "Ca": (1.00, 2), "Sr": (0.95, 2), "Ba": (0.89, 2), "Zn": (1.65, 2),
    "Cd": (1.69, 2), "Fe": (1.83, 2), "Al": (1.61, 3), "Ga": (1.81, 3), "In": (1.78, 3),
    "Y": (1.22, 3), "La": (1.10, 3), "Nd": (1.14, 3), "Si": (1.90, 4), "Ge": (2.01, 4),
    "Sn": (1.96, 4), "Ti": (1.54, 4), "Zr": (1.33, 4),
}  # fmt: skip
_ANIONS = {
    "O": (3.44, -2), "S": (2.58, -2), "Se": (2.55, -2), "Te": (2.10, -2),
    "N": (3.04, -3), "P": (2.19, -3), "As": (2.18, -3), "F": (3.98, -1),
    "Cl": (3.16, -1), "Br": (2.96, -1), "I": (2.66, -1),
}  # fmt: skip
_PROPERTIES = _CATIONS | _ANIONS


def make_band_gaps(
    n_samples: int = 1000,
    *,
    noise: float = 0.1,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[pd.Series, pd.Series]:
    r"""Generate formulas of insulators and metals with schematic band gaps.

    Parameters
    ----------
    n_samples : int, default=1000
        Formulas: half of them balance their charges, the others are drawn at random.
    noise : float, default=0.1
        Standard deviation of normal noise on gaps above zero, in eV.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    X : Series of shape (n_samples,)
        Formulas of one or two cations and one or two anions.
    y : Series of shape (n_samples,)
        ``band_gap_eV``.

    Notes
    -----
    With fractions :math:`x`, usual charges :math:`q` and Pauling's electronegativities
    :math:`\chi`, averaged over cations and over anions,

    .. math::

        E = \left(0.8 + 11\,(1 - e^{-(\bar\chi_- - \bar\chi_+)^2 / 4})\right)
        \max\left(0, 1 - \frac{|\sum x q|}{0.6}\right) \text{ eV}:

    a gap that grows with ionicity and closes where charges do not balance. That is a
    rule to test models with, not a prediction: silica gets 5.7 eV, rock salt 8.6 eV.

    Examples
    --------
    >>> from sklmag.datasets import make_band_gaps
    >>> X, y = make_band_gaps(200, random_state=0)
    >>> len(X), float(y.min()), bool(y.max() > 5)
    (200, 0.0, True)
    """
    rng = check_random_state(random_state)
    formulas = [_formula(rng, balanced=bool(i % 2)) for i in range(n_samples)]
    gaps = np.array([schematic_gap(formula) for formula in formulas])
    noisy = np.maximum(0, gaps + noise * rng.normal(size=n_samples))
    order = rng.permutation(n_samples)
    X = pd.Series(formulas, name="formula", dtype=object).iloc[order]
    y = pd.Series(np.where(gaps > 0, noisy, 0.0), name="band_gap_eV").iloc[order]
    return X.reset_index(drop=True), y.reset_index(drop=True)


def schematic_gap(formula: str | Mapping[str, float]) -> float:
    """Return the band gap in eV that the rule of make_band_gaps gives a formula.

    Parameters
    ----------
    formula : str or mapping of str to float
        Of the elements that make_band_gaps uses.

    Returns
    -------
    float

    Examples
    --------
    >>> from sklmag.datasets import schematic_gap
    >>> round(schematic_gap("SiO2"), 1)
    5.7
    """
    fractions = parse_formula(formula)
    charge = sum(x * _PROPERTIES[element][1] for element, x in fractions.items())
    sides = []
    for side in (_CATIONS, _ANIONS):
        parts = {e: x for e, x in fractions.items() if e in side}
        if not parts:
            return 0.0
        mean = sum(x * side[e][0] for e, x in parts.items()) / sum(parts.values())
        sides.append(mean)
    ionicity = 1 - np.exp(-((sides[1] - sides[0]) ** 2) / 4)
    return float((0.8 + 11 * ionicity) * max(0.0, 1 - abs(charge) / 0.6))


def _formula(rng, *, balanced):
    cations = rng.choice(list(_CATIONS), size=rng.randint(1, 3), replace=False)
    anions = rng.choice(list(_ANIONS), size=rng.randint(1, 3), replace=False)
    amounts = _balanced_amounts(rng, cations, anions) if balanced else None
    if amounts is None:
        amounts = rng.randint(1, 5, size=len(cations) + len(anions))
    return "".join(
        f"{element}{amount}"
        for element, amount in zip((*cations, *anions), amounts, strict=True)
    )


def _balanced_amounts(rng, cations, anions):
    """Return small integers that balance the charges, or None where there are none."""
    charges = np.array([_PROPERTIES[e][1] for e in (*cations, *anions)])
    choices = np.array(list(product(range(1, 7), repeat=len(charges))))
    choices = choices[choices @ charges == 0]
    if not len(choices):
        return None
    smallest = choices[np.argsort(choices.sum(axis=1), kind="stable")[:4]]
    return smallest[rng.randint(len(smallest))]
