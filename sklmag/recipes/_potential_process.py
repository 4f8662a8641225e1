"""A Gaussian process for some thousand rows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.utils import _safe_indexing, check_random_state

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike

_ROWS_OF_KERNEL = 800


class PotentialProcess(GaussianProcessRegressor):
    """A Gaussian process with one length for all features, whose kernel some rows fix.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Seed of the rows that the kernel is fitted to.

    Notes
    -----
    The fit of a kernel takes the inverse of a matrix of all rows dozens of times: it is
    done with 800 of them at most. What is predicted is learned from all rows.
    """

    def __init__(self, random_state: Any = None) -> None:
        kernel = ConstantKernel(1.0) * Matern(10.0, (0.1, 1e4), nu=2.5)
        super().__init__(
            kernel + WhiteKernel(0.1, (1e-7, 10.0)),
            normalize_y=True,
            random_state=random_state,
        )

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the kernel to some rows, and learn all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Standardized features.
        y : array-like of shape (n_samples,)
            Target.

        Returns
        -------
        self : object
            The fitted process.
        """
        with warnings.catch_warnings():
            # of noise or a length at the end of its range, where data have none
            warnings.simplefilter("ignore", ConvergenceWarning)
            return self._fitted(X, y)

    def _fitted(self, X, y):
        if len(X) <= _ROWS_OF_KERNEL:
            return super().fit(X, y)
        some = check_random_state(self.random_state).permutation(len(X))
        some = np.sort(some[:_ROWS_OF_KERNEL])
        first, optimizer = self.kernel, self.optimizer
        tuned = super().fit(_safe_indexing(X, some), _safe_indexing(y, some))
        self.kernel, self.optimizer = clone(tuned.kernel_), None
        try:
            return super().fit(X, y)
        finally:
            self.kernel, self.optimizer = first, optimizer
