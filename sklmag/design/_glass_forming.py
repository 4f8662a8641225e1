"""Whether an alloy forms a bulk glass."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)
from xgboost import XGBClassifier

from sklmag._utils._featurizer import as_items
from sklmag._utils._papers import LONG_2025
from sklmag._utils._validation import HasMethods, Interval, fit_context
from sklmag.composition import ElementFractionFeaturizer, GlassFeaturizer

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class GlassFormingClassifier(ClassifierMixin, BaseEstimator):
    """Whether an alloy can be cast as a glass thicker than a limit.

    Parameters
    ----------
    threshold_mm : float, default=2.0
        Critical casting diameter above which an alloy counts as glass forming.
    threshold : float, default=0.5
        Chance above which `predict` says that an alloy forms a glass.
    estimator : classifier, default=None
        What gives chances from the descriptors; None is XGBoost.
    random_state : int, RandomState instance or None, default=None
        Seed of the default estimator.
    n_jobs : int, default=None
        Threads of the default estimator.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        False and True.
    pipeline_ : Pipeline
        Descriptors and classifier, fitted.

    Raises
    ------
    FormulaError
        For an unreadable formula.
    ValueError
        Where all alloys are on one side of the limit, or a diameter is missing.

    See Also
    --------
    PredictorCorrector : Takes it as its check of glass formation.

    Notes
    -----
    The descriptors are those of :class:`~sklmag.composition.GlassFeaturizer` and the
    atomic fractions. One alloy in fourteen of the published tables is a bulk glass:
    with that share as the threshold, errors of both kinds are balanced.

    Examples
    --------
    >>> from sklmag.design import GlassFormingClassifier
    >>> alloys = [f"Zr{x}Cu{100 - x}" for x in range(30, 70)]
    >>> Dmax_mm = [3.0 if 45 < x < 55 else 0.0 for x in range(30, 70)]
    >>> check = GlassFormingClassifier(random_state=0).fit(alloys, Dmax_mm)
    >>> check.predict(["Zr50Cu50", "Zr31Cu69"])
    array([ True, False])
    """

    citation = LONG_2025

    _parameter_constraints = {
        "threshold_mm": [Interval(Real, 0, None, closed="left")],
        "threshold": [Interval(Real, 0, 1, closed="both")],
        "estimator": [HasMethods(["fit", "predict_proba"]), None],
        "random_state": ["random_state"],
        "n_jobs": [int, None],
    }

    def __init__(
        self,
        threshold_mm: float = 2.0,
        *,
        threshold: float = 0.5,
        estimator: Any = None,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.threshold_mm = threshold_mm
        self.threshold = threshold
        self.estimator = estimator
        self.random_state = random_state
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from alloys and their critical diameters.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.
        y : array-like of shape (n_samples,)
            Critical diameters in mm, 0 for alloys that form none; or labels: booleans,
            or integers of 0 and 1 only, as votes and stacks pass them on.

        Returns
        -------
        self : object
            The classifier.
        """
        forms = self._forms(y)
        check_consistent_length(X, forms)
        if forms.all() or not forms.any():
            raise ValueError(
                f"All {len(forms)} alloys are {'above' if forms.any() else 'below'} "
                f"threshold_mm={self.threshold_mm}. Both kinds are needed."
            )
        self.classes_ = np.array([False, True])
        descriptors = make_union(GlassFeaturizer(), ElementFractionFeaturizer())
        self.pipeline_ = make_pipeline(descriptors, self._classifier())
        self.pipeline_.fit(self._items(X), forms)
        return self

    def _forms(self, y):
        """Return which alloys form a glass, of diameters or booleans."""
        y = column_or_1d(y)
        if y.dtype == bool or all(isinstance(value, (bool, np.bool_)) for value in y):
            return y.astype(bool)
        if np.issubdtype(y.dtype, np.integer) and set(np.unique(y)) <= {0, 1}:
            return y.astype(bool)
        y = y.astype(float)
        if np.isnan(y).any():
            raise ValueError(
                f"Row {int(np.argmax(np.isnan(y)))} has no diameter. Drop rows without."
            )
        return y > self.threshold_mm

    def _classifier(self):
        if self.estimator is not None:
            return clone(self.estimator)
        random = check_random_state(self.random_state)
        return XGBClassifier(
            n_estimators=400,
            max_depth=6,
            learning_rate=0.05,
            subsample=0.8,
            colsample_bytree=0.4,
            random_state=random.randint(2**31 - 1),
            n_jobs=self.n_jobs or 1,
        )

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the chances of no glass, and of a glass.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.

        Returns
        -------
        ndarray of shape (n_samples, 2)
        """
        check_is_fitted(self)
        return self.pipeline_.predict_proba(self._items(X))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Tell which alloys form a glass: those whose chance is above the threshold.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
        """
        return self.predict_proba(X)[:, 1] > self.threshold

    def score(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the share of alloys that are told right.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.
        y : array-like of shape (n_samples,)
            Critical diameters in mm, or booleans.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
        """
        told = self.predict(X)
        return accuracy_score(self._forms(y), told, sample_weight=sample_weight)

    def _items(self, X):
        return X if hasattr(X, "columns") else as_items(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags
