"""Targets with far outliers, brought within reach."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

_FAR = 10
_BEND = 3


class TailCompressor(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Leave columns as they are, or take the logarithm of their tails.

    Attributes
    ----------
    center_, scale_ : ndarray of shape (n_features,)
        Median, and interquartile range.
    compressed_ : ndarray of shape (n_features,), dtype bool
        Which columns have a value more than ten interquartile ranges from the median.

    Notes
    -----
    With :math:`z` in interquartile ranges from the median, a compressed column becomes
    :math:`3 \operatorname{arsinh}(z / 3)`: near :math:`z` up to 3, logarithmic beyond.
    Where the middle half of the values is equal, nothing changes: there is no range.
    """

    def fit(self, X, y=None):
        """Learn which columns have far outliers."""
        X = validate_data(self, X, dtype=np.float64)
        low, self.center_, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
        self.scale_ = np.where(high > low, high - low, 1.0)
        farthest = np.abs(X - self.center_).max(axis=0)
        self.compressed_ = (high > low) & (farthest > _FAR * self.scale_)
        return self

    def transform(self, X):
        """Compress what `fit` found far out."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        z = (X - self.center_) / self.scale_
        return np.where(self.compressed_, _BEND * np.arcsinh(z / _BEND), X)

    def inverse_transform(self, X):
        """Undo `transform`."""
        check_is_fitted(self)
        X = np.asarray(X, dtype=np.float64)
        z = _BEND * np.sinh(np.where(self.compressed_, X, 0.0) / _BEND)
        return np.where(self.compressed_, z * self.scale_ + self.center_, X)
