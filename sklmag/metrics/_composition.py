"""How well compositions were predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import wasserstein_distance

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_NO_SPREAD = 1e-9  # of the amounts of an alloy: nothing to be explained


def composition_r2(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    over: Literal["elements", "slots"] = "elements",
) -> float:
    r"""Return the coefficient of determination of each alloy, averaged.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples, n_slots)
        Amounts; 0 in empty slots of `y_true`.
    over : {"elements", "slots"}, default="elements"
        Whether the sums of an alloy run over its own elements, or over all slots. The
        zeros of empty slots, which nobody has to predict, raise the second.

    Returns
    -------
    float
        Mean of :math:`1 - \sum_k (\tilde a_k - a_k)^2 / \sum_k (\tilde a_k - \bar a)^2`
        (eq. 11 of [1]_), over the alloys for which it is defined: not those whose
        amounts are all equal.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.metrics import composition_r2
    >>> round(composition_r2([[60, 40, 0]], [[58, 42, 0]]), 3)
    0.96
    >>> round(composition_r2([[60, 40, 0]], [[58, 42, 0]], over="slots"), 3)
    0.996
    """
    y_true, y_pred = _checked(y_true, y_pred)
    if over not in ("elements", "slots"):
        raise ValueError(f"over={over!r} is not known. Choose 'elements' or 'slots'.")
    used = y_true > 0 if over == "elements" else np.ones_like(y_true, dtype=bool)
    mean = (y_true * used).sum(axis=1) / used.sum(axis=1)
    spread = (used * (y_true - mean[:, None]) ** 2).sum(axis=1)
    error = (used * (y_true - y_pred) ** 2).sum(axis=1)
    defined = spread > _NO_SPREAD
    if not defined.any():
        raise ValueError("All alloys are equiatomic: R2 is not defined for any.")
    return float(np.mean(1 - error[defined] / spread[defined]))


def composition_rmse(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Return the root of the mean squared distance of compositions.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples, n_slots)
        Amounts.

    Returns
    -------
    float
        :math:`\sqrt{\frac1N \sum_i \|\tilde A_i - A_i\|_2^2}` (eq. 12 of [1]_), in the
        unit of the amounts.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.metrics import composition_rmse
    >>> composition_rmse([[60, 40]], [[57, 44]])
    5.0
    """
    y_true, y_pred = _checked(y_true, y_pred)
    return float(np.sqrt(((y_true - y_pred) ** 2).sum(axis=1).mean()))


def composition_wasserstein(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Return how far the amounts as a whole are distributed from the measured ones.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples, n_slots)
        Amounts; 0 in empty slots of `y_true`.

    Returns
    -------
    float
        Wasserstein distance :math:`\int |F(a) - \tilde F(a)|\,da` of the distributions
        of all amounts, in their unit: 0 where both are distributed alike, whichever
        alloy has which amount.

    Notes
    -----
    [1]_ compares figures 10a to 10c by a Wasserstein distance of images, 0.422 for
    DKIDN and 0.572 for RIDN, and does not say how colours became numbers; here the
    amounts themselves are compared.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.metrics import composition_wasserstein
    >>> composition_wasserstein([[60, 40], [70, 30]], [[70, 30], [62, 38]])
    1.0
    """
    y_true, y_pred = _checked(y_true, y_pred)
    return float(wasserstein_distance(y_true.ravel(), y_pred.ravel()))


def composition_sum_error(y_pred: ArrayLike, *, whole: float = 100.0) -> float:
    """Return how far the amounts of an alloy are from their whole on average.

    Parameters
    ----------
    y_pred : array-like of shape (n_samples, n_slots)
        Amounts.
    whole : float, default=100.0
        What they should sum to.

    Returns
    -------
    float
        Mean absolute deviation, in the unit of the amounts.

    Examples
    --------
    >>> from sklmag.metrics import composition_sum_error
    >>> composition_sum_error([[60, 41], [50, 50]])
    0.5
    """
    return float(np.abs(np.asarray(y_pred, dtype=float).sum(axis=1) - whole).mean())


def _checked(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    if y_true.ndim != 2 or y_true.shape != y_pred.shape:
        raise ValueError(
            f"Expected two tables of shape (n_samples, n_slots), got {y_true.shape} "
            f"and {y_pred.shape}."
        )
    return y_true, y_pred
