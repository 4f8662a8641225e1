"""Splitters that keep chemistry apart, so that a score speaks of new materials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator, GroupKFold

from sklmag._utils._featurizer import as_items
from sklmag.composition import element_symbols, parse_formula
from sklmag.composition._process_table import formula_columns

if TYPE_CHECKING:
    from collections.abc import Sequence


def _element_sets(X, groups):
    """Return the set of elements of each row of `X`, or of the formulas `groups`."""
    if groups is None and isinstance(X, pd.DataFrame) and X.shape[1] > 1:
        columns = formula_columns(X)
        if len(columns) != 1:
            raise ValueError(
                f"Expected one column of formulas, found {columns}. Pass the formulas "
                "as groups=."
            )
        X = X[columns]
    formulas = as_items(X if groups is None else groups)
    return [frozenset(parse_formula(formula)) for formula in formulas]


class ChemicalSystemKFold(BaseCrossValidator):
    """K folds in which all compounds of the same elements are on one side.

    Nd2Fe14B and Nd5Fe2B6 are both of the system B-Fe-Nd and never apart.

    Parameters
    ----------
    n_splits : int, default=5
        Folds.
    shuffle : bool, default=True
        Whether systems are drawn at random; False balances the folds' sizes.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw.

    Examples
    --------
    >>> from sklmag.model_selection import ChemicalSystemKFold
    >>> formulas = ["Fe2B", "FeB", "NdFe2", "Co2B", "CoB"]
    >>> for train, test in ChemicalSystemKFold(2, shuffle=False).split(formulas):
    ...     print([formulas[i] for i in test])
    ['Fe2B', 'FeB', 'NdFe2']
    ['Co2B', 'CoB']
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        """Yield the rows of training and test parts.

        Parameters
        ----------
        X : array-like of formulas, or DataFrame with a column of formulas
            The data.
        y : None
            Ignored.
        groups : array-like of formulas, default=None
            The formulas, where X holds none.

        Yields
        ------
        train, test : ndarray of int
        """
        systems = ["-".join(sorted(elements)) for elements in _element_sets(X, groups)]
        folds = GroupKFold(
            self.n_splits,
            shuffle=self.shuffle,
            random_state=self.random_state if self.shuffle else None,
        )
        yield from folds.split(np.zeros(len(systems)), groups=systems)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups : None
            Ignored.

        Returns
        -------
        int
        """
        return self.n_splits


class LeaveOneElementOut(BaseCrossValidator):
    """Each element in turn is unknown: all compounds with it are the test part.

    Parameters
    ----------
    elements : list of str, default=None
        The elements to leave out; by default every one that occurs.
    min_samples : int, default=1
        Least number of rows on each side; elements that leave fewer are passed over.

    Examples
    --------
    >>> from sklmag.model_selection import LeaveOneElementOut
    >>> formulas = ["Fe2B", "Nd2Fe14B", "SmCo5", "CoFe"]
    >>> for train, test in LeaveOneElementOut(["Fe", "Co"]).split(formulas):
    ...     print([formulas[i] for i in test])
    ['Fe2B', 'Nd2Fe14B', 'CoFe']
    ['SmCo5', 'CoFe']
    """

    def __init__(
        self, elements: Sequence[str] | None = None, *, min_samples: int = 1
    ) -> None:
        self.elements = elements
        self.min_samples = min_samples

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        """Yield the rows of training and test parts.

        Parameters
        ----------
        X : array-like of formulas, or DataFrame with a column of formulas
            The data.
        y : None
            Ignored.
        groups : array-like of formulas, default=None
            The formulas, where X holds none.

        Yields
        ------
        train, test : ndarray of int
        """
        for with_element in self._masks(X, groups):
            yield np.flatnonzero(~with_element), np.flatnonzero(with_element)

    def _masks(self, X, groups):
        element_sets = _element_sets(X, groups)
        wanted = self.elements
        if wanted is None:
            occurring = frozenset().union(*element_sets)
            wanted = [symbol for symbol in element_symbols() if symbol in occurring]
        for element in wanted:
            mask = np.array([element in elements for elements in element_sets])
            if self.min_samples <= mask.sum() <= len(mask) - self.min_samples:
                yield mask

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of parts.

        Parameters
        ----------
        X : array-like of formulas, or DataFrame with a column of formulas
            The data.
        y : None
            Ignored.
        groups : array-like of formulas, default=None
            The formulas, where X holds none.

        Returns
        -------
        int
        """
        return sum(1 for _ in self._masks(X, groups))
