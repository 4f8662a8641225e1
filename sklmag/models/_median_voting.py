"""Several estimators, and the members of ensembles, vote by their median."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


class MedianVotingRegressor(VotingRegressor):
    """Predict the median of several estimators; networks vote member by member.

    A scikit-learn VotingRegressor with the median in place of the mean: what is far
    off does not pull the others with it.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Regressors, also pipelines, by name. One with `predict_members`, such as
        :class:`~sklmag.models.LGDCNNRegressor`, has a vote for each of its members.
    n_jobs : int, default=None
        Estimators fitted at the same time.
    verbose : bool, default=False
        Whether to say how long each fit took.

    Attributes
    ----------
    estimators_ : list of estimator
        The fitted estimators.
    named_estimators_ : Bunch
        The same by name.
    n_features_in_ : int
        Number of columns of X, where the estimators know it.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where X had names and the estimators know them.

    See Also
    --------
    sklearn.ensemble.VotingRegressor : The mean, with weights.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from sklmag.models import MedianVotingRegressor
    >>> vote = MedianVotingRegressor(
    ...     [("line", LinearRegression()), ("tree", DecisionTreeRegressor())]
    ... )
    >>> vote.fit([[0], [1], [2]], [0, 1, 4]).predict([[1.0]]).round(2)
    array([1.33])
    """

    weights = None

    def __init__(
        self,
        estimators: Sequence[tuple[str, Any]],
        *,
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.estimators = estimators
        self.n_jobs = n_jobs
        self.verbose = verbose

    _parameter_constraints = {
        name: allowed
        for name, allowed in VotingRegressor._parameter_constraints.items()
        if name != "weights"
    }

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict the median of all votes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or whatever the estimators take
            What to predict for.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        votes = [_votes(estimator, X) for estimator in self.estimators_]
        return np.median(np.vstack(votes), axis=0)


def _votes(estimator, X):
    """Return the predictions of the members of an estimator, one row for each."""
    if isinstance(estimator, Pipeline) and hasattr(estimator[-1], "predict_members"):
        if len(estimator) > 1:  # steps may be "passthrough"
            X = estimator[:-1].transform(X)
        estimator = estimator[-1]
    if hasattr(estimator, "predict_members"):
        return estimator.predict_members(X)
    return estimator.predict(X)[None]
