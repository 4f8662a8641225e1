"""The best model without choosing, for tables, formulas and crystal structures."""

from __future__ import annotations

import os
import time
import warnings
from importlib.util import find_spec
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from sklmag._utils._featurizer import as_items
from sklmag._utils._frames import as_pandas
from sklmag._utils._validation import Interval, fit_context
from sklmag.composition._process_table import formula_columns
from sklmag.exceptions import SklmagWarning
from sklmag.microstructure import GrainStructures
from sklmag.microstructure._map_files import is_map_file
from sklmag.microstructure._maps import as_maps
from sklmag.recipes._blend import BlendedModels
from sklmag.recipes._inputs import make_reader

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_TIMED = 4  # crystals


class AutoRegressor(RegressorMixin, MultiOutputMixin, BaseEstimator):
    r"""The best model without choosing, for tables, formulas or crystal structures.

    Fits a few models of different kinds, each on four fifths of the data in turn, and
    averages them with the weights that are best on the rows that they had not seen.
    Which ones take part, and how each does alone, is in `leaderboard_`.

    Parameters
    ----------
    time_budget : float, default=60
        Seconds that a fit may take. A model that would not be ready in time is left
        out, and the leaderboard says so; XGBoost is fitted in any case.
    members : list of str, default=None
        Names of the models that may take part; None is all: "linear" (ridge),
        "XGBoost", "extra trees", "Gaussian process" (up to 1,200 rows), "MHAR",
        "CatBoost" where it is installed, and, where there are formulas, "extra trees,
        descriptors", "XGBoost, descriptors" and "CatBoost, descriptors", which see
        Magpie's attributes beside the fractions. Of crystals, where ``chgnet`` is
        installed and half of the time is enough to evaluate it, all see its features
        beside the 271 attributes, and there are also "Gaussian process, potential" and
        "energy of the potential" (see :func:`~sklmag.recipes.make_crystal_pipeline`).
    cv : int, default=5
        Parts of the cross-validation.
    n_jobs : int, default=None
        Fits that run at the same time; None is 1, or what ``joblib.parallel_config``
        says.
    random_state : int, RandomState instance or None, default=None
        Seed of the parts and of the models.
    verbose : int or bool, default=0
        Whether to show a progress bar that says what runs.

    Attributes
    ----------
    best_estimator_ : Pipeline
        What turns the input into a table of numbers, and the weighted models: its last
        step has ``members_`` and ``weights_``.
    oof_prediction_ : ndarray of shape (n_samples,) or (n_samples, n_targets)
        What the whole says of each training row, from models and weights that had not
        seen it. Model files leave it out.
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of columns, of tables.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, of tables that have them.

    See Also
    --------
    sklearn.ensemble.StackingRegressor : Given models, and one that learns from them.

    Notes
    -----
    Each model is fitted `cv` times, each time without one part of the rows; rows of the
    same composition stay together. With its errors for the rows it had not seen,
    weights :math:`w` minimise the squared error of the average under :math:`w \ge 0`
    and :math:`\sum w = 1`, drawn to those that the error of each model alone suggests.
    A prediction is the average of the copies of each model, under these weights: the
    copies are not fitted anew to all rows. The scores of the whole use weights that had
    not seen the part either.

    The error of a prediction is taken to have the variance
    :math:`\sigma^2 = a + b v`, where v is the variance between the models; a and b are
    fitted to the errors for unseen rows. Intervals are :math:`\pm q \sigma`, with the
    quantile q of :math:`|\text{error}| / \sigma` there, in the manner of
    cross-conformal prediction [1]_.

    Where all models are ready in time, the same seed gives the same result. MHAR and
    the Gaussian process keep training rows, to compare with: so do files of the model.

    References
    ----------
    .. [1] R. Barber et al., "Predictive inference with the jackknife+", Ann. Stat. 49
       (2021) 486, doi:10.1214/20-AOS1965.

    Examples
    --------
    >>> from sklmag import AutoRegressor
    >>> formulas = [f"Fe{x}Co{100 - x}" for x in range(0, 101, 4)]
    >>> moments = [2.2 - 0.005 * (100 - x) for x in range(0, 101, 4)]
    >>> model = AutoRegressor(members=["linear", "extra trees"], random_state=0)
    >>> model.fit(formulas, moments).predict(["Fe50Co50"]).round(1)
    array([1.9])
    >>> low, high = model.predict_interval(["Fe50Co50"], coverage=0.9)
    >>> list(model.leaderboard_.index)
    ['the whole', 'linear', 'extra trees', 'constant']
    """

    _parameter_constraints = {
        "time_budget": [Interval(Real, 0, None, closed="neither")],
        "members": [list, tuple, None],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        time_budget: float = 60,
        members: list[str] | None = None,
        cv: int = 5,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.time_budget = time_budget
        self.members = members
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Fit the models, and find their weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples,)
            A table of numbers, words, and at most one column of formulas; or formulas;
            or crystal structures, or paths of their files; or grain maps, of shape
            (n_samples, n_y, n_x), or their files.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        groups : array-like of shape (n_samples,), default=None
            Rows of one group stay together in the cross-validation; by default those
            with the same composition, or the same features where there is none.

        Returns
        -------
        self : AutoRegressor
            The fitted estimator.

        Raises
        ------
        ValueError
            For unknown members, and for fewer than two groups of rows.
        """
        start = time.monotonic()
        if y is None:
            raise ValueError(
                "AutoRegressor requires y to be passed, but the target y is None."
            )
        kind, X = _kind_and_rows(X)
        X = self._validated(X, kind, reset=True)
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        y = column_or_1d(y, warn=True) if y.shape[1:] == (1,) else y
        check_consistent_length(X, y)
        self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]
        reader, left_out = self._reader(kind, X)
        numbers = reader.fit_transform(X)
        left = self.time_budget - (time.monotonic() - start)
        blend = BlendedModels().fit(numbers, y, groups, auto=self, seconds=left)
        blend.trials_ += left_out
        self.oof_prediction_ = blend.oof_prediction_
        self.best_estimator_ = Pipeline([*reader.steps, ("models", blend)])
        self._kind = kind
        return self

    def _reader(self, kind, X):
        """Return what turns inputs into numbers, and what was too slow for that.

        The features of a potential are among those of crystals where it is installed,
        and half of the time is enough to evaluate it.
        """
        if kind != "structure" or find_spec("chgnet") is None:
            return make_reader(kind), []
        from sklmag.recipes._crystals import make_crystal_reader

        expected = _seconds_of_potential(X, self.n_jobs)
        if expected <= self.time_budget / 2:
            return make_crystal_reader(self.n_jobs), []
        note = f"evaluating it takes about {expected:.0f} s of {self.time_budget:g} s"
        return make_reader(kind), [{"model": "features of a potential", "note": note}]

    def _validated(self, X, kind, *, reset):
        """Return X as its reader takes it."""
        if kind == "grains":
            return X if isinstance(X, GrainStructures) else as_maps(X)
        if kind != "table":
            return as_items(X)
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        X = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan",
            ensure_min_samples=2 if reset else 1,
        )  # fmt: skip
        return pd.DataFrame(X, columns=[f"x{k}" for k in range(X.shape[1])])

    def __getattr__(self, name):
        if name == "partial_fit":
            raise AttributeError(
                "AutoRegressor has no partial_fit: its weights come from rows that its "
                "models had not seen. Call fit with all rows, old and new."
            )
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def _rows(self, X):
        check_is_fitted(self)
        return self._validated(as_pandas(X), self._kind, reset=False)

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Predict the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples,)
            What the estimator was fitted to.
        return_std : bool, default=False
            Also return the expected standard deviation of the errors.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predictions.
        std : ndarray of the shape of y
            Only with ``return_std=True``.
        """
        rows = self._rows(X)
        return self.best_estimator_.predict(rows, return_std=return_std)

    def predict_interval(
        self, X: ArrayLike, coverage: float = 0.9
    ) -> tuple[np.ndarray, np.ndarray]:
        """Predict intervals that hold a given share of the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples,)
            What the estimator was fitted to.
        coverage : float, default=0.9
            The share.

        Returns
        -------
        low, high : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Ends of the intervals.
        """
        rows = self._rows(X)
        numbers = self.best_estimator_[:-1].transform(rows)
        return self.best_estimator_[-1].predict_interval(numbers, coverage)

    @property
    def leaderboard_(self) -> pd.DataFrame:
        """How the whole, each model and a constant do on rows they had not seen.

        Returns
        -------
        DataFrame
            By model: ``R2`` and ``RMSE`` (means over the targets), the ``weight``, the
            ``seconds`` of its fits, and a ``note`` on why it does not take part.
        """
        check_is_fitted(self)
        columns = ["model", "R2", "RMSE", "weight", "seconds", "note"]
        trials = pd.DataFrame(self.best_estimator_[-1].trials_, columns=columns)
        return trials.set_index("model")

    def __sklearn_is_fitted__(self):
        return hasattr(self, "best_estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _seconds_of_potential(X, n_jobs):
    """Return how long a potential takes for crystals, from the first of them.

    Those are remembered, and not evaluated again.
    """
    from sklmag.structure import PotentialFeaturizer

    potential = PotentialFeaturizer(on_error="nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SklmagWarning)  # the reader says it again
        potential.transform(X[:1])  # loads the potential
        some = X[1 : 1 + _TIMED]
        start = time.monotonic()
        potential.transform(some)
    each = (time.monotonic() - start) / max(1, len(some))
    return each * len(X) / effective_n_jobs(n_jobs)


def _kind_and_rows(X):
    """Return what X holds, and X with frames of any library as those of pandas."""
    if isinstance(X, GrainStructures):
        return "grains", X
    X = as_pandas(X)
    if isinstance(X, pd.DataFrame):
        if X.shape[1] == 1 and formula_columns(X):
            return "formula", X
        return "table", X
    X = np.asarray(X) if hasattr(X, "__array__") else X
    if getattr(X, "ndim", 1) != 1:
        return ("grains" if X.ndim == 3 else "table"), X
    first = next(iter(X), None)
    if isinstance(first, (str, os.PathLike)) and is_map_file(first):
        return "grains", X
    if isinstance(first, (str, os.PathLike)):
        return ("structure" if os.path.exists(first) else "formula"), X
    if first is None or isinstance(first, (int, float, np.number, list, np.ndarray)):
        return "table", X
    return (
        "structure"
        if hasattr(first, "lattice") or hasattr(first, "cell")
        else "formula"
    ), X
