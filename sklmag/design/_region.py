"""Points between bounds that keep to linear constraints: found, moved there, drawn."""

from __future__ import annotations

import numpy as np

from sklmag.exceptions import DesignError

_N_SWEEPS = 60  # of a point on the way
_N_SETTLING = 5000  # of one that is shown
_EXACT = 1e-10  # of the widths of the bounds
_N_STEPS = 64  # of a random walk, for each dimension
_N_CORNERS = 2  # for each dimension, whose mean a walk starts from


class Region:
    """Bounds, and sums of inputs that have ends.

    Parameters
    ----------
    names : list of str
        Inputs.
    low, high : ndarray of shape (n_names,)
        Their bounds.
    rows : list of (str, ndarray of shape (n_names,), float, float)
        What a constraint is called, the factors of the inputs, and its least and most.

    Raises
    ------
    DesignError
        Where no point keeps to all; it names those that contradict each other.
    """

    def __init__(self, names, low, high, rows):
        self.names, self.low, self.high = list(names), low, high
        self.labels = [label for label, *_ in rows]
        self.factors = np.zeros((len(rows), len(low)))
        for k, (_, factors, *_) in enumerate(rows):
            self.factors[k] = factors
        self.ends = np.array([row[2:] for row in rows], dtype=float).reshape(-1, 2)
        self._width = np.where(high > low, high - low, 1.0)
        # in units of the bounds, and each of length 1
        scaled, self._unit = self.factors * self._width, np.ones(len(rows))
        if len(rows):
            self._unit = np.sqrt((scaled**2).sum(axis=1))
            self._unit = np.where(self._unit > 0, self._unit, 1.0)
        self._rows = scaled / self._unit[:, None]
        self._ends = (self.ends - (self.factors @ low)[:, None]) / self._unit[:, None]
        self._refuse_contradictions()

    def __len__(self):
        return len(self.labels)

    def scaled(self):
        """Return factors and ends of each constraint in units of the bounds."""
        return list(zip(self._rows, self._ends, strict=True))

    # -- is there any point -------------------------------------------------------

    def _solved(self, kept, objective=None):
        """Return the point of least objective under some constraints, or None."""
        from scipy.optimize import linprog

        rows, ends = self._rows[kept], self._ends[kept]
        equal = ends[:, 0] == ends[:, 1]
        above, below = (
            np.isfinite(ends[:, 1]) & ~equal,
            np.isfinite(ends[:, 0]) & ~equal,
        )
        found = linprog(
            np.zeros(len(self.low)) if objective is None else objective,
            A_ub=np.vstack((rows[above], -rows[below])),
            b_ub=np.concatenate((ends[above, 1], -ends[below, 0])),
            A_eq=rows[equal],
            b_eq=ends[equal, 0],
            bounds=np.column_stack((np.zeros(len(self.low)), self.high > self.low)),
        )
        return found.x if found.status == 0 else None

    def _refuse_contradictions(self):
        """Leave constraints out one after the other, as long as a contradiction stays.

        What is left contradicts itself, and each of its parts is needed for that.
        """
        kept = list(range(len(self)))
        if not kept or self._solved(kept) is not None:
            return
        for k in range(len(self)):
            fewer = [other for other in kept if other != k]
            if fewer and self._solved(fewer) is None:
                kept = fewer
        involved = (self.factors[kept] != 0).any(axis=0)
        bounds = ", ".join(
            f"{self.names[k]} from {self.low[k]:g} to {self.high[k]:g}"
            for k in np.flatnonzero(involved)
        )
        what = " and ".join(repr(self.labels[k]) for k in kept)
        raise DesignError(
            f"constraints: no inputs keep to {what} with {bounds}. Loosen "
            f"{'one of them' if len(kept) > 1 else 'it'}, or widen the bounds."
        )

    # -- moving points ------------------------------------------------------------

    def excess(self, points):
        """Return by how much points break the constraints, in units of the bounds."""
        value = (points - self.low) / self._width @ self._rows.T
        return _beyond(value, self._ends).sum(axis=1)

    def nearest(self, points, low=None, high=None, is_last=False):
        """Return points near some that keep to bounds and constraints.

        Each constraint in turn moves them the shortest way, until none does.

        Parameters
        ----------
        points : ndarray of shape (n_points, n_names)
        low, high : ndarray of shape (n_points, n_names), default=None
            Narrower bounds of each point.
        is_last : bool, default=False
            Whether to go on until the constraints hold to the last digits.
        """
        least = (
            np.zeros(points.shape) if low is None else (low - self.low) / self._width
        )
        most = np.broadcast_to((self.high > self.low) * 1.0, points.shape)
        most = most if high is None else (high - self.low) / self._width
        unit = np.clip((points - self.low) / self._width, least, most)
        if len(self):
            unit = self._swept(unit, least, most, _N_SETTLING if is_last else _N_SWEEPS)
        return self.low + unit * self._width

    def _swept(self, unit, least, most, n_sweeps):
        moving = np.arange(len(unit))
        for _ in range(n_sweeps):
            part, low, high = unit[moving], least[moving], most[moving]
            for row, (start, end) in zip(self._rows, self._ends, strict=True):
                value = part @ row
                missing = np.clip(value, start, end) - value
                # what is at the bound to which it would move cannot move
                towards = np.sign(missing)[:, None] * row
                stuck = np.where(towards > 0, part >= high, part <= low)
                step = np.where(stuck, 0.0, row)
                size = (step**2).sum(axis=1)
                step *= (missing / np.where(size > 0, size, 1.0))[:, None]
                part = np.clip(part + step, low, high)
            unit[moving] = part
            left = _beyond(part @ self._rows.T, self._ends).max(axis=1)
            moving = moving[left > _EXACT]
            if not len(moving):
                break
        return unit

    # -- drawing points -----------------------------------------------------------

    def sample(self, n_points, random):
        """Return points drawn evenly from the region, by random walks.

        Each walk goes on along a line in a random direction to any place on it, as far
        as bounds and constraints let it.
        """
        free = self.high > self.low
        n_free = int(free.sum())
        if not len(self):
            unit = random.uniform(size=(n_points, len(self.low))) * free
            return self.low + unit * self._width
        unit = np.tile(self._middle(random), (n_points, 1))
        ways = self._ways(free)
        if not ways.shape[1]:
            return self.low + unit * self._width
        rows = np.vstack((np.eye(len(self.low))[free], self._rows))
        ends = np.vstack((np.tile([0.0, 1.0], (n_free, 1)), self._ends))
        for _ in range(_N_STEPS * ways.shape[1]):
            way = random.normal(size=(n_points, ways.shape[1])) @ ways.T
            speed, value = way @ rows.T, unit @ rows.T
            with np.errstate(divide="ignore", invalid="ignore"):
                first, last = ((end - value) / speed for end in ends.T)
            still = np.abs(speed) < 1e-12
            start = np.where(still, -np.inf, np.minimum(first, last)).max(axis=1)
            end = np.where(still, np.inf, np.maximum(first, last)).min(axis=1)
            start, end = np.minimum(start, 0), np.maximum(end, 0)
            unit += (start + random.uniform(size=n_points) * (end - start))[
                :, None
            ] * way
        return self.low + np.clip(unit, 0, 1) * self._width

    def _middle(self, random):
        """Return the mean of corners: a point inside."""
        kept = list(range(len(self)))
        n_corners = _N_CORNERS * len(self.low)
        corners = [
            self._solved(kept, random.normal(size=len(self.low)))
            for _ in range(n_corners)
        ]
        return np.mean([c for c in corners if c is not None], axis=0)

    def _ways(self, free):
        """Return directions that no equality forbids, (n_names, n_ways)."""
        from scipy.linalg import null_space

        equal = self._rows[self._ends[:, 0] == self._ends[:, 1]]
        ways = np.eye(len(self.low))[:, free]
        return ways @ null_space(equal[:, free]) if len(equal) else ways


def _beyond(value, ends):
    return np.maximum(np.maximum(ends[:, 0] - value, value - ends[:, 1]), 0)
