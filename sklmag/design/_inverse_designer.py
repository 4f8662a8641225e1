"""Any forward model, asked backwards: the inputs that give wanted outputs."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sklmag._utils._validation import HasMethods, Interval, StrOptions, fit_context
from sklmag.design._forward import ranges_of
from sklmag.design._input_space import InputSpace
from sklmag.design._search import (
    MET,
    first_apart,
    least_by_bayes,
    least_by_evolution,
    least_by_slope,
    penalised,
)
from sklmag.design._space import interval
from sklmag.exceptions import DesignError, SklmagWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sklmag._utils._typing import ArrayLike


class InverseDesigner(BaseEstimator):
    """Find the inputs for which a regressor predicts wanted outputs.

    Parameters
    ----------
    estimator : estimator
        Regressor of one or several outputs. `fit` fits a clone; one that is fitted
        already stays as it is in a ``sklearn.frozen.FrozenEstimator``.
    bounds : dict of str to (float, float), default=None
        Least and most of inputs; what is not named varies within the training data.
    fixed : dict of str to float, default=None
        Inputs that do not vary.
    balance : tuple of (str, float), default=None
        An input that fills a sum: ``("Fe", 100.0)`` is what the inputs of `sum_of`
        leave of 100.
    sum_of : list of str, default=None
        What `balance` fills up; None is all other inputs.
    derived : callable, default=None
        Takes a frame of inputs and returns it with the columns that follow from
        others, such as a total.
    method : {"evolution", "bayesian", "slsqp"}, default="evolution"
        "evolution" suits any model, trees included: see the Notes;
        "slsqp" follows the slopes of smooth models from several starts; "bayesian"
        asks the model `n_calls` times, for slow ones.
    n_calls : int, default=60
        Calls of "bayesian".
    n_starts : int, default=4
        Starts of "slsqp".
    random_state : int, RandomState instance or None, default=None
        Seed.

    Attributes
    ----------
    estimator_ : estimator
        The fitted regressor.
    output_names_ : list of str
        Outputs: the columns of y, or ``y_0``, ``y_1``, ...
    training_range_ : dict of str to (float, float)
        Least and largest of each input in the training data.
    output_range_ : dict of str to (float, float)
        The same of the outputs.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_inputs,)
        Names of the inputs, where X had names.

    Raises
    ------
    DesignError
        For contradictory bounds and goals, and unknown names.

    See Also
    --------
    PredictorCorrector : Compositions of chosen elements, from a trained inverse model.

    Notes
    -----
    What is minimised is the objective, in units of its range within the bounds, plus
    :math:`10 (m + m^2)`, where m is the sum by which outputs miss their goals, in units
    of their standard deviation within the bounds.

    Inputs that meet all goals may lie in several places far apart, and a search that
    has found one stays there. "evolution" then asks for less of the objective than the
    least that is known, as if that were another goal, until ten attempts have failed.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklmag.design import InverseDesigner
    >>> X = pd.DataFrame({"Dy": [0.0, 1, 2, 5], "Co": [0.0, 2, 1, 3]})
    >>> y = pd.DataFrame({"Hcj_kOe": 12 + 3 * X["Dy"] + 0.1 * X["Co"]})
    >>> designer = InverseDesigner(LinearRegression(), random_state=0).fit(X, y)
    >>> designer.design({"Hcj_kOe": (20, None)}, minimize="Dy").round(1)
        Dy   Co  Hcj_kOe  missed
    0  2.6  3.0     20.0     0.0
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "bounds": [dict, None],
        "fixed": [dict, None],
        "balance": [tuple, None],
        "sum_of": [list, None],
        "derived": [callable, None],
        "method": [StrOptions({"evolution", "bayesian", "slsqp"})],
        "n_calls": [Interval(Integral, 1, None, closed="left")],
        "n_starts": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        bounds: Mapping[str, tuple[float, float]] | None = None,
        fixed: Mapping[str, float] | None = None,
        balance: tuple[str, float] | None = None,
        sum_of: Sequence[str] | None = None,
        derived: Callable[..., Any] | None = None,
        method: Literal["evolution", "bayesian", "slsqp"] = "evolution",
        n_calls: int = 60,
        n_starts: int = 4,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.bounds = bounds
        self.fixed = fixed
        self.balance = balance
        self.sum_of = sum_of
        self.derived = derived
        self.method = method
        self.n_calls = n_calls
        self.n_starts = n_starts
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the regressor, and note where its training data lie.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Outputs.

        Returns
        -------
        self : object
            The designer.
        """
        if issparse(X):
            raise TypeError("Sparse input is not supported: pass X.toarray().")
        self.estimator_ = clone(self.estimator).fit(X, y)
        validate_data(self, X, skip_check_array=True)
        names = getattr(self, "feature_names_in_", None)
        X = X if isinstance(X, pd.DataFrame) else np.asarray(X)
        y = y if isinstance(y, (pd.DataFrame, pd.Series)) else np.asarray(y)
        X, y = pd.DataFrame(X, columns=names), pd.DataFrame(y)
        if names is None:
            X.columns = [f"x{k}" for k in range(X.shape[1])]
        if not all(isinstance(name, str) for name in y.columns):
            y.columns = [f"y_{k}" for k in range(y.shape[1])]
        self.output_names_ = list(y.columns)
        self.training_range_ = ranges_of(X)
        self.output_range_ = ranges_of(y)
        return self

    def design(
        self,
        goals: Mapping[str, float | tuple[float | None, float | None]],
        *,
        minimize: str | Callable[..., Any] | None = None,
        n_candidates: int = 1,
    ) -> pd.DataFrame:
        """Return inputs whose predicted outputs meet the goals.

        Parameters
        ----------
        goals : dict of str to float or (float or None, float or None)
            A value, or the least and the most, of outputs; ``(20, None)`` is 20 or
            more.
        minimize : str or callable, default=None
            An input, an output, or a function of the frame of inputs, such as a price;
            None only meets the goals.
        n_candidates : int, default=1
            Rows returned, different by a hundredth of some bound at least.

        Returns
        -------
        DataFrame of shape (n_candidates, n_columns)
            Inputs, predicted outputs, and ``missed``: by how much the goals are missed,
            in standard deviations of the outputs within the bounds. Best first.

        Warns
        -----
        SklmagWarning
            Where no inputs meet all goals; the nearest are returned.
        """
        check_is_fitted(self)
        if n_candidates < 1:
            raise DesignError(f"n_candidates={n_candidates}: at least 1.")
        space = self._space()
        random = check_random_state(self.random_state)
        goals = {name: interval("goals", name, goal) for name, goal in goals.items()}
        self._check_names(goals, minimize)
        width = space.high - space.low
        sampled = space.low + random.uniform(size=(256, len(width))) * width
        inputs = space.frame(sampled)
        outputs = self._outputs(inputs)
        scale = self._scale(outputs)
        objective = self._objective(minimize, inputs, outputs)

        def judge(points):
            inputs = space.frame(points)
            outputs = self._outputs(inputs)
            missed = self._missed(outputs, goals, scale) + space.excess(inputs)
            return missed, objective(inputs, outputs)

        points, costs = self._searched(judge, space, random, n_candidates)
        order = np.argsort(costs, kind="stable")
        width = np.where(width > 0, width, 1.0)
        chosen = first_apart(
            points[order],
            n_candidates,
            lambda p, q: np.abs((p - q) / width).max() >= 0.01,
        )
        inputs = space.frame(chosen)
        table = inputs.join(self._outputs(inputs))
        table["missed"] = judge(chosen)[0]
        if table["missed"].iloc[0] > MET:
            self._warn(table, goals, scale, space)
        return table

    def _searched(self, judge, space, random, n_candidates):
        def cost(points):
            return penalised(*judge(points))

        low, high = space.low, space.high
        if not space.n_free:
            return low[None], cost(low[None])
        seed = random.randint(2**31 - 1)
        if self.method == "evolution":
            points, *parts = least_by_evolution(judge, low, high, seed)
            return points, penalised(*parts)
        if self.method == "bayesian":
            return least_by_bayes(
                cost, space.from_unit, space.n_free, self.n_calls, seed
            )
        size = (max(self.n_starts, 2 * n_candidates), len(low))
        starts = low + random.uniform(size=size) * (high - low)
        found = [least_by_slope(cost, start, low, high) for start in starts]
        return np.array([p for p, _ in found]), np.array([c for _, c in found])

    # -- inputs and outputs -------------------------------------------------------

    def _space(self):
        return InputSpace(
            self.training_range_,
            bounds=self.bounds,
            fixed=self.fixed,
            balance=self.balance,
            sum_of=self.sum_of,
            derived=self.derived,
        )

    def _outputs(self, inputs):
        """Return the predicted outputs of a frame of inputs, as a frame."""
        named = hasattr(self, "feature_names_in_")
        values = self.estimator_.predict(inputs if named else inputs.to_numpy())
        values = np.asarray(values, dtype=float).reshape(len(inputs), -1)
        return pd.DataFrame(values, columns=self.output_names_)

    # -- goals --------------------------------------------------------------------

    def _check_names(self, goals, minimize):
        for name, (low, high) in goals.items():
            if name not in self.output_names_:
                raise DesignError(
                    f"goals: {name!r} is no output. They are {self.output_names_}."
                )
            least, most = self.output_range_[name]
            if low > most or high < least:
                warnings.warn(
                    f"goals: {name} of {_shown_goal(low, high)} lies outside the "
                    f"training data, which go from {least:g} to {most:g}.",
                    SklmagWarning,
                    stacklevel=3,
                )
        known = [*self.training_range_, *self.output_names_]
        if isinstance(minimize, str) and minimize not in known:
            raise DesignError(
                f"minimize: {minimize!r} is neither an input nor an output of {known}."
            )

    def _objective(self, minimize, inputs, outputs):
        """Return what is minimised, in units of its range within the bounds."""
        if minimize is None:
            return lambda inputs, outputs: np.zeros(len(inputs))

        def value(inputs, outputs):
            if callable(minimize):
                return np.asarray(minimize(inputs), dtype=float)
            return (inputs if minimize in inputs else outputs)[minimize].to_numpy()

        values = value(inputs, outputs)
        scale = np.ptp(values) or 1.0
        return lambda inputs, outputs: (value(inputs, outputs) - values.min()) / scale

    def _scale(self, outputs):
        """Return how much outputs vary within the bounds, or in training."""
        trained = pd.Series({n: np.ptp(r) for n, r in self.output_range_.items()})
        spread = outputs.std()
        scale = spread.where(spread > 1e-9 * trained, trained)
        return scale.where(scale > 0, 1.0)

    def _missed(self, outputs, goals, scale):
        """Return by how much outputs miss the goals."""
        missed = np.zeros(len(outputs))
        for name, (low, high) in goals.items():
            value = outputs[name].to_numpy()
            over = np.maximum(np.maximum(low - value, value - high), 0)
            missed += over / scale[name]
        return missed

    def _warn(self, table, goals, scale, space):
        """Name the goal that is missed most, each in the unit in which it counts."""
        goals = goals | space.follows
        units = dict(scale) | {name: space.unit_of(name) for name in space.follows}
        name = max(goals, key=lambda n: _over(table[n].iloc[0], goals[n]) / units[n])
        low, high = goals[name]
        warnings.warn(
            f"No inputs within the bounds meet all goals: {name} comes to "
            f"{table[name].iloc[0]:.4g} where {_shown_goal(low, high)} is wanted. "
            "Widen the bounds, or ask for less; the nearest are returned.",
            SklmagWarning,
            stacklevel=3,
        )


def _over(value, goal):
    return max(goal[0] - value, value - goal[1])


def _shown_goal(low, high):
    if low == high:
        return f"{low:g}"
    if np.isinf(high):
        return f"{low:g} or more"
    return f"{high:g} or less" if np.isinf(low) else f"{low:g} to {high:g}"
