"""Which columns of a table vary, beyond what rounding makes of a constant."""

import numpy as np

_ROUNDING = 1e-10  # of the largest value of a column
_NOISE = 1e-12  # of what is usual in the other columns


def varies(X):
    """Tell of each column whether it varies.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Finite numbers of any size.

    Returns
    -------
    ndarray of shape (n_features,), dtype bool

    Notes
    -----
    A column whose values differ by less than 1e-10 of the largest does not vary. Nor
    does one around zero that holds nothing above 1e-12 of the median column's largest
    value: rounding leaves such numbers where zero is meant, and whoever divides by them
    makes 1e14 of the first row in which the quantity is really there.

    Examples
    --------
    >>> import numpy as np
    >>> varies(np.array([[1.0, 300.0, 0.0], [2.0, 300.0, 1e-16]]))
    array([ True, False, False])
    """
    low, high = X.min(axis=0), X.max(axis=0)
    largest = np.maximum(np.abs(low), np.abs(high))
    some = largest[largest > 0]
    usual = np.quantile(some, 0.5, method="lower") if len(some) else 0.0
    is_noise = (low <= 0) & (high >= 0) & (largest <= _NOISE * usual)
    with np.errstate(over="ignore"):  # a span may be twice the largest number
        return (high - low > _ROUNDING * largest) & ~is_noise


def deviation(X, weight=None):
    """Return the standard deviation of each column, of numbers of any size.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Numbers whose squares may be too large or too small to be one; NaN is left out.
    weight : ndarray of shape (n_samples,), default=None
        Weights of the rows, where nothing is NaN.

    Returns
    -------
    ndarray of shape (n_features,)

    Examples
    --------
    >>> import numpy as np
    >>> deviation(np.array([[1e300, 1e-300], [3e300, 3e-300]]))
    array([1.e+300, 1.e-300])
    """
    largest = np.nanmax(np.abs(X), axis=0)
    unit = np.where(largest > 0, largest, 1.0)
    if weight is None:
        return np.nanstd(X / unit, axis=0) * unit
    shares = X / unit
    center = np.average(shares, axis=0, weights=weight)
    return np.sqrt(np.average((shares - center) ** 2, axis=0, weights=weight)) * unit
