"""Bayesian search in stages."""

from __future__ import annotations

import warnings
from copy import deepcopy
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from scipy.stats import f_oneway
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone, is_classifier
from sklearn.model_selection import KFold, check_cv, cross_val_score
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklmag._utils._progress import progress
from sklmag._utils._validation import HasMethods, Interval, fit_context
from sklmag.exceptions import SklmagWarning
from sklmag.model_selection._spaces import search_stages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sklmag._utils._typing import ArrayLike


def _estimator_has(method):
    def check(self):
        return hasattr(getattr(self, "best_estimator_", self.estimator), method)

    return check


_FEW = 20  # rows of a part, of which nothing can be said
_CHANCE = 1e-6  # below which parts of a table differ by more than chance


def _warn_if_sorted(cv, splits, X, y):
    """Warn where the parts of a KFold that does not shuffle are of different kinds."""
    if not isinstance(cv, KFold) or cv.shuffle:
        return
    columns = pd.concat([_numbers(y, "the target"), _numbers(X, "column")], axis=1)
    parts = [columns.iloc[test].to_numpy() for _, test in splits if columns.size]
    # two halves that differ may be two kinds, which says little of an order
    if len(parts) < 3 or min(map(len, parts)) < _FEW:
        return
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # columns that are constant within parts
        chance = f_oneway(*parts, nan_policy="omit").pvalue * columns.shape[1]
    if np.isnan(chance).all() or np.nanmin(chance) >= _CHANCE:
        return
    worst = int(np.nanargmin(chance))
    means = ", ".join(f"{np.nanmean(part[:, worst]):.4g}" for part in parts)
    warnings.warn(
        f"The rows are sorted: {columns.columns[worst]!r} has the means {means} in the "
        f"parts of cv={cv}, far more different than by chance, so that every part is "
        f"predicted from others unlike it. Pass cv=KFold({cv.n_splits}, shuffle=True, "
        "random_state=0), or GroupKFold and groups where rows of one composition "
        "belong together.",
        SklmagWarning,
        stacklevel=3,
    )


def _numbers(rows, name):
    """Return the columns of real numbers of an array or a frame, with names.

    What else there is, the estimator takes or refuses.
    """
    if isinstance(rows, pd.Series):
        rows = rows.to_frame(rows.name or name)
    if not isinstance(rows, pd.DataFrame):
        rows = rows if hasattr(rows, "shape") else np.asarray(rows)
        if not isinstance(rows, np.ndarray) or rows.ndim not in (1, 2):
            return pd.DataFrame()
        rows = rows.reshape(len(rows), -1)
        names = [f"{name} {k}" for k in range(rows.shape[1])]
        rows = pd.DataFrame(rows, columns=[name] if len(names) == 1 else names)
    rows = rows.select_dtypes(["number", "bool"], exclude="complex").astype(float)
    return rows.where(np.isfinite(rows)).reset_index(drop=True)


