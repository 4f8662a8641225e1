"""What an ensemble knows of its own errors."""

import numpy as np


def variances(value, log_std):
    """Return the parts of the variance and their total.

    Parameters
    ----------
    value, log_std : ndarray of shape (n_members, n_samples, n_targets)
        Predictions, and the logarithms of what each network expects as deviation.

    Returns
    -------
    dict of str to ndarray of shape (n_samples, n_targets)
        ``"aleatoric"``, ``"ensemble"`` and ``"total"``: of a target about the mean of
        the members, aleatoric + (1 + 1 / n_members) ensemble.
    """
    n_members = len(value)
    aleatoric = np.exp(2 * log_std).mean(axis=0)
    ensemble = value.var(axis=0, ddof=min(1, n_members - 1))
    total = aleatoric + ensemble * (1 + 1 / n_members)
    return {"aleatoric": aleatoric, "ensemble": ensemble, "total": total}


def calibration_scores(value, log_std, y, unseen):
    """Return errors on held-out rows in units of the expected deviation.

    Parameters
    ----------
    value, log_std : ndarray of shape (n_members, n_samples, n_targets)
        As in :func:`variances`.
    y : ndarray of shape (n_samples, n_targets)
        Targets.
    unseen : ndarray of shape (n_members, n_samples), dtype bool
        Which members have not been trained on a row; at least one for each.

    Returns
    -------
    ndarray of shape (n_samples, n_targets)

    Notes
    -----
    Only some members have not seen a row, and two of them say little of their spread:
    where they agree by chance a score would be huge. The ensemble variance therefore
    enters as its mean ratio to the aleatoric one. Errors are shrunk to those that all
    members would have together: mean squares fall linearly with 1 / n_members.
    """
    error, single = np.empty_like(y, dtype=float), np.empty_like(y, dtype=float)
    aleatoric, ensemble = np.empty_like(error), np.empty_like(error)
    n_unseen = unseen.sum(axis=0)
    for pattern in np.unique(unseen.T, axis=0):
        rows = (unseen.T == pattern).all(axis=1)
        members = value[pattern][:, rows]
        parts = variances(members, log_std[pattern][:, rows])
        error[rows] = np.abs(np.median(members, axis=0) - y[rows])
        single[rows] = np.abs(members - y[rows]).mean(axis=0)
        aleatoric[rows], ensemble[rows] = parts["aleatoric"], parts["ensemble"]
    ratio = ensemble.mean(axis=0) / aleatoric.mean(axis=0)
    expected = aleatoric * (1 + ratio * (1 + 1 / len(value)))
    shrunk = _shrinkage(error, single, n_unseen, len(value))
    factor = np.where((n_unseen < len(value))[:, None], shrunk, 1.0)
    return error * factor / np.sqrt(expected)


def _shrinkage(error, single, n_unseen, n_members):
    """Return by what factor errors of all members are below those of a part."""
    several = n_unseen > 1
    if not several.any():
        return 1.0
    part = n_unseen[several].min()
    gain = (single[several].mean(axis=0) / error[several].mean(axis=0)) ** 2 - 1
    share = (1 / part - 1 / n_members) / (1 - 1 / part)
    return np.sqrt(np.clip(1 - gain * share, 0.25, 1.0))
