"""Compositions as the atomic fractions of their elements."""

from numbers import Real

import numpy as np
import pandas as pd

from sklmag._utils._errors import FormulaError
from sklmag._utils._featurizer import Featurizer
from sklmag._utils._validation import Interval, StrOptions
from sklmag.composition._elements import (
    atomic_masses,
    element_symbols,
    suggest_element,
)
from sklmag.composition._formula import parse_formula


class ElementFractionFeaturizer(Featurizer):
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
        **Featurizer._parameter_constraints,
        "elements": [list, tuple, None],
        "unit": [StrOptions({"at.%", "wt.%"})],
        "balance": [StrOptions(set(element_symbols())), None],
        "tolerance": [Interval(Real, 0, 100, closed="both")],
    }

    def __init__(
        self,
        elements=None,
        *,
        unit="at.%",
        balance=None,
        tolerance=0.5,
        on_error="raise",
    ):
        self.elements = elements
        self.unit = unit
        self.balance = balance
        self.tolerance = tolerance
        self.on_error = on_error

    def fit(self, X, y=None):
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

    def transform(self, X):
        """Return the atomic fractions.

        Parameters
        ----------
        X : array-like of shape (n_samples,) or frame of shape (n_samples, n_elements)
            Formulas, or amounts in columns named after elements.

        Returns
        -------
        ndarray or DataFrame of shape (n_samples, n_elements)
            Fractions; each row sums to 1.
        """
        return super().transform(_as_compositions(X))

    def _featurize(self, composition):
        if isinstance(composition, pd.Series):
            composition = self._complete(composition)
        fractions = parse_formula(composition, unit=self.unit)
        columns = self._columns()
        unknown = [element for element in fractions if element not in columns]
        if unknown:
            raise FormulaError(
                f"{_shown(composition)} holds {unknown[0]!r}, which is not among "
                f"elements={list(columns)}. Add it there, or leave elements=None."
            )
        row = np.zeros(len(columns))
        for element, fraction in fractions.items():
            row[columns[element]] = fraction
        return row

    def _columns(self):
        symbols = element_symbols() if self.elements is None else self.elements
        for symbol in symbols:
            if symbol not in atomic_masses():
                raise FormulaError(
                    f"elements: {symbol!r} is not an element symbol."
                    f"{suggest_element(symbol)}"
                )
        return {element: i for i, element in enumerate(symbols)}

    def _complete(self, amounts):
        """Return a table's row as a dictionary that sums to 100 (or to 1)."""
        missing = amounts.index[amounts.isna()].drop(self.balance, errors="ignore")
        if len(missing):
            raise FormulaError(
                f"the amount of {missing[0]} is missing. Write 0 where the element is "
                "absent, or on_error='nan' to keep the row as NaN."
            )
        amounts = (
            amounts.drop(self.balance, errors="ignore") if self.balance else amounts
        )
        total, largest = amounts.sum(), amounts.max()
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

    def inverse_transform(self, X):
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

    def get_feature_names_out(self, input_features=None):
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


def _as_compositions(X):
    """Return formulas as they are, and a table of amounts as a Series of its rows."""
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
    rows = np.empty(len(X), dtype=object)
    rows[:] = [row for _, row in X.iterrows()]
    return pd.Series(rows, index=X.index)


def _shown(composition):
    if isinstance(composition, str):
        return f"Formula {composition!r}"
    return f"The composition {dict(composition)}"


def _written(fractions, symbols):
    percent = np.round(100 * fractions / fractions.sum(), 4)
    order = np.argsort(-percent, kind="stable")
    return "".join(f"{symbols[i]}{percent[i]:g}" for i in order if percent[i] > 0)