class StagedSearchCV(MetaEstimatorMixin, BaseEstimator):
    """Bayesian search of hyperparameters, one group after the other.

    To search all parameters at once takes many more trials than to search a few,
    fix the best of them, and go on to the next few [1]_. A stage that finds nothing
    better than what there was, the estimator as given at first, changes nothing.

    Parameters
    ----------
    estimator : estimator
        What is searched.
    stages : list of dict, default=None
        Search space of each stage; by default :func:`search_stages` of the estimator.
    n_iter : int, default=20
        Parameter sets tried in each stage.
    cv : int, splitter or iterable, default=5
        Cross-validation. A number is a KFold that does not shuffle, as everywhere in
        scikit-learn: where rows are sorted, by source or by target, its parts are of
        different kinds. That is warned of.
    scoring : str or callable, default=None
        Score to maximise; by default the estimator's own.
    n_jobs : int, default=None
        Parallel fits.
    random_state : int, RandomState instance or None, default=None
        Seed of the searches.
    verbose : int or bool, default=0
        Whether to show a progress bar over the stages.

    Attributes
    ----------
    searches_ : list of skopt.BayesSearchCV
        The fitted search of each stage.
    best_params_ : dict
        The best parameters of the stages that improved the score.
    best_score_ : float
        Their mean score.
    best_estimator_ : estimator
        The estimator with them, fitted on all data.
    n_features_in_ : int
        Number of features, where the best estimator knows it.

    See Also
    --------
    search_stages : The ready stages.

    References
    ----------
    .. [1] Q. Liang et al., "Performance prediction of sintered NdFeB magnet using
       multi-head attention regression models", Sci. Rep. 14 (2024) 28822,
       doi:10.1038/s41598-024-79435-7.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from sklearn.linear_model import Ridge
    >>> from skopt.space import Real
    >>> from sklmag.model_selection import StagedSearchCV
    >>> X, y = make_regression(60, 5, noise=1.0, random_state=0)
    >>> stages = [{"alpha": Real(1e-3, 1e3, prior="log-uniform")}]
    >>> search = StagedSearchCV(Ridge(), stages, n_iter=5, cv=3, random_state=0)
    >>> bool(search.fit(X, y).best_score_ > 0.99)
    True
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "stages": [list, None],
        "n_iter": [Interval(Integral, 1, None, closed="left")],
        "cv": ["cv_object"],
        "scoring": [str, callable, None],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator: Any,
        stages: Sequence[dict[str, Any]] | None = None,
        *,
        n_iter: int = 20,
        cv: Any = 5,
        scoring: str | Callable[..., Any] | None = None,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.estimator = estimator
        self.stages = stages
        self.n_iter = n_iter
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Search stage by stage, then fit the best estimator on all data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        groups : array-like of shape (n_samples,), default=None
            Groups for the splitter.

        Returns
        -------
        self : StagedSearchCV
            The fitted search.
        """
        from skopt import BayesSearchCV

        if y is None:
            raise ValueError(
                "StagedSearchCV requires y to be passed, but the target y is None."
            )
        stages = search_stages(self.estimator) if self.stages is None else self.stages
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        splits = list(cv.split(X, y, groups))
        _warn_if_sorted(cv, splits, X, y)
        rng = check_random_state(self.random_state)
        self.best_params_: dict[str, Any] = {}
        self.searches_: list[Any] = []
        self.best_score_ = cross_val_score(
            self.estimator,
            X,
            y,
            cv=splits,
            scoring=self.scoring,
            n_jobs=self.n_jobs,
            error_score="raise",
        ).mean()
        for stage in progress(
            stages, verbose=self.verbose, desc="search", unit="stage"
        ):
            search = BayesSearchCV(
                clone(self.estimator).set_params(**self.best_params_),
                deepcopy(stage),  # skopt changes the dimensions it is given
                n_iter=self.n_iter,
                cv=splits,
                scoring=self.scoring,
                n_jobs=self.n_jobs,
                refit=False,
                error_score="raise",
                random_state=rng.randint(np.iinfo(np.int32).max),
            )
            search.fit(X, y)
            self.searches_.append(search)
            if search.best_score_ > self.best_score_:
                self.best_score_ = search.best_score_
                self.best_params_ |= search.best_params_
        self.best_estimator_ = clone(self.estimator).set_params(**self.best_params_)
        self.best_estimator_.fit(X, y)
        if hasattr(self.best_estimator_, "n_features_in_"):
            self.n_features_in_ = self.best_estimator_.n_features_in_
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_
        return self

    @available_if(_estimator_has("predict"))
    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict with the best estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
        """
        check_is_fitted(self)
        return self.best_estimator_.predict(X)

    @available_if(_estimator_has("score"))
    def score(self, X, y):
        """Return the best estimator's own score.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.

        Returns
        -------
        float
        """
        check_is_fitted(self)
        return self.best_estimator_.score(X, y)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags = inner.classifier_tags
        tags.regressor_tags = inner.regressor_tags
        tags.input_tags = inner.input_tags
        tags.target_tags = inner.target_tags
        return tags
