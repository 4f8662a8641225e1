"""Rows of wanted properties and element slots: how they are made, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from sklmag._utils._featurizer import as_items
from sklmag._utils._variation import deviation, varies
from sklmag.composition import atomic_masses, element_symbols, parse_formula
from sklmag.composition._elements import atomic_numbers
from sklmag.exceptions import FormulaError

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


ORDERS = ("atomic_number", "amount", "random")
_WHOLES = (1.0, 100.0)
_TOLERANCE = 0.005  # of the whole: what rounding in a table of compositions leaves


def inverse_table(
    formulas: ArrayLike,
    targets: pd.DataFrame,
    *,
    n_slots: int | None = None,
    order: Literal["atomic_number", "amount", "random"] = "atomic_number",
    unit: Literal["at.%", "wt.%"] = "at.%",
    random_state: int | np.random.RandomState | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write compositions and properties as the two tables of inverse design.

    Parameters
    ----------
    formulas : array-like of shape (n_samples,)
        Compositions, as :func:`~sklmag.composition.parse_formula` reads them.
    targets : DataFrame of shape (n_samples, n_targets) or dict of str to array-like
        Properties of these compositions, such as ``G_GPa``.
    n_slots : int, default=None
        The most elements of a composition; None is that of the longest one here.
    order : {"atomic_number", "amount", "random"}, default="atomic_number"
        How the elements of a row are listed. "amount" lists the largest first, as in
        the tables of the literature: then the place of an element gives away how much
        of it there is, and a network that reads places looks better than it is.
    unit : {"at.%", "wt.%"}, default="at.%"
        What the formulas count. The amounts returned are at.%.
    random_state : int, RandomState instance or None, default=None
        Seed of ``order="random"``.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_targets + n_slots)
        The targets, then the atomic numbers ``Z_1``, ``Z_2``, ...; 0 is an empty slot.
    y : DataFrame of shape (n_samples, n_slots)
        Amounts in at.% of these elements, ``x_1``, ``x_2``, ...

    Raises
    ------
    FormulaError
        For a formula that cannot be read, or of more than `n_slots` elements.
    ValueError
        For a target that is missing.

    Examples
    --------
    >>> from sklmag.design import inverse_table
    >>> X, y = inverse_table(["Zr68Al8Ni8Cu16"], {"G_GPa": [26.8]}, n_slots=5)
    >>> X.astype(float).iloc[0].tolist(), y.round(1).iloc[0].tolist()
    ([26.8, 13.0, 28.0, 29.0, 40.0, 0.0], [8.0, 8.0, 16.0, 68.0, 0.0])
    """
    if order not in ORDERS:
        raise ValueError(f"order={order!r} is not known. Choose one of {ORDERS}.")
    index = formulas.index if isinstance(formulas, pd.Series) else None
    formulas = as_items(formulas)
    rows = [_parsed(i, formula, unit) for i, formula in enumerate(formulas)]
    targets = _targets(targets, len(rows), index)
    longest = max(map(len, rows), default=0)
    n_slots = longest if n_slots is None else n_slots
    random = check_random_state(random_state)
    number, amount = np.zeros((2, len(rows), n_slots))
    for i, fractions in enumerate(rows):
        if len(fractions) > n_slots:
            raise FormulaError(
                f"Row {i}: {formulas[i]!r} has {len(fractions)} elements, but "
                f"n_slots={n_slots}. Pass n_slots={longest}."
            )
        elements = _listed(fractions, order, random)
        number[i, : len(elements)] = [atomic_numbers()[e] for e in elements]
        amount[i, : len(elements)] = [100 * fractions[e] for e in elements]
    slots = range(1, n_slots + 1)
    Z = pd.DataFrame(number, columns=[f"Z_{k}" for k in slots])
    x = pd.DataFrame(amount, targets.index, [f"x_{k}" for k in slots])
    X = pd.concat([targets.reset_index(drop=True), Z], axis=1)
    return X.set_axis(targets.index), x


def _parsed(row, formula, unit):
    try:
        return parse_formula(formula, unit=unit)
    except FormulaError as error:
        raise FormulaError(f"Row {row}: {error}") from error


def _targets(targets, n_rows, index):
    """Return the targets as a frame of numbers; name the first that is missing."""
    if not isinstance(targets, pd.DataFrame):
        columns = {name: np.asarray(values) for name, values in dict(targets).items()}
        targets = pd.DataFrame(columns, index=index)
    if len(targets) != n_rows:
        raise ValueError(
            f"There are {n_rows} formulas, but {len(targets)} rows of targets."
        )
    wrong = np.argwhere(~np.isfinite(targets.to_numpy(dtype=float)))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"Row {row} has no {targets.columns[column]!r}. Drop rows without a "
            "target: targets.dropna()."
        )
    return targets.astype(float)


