"""Compositions as the atomic fractions of their elements."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag.composition._base import CompositionFeaturizer, shown
from sklmag.composition._elements import (
    atomic_masses,
    element_symbols,
    suggest_element,
)
from sklmag.exceptions import FormulaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


class ElementFractionFeaturizer(CompositionFeaturizer):
    r"""Atomic fractions of the elements, from formulas or from a table of amounts.

    Parameters
    ----------
    elements : list of str, default=None
        The columns of the output, in this order. By default all elements from H to
        Lr, so that nothing is learned and no element of new data is unknown.
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
        For an unreadable formula, or a row of a table that is not a composition.

    Notes
    -----
    Weight per cent :math:`w_i` become fractions
    :math:`x_i = (w_i / m_i) / \sum_j w_j / m_j` with the atomic masses :math:`m_i`.
    A frame of numeric columns named after elements is a table; anything else is
    a container of formulas, see :func:`parse_formula`.

    Examples
    --------
    >>> from sklmag.composition import ElementFractionFeaturizer
    >>> featurizer = ElementFractionFeaturizer(elements=["B", "Fe", "Nd"])
    >>> featurizer.fit_transform(["Nd2Fe14B", "Fe"]).round(3)
    array([[0.059, 0.824, 0.118],
           [0.   , 1.   , 0.   ]])
    >>> featurizer.inverse_transform([[0.1, 0.7, 0.2]]).tolist()
    ['Fe70Nd20B10']
    """

    _parameter_constraints = {
        **CompositionFeaturizer._parameter_constraints,
        "elements": [list, tuple, None],
    }

    def __init__(
        self,
        elements: Sequence[str] | None = None,
        *,
        unit: Literal["at.%", "wt.%"] = "at.%",
        balance: str | None = None,
        tolerance: float = 0.5,
        on_error: Literal["raise", "nan"] = "raise",
    ) -> None:
        self.elements = elements
        self.unit = unit
        self.balance = balance
        self.tolerance = tolerance
        self.on_error = on_error

    def _read(self, composition):
        fractions, columns = super()._read(composition), self._columns()
        unknown = [element for element in fractions if element not in columns]
        if unknown:
            raise FormulaError(
                f"{shown(composition)} holds {unknown[0]!r}, which is not among "
                f"elements={list(columns)}. Add it there, or leave "
                "elements=None."
            )
        return fractions

    def _numbers(self, fractions):
        columns = self._columns()
        table = np.zeros((len(fractions), len(columns)))
        for row, amounts in zip(table, fractions, strict=True):
            for element, fraction in amounts.items():
                row[columns[element]] = fraction
        return table

    def _columns(self):
        """Return the column of each element."""
        return _columns_of(
            tuple(element_symbols() if self.elements is None else self.elements)
        )

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Write atomic fractions as formulas in at.%, the largest amount first.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_elements)
            Atomic fractions, in the order of `get_feature_names_out`.

        Returns
        -------
        ndarray of shape (n_samples,), dtype object
            Formulas with amounts to 0.0001 at.%; amounts below that are left out.
        """
        X = np.asarray(X, dtype=float)
        symbols = list(self._columns())
        if X.ndim != 2 or X.shape[1] != len(symbols):
            raise ValueError(
                f"Expected fractions of shape (n_samples, {len(symbols)}), "
                f"got {X.shape}."
            )
        formulas = np.empty(len(X), dtype=object)
        formulas[:] = [_written(row, symbols) for row in X]
        return formulas

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns: the element symbols.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (n_elements,), dtype object
        """
        return np.array(list(self._columns()), dtype=object)


def _written(fractions, symbols):
    percent = np.round(100 * fractions / fractions.sum(), 4)
    order = np.argsort(-percent, kind="stable")
    return "".join(f"{symbols[i]}{percent[i]:g}" for i in order if percent[i] > 0)


@lru_cache(maxsize=16)
def _columns_of(symbols):
    for symbol in symbols:
        if symbol not in atomic_masses():
            raise FormulaError(
                f"elements: {symbol!r} is not an element symbol."
                f"{suggest_element(symbol)}"
            )
        if symbols.count(symbol) > 1:
            raise FormulaError(
                f"elements={list(symbols)} holds {symbol!r} twice. Name each element "
                "once: it has one column."
            )
    return {element: i for i, element in enumerate(symbols)}
