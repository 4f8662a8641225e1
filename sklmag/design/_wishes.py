"""How well rows of inputs and outputs answer goals, in one unit for all of them."""

from __future__ import annotations

import numpy as np

from sklmag.composition import atomic_masses
from sklmag.composition._process_table import is_made_of_elements
from sklmag.design._goals import goals_of
from sklmag.design._quantity import Quantity
from sklmag.exceptions import DesignError


class Wishes:
    """Goals, with the scale in which each is missed.

    Parameters
    ----------
    goals : list of Goal
        What is wanted.
    sampled : DataFrame
        Inputs and outputs within the bounds: how much each quantity varies there is
        the unit of its goal.
    trained : dict of str to (float, float)
        Ranges in the training data, for quantities that do not vary within the bounds.
    follows : dict of str to str
        What other names mean, see :class:`Quantity`.
    """

    def __init__(self, goals, sampled, trained, follows):
        self.bounded = [goal for goal in goals if not goal.is_objective]
        self.objectives = [goal for goal in goals if goal.is_objective]
        self.follows = follows
        self._unit = [self._spread(g, sampled, trained) for g in self.bounded]
        values = [
            _finite(_sign(goal) * goal.value(sampled, follows))
            for goal in self.objectives
        ]
        values = [value if len(value) else np.zeros(1) for value in values]
        self._least = [value.min() for value in values]
        self._range = [np.ptp(value) or 1.0 for value in values]

    def _spread(self, goal, sampled, trained):
        value = _finite(goal.value(sampled, self.follows))
        whole = np.ptp(trained[goal.quantity]) if goal.quantity in trained else 0.0
        spread = value.std(ddof=1) if len(value) > 1 else 0.0
        return (spread if spread > 1e-9 * whole else whole) or 1.0

    def misses(self, frame):
        """Return by how much each row misses each bounded goal, (n_rows, n_goals)."""
        found = [
            goal.weight * _known(goal.over(frame, self.follows)) / unit
            for goal, unit in zip(self.bounded, self._unit, strict=True)
        ]
        return np.array(found).reshape(-1, len(frame)).T

    def missed(self, frame):
        """Return the sum of what each row misses."""
        return self.misses(frame).sum(axis=1)

    def objectives_of(self, frame):
        """Return what is to be least, (n_rows, n_objectives), in units of its range."""
        parts = zip(self.objectives, self._least, self._range, strict=True)
        found = [
            _known(_sign(goal) * goal.value(frame, self.follows) - least) / width
            for goal, least, width in parts
        ]
        return np.array(found).reshape(-1, len(frame)).T

    def objective(self, frame):
        """Return the weighted sum of what is to be least."""
        weights = np.array([goal.weight for goal in self.objectives])
        return self.objectives_of(frame) @ weights

    def columns(self, frame):
        """Return quantities of goals that are no columns, as columns, and the cost."""
        names = [g.quantity for g in [*self.bounded, *self.objectives] if g.quantity]
        names += ["cost"] if "cost" in self.follows else []
        return {
            name: Quantity(name).of(frame, self.follows)
            for name in names
            if name not in frame
        }

    def worst(self, frame):
        """Return the goal that the first row misses most, and what it comes to."""
        goal = self.bounded[int(np.argmax(self.misses(frame.iloc[:1])[0]))]
        return goal, goal.value(frame.iloc[:1], self.follows)[0]


def _finite(value):
    return value[np.isfinite(value)]


def _known(value):
    """Return numbers where a quantity has none, such as a ratio to 0, as missed."""
    return np.where(np.isfinite(value), value, 1e6)


def _sign(goal):
    return -1.0 if goal.direction == "maximize" else 1.0


class Priced:
    """An objective that a function of the inputs gives."""

    is_objective, direction, weight, quantity = True, "minimize", 1.0, None

    def __init__(self, function, inputs):
        self.function, self.inputs = function, inputs

    def value(self, frame, follows=None):
        """Return what the function says of each row."""
        return np.asarray(self.function(frame[self.inputs]), dtype=float)


def all_goals(goals, minimize, maximize, inputs):
    """Return goals and objectives as one list."""
    given = {"minimize": minimize, "maximize": maximize}
    named = [f"{way} {what}" for way, what in given.items() if isinstance(what, str)]
    found = goals_of([*goals_of(goals), *named])
    return [*found, Priced(minimize, inputs)] if callable(minimize) else found


def cost_of(prices, amounts, inputs):
    """Return the price of a kilogram as arithmetic of amounts.

    Parameters
    ----------
    prices : dict of str to float
        Of a kilogram of each of the columns that hold amounts.
    amounts : {"wt.%", "at.%"}
        What the columns hold.
    inputs : list of str
        Columns; those named after elements count, mischmetals such as `PrNd` too.

    Raises
    ------
    DesignError
        For an element without a price, and a price that is none.
    """
    elements = [name for name in inputs if is_made_of_elements(name)]
    for name in elements:
        if name not in prices:
            raise DesignError(
                f"prices: {name} has none, so that no alloy has a cost. Add it; "
                f"the elements are {', '.join(elements)}."
            )
    for name, price in prices.items():
        if not 0 <= price < np.inf:
            raise DesignError(f"prices: {name} costs {price!r}, expected 0 or more.")
    if not elements:
        raise DesignError("prices: no input is named after an element.")
    if amounts == "wt.%":
        return f"({' + '.join(f'{prices[e]!r}*{e}' for e in elements)}) / 100"
    mass = atomic_masses()
    for name in elements:
        if name not in mass:
            raise DesignError(
                f"prices: {name!r} is no element, so that its at.% have no mass. Give "
                "amounts in wt.%, or elements alone."
            )
    above = " + ".join(f"{prices[e] * mass[e]!r}*{e}" for e in elements)
    return f"({above}) / ({' + '.join(f'{mass[e]!r}*{e}' for e in elements)})"
