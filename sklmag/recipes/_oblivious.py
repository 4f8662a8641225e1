"""CatBoost's trees as plain arrays, which files can hold and NumPy can follow."""

import json
import tempfile
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

_ROWS = 1000  # of a product: 6 MB


class ObliviousTrees(RegressorMixin, BaseEstimator):
    """CatBoost with its defaults, kept as arrays after the fit.

    All nodes of one level of such a tree ask the same question, so that the answers
    are the binary digits of the number of the leaf.

    Attributes
    ----------
    asked_ : ndarray of shape (n_trees, n_levels), dtype int
        Which feature each level looks at.
    border_ : ndarray of shape (n_trees, n_levels)
        What it must lie above; infinite for levels that a tree does not have.
    value_ : ndarray of shape (n_trees, 2 ** n_levels)
        What each leaf adds.
    bias_ : float
        What all begin with.
    """

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        """Fit CatBoost, and take over its trees."""
        from catboost import CatBoostRegressor

        X, y = validate_data(self, X, y, dtype=np.float32, y_numeric=True)
        model = CatBoostRegressor(
            random_seed=self.random_state, verbose=0, thread_count=1,
            allow_writing_files=False,
        )  # fmt: skip
        model.fit(X, y)
        with tempfile.TemporaryDirectory(prefix="sklmag-") as folder:
            path = Path(folder, "trees.json")
            model.save_model(str(path), format="json")
            written = json.loads(path.read_text(encoding="utf-8"))
        self._take(written)
        return self

    def _take(self, written):
        trees = written["oblivious_trees"]
        n_levels = max((len(tree["splits"] or []) for tree in trees), default=0)
        shape = len(trees), n_levels
        self.asked_ = np.zeros(shape, dtype=np.int64)
        self.border_ = np.full(shape, np.inf, dtype=np.float32)
        self.value_ = np.zeros((len(trees), 2**n_levels))
        index = [f["feature_index"] for f in written["features_info"]["float_features"]]
        for k, tree in enumerate(trees):
            for level, split in enumerate(tree["splits"] or []):
                self.asked_[k, level] = index[split["float_feature_index"]]
                self.border_[k, level] = split["border"]
            self.value_[k, : len(tree["leaf_values"])] = tree["leaf_values"]
        scale, (bias,) = written["scale_and_bias"]
        self.value_ *= scale
        self.bias_ = float(bias)

    def predict(self, X):
        """Add up the leaves that each row falls into."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float32)
        parts = [self._sums(X[k : k + _ROWS]) for k in range(0, len(X), _ROWS)]
        return np.concatenate(parts)

    def _sums(self, X):
        digits = 2 ** np.arange(self.asked_.shape[1])
        leaf = (X[:, self.asked_] > self.border_) @ digits
        values = self.value_[np.arange(len(self.value_)), leaf]
        return values.sum(axis=1) + self.bias_
