"""Any forward model, asked backwards: the inputs that give wanted outputs."""

import warnings
from numbers import Integral

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sklmag._utils._validation import HasMethods, Interval, StrOptions, fit_context
from sklmag.design._forward import ranges_of
from sklmag.design._search import (
    first_apart,
    least_by_bayes,
    least_by_evolution,
    least_by_slope,
)
from sklmag.design._space import interval
from sklmag.exceptions import DesignError, SklmagWarning

_MET = 1e-3  # of the scale of an output: a goal missed by less is met
_BOUND = 100.0  # of a bound missed by the whole range, against one unit of a goal
_WEIGHT = 10.0  # of missed goals against what is minimised: see the Notes


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
        "evolution", differential evolution of SciPy, suits any model, trees included;
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
        estimator,
        *,
        bounds=None,
        fixed=None,
        balance=None,
        sum_of=None,
        derived=None,
        method="evolution",
        n_calls=60,
        n_starts=4,
        random_state=None,
    ):
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
    def fit(self, X, y):
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
        X, y = pd.DataFrame(X, columns=names), pd.DataFrame(y)
        if names is None:
            X.columns = [f"x{k}" for k in range(X.shape[1])]
        if not all(isinstance(name, str) for name in y.columns):
            y.columns = [f"y_{k}" for k in range(y.shape[1])]
        self.output_names_ = list(y.columns)
        self.training_range_ = ranges_of(X)
        self.output_range_ = ranges_of(y)
        return self

    def design(self, goals, *, minimize=None, n_candidates=1):
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
        low, high = self._limits()
        random = check_random_state(self.random_state)
        goals = {name: interval("goals", name, goal) for name, goal in goals.items()}
        self._check_names(goals, minimize)
        sampled = low + random.uniform(size=(256, len(low))) * (high - low)
        scale = self._scale(sampled)
        objective = self._objective(minimize, sampled)

        def cost(points):
            missed = self._missed(points, goals, scale)
            return _WEIGHT * missed**2 + _WEIGHT * missed + objective(points)

        points, costs = self._searched(cost, low, high, random, n_candidates)
        order = np.argsort(costs, kind="stable")
        width = np.where(high > low, high - low, 1.0)
        chosen = first_apart(
            points[order],
            n_candidates,
            lambda p, q: np.abs((p - q) / width).max() >= 0.01,
        )
        table = self._inputs(chosen).join(self._outputs(chosen))
        table["missed"] = self._missed(chosen, goals, scale)
        if table["missed"].iloc[0] > _MET:
            self._warn(table, goals, scale)
        return table

    def _searched(self, cost, low, high, random, n_candidates):
        if not (high > low).any():
            return low[None], cost(low[None])
        seed = random.randint(2**31 - 1)
        if self.method == "evolution":
            return least_by_evolution(cost, low, high, seed)
        if self.method == "bayesian":
            free = high > low

            def from_unit(unit):
                points = np.tile(low, (len(unit), 1))
                points[:, free] += unit * (high - low)[free]
                return points

            return least_by_bayes(cost, from_unit, free.sum(), self.n_calls, seed)
        size = (max(self.n_starts, 2 * n_candidates), len(low))
        starts = low + random.uniform(size=size) * (high - low)
        found = [least_by_slope(cost, start, low, high) for start in starts]
        return np.array([p for p, _ in found]), np.array([c for _, c in found])

    # -- inputs and outputs -------------------------------------------------------

    def _limits(self):
        """Return the bounds of what varies as two arrays; raise where they are none."""
        bounds, fixed = self.bounds or {}, self.fixed or {}
        inputs = list(self.training_range_)
        filled = []
        if self.balance is not None:
            if len(self.balance) != 2:
                raise DesignError("balance: a name and a total, such as ('Fe', 100.0).")
            filled = [self.balance[0]]
        for name in [*bounds, *fixed, *filled]:
            if name not in inputs:
                raise DesignError(f"{name!r} is no input. They are {inputs}.")
            if name in bounds and name in fixed:
                raise DesignError(f"{name!r} is both in bounds and in fixed.")
        follows = [*filled, *self._derived_names()]
        for name in fixed:
            if name in follows:
                raise DesignError(
                    f"fixed: {name!r} follows from other inputs; give it bounds."
                )
            self._warn_beyond(name, fixed[name], fixed[name])
        self._varied = [n for n in inputs if n not in follows and n not in fixed]
        self._follows = {n: self._bounds_of(n) for n in follows if n in bounds}
        pairs = [self._bounds_of(name) for name in self._varied]
        low, high = np.array(pairs, dtype=float).reshape(-1, 2).T
        self._refuse_too_much(low)
        return low, high

    def _bounds_of(self, name):
        trained = self.training_range_[name]
        low, high = interval("bounds", name, (self.bounds or {}).get(name, trained))
        if not np.isfinite([low, high]).all():
            raise DesignError(
                f"bounds of {name!r}: ({low:g}, {high:g}) are not finite."
            )
        self._warn_beyond(name, low, high)
        return low, high

    def _warn_beyond(self, name, low, high):
        trained = self.training_range_[name]
        if low < trained[0] or high > trained[1]:
            warnings.warn(
                f"{name!r} from {low:g} to {high:g} goes beyond the training data "
                f"({trained[0]:g} to {trained[1]:g}): the model extrapolates.",
                SklmagWarning,
                stacklevel=5,
            )

    def _refuse_too_much(self, low):
        """Raise where nothing is left for the balance even at the lower bounds."""
        if self.balance is None:
            return
        name, total = self.balance
        frame = self._filled(low[None])
        for other in self.sum_of or []:
            if other not in frame:
                raise DesignError(f"sum_of: {other!r} is no input.")
        if frame[name].iloc[0] < 0:
            raise DesignError(
                f"balance: the other inputs sum to {total - frame[name].iloc[0]:g} at "
                f"least, more than {total:g}: nothing is left for {name!r}."
            )

    def _derived_names(self):
        """Return the inputs that `derived` writes over."""
        if self.derived is None:
            return []
        middle = {name: np.mean(r) for name, r in self.training_range_.items()}
        given = pd.DataFrame([middle])
        after = self.derived(given + 1.0)  # what it writes depends on the others
        return [name for name in given if not after[name].equals(given[name] + 1.0)]

    def _filled(self, points):
        """Return points with what is fixed, and the balance."""
        frame = pd.DataFrame(points, columns=self._varied)
        for name, value in (self.fixed or {}).items():
            frame[name] = value
        if self.balance is not None:
            name, total = self.balance
            others = self.sum_of or [other for other in frame if other != name]
            known = [other for other in others if other in frame]
            frame[name] = total - frame[known].sum(axis=1)
        return frame

    def _inputs(self, points):
        """Return points as the frame of all inputs, in order."""
        frame = self._filled(points)
        if self.derived is not None:
            frame = self.derived(frame)
        return frame[list(self.training_range_)]

    def _outputs(self, points):
        """Return the predicted outputs as a frame."""
        frame = self._inputs(points)
        named = hasattr(self, "feature_names_in_")
        values = self.estimator_.predict(frame if named else frame.to_numpy())
        values = np.asarray(values, dtype=float).reshape(len(points), -1)
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

    def _objective(self, minimize, sampled):
        """Return what is minimised, in units of its range within the bounds."""
        if minimize is None:
            return lambda points: np.zeros(len(points))

        def value(points):
            inputs = self._inputs(points)
            if callable(minimize):
                return np.asarray(minimize(inputs), dtype=float)
            if minimize in inputs:
                return inputs[minimize].to_numpy()
            return self._outputs(points)[minimize].to_numpy()

        values = value(sampled)
        scale = np.ptp(values) or 1.0
        return lambda points: (value(points) - values.min()) / scale

    def _scale(self, sampled):
        """Return how much outputs vary within the bounds, or in training."""
        trained = pd.Series({n: np.ptp(r) for n, r in self.output_range_.items()})
        spread = self._outputs(sampled).std()
        scale = spread.where(spread > 1e-9 * trained, trained)
        return scale.where(scale > 0, 1.0)

    def _missed(self, points, goals, scale):
        """Return by how much points miss the goals; too little balance counts too."""
        outputs = self._outputs(points)
        missed = np.zeros(len(points))
        for name, (low, high) in goals.items():
            value = outputs[name].to_numpy()
            over = np.maximum(np.maximum(low - value, value - high), 0)
            missed += over / scale[name]
        inputs = self._inputs(points)
        if self.balance is not None:
            missed += np.maximum(-inputs[self.balance[0]].to_numpy(), 0)
        for name, (low, high) in self._follows.items():
            value = inputs[name].to_numpy()
            over = np.maximum(np.maximum(low - value, value - high), 0)
            missed += _BOUND * over / (np.ptp(self.training_range_[name]) or 1.0)
        return missed

    def _warn(self, table, goals, scale):
        """Name the goal that is missed most, each in the unit in which it counts."""
        goals = goals | self._follows
        ranges = {name: np.ptp(self.training_range_[name]) for name in self._follows}
        units = dict(scale) | {name: size or 1.0 for name, size in ranges.items()}
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
