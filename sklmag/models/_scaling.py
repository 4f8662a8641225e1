"""Scaling of features and targets, with row weights, undone on the way out."""

import numpy as np

from sklmag._utils._variation import varies

_LARGE = 1e100


class FeatureScaler:
    """Centre and scale features, and bound them; leave out those that never vary.

    z = (x - median) / interquartile range, then z / sqrt(1 + (z / 3)^2). The bound of
    +-3 matters where a feature is nearly always zero, as a rare element is: in units
    of its standard deviation it would be a hundred, and a net would extrapolate.
    """

    def fit(self, X, weight):
        """Learn location and scale from rows `X` with weights `weight`."""
        X, weight = X[weight > 0], weight[weight > 0]
        self.varies_ = varies(X)
        if not self.varies_.any():
            self.varies_[:] = True
        X = X[:, self.varies_]
        span = np.ptp(X, axis=0)
        low, self.center_, high = _weighted_quantiles(X, weight)
        scale = np.where(high - low > 1e-10 * span, high - low, span / 2)
        self.scale_ = np.where(scale > 0, scale, 1.0)
        return self

    @property
    def n_features_out(self):
        """Number of the features that vary."""
        return int(self.varies_.sum())

    def transform(self, X):
        """Return the scaled features that vary."""
        with np.errstate(over="ignore"):
            z = (X[:, self.varies_] - self.center_) / self.scale_
        z = np.clip(z, -_LARGE, _LARGE)  # its square must not overflow
        return z / np.sqrt(1 + (z / 3) ** 2)


class MagnitudeScaler:
    """Divide each feature by its largest magnitude; hold at zero what does not vary."""

    def fit(self, X, weight):
        """Learn the magnitudes from rows `X`; weights do not matter."""
        self.scale_ = np.where(varies(X), np.abs(X).max(axis=0), np.inf)
        return self

    @property
    def n_features_out(self):
        """Number of features."""
        return len(self.scale_)

    def transform(self, X):
        """Return the scaled features."""
        return X / self.scale_


def _weighted_quantiles(X, weight):
    return np.quantile(
        X, [0.25, 0.5, 0.75], axis=0, weights=weight, method="inverted_cdf"
    )


class TargetScaler:
    """Centre and scale targets by their weighted mean and standard deviation."""

    def fit(self, y, weight):
        """Learn location and scale from `y`, shape (n_samples, n_targets)."""
        self.center_, self.scale_ = _mean_and_deviation(y, weight)
        largest = np.nanmax(np.abs(y), axis=0)
        odd = (largest > _LARGE) | (largest < 1 / _LARGE) & (largest > 0)
        if odd.any():  # squares would overflow, or vanish
            unit = largest[odd]
            center, scale = _mean_and_deviation(y[:, odd] / unit, weight)
            self.center_[odd], self.scale_[odd] = center * unit, scale * unit
        self.scale_[self.scale_ <= 1e-12 * np.abs(self.center_)] = 1.0
        self.scale_[self.scale_ == 0] = 1.0
        return self

    def transform(self, y):
        """Return scaled targets."""
        return (y - self.center_) / self.scale_

    def inverse_transform(self, z):
        """Return targets in their own units."""
        return z * self.scale_ + self.center_


def _mean_and_deviation(y, weight):
    """Return weighted means and deviations of what is known of each target."""
    if np.isnan(y).any():
        parts = [_mean_and_deviation(c[k, None], weight[k]) for c, k in _known(y)]
        return (np.concatenate(part) for part in zip(*parts, strict=True))
    with np.errstate(over="ignore", invalid="ignore"):
        center = np.average(y, axis=0, weights=weight)
        variance = np.average((y - center) ** 2, axis=0, weights=weight)
    return center, np.sqrt(variance)


def _known(y):
    return [(column, ~np.isnan(column)) for column in y.T]


class FixedScaler:
    """Divide targets by one number that is given, not learned."""

    def __init__(self, unit):
        self.unit = unit

    def fit(self, y, weight):
        """Take the unit for every target; nothing is centred."""
        self.center_ = np.zeros(y.shape[1])
        self.scale_ = np.full(y.shape[1], self.unit)
        return self

    def transform(self, y):
        """Return targets in units."""
        return y / self.scale_

    def inverse_transform(self, z):
        """Return targets in their own units."""
        return z * self.scale_
