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

from sklmag._utils._domain import ApplicabilityDomain
from sklmag._utils._validation import HasMethods, Interval, StrOptions, fit_context
from sklmag.design._forward import ranges_of, value_and_std
from sklmag.design._front import best_compromises, not_excelled
from sklmag.design._input_space import InputSpace
from sklmag.design._quantity import FOLLOWS, Quantity
from sklmag.design._search import (
    MET,
    least_by_bayes,
    least_by_evolution,
    least_by_slope,
    penalised,
)
from sklmag.design._wishes import Wishes, all_goals, cost_of
from sklmag.exceptions import DesignError, SklmagWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sklmag._utils._typing import ArrayLike
    from sklmag.design._goals import Constraint, Goal


_CHUNK = 20_000  # random inputs judged at a time
_FEWEST_ROWS = 10  # of training data whose distances say what is near
_ROUNDING = 1e-6  # of the range of an input


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
        What `balance` fills up; None is the other amounts of elements (`Nd`, but also
        `PrNd`) where it is one, and else all other inputs that do not follow.
    constraints : list of str or Constraint, default=None
        What inputs must keep to: sums (``"29 <= Nd + Pr + Dy <= 31"``), ratios
        (``"Pr:Nd = 1:4"``), other arithmetic, and counts (``"count(Ti, Zr, Be; 0.5) <=
        2"``: at most two, each absent or at least 0.5). See :class:`Constraint`.
    prices : dict of str to float, default=None
        Price of a kilogram of each element, of every one that is an input. Goals and
        constraints then know ``cost``, the price of a kilogram of the alloy.
    amounts : {"wt.%", "at.%"}, default="wt.%"
        What the inputs named after elements are, for `cost`.
    derived : callable, default=None
        Takes a frame of inputs and returns it with the columns that follow from
        others, such as a total.
    method : {"evolution", "bayesian", "slsqp"}, default="evolution"
        "evolution" suits any model, trees included: see the Notes;
        "slsqp" follows the slopes of smooth models from several starts; "bayesian"
        asks the model `n_calls` times, for slow ones.
    n_calls : int, default=60
        Calls of "bayesian".
    n_starts : int, default=20
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
    training_rows_ : ndarray of shape (n_samples, n_inputs)
        Inputs of the training data.
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
    has found one stays there. "evolution" therefore keeps, at each of thirty levels of
    the objective below the best one, also the inputs that miss the goals least, and
    goes on from all of them. It ends when thirty generations of 1,000 have gained
    nothing: after some 60,000 points as a rule. Without an objective it ends soon after
    sixty points meet all goals.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklmag.design import InverseDesigner
    >>> X = pd.DataFrame({"Dy": [0.0, 1, 2, 5], "Co": [0.0, 2, 1, 3]})
    >>> y = pd.DataFrame({"Hcj_kOe": 12 + 3 * X["Dy"] + 0.1 * X["Co"]})
    >>> designer = InverseDesigner(LinearRegression(), random_state=0).fit(X, y)
    >>> designer.design({"Hcj_kOe": (20, None)}, minimize="Dy").round(1)
        Dy   Co  Hcj_kOe  missed  random_search
    0  2.6  3.0     20.0     0.0            2.6
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "bounds": [dict, None],
        "fixed": [dict, None],
        "balance": [tuple, None],
        "sum_of": [list, None],
        "constraints": [list, tuple, str, None],
        "prices": [dict, None],
        "amounts": [StrOptions({"wt.%", "at.%"})],
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
        constraints: Sequence[str | Constraint] | None = None,
        prices: Mapping[str, float] | None = None,
        amounts: Literal["wt.%", "at.%"] = "wt.%",
        derived: Callable[..., Any] | None = None,
        method: Literal["evolution", "bayesian", "slsqp"] = "evolution",
        n_calls: int = 60,
        n_starts: int = 20,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.bounds = bounds
        self.fixed = fixed
        self.balance = balance
        self.sum_of = sum_of
        self.constraints = constraints
        self.prices = prices
        self.amounts = amounts
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
        numbers = X.apply(pd.to_numeric, errors="coerce")
        self.training_rows_ = numbers.to_numpy(dtype=float)
        self.training_range_ = ranges_of(X)
        self.output_range_ = ranges_of(y)
        return self

    def design(
        self,
        goals: Mapping[str, float | tuple[float | None, float | None]]
        | Sequence[str | Goal]
        | str = (),
        *,
        minimize: str | Callable[..., Any] | None = None,
        maximize: str | None = None,
        n_candidates: int = 1,
    ) -> pd.DataFrame:
        """Return inputs whose predicted outputs meet the goals.

        Parameters
        ----------
        goals : dict of str to float or pair, or list of str or Goal, default=()
            A value, or the least and the most, of outputs: ``{"Hcj_kOe": (20, None)}``
            is 20 or more. Or texts, ``["Hcj_kOe >= 20", "K_GPa/G_GPa = 2.5:3",
            "maximize BHmax_MGOe"]``, see :class:`Goal`: of outputs, inputs, `cost`, and
            arithmetic of them.
        minimize, maximize : str or callable, default=None
            An input, an output, arithmetic of them such as ``"Dy + Tb"``, or for
            `minimize` a function of the frame of inputs.
        n_candidates : int, default=1
            Rows returned: they differ by a tenth of the bounds of an input, or by 1 in
            the amount of an element.

        Returns
        -------
        DataFrame of shape (n_candidates, n_columns)
            Inputs, predicted outputs, their ``_std`` where the model gives one, what
            the goals name beside them, and ``missed``: by how much the goals are
            missed, in standard deviations of what they name within the bounds. Where
            the training data have ten rows, ``inside`` tells whether a row lies as near
            to them as they to each other
            (:class:`~sklmag.persistence.ApplicabilityDomain`), and ``beyond`` which
            inputs leave their range. Best first. More candidates do not change the
            first. Where "evolution" has one objective, ``random_search`` is the best
            that as many random inputs within the bounds reach, NaN where none meets
            the goals.

        Raises
        ------
        DesignError
            For contradictory bounds, constraints and goals, and names that are not
            known.

        Warns
        -----
        SklmagWarning
            Where no inputs meet all goals; the nearest are returned. And where fewer
            candidates than asked differ.
        """
        check_is_fitted(self)
        if n_candidates < 1:
            raise DesignError(f"n_candidates={n_candidates}: at least 1.")
        space = self._space()
        random = check_random_state(self.random_state)
        wishes = self._wishes(goals, minimize, maximize, space, random)

        def judge(points):
            inputs = space.frame(points)
            both = inputs.join(self._outputs(inputs))
            missed = wishes.missed(both) + space.excess(inputs)
            return missed, wishes.objective(both)

        points, costs = self._searched(judge, space, random)
        points = points[np.argsort(costs, kind="stable")]
        chosen = space.first_different(points, n_candidates)
        inputs = space.frame(chosen)
        table = inputs.join(self._outputs_and_std(inputs))
        table = table.assign(**wishes.columns(table), missed=judge(chosen)[0])
        table = table.assign(**self._trust(inputs))
        if self.method == "evolution" and len(wishes.objectives) == 1:
            chance = self._best_of_random(judge, wishes, space, len(points), random)
            table["random_search"] = chance
        if table["missed"].iloc[0] > MET:
            self._warn(table, wishes, space)
        if len(table) < n_candidates:
            warnings.warn(
                f"{len(table)} of {n_candidates} candidates are different enough: by a "
                "tenth of the bounds of an input, or 1 in an amount. Widen the bounds.",
                SklmagWarning,
                stacklevel=2,
            )
        return table

    def pareto(
        self,
        goals: Sequence[str | Goal],
        *,
        n_points: int = 50,
    ) -> pd.DataFrame:
        """Return the best compromises of several objectives.

        Parameters
        ----------
        goals : list of str or Goal
            Two or more objectives, such as ``["maximize Br_kG", "maximize Hcj_kOe"]``,
            and what else has to hold.
        n_points : int, default=50
            The most rows returned.

        Returns
        -------
        DataFrame of shape (n_points, n_columns)
            Inputs, predicted outputs, their ``_std`` where the model gives one, and
            what the goals name beside them. Every row meets the other goals, and none
            is better than another in all objectives;
            in the order of the first one, best first.

        Raises
        ------
        DesignError
            For fewer than two objectives, and where no inputs meet the goals.
        ImportError
            Where pymoo is not installed: ``pip install "sklmag[campaign]"``.

        See Also
        --------
        sklmag.inspection.ParetoDisplay : Draws the front.

        Notes
        -----
        NSGA-II [1]_ with 100 points or more and 300 generations.

        References
        ----------
        .. [1] K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, IEEE Trans. Evol. Comput. 6
           (2002) 182, doi:10.1109/4235.996017.
        """
        check_is_fitted(self)
        space = self._space()
        random = check_random_state(self.random_state)
        wishes = self._wishes(goals, None, None, space, random)
        if len(wishes.objectives) < 2:
            raise DesignError(
                f"A front needs two objectives, but the goals have "
                f"{len(wishes.objectives)}. Write ['maximize Br_kG', 'minimize Dy']."
            )

        def judge(points):
            inputs = space.frame(points)
            both = inputs.join(self._outputs(inputs))
            missed = wishes.missed(both) + space.excess(inputs)
            return missed, wishes.objectives_of(both)

        seed = random.randint(2**31 - 1)
        found = best_compromises(judge, space.low, space.high, n_points, seed)
        found = space.repaired(found, is_last=True)
        if len(found):
            found = found[judge(found)[0] <= MET]
        if not len(found):
            raise DesignError(
                "No inputs within the bounds meet the goals "
                f"{', '.join(repr(str(g)) for g in wishes.bounded)}. Widen the bounds, "
                "or ask for less; design() returns the nearest."
            )
        values = judge(found)[1]
        kept = not_excelled(values)
        order = np.argsort(values[kept, 0], kind="stable")
        inputs = space.frame(found[kept][order])
        table = inputs.join(self._outputs_and_std(inputs))
        return table.assign(**wishes.columns(table), **self._trust(inputs))

    def _searched(self, judge, space, random):
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
        starts = low + random.uniform(size=(self.n_starts, len(low))) * (high - low)
        starts = space.repaired(starts, is_last=True)
        found = [
            least_by_slope(cost, start, low, high, region=space.region)
            for start in starts
        ]
        return np.array([p for p, _ in found]), np.array([c for _, c in found])

    def _best_of_random(self, judge, wishes, space, n_points, random):
        """Return the best objective of so many random inputs, NaN if none will do."""
        best, least = np.nan, np.inf
        for start in range(0, n_points, _CHUNK):
            size = (min(_CHUNK, n_points - start), len(space.low))
            points = space.low + random.uniform(size=size) * (space.high - space.low)
            missed, objective = judge(points)
            k = int(np.argmin(np.where(missed <= MET, objective, np.inf)))
            if missed[k] <= MET and objective[k] < least:
                both = space.frame(points[k : k + 1])
                both = both.join(self._outputs(both))
                least = objective[k]
                best = float(wishes.objectives[0].value(both, wishes.follows)[0])
        return best

    # -- inputs and outputs -------------------------------------------------------

    def _space(self):
        return InputSpace(
            self.training_range_,
            bounds=self.bounds,
            fixed=self.fixed,
            balance=self.balance,
            sum_of=self.sum_of,
            derived=self.derived,
            constraints=self.constraints,
            meanings=self._meanings(),
        )

    def _outputs(self, inputs):
        """Return the predicted outputs of a frame of inputs, as a frame."""
        named = hasattr(self, "feature_names_in_")
        values = self.estimator_.predict(inputs if named else inputs.to_numpy())
        values = np.asarray(values, dtype=float).reshape(len(inputs), -1)
        return pd.DataFrame(values, columns=self.output_names_)

    def _outputs_and_std(self, inputs):
        """Return the predicted outputs, and their deviations where the model knows."""
        outputs = self._outputs(inputs)
        named = hasattr(self, "feature_names_in_")
        _, std = value_and_std(self.estimator_, inputs if named else inputs.to_numpy())
        std = np.asarray(std, dtype=float).reshape(len(inputs), -1)
        if std.shape == outputs.shape and np.isfinite(std).all():
            outputs = outputs.join(
                pd.DataFrame(std, columns=[f"{n}_std" for n in self.output_names_])
            )
        return outputs

    def _trust(self, inputs):
        """Return whether inputs lie where the model has learnt, as columns."""
        rows = getattr(self, "training_rows_", ())  # files of earlier versions lack it
        if len(rows) < _FEWEST_ROWS:
            return {}
        known = inputs[list(self.training_range_)]
        beyond = [self._beyond(row) for row in known.to_dict("records")]
        distance = ApplicabilityDomain(rows).distance(known.to_numpy(dtype=float))
        return {"inside": (distance <= 1) & [not b for b in beyond], "beyond": beyond}

    def _beyond(self, row):
        """Return which inputs of a row leave the training range, and by what."""
        found = []
        for name, (low, high) in self.training_range_.items():
            room = _ROUNDING * (high - low)
            if row[name] < low - room:
                found.append(f"{name} {row[name]:.4g} < {low:.4g}")
            elif row[name] > high + room:
                found.append(f"{name} {row[name]:.4g} > {high:.4g}")
        return "; ".join(found)

    # -- goals --------------------------------------------------------------------

    def _meanings(self):
        """Return what names in goals mean that are no columns."""
        if self.prices is None:
            return FOLLOWS
        inputs = list(self.training_range_)
        return FOLLOWS | {"cost": cost_of(self.prices, self.amounts, inputs)}

    def _wishes(self, goals, minimize, maximize, space, random):
        """Return the goals, each in units of what it varies by within the bounds."""
        asked = all_goals(goals, minimize, maximize, list(self.training_range_))
        self._check_goals(asked)
        width = space.high - space.low
        sampled = space.low + random.uniform(size=(256, len(width))) * width
        inputs = space.frame(sampled)
        both = inputs.join(self._outputs(inputs))
        return Wishes(asked, both, self.output_range_, self._meanings())

    def _check_goals(self, goals):
        known = [*self.training_range_, *self.output_names_]
        for goal in goals:
            if goal.quantity is None:  # a function
                continue
            try:
                Quantity(goal.quantity).names(known, self._meanings())
            except DesignError as error:
                raise DesignError(f"{goal.direction or 'goals'}: {error}") from None
            least, most = self.output_range_.get(goal.quantity, (-np.inf, np.inf))
            if goal.low > most or goal.high < least:
                warnings.warn(
                    f"goals: {goal} lies outside the training data, which go from "
                    f"{least:g} to {most:g}.",
                    SklmagWarning,
                    stacklevel=4,
                )

    def _warn(self, table, wishes, space):
        """Name a constraint that is broken, or the goal that is missed most."""
        broken = space.broken(table.iloc[:1])
        what, value = broken[0] if broken else wishes.worst(table)
        warnings.warn(
            f"No inputs within the bounds meet all goals: {what.quantity} comes to "
            f"{value:.4g} where '{what}' is wanted. "
            "Widen the bounds, or ask for less; the nearest are returned.",
            SklmagWarning,
            stacklevel=3,
        )
