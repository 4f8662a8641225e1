"""Formulas as slots of atomic number and fraction, for networks that read sequences."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

import numpy as np

from sklmag._utils._validation import Interval
from sklmag.composition._base import CompositionFeaturizer, shown
from sklmag.composition._elements import atomic_numbers
from sklmag.exceptions import FormulaError


class FormulaTokenizer(CompositionFeaturizer):
    """Formulas as slots of (atomic number, fraction), in one canonical order.

    Parameters
    ----------
    n_slots : int, default=16
        The most elements of a formula; free slots are zero. Nothing is learned from
        the data, so a formula of new data never changes the width of the table.
    unit : {"at.%", "wt.%"}, default="at.%"
        Whether amounts count atoms or mass, in formulas and in tables.
    balance : str, default=None
        In a table, the element that fills each row up to 100.
    tolerance : float, default=0.5
        In a table, how far a row may be from 100 (or from 1, where no amount is above
        1), in the same unit.
    on_error : {"raise", "nan"}, default="raise"
        What becomes of a composition that cannot be read: an error, or a row of NaN,
        one warning that lists all of them, and their reasons in ``errors_``.

    Attributes
    ----------
    errors_ : dict of int to str
        Row and reason of what the last `transform` could not read.

    Raises
    ------
    FormulaError
        For an unreadable formula, or one of more than `n_slots` elements.

    See Also
    --------
    sklmag.models.LGDCNNRegressor : The networks that learn from this table.

    Notes
    -----
    Elements are ordered by falling fraction, equal fractions by atomic number.
    Repeated elements and brackets are summed; fractions are rounded to 1e-12, so that
    formulas of the same composition give the same bits, however they are written.
    The published code [1]_ orders equal fractions as the formula does, and its
    predictions depend on that.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, J. Chem. Theory Comput. 20 (2024),
       doi:10.1021/acs.jctc.4c00187.

    Examples
    --------
    >>> from sklmag.composition import FormulaTokenizer
    >>> tokenizer = FormulaTokenizer(n_slots=3).set_output(transform="pandas")
    >>> tokenizer.fit_transform(["Nd2Fe14B", "SiO2"]).round(3)
       Z_1    x_1   Z_2    x_2  Z_3    x_3
    0 26.0  0.824  60.0  0.118  5.0  0.059
    1  8.0  0.667  14.0  0.333  0.0  0.000
    """

    _parameter_constraints = {
        **CompositionFeaturizer._parameter_constraints,
        "n_slots": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_slots: int = 16,
        *,
        unit: Literal["at.%", "wt.%"] = "at.%",
        balance: str | None = None,
        tolerance: float = 0.5,
        on_error: Literal["raise", "nan"] = "raise",
    ) -> None:
        self.n_slots = n_slots
        self.unit = unit
        self.balance = balance
        self.tolerance = tolerance
        self.on_error = on_error

    def _read(self, composition):
        fractions = super()._read(composition)
        if len(fractions) > self.n_slots:
            raise FormulaError(
                f"{shown(composition)} has {len(fractions)} elements, but "
                f"n_slots={self.n_slots}. Pass n_slots={len(fractions)} or more."
            )
        return fractions

    def _numbers(self, fractions):
        number, fraction = canonical_slots(fractions, self.n_slots)
        return np.stack((number, fraction), axis=-1).reshape(len(fractions), -1)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns: ``Z_1``, ``x_1``, ``Z_2``, ...

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (2 * n_slots,), dtype object
        """
        slots = range(1, self.n_slots + 1)
        return np.array([f"{kind}_{i}" for i in slots for kind in "Zx"], dtype=object)


def canonical_slots(fractions, n_slots):
    """Return atomic numbers and fractions by falling fraction, then atomic number.

    Parameters
    ----------
    fractions : list of dict of str to float
        Atomic fractions in order of atomic number.
    n_slots : int
        Columns; what is not used is zero.

    Returns
    -------
    number, fraction : ndarray of shape (n_samples, n_slots)
    """
    numbers = atomic_numbers()
    number = np.zeros((len(fractions), n_slots))
    fraction = np.zeros((len(fractions), n_slots))
    for i, amounts in enumerate(fractions):
        found = [(-round(x, 12), numbers[element]) for element, x in amounts.items()]
        for slot, (negative, z) in enumerate(sorted(found)):
            number[i, slot], fraction[i, slot] = z, -negative
    return number, fraction


def sum_slots(terms):
    """Add up slots from the first on, so that empty ones at the end change no bit."""
    return np.cumsum(terms, axis=1)[:, -1]