def _listed(fractions, order, random):
    elements = list(fractions)
    if order == "amount":
        return sorted(elements, key=lambda e: -fractions[e])
    if order == "random":
        return [elements[k] for k in random.permutation(len(elements))]
    return elements


class SlotScaler:
    """Standardise targets; leave atomic numbers; add standardised masses if asked."""

    def __init__(self, n_slots, *, with_masses):
        self.n_slots = n_slots
        self.with_masses = with_masses

    def fit(self, X, weight):
        """Learn means and standard deviations."""
        numbers = self._numbers(X)
        self.center_ = np.average(numbers, axis=0, weights=weight)
        spread = deviation(numbers, weight)
        self.scale_ = np.where(varies(numbers) & (spread > 0), spread, 1.0)
        return self

    @property
    def n_features_out(self):
        """Number of columns."""
        return len(self.scale_) + self.n_slots

    def transform(self, X):
        """Return scaled targets, and masses if asked for, then atomic numbers."""
        scaled = (self._numbers(X) - self.center_) / self.scale_
        return np.hstack((scaled, X[:, X.shape[1] - self.n_slots :]))

    def _numbers(self, X):
        n_targets = X.shape[1] - self.n_slots
        targets, number = X[:, :n_targets], X[:, n_targets:].astype(int)
        if not self.with_masses:
            return targets
        return np.hstack((targets, np.array([0.0, *atomic_masses().values()])[number]))


def check_slots(X, n_slots, has_vector):
    """Raise where slots hold what is no element, an element twice, or none at all.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_targets + n_slots)
    n_slots : int
    has_vector : ndarray of shape (n_elements + 1,), dtype bool
        Which atomic numbers are known to the network.
    """
    number = X[:, X.shape[1] - n_slots :]
    symbols = element_symbols()
    strange = (number < 0) | (number > len(symbols)) | (number != np.round(number))
    if strange.any():
        row, slot = np.argwhere(strange)[0]
        raise ValueError(
            f"Row {row} of X, slot {slot + 1}: {number[row, slot]:g} is not an atomic "
            f"number (0 for an empty slot, or 1 to {len(symbols)}). X holds the "
            f"targets and then {n_slots} slots, as many as y has columns: see "
            "sklmag.design.inverse_table."
        )
    number = number.astype(int)
    unknown = ~has_vector[number] & (number > 0)
    if unknown.any():
        row, slot = np.argwhere(unknown)[0]
        raise ValueError(
            f"Row {row} of X, slot {slot + 1}: the embedding has no vector for "
            f"{symbols[number[row, slot] - 1]}. Leave the row out, or choose another "
            "embedding."
        )
    ordered = np.sort(number, axis=1)
    twice = (np.diff(ordered, axis=1) == 0) & (ordered[:, 1:] > 0)
    if twice.any():
        row, place = np.argwhere(twice)[0]
        raise ValueError(
            f"Row {row} of X holds {symbols[ordered[row, place] - 1]} twice. Each "
            "element has one slot."
        )
    empty = (number == 0).all(axis=1)
    if empty.any():
        raise ValueError(f"Row {np.argmax(empty)} of X has no element.")


def whole_of(X, y):
    """Return what amounts sum to, 1 or 100; name the first row that does neither."""
    number = X[:, X.shape[1] - y.shape[1] :]
    wrong = (y < 0) | ((y > 0) & (number == 0))
    if wrong.any():
        row, slot = np.argwhere(wrong)[0]
        why = "is negative" if y[row, slot] < 0 else "stands in an empty slot of X"
        raise ValueError(
            f"Row {row} of y: the amount {y[row, slot]:g} of slot {slot + 1} {why}."
        )
    total = y.sum(axis=1)
    whole = _WHOLES[int(np.median(total) > 10)]
    off = np.abs(total - whole) > _TOLERANCE * whole
    if off.any():
        row = int(np.argmax(off))
        raise ValueError(
            f"Row {row} of y sums to {total[row]:g}, expected {whole:g} as in other "
            "rows. Amounts are at.% (100) or fractions (1) of all elements: see "
            "sklmag.design.inverse_table, which also reads wt.%."
        )
    return whole
