"""Predictions of several targets in the order that physics demands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.utils import check_array, get_tags
from sklearn.utils.validation import check_is_fitted

from sklmag._utils._validation import HasMethods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike

_LEAST = 1e-6  # of the largest error: none is known exactly
ANCHOR_POINTS = (("Mr", "M1"), ("Hk90", "Hk80", "Hk70", "Hc"))
"""The order of what is read from a demagnetization curve, from small to large."""


class OrderedTargetsRegressor(RegressorMixin, MetaEstimatorMixin, BaseEstimator):
    r"""A regressor whose predictions keep an order among the targets.

    The fields at which a magnetization has fallen to 90, 80 and 70 % come one after the
    other, and a model that predicts each by itself does not know that.

    Parameters
    ----------
    regressor : scikit-learn regressor
        Predicts several targets.
    order : sequence of sequences of str or int, default=None
        Groups of targets that rise from the first to the last, by name where `y` is a
        frame, else by number. None is the order of anchor points: ``Mr``, ``M1``, and
        ``Hk90``, ``Hk80``, ``Hk70``, ``Hc``.

    Attributes
    ----------
    regressor_ : estimator
        The fitted regressor.
    groups_ : list of list of int
        Columns of each group.
    target_weights_ : ndarray of shape (n_targets,)
        How well each target is known: one over its mean squared error in training.
    n_features_in_ : int
        Number of features, where the regressor counts them.

    Raises
    ------
    ValueError
        For targets that are not there, and training targets that are out of order.

    Notes
    -----
    Each row is projected: the ordered values nearest to the predicted ones take their
    place (isotonic regression), each target weighing by how well it is known, so that
    what is exact stays. Since the true values are ordered, the weighted sum of squared
    errors of a group can only fall.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklmag.models import OrderedTargetsRegressor
    >>> y = pd.DataFrame({"low": [0.0, 1.0, 1.1], "high": [0.0, 1.0, 9.0]})
    >>> median = DummyRegressor(strategy="quantile", quantile=0.5)
    >>> model = OrderedTargetsRegressor(median, order=[("low", "high")])
    >>> model.fit([[0], [1], [2]], y).predict([[1]])
    array([[1., 1.]])
    """

    _parameter_constraints = {
        "regressor": [HasMethods(["fit", "predict"])],
        "order": ["array-like", None],
    }

    def __init__(
        self, regressor: Any, order: Sequence[Sequence[str | int]] | None = None
    ) -> None:
        self.regressor = regressor
        self.order = order

    def fit(self, X: ArrayLike, y: ArrayLike, **fit_params: Any) -> Self:
        """Fit the regressor.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            What the regressor learns from.
        y : array-like of shape (n_samples, n_targets)
            Targets, in order.
        **fit_params : dict
            Passed on.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._validate_params()
        if y is None:
            raise ValueError(
                "OrderedTargetsRegressor requires y to be passed, but the target y is "
                "None."
            )
        names = list(y.columns) if isinstance(y, pd.DataFrame) else None
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        self.groups_ = _groups(self.order, names or range(np.atleast_2d(y.T).shape[0]))
        self.regressor_ = clone(self.regressor).fit(X, y, **fit_params)
        if hasattr(self.regressor_, "n_features_in_"):
            self.n_features_in_ = self.regressor_.n_features_in_
        _refuse_disorder(self.groups_, y)
        self._outputs = list(y.shape[1:])
        said = np.asarray(self.regressor_.predict(X)).reshape(y.shape)
        errors = ((said - y) ** 2).mean(axis=0)
        smallest = max(np.max(errors) * _LEAST, np.finfo(float).tiny)
        self.target_weights_ = 1 / np.atleast_1d(np.maximum(errors, smallest))
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict, and bring each row into order.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            What the regressor predicts from.

        Returns
        -------
        ndarray of shape (n_samples, n_targets)
        """
        check_is_fitted(self)
        y = np.array(self.regressor_.predict(X), dtype=float)
        y = y.reshape(-1, *self._outputs)
        for columns in self.groups_:
            y[:, columns] = ordered(y[:, columns], self.target_weights_[columns])
        return y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.regressor)
        tags.input_tags = inner.input_tags
        tags.target_tags.single_output = False
        tags.target_tags.multi_output = True
        return tags


def ordered(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    r"""Return the rising rows that are nearest to rows of numbers.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n)
        Rows, with few columns.
    weights : ndarray of shape (n,)
        Of the squared distances in each column.

    Returns
    -------
    ndarray of shape (n_samples, n)
        Element i is :math:`\max_{a \le i} \min_{b \ge i}` of the weighted mean of
        columns a to b.
    """
    n = values.shape[1]
    padded = np.hstack([np.zeros((len(values), 1)), values * weights])
    sums, whole = padded.cumsum(axis=1), np.append(0, weights).cumsum()

    def mean(a, b):
        return (sums[:, b + 1] - sums[:, a]) / (whole[b + 1] - whole[a])

    out = np.empty_like(values)
    for i in range(n):
        lowest = [
            np.min([mean(a, b) for b in range(i, n)], axis=0) for a in range(i + 1)
        ]
        out[:, i] = np.max(lowest, axis=0)
    in_order = np.all(np.diff(values, axis=1) >= 0, axis=1, keepdims=True)
    return np.where(in_order, values, out)  # to the last bit


def _groups(order, names):
    """Return the columns of each group, or name the target that is not there."""
    groups, names = [], list(names)
    for group in ANCHOR_POINTS if order is None else order:
        missing = [name for name in group if name not in names]
        if missing and order is not None:
            raise ValueError(
                f"order holds {missing[0]!r}, which is not among the targets "
                f"{', '.join(map(str, names))}."
            )
        if not missing:
            groups.append([names.index(name) for name in group])
    if not groups and order is None:
        raise ValueError(
            f"The targets {', '.join(map(str, names))} are no anchor points. Name "
            "their order, such as order=[('Hk90', 'Hc')]."
        )
    return groups


def _refuse_disorder(groups, y):
    for columns in groups:
        falls = (np.diff(y[:, columns], axis=1) < 0).any(axis=1)
        if falls.any():
            row = int(np.argmax(falls))
            raise ValueError(
                f"Row {row} of y is out of order: {y[row, columns].tolist()} must "
                "rise. Mend it, or name another order."
            )
