"""Where a composition may be: bounds on every element, and a sum."""

import itertools

import numpy as np

from sklmag._utils._errors import DesignError
from sklmag.composition import element_symbols
from sklmag.composition._elements import suggest_element

WHOLE = 100.0
_CHUNK = 20_000  # points at a time


class CompositionSpace:
    """Amounts in at.% between bounds that sum to 100.

    Parameters
    ----------
    elements : sequence of str
        What the composition is made of.
    bounds : dict of str to (float, float), default=None
        Least and most of elements, in at.%; equal ones fix an element.

    Raises
    ------
    DesignError
        For what is no element, an element twice, and bounds that no composition meets.
    """

    def __init__(self, elements, bounds=None):
        self.elements = list(elements)
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
        pairs = [bounds.get(element, (0.0, WHOLE)) for element in self.elements]
        self.low, self.high = np.array(pairs, dtype=float).reshape(-1, 2).T
        self._refuse_contradictions()

    def _refuse_contradictions(self):
        for element, low, high in zip(self.elements, self.low, self.high, strict=True):
            if not 0 <= low <= high <= WHOLE:
                raise DesignError(
                    f"bounds of {element}: ({low:g}, {high:g}) at.% are no interval "
                    f"within (0, {WHOLE:g})."
                )
        if self.low.sum() > WHOLE + 1e-9 or self.high.sum() < WHOLE - 1e-9:
            raise DesignError(
                f"the bounds of {', '.join(self.elements)} sum to at least "
                f"{self.low.sum():g} and at most {self.high.sum():g} at.%; no "
                f"composition that sums to {WHOLE:g} meets them."
            )

    def around(self, center, size):
        """Return the part within `size` at.% of a composition."""
        part = object.__new__(CompositionSpace)
        part.elements = self.elements
        center = self.nearest(center)
        part.low = np.maximum(self.low, center - size)
        part.high = np.minimum(self.high, center + size)
        return part

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
        origin = _rounded(center, step)
        reach = np.arange(-int(size / step + 1e-9), int(size / step + 1e-9) + 1)
        n_inner = min(len(origin) - 1, int(np.log(_CHUNK) / np.log(len(reach))))
        axes = [reach] * n_inner
        inner = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, n_inner)
        n_outer = len(origin) - 1 - n_inner
        for outer in itertools.product(reach, repeat=n_outer):
            moves = np.hstack((np.tile(outer, (len(inner), 1)), inner))
            last = -moves.sum(axis=1)
            moves = np.column_stack((moves, last))[np.abs(last) <= reach[-1]]
            points = (origin + moves) * step
            inside = (points > 0) & (points >= self.low) & (points <= self.high)
            inside &= np.abs(points - center) <= size + 1e-9
            points = points[inside.all(axis=1)]
            if len(points):
                yield points


def _rounded(center, step):
    """Return multiples of a step that sum to the whole, nearest to a composition."""
    whole = round(WHOLE / step)
    steps = np.asarray(center, dtype=float) / step
    rounded = np.floor(steps).astype(int)
    missing = whole - rounded.sum()
    order = np.argsort(rounded - steps, kind="stable")
    rounded[order[:missing]] += 1
    return rounded
