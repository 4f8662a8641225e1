"""What an ensemble knows of its own errors."""

import numpy as np
from scipy.stats import chi2

from sklmag.models._held_out import halves

# What the usual spread of members is worth: as much as that of seven of them.
_PRIOR_DOF = 6


def variances(value, log_std, usual_ratio=None):
    """Return the parts of the variance and their total.

    Parameters
    ----------
    value, log_std : ndarray of shape (n_members, n_samples, n_targets)
        Predictions, and the logarithms of what each network expects as deviation.
    usual_ratio : ndarray of shape (n_targets,), default=None
        Usual ratio of the ensemble variance to the aleatoric one. A few members tell
        little of their spread: that of each row is drawn towards it.

    Returns
    -------
    dict of str to ndarray of shape (n_samples, n_targets)
        ``"aleatoric"``, ``"ensemble"`` and ``"total"``: of a target about the mean of
        the members, aleatoric + (1 + 1 / n_members) ensemble. With a usual ratio the
        total is the squared harmonic mean of the deviations that each half of the
        members expects, as held-out rows have only those of one half.
    """
    n_members = len(value)
    parts = {"aleatoric": _aleatoric(log_std), "ensemble": _ensemble(value)}
    if usual_ratio is None:
        total = parts["aleatoric"] + parts["ensemble"] * (1 + 1 / n_members)
        return parts | {"total": total}
    deviations = [
        _deviation(value[half], log_std[half], usual_ratio, n_members)
        for half in halves(n_members)
    ]
    return parts | {"total": 1 / np.mean(1 / np.array(deviations), axis=0) ** 2}


def _aleatoric(log_std):
    return np.exp(2 * log_std).mean(axis=0)


def _ensemble(value):
    return value.var(axis=0, ddof=min(1, len(value) - 1))


def _deviation(value, log_std, usual_ratio, n_all):
    """Return the deviation that some of the members expect."""
    aleatoric, dof = _aleatoric(log_std), len(value) - 1
    usual = usual_ratio * aleatoric
    spread = (dof * _ensemble(value) + _PRIOR_DOF * usual) / (dof + _PRIOR_DOF)
    return np.sqrt(aleatoric + spread * (1 + 1 / n_all))


class Calibration:
    """Errors on rows that were not trained on, in units of the expected deviation.

    Parameters
    ----------
    spread_ratio : ndarray of shape (n_targets,)
        Usual ratio of the members' variance to the aleatoric one.
    scores : ndarray of shape (n_samples, n_targets)
        The errors, in rising order; NaN behind them where targets are not known.
    """

    def __init__(self, spread_ratio, scores):
        self.spread_ratio = spread_ratio
        self.scores = scores

    @classmethod
    def from_held_out(cls, value, log_std, y, unseen):
        """Compare what is predicted and expected with the targets, see `calibrated`."""
        ratio, scores = calibrated(value, log_std, y, unseen)
        return cls(ratio, np.sort(scores, axis=0))

    def __len__(self):
        return int((~np.isnan(self.scores)).sum(axis=0).min())

    def quantile(self, coverage):
        """Return the score that a share of the targets stays below, of each target."""
        n = (~np.isnan(self.scores)).sum(axis=0)
        if not n.all():
            raise ValueError(
                f"No held-out row knows target {int(np.argmin(n))}, so that nothing "
                "tells how large its errors are. Give more rows that know it, raise "
                "validation_fraction, or take return_std='aleatoric'."
            )
        rank = np.minimum(n, np.ceil((n + 1) * coverage).astype(int))
        return np.take_along_axis(self.scores, rank[None] - 1, axis=0)[0]


def calibrated(value, log_std, y, unseen):
    r"""Return the usual spread, and errors in units of the expected deviation.

    Parameters
    ----------
    value, log_std : ndarray of shape (n_members, n_samples, n_targets)
        As in :func:`variances`, on held-out rows.
    y : ndarray of shape (n_samples, n_targets)
        Targets.
    unseen : ndarray of shape (n_members, n_samples), dtype bool
        Which members have not been trained on a row; at least one for each.

    Returns
    -------
    usual_ratio : ndarray of shape (n_targets,)
        Of the ensemble variance to the aleatoric one, :math:`\rho`.
    scores : ndarray of shape (n_samples, n_targets)

    Notes
    -----
    Only one half of the members has not seen a row, as a rule. Its scores stand for
    those of all: two halves together expect the mean of what each does.
    """
    n_all, scores = len(value), np.empty_like(y, dtype=float)
    ratio = _usual_ratio(value, log_std, unseen)
    for rows, members, log_stds in _unseen_parts(value, log_std, unseen):
        if len(members) == n_all:
            deviation = np.sqrt(variances(members, log_stds, ratio)["total"])
        else:
            deviation = _deviation(members, log_stds, ratio, n_all)
        scores[rows] = np.abs(np.median(members, axis=0) - y[rows]) / deviation
    return ratio, scores


def _unseen_parts(value, log_std, unseen):
    """Yield rows that equally many members have not seen, and what these say."""
    n_unseen = unseen.sum(axis=0)
    for size in np.unique(n_unseen):
        rows = n_unseen == size
        who = np.argsort(~unseen[:, rows], axis=0, kind="stable")[:size, :, None]
        yield (
            rows,
            *(np.take_along_axis(x[:, rows], who, axis=0) for x in (value, log_std)),
        )


def _usual_ratio(value, log_std, unseen):
    """Return the median over rows, each in units of the median of so many members.

    Means would be those of a few rows: both variances range over decades.
    """
    ratios = [np.zeros((0, value.shape[2]))]
    for _, members, log_stds in _unseen_parts(value, log_std, unseen):
        dof = len(members) - 1
        if dof:
            ratio = _ensemble(members) / _aleatoric(log_stds)
            ratios.append(ratio / (chi2.median(dof) / dof))
    ratios = np.concatenate(ratios)
    return np.median(ratios, axis=0) if len(ratios) else np.zeros(value.shape[2])
