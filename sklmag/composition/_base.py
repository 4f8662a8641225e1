"""The base of the transformers that read compositions."""

from __future__ import annotations

from math import isnan
from numbers import Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from sklmag._utils._featurizer import Featurizer
from sklmag._utils._frames import as_pandas
from sklmag._utils._validation import Interval, StrOptions
from sklmag.composition._elements import (
    atomic_masses,
    element_symbols,
    suggest_element,
)
from sklmag.composition._formula import parse_formula
from sklmag.exceptions import FormulaError

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


class CompositionFeaturizer(Featurizer):
    """A transformer of formulas, or of a table of amounts.

    A frame of numeric columns named after elements is a table; anything else is a
    container of formulas. A subclass turns the atomic fractions into numbers
    (`_numbers`).
    """

    reads = "formula"

    _parameter_constraints = {
        **Featurizer._parameter_constraints,
        "unit": [StrOptions({"at.%", "wt.%"})],
        "balance": [StrOptions(set(element_symbols())), None],
        "tolerance": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        *,
        unit: Any = "at.%",
        balance: Any = None,
        tolerance: Any = 0.5,
        on_error: Any = "raise",
    ) -> None:
        self.unit = unit
        self.balance = balance
        self.tolerance = tolerance
        self.on_error = on_error

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the parameters; nothing is learned from the data.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The featurizer.
        """
        return super().fit(_as_compositions(X), y)

    def transform(self, X: ArrayLike) -> np.ndarray | pd.DataFrame:
        """Turn each composition into a row of numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.

        Returns
        -------
        ndarray or DataFrame of shape (n_samples, n_features_out)
            As chosen by ``set_output``. With ``on_error="nan"`` a composition that
            cannot be read is a row of NaN, and ``errors_`` holds its reason.
        """
        return super().transform(_as_compositions(X))

    def _read(self, composition):
        """Return the atomic fractions of one composition."""
        if isinstance(composition, _TableRow):
            composition = self._complete(composition)
        return parse_formula(composition, unit=self.unit)

    def _complete(self, amounts):
        """Return a table's row as a dictionary that sums to 100 (or to 1)."""
        if self.balance:
            amounts = {e: x for e, x in amounts.items() if e != self.balance}
        missing = [element for element, x in amounts.items() if isnan(x)]
        if missing:
            raise FormulaError(
                f"the amount of {missing[0]} is missing. Write 0 where the element is "
                "absent, or on_error='nan' to keep the row as NaN."
            )
        total, largest = sum(amounts.values()), max(amounts.values(), default=0.0)
        whole = 1.0 if largest <= 1.0 and not self.balance else 100.0
        if self.balance and 0 < total <= 1:
            raise FormulaError(
                f"the amounts beside {self.balance} sum to {total:g}. A balance fills "
                "up to 100: write per cent."
            )
        if self.balance and total < whole:
            return {**amounts, self.balance: whole - total}
        if abs(total - whole) > self.tolerance * whole / 100:
            raise FormulaError(
                f"the composition sums to {total:g} {self.unit}, expected {whole:g} ± "
                f"{self.tolerance * whole / 100:g}. Pass balance='Fe' to fill the rest "
                "with iron, or a larger tolerance."
            )
        return dict(amounts)


def _as_compositions(X):
    """Return formulas as they are, and a table of amounts as a Series of its rows."""
    X = as_pandas(X)
    if not isinstance(X, pd.DataFrame) or not len(X.columns):
        return X
    numeric = X.dtypes.map(pd.api.types.is_numeric_dtype)
    if X.shape[1] == 1 and not numeric.all():
        return X
    for name in X.columns[~numeric]:
        raise FormulaError(
            f"Column {name!r} holds text. A table of amounts is numeric; a column of "
            "formulas is passed alone."
        )
    for name in X.columns:
        if name not in atomic_masses():
            raise FormulaError(
                f"Column {name!r} is not an element symbol."
                f"{suggest_element(str(name))} Select the composition columns, for "
                "example with a ColumnTransformer."
            )
    names = list(X.columns)
    rows = np.empty(len(X), dtype=object)
    for i, amounts in enumerate(X.to_numpy(dtype=float).tolist()):
        rows[i] = _TableRow(zip(names, amounts, strict=True))
    return pd.Series(rows, index=X.index)


class _TableRow(dict):
    """Amounts of a table, which may miss a balance and must then sum to 100."""


def shown(composition):
    """Name a composition in an error."""
    if isinstance(composition, str):
        return f"Formula {composition!r}"
    return f"The composition {dict(composition)}"
