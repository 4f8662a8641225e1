"""Where a composition may be: bounds on every element, and a sum."""

import itertools

import numpy as np
import pandas as pd

from sklmag.composition import GlassFeaturizer, element_symbols
from sklmag.composition._elements import suggest_element
from sklmag.exceptions import DesignError

WHOLE = 100.0
_CHUNK = 20_000  # points at a time


class CompositionSpace:
    """Amounts in at.% between bounds that sum to 100.

    It says to a search the same as :class:`~sklmag.design._input_space.InputSpace`.

    Parameters
    ----------
    elements : sequence of str
        What the composition is made of.
    bounds : dict of str to (float, float), default=None
        Least and most of elements, in at.%; equal ones fix an element.
    limits : dict of str to (float or None, float or None), default=None
        Least and most of descriptors of
        :class:`~sklmag.composition.GlassFeaturizer`.

    Raises
    ------
    DesignError
        For what is no element, an element twice, and bounds that no composition meets.
    """

    def __init__(self, elements, bounds=None, limits=None):
        self.elements = list(elements)
        self.limits = {n: interval("limits", n, p) for n, p in (limits or {}).items()}
        bounds = dict(bounds or {})
        for element in [*self.elements, *bounds]:
            if element not in element_symbols():
                raise DesignError(
                    f"{element!r} is not an element symbol.{suggest_element(element)}"
                )
        for element in bounds:
            if element not in self.elements:
                raise DesignError(
                    f"bounds name {element}, which is not among the elements "
                    f"{self.elements}. Add it there, or leave its bounds out."
                )
        if not self.elements:
            raise DesignError("elements is empty. Name those of the alloy.")
        for element in self.elements:
            if self.elements.count(element) > 1:
                raise DesignError(f"elements holds {element} twice.")
        pairs = [
            interval("bounds", e, bounds.get(e, (0.0, WHOLE)), 0.0, WHOLE)
            for e in self.elements
        ]
        self.low, self.high = np.array(pairs, dtype=float).reshape(-1, 2).T
        self._refuse_contradictions()

    @property
    def n_free(self):
        """Dimensions of the cube of `from_unit`: one amount follows from the sum."""
        return len(self.elements) - 1

    def frame(self, points):
        """Return points as compositions; on its way a search may leave the sum."""
        whole = points * (WHOLE / points.sum(axis=1, keepdims=True))
        return pd.DataFrame(whole, columns=self.elements)

    def excess(self, points, margin=0.0):
        """Return by how much points miss the limits, squared and relative to them."""
        excess = np.zeros(len(points))
        if not self.limits:
            return excess
        names = list(GlassFeaturizer().get_feature_names_out())
        values = GlassFeaturizer().transform(self.frame(points))
        for name, (low, high) in self.limits.items():
            if name not in names:
                raise DesignError(
                    f"limits: {name!r} is not known. Choose from {names}."
                )
            value = values[:, names.index(name)]
            for bound, sign in ((low, -1), (high, 1)):
                if np.isfinite(bound):
                    over = sign * (value - bound) / max(abs(bound), 1.0)
                    excess += np.maximum(over + margin, 0) ** 2
        return excess

    def _refuse_contradictions(self):
        if self.low.sum() > WHOLE + 1e-9 or self.high.sum() < WHOLE - 1e-9:
            raise DesignError(
                f"the bounds of {', '.join(self.elements)} sum to at least "
                f"{self.low.sum():g} and at most {self.high.sum():g} at.%; no "
                f"composition that sums to {WHOLE:g} meets them."
            )

    def around(self, center, size):
        """Return the part within `size` at.% of a composition."""
        center = self.nearest(center)
        low = np.maximum(self.low, center - size)
        high = np.minimum(self.high, center + size)
        pairs = zip(low, high, strict=True)
        bounds = dict(zip(self.elements, pairs, strict=True))
        return CompositionSpace(self.elements, bounds, self.limits)

    def nearest(self, amounts):
        """Return the composition of the space that is nearest to some amounts.

        All amounts are moved by one number, and cut at the bounds.
        """
        amounts = np.asarray(amounts, dtype=float)
        below = (self.low - amounts).min() - 1
        above = (self.high - amounts).max() + 1
        for _ in range(200):
            shift = (below + above) / 2
            total = np.clip(amounts + shift, self.low, self.high).sum()
            below, above = (shift, above) if total < WHOLE else (below, shift)
        found = np.clip(amounts + (below + above) / 2, self.low, self.high)
        free = (found > self.low) & (found < self.high)
        if free.any():  # the last bits
            found[free] += (WHOLE - found.sum()) / free.sum()
        return np.clip(found, self.low, self.high)

    def from_unit(self, unit):
        """Return compositions from points of a cube, all compositions from all points.

        Parameters
        ----------
        unit : ndarray of shape (n_samples, n_elements - 1)
            From 0 to 1.

        Returns
        -------
        ndarray of shape (n_samples, n_elements)
        """
        left = np.full(len(unit), WHOLE)
        found = np.empty((len(unit), len(self.low)))
        for k in range(len(self.low) - 1):
            low = np.maximum(self.low[k], left - self.high[k + 1 :].sum())
            high = np.minimum(self.high[k], left - self.low[k + 1 :].sum())
            found[:, k] = low + unit[:, k] * np.maximum(high - low, 0)
            left = left - found[:, k]
        found[:, -1] = left
        return found

    def lattice(self, center, size, step):
        """Yield the lattice points around a composition in chunks.

        Parameters
        ----------
        center : ndarray of shape (n_elements,)
            In at.%; the points are multiples of `step` from where it rounds to.
        size : float
            How far every amount goes to both sides.
        step : float
            Distance of the points.

        Yields
        ------
        ndarray of shape (n_points, n_elements)
            Amounts above 0 within the bounds that sum to 100.
        """
        center = np.asarray(center, dtype=float)
        free = self.high - self.low > 1e-9
        origin = np.where(free, 0.0, self.low)
        reach = np.arange(-int(size / step + 1e-9), int(size / step + 1e-9) + 1)
        n_free = free.sum()
        if n_free < 2 or len(reach) == 1:
            return
        origin[free] = _rounded(center[free], step, WHOLE - origin.sum())
        n_inner = min(n_free - 1, int(np.log(_CHUNK) / np.log(len(reach))))
        axes = [reach] * n_inner
        inner = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, n_inner)
        n_outer = n_free - 1 - n_inner
        for outer in itertools.product(reach, repeat=n_outer):
            moves = np.hstack((np.tile(outer, (len(inner), 1)), inner))
            last = -moves.sum(axis=1)
            moves = np.column_stack((moves, last))[np.abs(last) <= reach[-1]]
            points = np.tile(origin, (len(moves), 1))
            points[:, free] += moves * step
            inside = (points > 0) & (points >= self.low - 1e-9)
            inside &= points <= self.high + 1e-9
            inside &= np.abs(points - center) <= size + 1e-9
            points = points[inside.all(axis=1)]
            if len(points):
                yield points


def _rounded(center, step, whole):
    """Return amounts that sum to a whole near a composition, multiples of a step.

    What no multiple fills up goes to the largest.
    """
    steps = np.floor(center / step + 1e-9)
    missing = int((whole - steps.sum() * step) / step + 1e-9)
    order = np.argsort(steps - center / step, kind="stable")
    steps[order[:missing]] += 1
    found = steps * step
    found[np.argmax(found)] += whole - found.sum()
    return found


def interval(what, name, given, least=-np.inf, most=np.inf):
    """Return the least and the most that are given: two numbers, or None for open.

    One number stands for both.
    """
    pair = given if isinstance(given, (tuple, list)) else (given, given)
    if len(pair) != 2:
        raise DesignError(f"{what}: {name!r} has {given!r}, expected (least, most).")
    low = least if pair[0] is None else float(pair[0])
    high = most if pair[1] is None else float(pair[1])
    if not least <= low <= high <= most:
        within = f" within ({least:g}, {most:g})" if np.isfinite(most) else ""
        raise DesignError(
            f"{what} of {name!r}: ({low:g}, {high:g}) are no interval{within}."
        )
    return low, high
