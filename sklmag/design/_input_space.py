"""Where the inputs of a model may be: bounds, what is fixed, and what follows."""

import warnings

import numpy as np
import pandas as pd

from sklmag.composition._process_table import is_made_of_elements
from sklmag.design._goals import Constraint, constraints_of
from sklmag.design._quantity import FOLLOWS, Quantity
from sklmag.design._region import Region
from sklmag.design._search import first_apart
from sklmag.design._space import interval
from sklmag.exceptions import DesignError, SklmagWarning

_CHUNK = 5000  # points at a time
_BOUND = 100.0  # of a bound missed by the whole range, against one unit of a goal


class InputSpace:
    """Inputs between bounds, of which some are fixed and some follow from others.

    A space says to a search where to look (`low`, `high`, `from_unit`), what a point is
    to a model (`frame`), and by how much it breaks what cannot be said by bounds alone
    (`excess`); :class:`~sklmag.design._space.CompositionSpace` is the other one.

    Parameters
    ----------
    ranges : dict of str to (float, float)
        Least and largest of each input in the training data, in order.
    bounds : dict of str to (float, float), default=None
        Least and most of inputs; by default those of the training data.
    fixed : dict of str to float, default=None
        Inputs that do not vary.
    balance : (str, float), default=None
        The input that fills a sum, and the sum.
    sum_of : list of str, default=None
        What it fills up; None is the other amounts of elements (`Nd`, but also `PrNd`)
        where `balance` is one, and else all other inputs that do not follow.
    derived : callable, default=None
        Takes a frame of inputs and returns it with the columns that follow.
    constraints : list of str or Constraint, default=None
        What inputs must keep to.
    meanings : dict of str to str
        What other names in constraints mean, as arithmetic of inputs.

    Attributes
    ----------
    names : list of str
        What varies.
    low, high : ndarray of shape (n_names,)
        Its bounds.
    follows : dict of str to (float, float)
        Bounds of what follows from others.

    Raises
    ------
    DesignError
        For unknown names, and what contradicts itself.
    """

    def __init__(
        self,
        ranges,
        *,
        bounds=None,
        fixed=None,
        balance=None,
        sum_of=None,
        derived=None,
        constraints=None,
        meanings=FOLLOWS,
    ):
        self.ranges, self.meanings = ranges, meanings
        self.bounds, self.fixed = bounds or {}, fixed or {}
        self.balance, self.derived = balance, derived
        follows = [*self._filled_names(), *self._derived_names()]
        self._refuse_unknown_names(follows)
        self.sum_of = self._parts(sum_of, follows) if balance else []
        for name, value in self.fixed.items():
            self._warn_beyond(name, value, value)
        self.names = [n for n in ranges if n not in follows and n not in self.fixed]
        self.follows = {n: self._bounds_of(n) for n in follows if n in self.bounds}
        pairs = [self._bounds_of(name) for name in self.names]
        self.low, self.high = np.array(pairs, dtype=float).reshape(-1, 2).T
        self._steps = self._steps_that_matter()
        self._refuse_too_much()
        self._settle(constraints_of(constraints))

    # -- what a search asks -------------------------------------------------------

    @property
    def n_free(self):
        """Number of inputs that vary."""
        return int((self.high > self.low).sum())

    def from_unit(self, unit):
        """Return points from those of a cube of `n_free` dimensions."""
        free = self.high > self.low
        points = np.tile(self.low, (len(unit), 1))
        points[:, free] += unit * (self.high - self.low)[free]
        return points

    def frame(self, points):
        """Return points as the frame of all inputs, in order."""
        frame = self._filled(self.repaired(points))
        if self.derived is not None:
            frame = self.derived(frame)
        return frame[list(self.ranges)]

    def repaired(self, points, is_last=False):
        """Return points moved to where they keep to sums, ratios and counts.

        Parameters
        ----------
        points : ndarray of shape (n_points, n_names)
        is_last : bool, default=False
            Whether to go on until they hold to the last digits.
        """
        if not len(self.region) and not self.counts:
            return points
        low, high = (np.tile(end, (len(points), 1)) for end in (self.low, self.high))
        for columns, least, few, most in self.counts:
            _thin(points[:, columns], low, high, columns, least, few, most)
        return self.region.nearest(points, low, high, is_last)

    def _steps_that_matter(self):
        steps = 0.1 * (self.high - self.low)
        is_amount = [is_made_of_elements(name) for name in self.names]
        steps[is_amount] = np.minimum(steps[is_amount], 1.0)
        return np.where(steps > 0, steps, np.inf)

    def first_different(self, points, n_wanted):
        """Return the first points that differ by what matters, repaired.

        That is a tenth of the bounds of an input, or 1 in the amount of an element.
        """

        def are_far(points, one):
            return (np.abs(points - one) >= self._steps).any(axis=1)

        chosen = []
        for start in range(0, len(points), _CHUNK):
            part = self.repaired(points[start : start + _CHUNK])
            chosen = first_apart(part, n_wanted, are_far, chosen)
            if len(chosen) == n_wanted:
                break
        return self.repaired(np.array(chosen), is_last=True)

    def sample(self, n_points, random):
        """Return points drawn evenly from where sums and ratios hold, and repaired."""
        return self.repaired(self.region.sample(n_points, random), is_last=True)

    def excess(self, inputs):
        """Return by how much inputs break the balance, and bounds of what follows."""
        excess = np.zeros(len(inputs))
        if self.balance is not None:
            excess += np.maximum(-inputs[self.balance[0]].to_numpy(), 0)
        for name, (low, high) in self.follows.items():
            value = inputs[name].to_numpy()
            over = np.maximum(np.maximum(low - value, value - high), 0)
            excess += _BOUND * over / self.unit_of(name)
        if len(self.region):
            excess += _BOUND * self.region.excess(inputs[self.names].to_numpy())
        for limit in self.others:
            over = limit.over(inputs, self.meanings)
            over = np.where(np.isfinite(over), over, np.inf)
            excess += _BOUND * over / self.units[limit.quantity]
        return excess

    def broken(self, inputs):
        """Return the constraints that a row breaks, each with what it comes to."""
        found = [
            (Constraint(name, *ends), inputs[name].iloc[0])
            for name, ends in self.follows.items()
        ]
        found = [pair for pair in found if pair[0].over(inputs)[0] > 1e-3]
        for limit in self.constraints:
            size = max(abs(e) for e in (limit.low, limit.high) if np.isfinite(e))
            if limit.over(inputs, self.meanings)[0] > 1e-6 * max(size, 1.0):
                found.append((limit, limit.value(inputs, self.meanings)[0]))
        return found

    def unit_of(self, name):
        """Return the range of an input in training, in units of which it is missed."""
        return np.ptp(self.ranges[name]) or 1.0

    # -- constraints --------------------------------------------------------------

    def _settle(self, constraints):
        """Sort constraints into counts, what is linear in what varies, and others."""
        self.constraints, self.counts, self.others = constraints, [], []
        rows = []
        if self.balance is not None and self.names:
            rows.append(self._row_of_balance())
        for limit in constraints:
            names = limit.names(self.ranges, self.meanings)
            if limit.counted is not None:
                self.counts.append(self._count(limit, names))
            else:
                found = self._rows(limit) if self._is_free(names) else []
                rows += found
                self.others += [] if found else [limit]
        self.region = Region(self.names, self.low, self.high, rows)
        self.units = self._units_of_others() if self.others else {}

    def _is_free(self, names):
        """Tell whether no name is one of a column that `derived` writes."""
        return not set(names) & set(self._derived_names())

    def _count(self, limit, names):
        for name in names:
            if name not in self.names:
                raise DesignError(
                    f"{limit.quantity!r}: {name!r} does not vary by itself, so that it "
                    "cannot be absent. Leave it out of the count."
                )
        few = max(0, int(np.ceil(limit.low))) if np.isfinite(limit.low) else 0
        most = int(limit.high) if np.isfinite(limit.high) else len(names)
        columns = np.array([self.names.index(name) for name in names])
        fixed = [self.names[k] for k in columns if self.low[k] > 0]
        if len(fixed) > most or few > len(names):
            raise DesignError(
                f"constraints: '{limit}' cannot be: of {', '.join(names)} "
                f"{len(fixed)} are above 0 by their bounds. Widen those."
            )
        return columns, limit.counted[1], few, most

    def _row_of_balance(self):
        """Return the constraint that what is left for the balance is within bounds."""
        name, total = self.balance
        low, high = self.bounds.get(name, (0.0, np.inf))
        factors = self._factors({name: 1.0})
        constant = self._constant({name: 1.0})
        label = f"{name} = {total:g} - {' - '.join(self.sum_of)}"
        return label, factors, max(low, 0.0) - constant, high - constant

    def _rows(self, limit):
        """Return a constraint as rows of a region; none where it is not linear."""
        parts = Quantity(limit.quantity).fraction(self.ranges, self.meanings)
        if parts is None:
            return []
        above, below = parts
        if not below.factors:  # a sum
            least, most = sorted(e * below.constant for e in (limit.low, limit.high))
            return [self._row(limit, above, least, most)]
        if self._least(below) < 0:
            return []
        if limit.low == limit.high:
            return [self._row(limit, above - limit.low * below, 0.0, 0.0)]
        ends = ((limit.low, 0.0, np.inf), (limit.high, -np.inf, 0.0))
        return [
            self._row(limit, above - end * below, least, most)
            for end, least, most in ends
            if np.isfinite(end)
        ]

    def _row(self, limit, whole, least, most):
        constant = whole.constant + self._constant(whole.factors)
        factors = self._factors(whole.factors)
        return str(limit), factors, least - constant, most - constant

    def _least(self, whole):
        """Return the least that a sum comes to within the bounds."""
        factors = self._factors(whole.factors)
        ends = np.where(factors > 0, self.low, self.high)
        return whole.constant + self._constant(whole.factors) + factors @ ends

    def _factors(self, wanted):
        """Return factors of what varies; the balance is what the others leave."""
        factors = np.zeros(len(self.names))
        for name, factor in wanted.items():
            if self.balance is not None and name == self.balance[0]:
                factors -= factor * np.isin(self.names, self.sum_of)
            elif name in self.names:
                factors[self.names.index(name)] += factor
        return factors

    def _constant(self, wanted):
        """Return what fixed inputs, and the total of the balance, add to a sum."""
        constant = 0.0
        for name, factor in wanted.items():
            if name in self.fixed:
                constant += factor * self.fixed[name]
            elif self.balance is not None and name == self.balance[0]:
                fixed = sum(self.fixed.get(part, 0.0) for part in self.sum_of)
                constant += factor * (self.balance[1] - fixed)
        return constant

    def _units_of_others(self):
        """Return how much quantities of other constraints vary within the bounds."""
        unit = np.random.RandomState(0).uniform(size=(256, len(self.names)))
        inputs = self.frame(self.low + unit * (self.high - self.low))
        units = {}
        for limit in self.others:
            value = limit.value(inputs, self.meanings)
            value = value[np.isfinite(value)]
            units[limit.quantity] = (np.ptp(value) if len(value) else 0.0) or 1.0
        return units

    # -- what it is made of -------------------------------------------------------

    def _parts(self, sum_of, follows):
        """Return the inputs whose sum the balance fills."""
        name = self.balance[0]
        if sum_of is not None:
            for other in sum_of:
                if other not in self.ranges:
                    raise DesignError(f"sum_of: {other!r} is no input.")
            return [other for other in sum_of if other != name]
        others = [n for n in self.ranges if n not in follows]
        if is_made_of_elements(name):
            return [other for other in others if is_made_of_elements(other)]
        return others

    def _filled_names(self):
        if self.balance is None:
            return []
        if len(self.balance) != 2:
            raise DesignError("balance: a name and a total, such as ('Fe', 100.0).")
        return [self.balance[0]]

    def _refuse_unknown_names(self, follows):
        inputs = list(self.ranges)
        for name in [*self.bounds, *self.fixed, *self._filled_names()]:
            if name not in inputs:
                raise DesignError(f"{name!r} is no input. They are {inputs}.")
            if name in self.bounds and name in self.fixed:
                raise DesignError(f"{name!r} is both in bounds and in fixed.")
        for name in self.fixed:
            if name in follows:
                raise DesignError(
                    f"fixed: {name!r} follows from other inputs; give it bounds."
                )

    def _bounds_of(self, name):
        trained = self.ranges[name]
        low, high = interval("bounds", name, self.bounds.get(name, trained))
        if not np.isfinite([low, high]).all():
            raise DesignError(
                f"bounds of {name!r}: ({low:g}, {high:g}) are not finite."
            )
        self._warn_beyond(name, low, high)
        return low, high

    def _warn_beyond(self, name, low, high):
        trained = self.ranges[name]
        if low < trained[0] or high > trained[1]:
            warnings.warn(
                f"{name!r} from {low:g} to {high:g} goes beyond the training data "
                f"({trained[0]:g} to {trained[1]:g}): the model extrapolates.",
                SklmagWarning,
                stacklevel=6,
            )

    def _refuse_too_much(self):
        """Raise where nothing is left for the balance even at the lower bounds."""
        if self.balance is None:
            return
        name, total = self.balance
        frame = self._filled(self.low[None])
        if frame[name].iloc[0] < 0:
            raise DesignError(
                f"balance: the other inputs sum to {total - frame[name].iloc[0]:g} at "
                f"least, more than {total:g}: nothing is left for {name!r}."
            )

    def _derived_names(self):
        """Return the inputs that `derived` writes over."""
        if self.derived is None:
            return []
        middle = {name: np.mean(r) for name, r in self.ranges.items()}
        given = pd.DataFrame([middle])
        after = self.derived(given + 1.0)  # what it writes depends on the others
        return [name for name in given if not after[name].equals(given[name] + 1.0)]

    def _filled(self, points):
        """Return points with what is fixed, and the balance."""
        frame = pd.DataFrame(points, columns=self.names)
        for name, value in self.fixed.items():
            frame[name] = value
        if self.balance is not None:
            name, total = self.balance
            known = [other for other in self.sum_of if other in frame]
            frame[name] = total - frame[known].sum(axis=1)
        return frame


def _thin(amounts, low, high, columns, least, few, most):
    """Set bounds of each row so that as many columns as allowed are above 0.

    The largest stay; what is below the least amount by more than half is absent.
    """
    floor = low[:, columns]
    order = np.argsort(-amounts - 1e6 * (floor > 0), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    stays = (rank < most) & ((amounts > least / 2) | (floor > 0)) | (rank < few)
    high[:, columns] = np.where(stays, high[:, columns], 0.0)
    low[:, columns] = np.where(stays, np.maximum(floor, least), 0.0)
