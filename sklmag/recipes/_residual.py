"""Physics first: a simple model of what matters, and a second one of the rest."""

from __future__ import annotations

import re
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from sklmag._utils._validation import HasMethods, Interval

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class ResidualRegressor(RegressorMixin, MetaEstimatorMixin, BaseEstimator):
    r"""The sum of a simple model of chosen columns and of a second one of what is left.

    Where physics says which quantity matters, a model of few parameters carries it
    beyond the training data, and the other learns only what it misses.

    Parameters
    ----------
    baseline : scikit-learn regressor
        The simple model, such as a ridge.
    regressor : scikit-learn regressor
        Learns the residuals from all columns.
    columns : str, default=None
        What the baseline sees: the columns of a frame in whose names this regular
        expression is found. None is all of them.
    cv : int, default=5
        Parts by which the residuals are made: of each part by a baseline that was
        fitted to the others, since those of the fitted rows themselves are too small.

    Attributes
    ----------
    baseline_ : estimator
        The simple model.
    residual_ : estimator
        What was fitted to what it misses.
    seen_ : ndarray of shape (n_features,), dtype bool
        Which columns the baseline sees.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names.

    Raises
    ------
    ValueError
        Where no column has such a name.

    Notes
    -----
    With the baseline :math:`b` and the regressor :math:`r` the prediction is
    :math:`b(x) + r(x)`, where :math:`r` was fitted to :math:`y - b_{-k}(x)` of a
    baseline :math:`b_{-k}` that had not seen the part of :math:`x`.

    Of a formation energy, the baseline is linear in the energy :math:`E` of a
    potential and the fractions :math:`x_i` of the elements:
    :math:`\alpha E - \sum_i x_i \mu_i` with fitted energies :math:`\mu_i` of the
    elements.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from sklmag.recipes import ResidualRegressor
    >>> X = pd.DataFrame({"energy": np.arange(40.0), "kind": np.arange(40) % 2})
    >>> y = 3 * X["energy"] + X["kind"]
    >>> model = ResidualRegressor(
    ...     LinearRegression(), DecisionTreeRegressor(max_depth=1), columns="energy"
    ... ).fit(X, y)
    >>> model.predict(pd.DataFrame({"energy": [100.0, 101.0], "kind": [0, 1]})).round()
    array([300., 304.])
    """

    _parameter_constraints = {
        "baseline": [HasMethods(["fit", "predict"])],
        "regressor": [HasMethods(["fit", "predict"])],
        "columns": [str, None],
        "cv": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self, baseline: Any, regressor: Any, *, columns: str | None = None, cv: int = 5
    ) -> None:
        self.baseline = baseline
        self.regressor = regressor
        self.columns = columns
        self.cv = cv

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the baseline, and the other to what it misses.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; a frame where `columns` names some.
        y : array-like of shape (n_samples,)
            Target.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._validate_params()
        numbers, y = validate_data(
            self, X, y, y_numeric=True, dtype=np.float64, ensure_min_samples=2
        )
        y = column_or_1d(y, warn=True)
        self.seen_, X = self._chosen(), _named(X, numbers)
        seen = numbers[:, self.seen_]
        self.baseline_ = clone(self.baseline).fit(seen, y)
        parts = KFold(min(self.cv, len(y)), shuffle=True, random_state=0)
        missed = y - cross_val_predict(clone(self.baseline), seen, y, cv=parts)
        self.residual_ = clone(self.regressor).fit(X, missed)
        return self

    def _chosen(self):
        if self.columns is None:
            return np.ones(self.n_features_in_, dtype=bool)
        names = getattr(self, "feature_names_in_", [])
        seen = np.array([re.search(self.columns, name) is not None for name in names])
        if not seen.any():
            raise ValueError(
                f"columns={self.columns!r} is found in the name of none of the "
                f"{self.n_features_in_} columns"
                + (f", such as {names[0]!r}." if len(names) else ": X has no names.")
            )
        return seen

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        numbers = validate_data(self, X, reset=False, dtype=np.float64)
        simple = self.baseline_.predict(numbers[:, self.seen_])
        return simple + self.residual_.predict(_named(X, numbers))


def _named(X, numbers):
    """Return checked numbers, as a frame where they came in one."""
    return (
        pd.DataFrame(numbers, columns=X.columns) if hasattr(X, "columns") else numbers
    )
