"""The base of the regressors that own a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from sklmag.models._net_estimator import NetEstimator

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class NetRegressor(RegressorMixin, MultiOutputMixin, NetEstimator):
    """Base of the regressors that own a network: they predict the members' mean."""

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Predict the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        return_std : bool, default=False
            Also return the standard deviation over the members, a measure of how far
            the training data determine the prediction (epistemic), in the unit of
            the target. Needs ``n_members`` of 2 or more.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            The mean prediction of the members, in float64.
        std : ndarray of the shape of y
            Only with ``return_std=True``.
        """
        check_is_fitted(self)
        if return_std and self.net_.n_members < 2:
            raise ValueError(
                f"return_std=True needs at least 2 members, but this "
                f"{type(self).__name__} was fitted with n_members=1."
            )
        members = self._predict_members(X)
        y = members.mean(axis=0)
        if not return_std:
            return self._shaped(y)
        return self._shaped(y), self._shaped(members.std(axis=0, ddof=1))

    def _predict_members(self, X):
        """Return each member's prediction, (n_members, n_samples, n_targets)."""
        x = self._scaled_features(X)
        with self._threads():
            z = self.net_.predict_members(x).astype(np.float64)
        y = self.target_scaler_.inverse_transform(z)
        finite = np.isfinite(y).all(axis=(0, 2))
        if not finite.all():
            raise ValueError(
                f"Row {int(np.argmin(finite))}: {type(self).__name__} gives no finite "
                "number. Its features or the targets of its training are too large "
                f"for {self.dtype_}: scale them, or take dtype='float64'."
            )
        return y
