"""What an ensemble knows of its own errors."""

import numpy as np
from scipy.stats import chi2

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
        the members, aleatoric + (1 + 1 / n_members) ensemble.
    """
    n_members = len(value)
    aleatoric = np.exp(2 * log_std).mean(axis=0)
    ensemble = value.var(axis=0, ddof=min(1, n_members - 1))
    spread = ensemble
    if usual_ratio is not None:
        spread = _moderated(ensemble, n_members - 1, usual_ratio * aleatoric)
    total = aleatoric + spread * (1 + 1 / n_members)
    return {"aleatoric": aleatoric, "ensemble": ensemble, "total": total}


def _moderated(ensemble, dof, usual):
    """Return a variance between that of a few members and the usual one."""
    return (dof * ensemble + _PRIOR_DOF * usual) / (dof + _PRIOR_DOF)


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
    Only some members have not seen a row. What all of them would score follows from
    what one and a part of them do: the square of the 0.9 quantile is taken to be linear
    in 1 / n_members.
    """
    n_all, scores = len(value), np.empty_like(y, dtype=float)
    ratio = _usual_ratio(value, log_std, unseen)
    for rows, members, log_stds in _unseen_parts(value, log_std, unseen):
        part = _scores(members, log_stds, y[rows], ratio, n_all)
        singles = [
            _scores(member[None], own[None], y[rows], ratio, n_all)
            for member, own in zip(members, log_stds, strict=True)
        ]
        gain = _gain(np.concatenate(singles), part, len(members), n_all)
        scores[rows] = part * gain
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


def _scores(value, log_std, y, ratio, n_all):
    parts = variances(value, log_std)
    aleatoric = parts["aleatoric"]
    spread = _moderated(parts["ensemble"], len(value) - 1, ratio * aleatoric)
    error = np.abs(np.median(value, axis=0) - y)
    return error / np.sqrt(aleatoric + spread * (1 + 1 / n_all))


def _gain(single, part, n_part, n_all):
    """Return by what factor scores of all members are below those of a part."""
    if n_part in (1, n_all) or np.isnan(part).all(axis=0).any():
        return 1.0
    one, several = (np.nanquantile(x, 0.9, axis=0) ** 2 for x in (single, part))
    own = (one - several) / (1 - 1 / n_part)
    several = np.maximum(several, np.finfo(float).tiny)  # every error may be zero
    left = 1 - own / several * (1 / n_part - 1 / n_all)
    return np.sqrt(np.clip(left, 0.25, 1.0))


def _usual_ratio(value, log_std, unseen):
    """Return the median over rows, each in units of the median of so many members.

    Means would be those of a few rows: both variances range over decades.
    """
    ratios = [np.zeros((0, value.shape[2]))]
    for _, members, log_stds in _unseen_parts(value, log_std, unseen):
        dof = len(members) - 1
        if dof:
            parts = variances(members, log_stds)
            ratio = parts["ensemble"] / parts["aleatoric"]
            ratios.append(ratio / (chi2.median(dof) / dof))
    ratios = np.concatenate(ratios)
    return np.median(ratios, axis=0) if len(ratios) else np.zeros(value.shape[2])
