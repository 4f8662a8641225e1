"""Whether a row lies where a model has learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from sklearn.utils import check_random_state

from sklmag._utils._variation import deviation, varies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


_MAX_ROWS = 5000  # of the training data that are kept
_FEW_DIMENSIONS = 15  # in which a search tree is faster
_CHUNK = 1000  # rows that are compared with all at once
_SHARE = 0.99  # of the training rows that count as near to the others


class ApplicabilityDomain:
    r"""Distance of rows to the training data, in units of what is usual among them.

    Parameters
    ----------
    rows : ndarray of shape (n_samples, n_features)
        What the last step of a model was trained on.
    random_state : int, RandomState instance or None, default=0
        Seed of the choice of rows, where there are more than 5,000.
    names : sequence of str, default=None
        What the rows are called.
    values, held_out : ndarray of shape (n_samples, n_targets), default=None
        What was measured there, and what models predicted that had not seen the row.

    Attributes
    ----------
    rows : ndarray of shape (n_kept, n_features)
        The different rows that were kept.
    names : list of str or None
        Of these; of equal rows, that of the first.
    values, held_out : ndarray of shape (n_kept, n_targets) or None
        Of these; of equal rows, the median.

    Notes
    -----
    Features are divided by their standard deviations over the training rows; those
    that do not vary there are left out, and missing values count as the median. With
    :math:`d(x)` the Euclidean distance to the nearest training row, and :math:`q` the
    99th percentile of the distances of the training rows to their nearest others,

    .. math:: \mathrm{distance}(x) = d(x) / q.

    Up to 1 a row counts as inside. It says how far a row is, not how wrong the model.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.persistence import ApplicabilityDomain
    >>> domain = ApplicabilityDomain(np.arange(10.0)[:, None])
    >>> domain.distance([[4.5], [11.0]]).round(2)
    array([0.5, 2. ])
    """

    def __init__(
        self,
        rows: np.ndarray,
        random_state: int | np.random.RandomState | None = 0,
        *,
        names: Sequence[str] | None = None,
        values: np.ndarray | None = None,
        held_out: np.ndarray | None = None,
    ) -> None:
        rows, first, of_row = np.unique(
            np.asarray(rows, dtype=float), axis=0, return_index=True,
            return_inverse=True,
        )  # fmt: skip
        kept = np.arange(len(rows))
        if len(rows) > _MAX_ROWS:
            chosen = check_random_state(random_state).choice(
                len(rows), _MAX_ROWS, replace=False
            )
            kept = np.sort(chosen)
            rows = rows[kept]
        self.rows = rows
        self.names = None if names is None else [names[i] for i in first[kept]]
        self.values, self.held_out = (
            None if table is None else _medians(table, of_row.ravel())[kept]
            for table in (values, held_out)
        )
        known = np.isfinite(rows)
        self._median = np.zeros(rows.shape[1])
        some = known.any(axis=0)
        self._median[some] = np.nanmedian(
            np.where(known, rows, np.nan)[:, some], axis=0
        )
        filled = self._filled(rows)
        spread = deviation(filled)
        varied = varies(filled)
        self._used = varied if varied.any() else np.ones_like(varied)
        self._scale = np.where(varied, spread, 1.0)[self._used]
        points = self._points(rows)
        self._kept = points
        is_low = points.shape[1] <= _FEW_DIMENSIONS
        self._tree = cKDTree(points) if is_low else None
        self._unit = 1.0
        if len(points) > 1:
            nearest = self._nearest(points, k=2)[0]
            self._unit = float(np.quantile(nearest, _SHARE)) or 1.0

    def distance(self, rows: ArrayLike) -> np.ndarray:
        """Return how far rows are from the training data.

        Parameters
        ----------
        rows : array-like of shape (n_samples, n_features)
            What arrives at the last step.

        Returns
        -------
        ndarray of shape (n_samples,)
            Up to 1: as near as training rows are to each other.
        """
        return self.nearest(rows)[0]

    def nearest(self, rows: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return how far rows are from the training data, and which row is nearest.

        Parameters
        ----------
        rows : array-like of shape (n_samples, n_features)
            What arrives at the last step.

        Returns
        -------
        distance : ndarray of shape (n_samples,)
        which : ndarray of shape (n_samples,), dtype int
            Place among those that are kept.
        """
        points = self._points(np.asarray(rows, dtype=float))
        distance, which = self._nearest(points, k=1)
        return distance / self._unit, which

    def distance_to(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return how far rows are from others, in the unit of this domain."""
        points = cKDTree(self._points(others))
        return points.query(self._points(rows))[0] / self._unit

    def _nearest(self, points, k):
        """Return distance and place of the k-th nearest to each point that is kept.

        In many dimensions a search tree looks at all of them: products of matrices do
        that faster. They only say which is nearest; its distance is computed exactly.
        """
        if self._tree is not None:
            distance, which = self._tree.query(points, k=[k])
            return distance[:, 0], which[:, 0]
        kept = self._kept
        found, places = [np.zeros(0)], [np.zeros(0, dtype=int)]
        squares = (kept * kept).sum(axis=1)
        for start in range(0, len(points), _CHUNK):
            some = points[start : start + _CHUNK]
            closeness = squares - 2 * (some @ kept.T)
            which = closeness.argmin(axis=1)
            for _ in range(k - 1):  # the next one
                closeness[np.arange(len(some)), which] = np.inf
                which = closeness.argmin(axis=1)
            found.append(np.linalg.norm(some - kept[which], axis=1))
            places.append(which)
        return np.concatenate(found), np.concatenate(places)

    def _points(self, rows):
        return self._filled(rows)[:, self._used] / self._scale

    def _filled(self, rows):
        return np.where(np.isfinite(rows), rows, self._median)


def _medians(table, of_row):
    return pd.DataFrame(table).groupby(of_row).median().to_numpy()
