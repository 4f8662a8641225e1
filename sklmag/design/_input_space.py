"""Where the inputs of a model may be: bounds, what is fixed, and what follows."""

import warnings

import numpy as np
import pandas as pd

from sklmag.design._space import interval
from sklmag.exceptions import DesignError, SklmagWarning

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
        What it fills up; None is all other inputs.
    derived : callable, default=None
        Takes a frame of inputs and returns it with the columns that follow.

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
    ):
        self.ranges = ranges
        self.bounds, self.fixed = bounds or {}, fixed or {}
        self.balance, self.sum_of, self.derived = balance, sum_of, derived
        follows = [*self._filled_names(), *self._derived_names()]
        self._refuse_unknown_names(follows)
        for name, value in self.fixed.items():
            self._warn_beyond(name, value, value)
        self.names = [n for n in ranges if n not in follows and n not in self.fixed]
        self.follows = {n: self._bounds_of(n) for n in follows if n in self.bounds}
        pairs = [self._bounds_of(name) for name in self.names]
        self.low, self.high = np.array(pairs, dtype=float).reshape(-1, 2).T
        self._refuse_too_much()

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
        frame = self._filled(points)
        if self.derived is not None:
            frame = self.derived(frame)
        return frame[list(self.ranges)]

    def excess(self, inputs):
        """Return by how much inputs break the balance, and bounds of what follows."""
        excess = np.zeros(len(inputs))
        if self.balance is not None:
            excess += np.maximum(-inputs[self.balance[0]].to_numpy(), 0)
        for name, (low, high) in self.follows.items():
            value = inputs[name].to_numpy()
            over = np.maximum(np.maximum(low - value, value - high), 0)
            excess += _BOUND * over / self.unit_of(name)
        return excess

    def unit_of(self, name):
        """Return the range of an input in training, in units of which it is missed."""
        return np.ptp(self.ranges[name]) or 1.0

    # -- what it is made of -------------------------------------------------------

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
            others = self.sum_of or [other for other in frame if other != name]
            known = [other for other in others if other in frame]
            frame[name] = total - frame[known].sum(axis=1)
        return frame
