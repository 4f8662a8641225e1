"""Scaling of features and targets, with row weights, undone on the way out."""

import numpy as np


class FeatureScaler:
    """Centre and scale features; leave out those that never vary.

    Parameters
    ----------
    robust : bool
        False: weighted mean and standard deviation. True: median and interquartile
        range, then the soft clip z / sqrt(1 + (z / 3)^2), which keeps outliers
        within +-3.
    """

    def __init__(self, robust):
        self.robust = robust

    def fit(self, X, weight):
        """Learn location and scale from rows `X` with weights `weight`."""
        X, weight = X[weight > 0], weight[weight > 0]
        span = np.ptp(X, axis=0)
        self.varies_ = span > 1e-10 * np.abs(X).max(axis=0)
        if not self.varies_.any():
            self.varies_[:] = True
        X, span = X[:, self.varies_], span[self.varies_]
        if self.robust:
            low, self.center_, high = _weighted_quantiles(X, weight)
            scale = np.where(high - low > 1e-10 * span, high - low, span / 2)
        else:
            self.center_ = np.average(X, axis=0, weights=weight)
            scale = np.sqrt(np.average((X - self.center_) ** 2, axis=0, weights=weight))
        self.scale_ = np.where(scale > 0, scale, 1.0)
        return self

    def transform(self, X):
        """Return the scaled features that vary."""
        z = (X[:, self.varies_] - self.center_) / self.scale_
        return z / np.sqrt(1 + (z / 3) ** 2) if self.robust else z

    def __sklearn_clone__(self):
        return FeatureScaler(self.robust)


def _weighted_quantiles(X, weight):
    return np.quantile(
        X, [0.25, 0.5, 0.75], axis=0, weights=weight, method="inverted_cdf"
    )


class TargetScaler:
    """Centre and scale targets by their weighted mean and standard deviation."""

    def fit(self, y, weight):
        """Learn location and scale from `y`, shape (n_samples, n_targets)."""
        self.center_ = np.average(y, axis=0, weights=weight)
        variance = np.average((y - self.center_) ** 2, axis=0, weights=weight)
        self.scale_ = np.sqrt(variance)
        self.scale_[self.scale_ <= 1e-12 * np.abs(self.center_)] = 1.0
        self.scale_[self.scale_ == 0] = 1.0
        return self

    def transform(self, y):
        """Return scaled targets."""
        return (y - self.center_) / self.scale_

    def inverse_transform(self, z):
        """Return targets in their own units."""
        return z * self.scale_ + self.center_
