"""Numbers beside a formula: temperatures, loads, times."""

import numpy as np

from sklmag._utils._variation import deviation, varies

_BOUND = 3.0


class ConditionScaler:
    """Leave slots as they are; scale the conditions behind them, and mark gaps.

    Conditions are centred on their median, divided by their standard deviation and
    bounded as other features are. One that is not known is zero, and has a mark in a
    column of its own; where none was missing in training, none may be later.

    Parameters
    ----------
    n_conditions : int
        The last columns of a table.
    """

    def __init__(self, n_conditions):
        self.n_conditions = n_conditions

    def fit(self, X, weight):
        """Learn location and scale from rows; weights do not matter."""
        values = self._values(X)
        empty = np.isnan(values).all(axis=0)
        if empty.any():
            raise ValueError(
                f"Input X contains NaN: condition {int(np.argmax(empty))} is not known "
                "in any row. Leave it out."
            )
        self.center_ = np.nanmedian(values, axis=0)
        known = np.where(np.isnan(values), self.center_, values)
        self.scale_ = np.where(varies(known), deviation(values), np.inf)
        self.has_gaps_ = np.isnan(values).any(axis=0)
        return self

    @property
    def n_features_out(self):
        """Number of columns behind the slots."""
        return self.n_conditions + int(self.has_gaps_.sum())

    def transform(self, X):
        """Return slots, scaled conditions, and the marks."""
        values = self._values(X)
        gaps = np.isnan(values)
        new = np.argwhere(gaps & ~self.has_gaps_)
        if len(new):
            row, condition = new[0]
            raise ValueError(
                f"Input X contains NaN: row {row} lacks condition {condition}, which "
                "was known in every row of the training. Give it, or train with gaps."
            )
        z = np.clip((values - self.center_) / self.scale_, -1e100, 1e100)
        z = np.where(gaps, 0.0, z / np.sqrt(1 + (z / _BOUND) ** 2))
        return np.hstack((X[:, : -self.n_conditions], z, gaps[:, self.has_gaps_]))

    def _values(self, X):
        return X[:, X.shape[1] - self.n_conditions :]
