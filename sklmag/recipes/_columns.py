"""What happens to the columns of a table before a model sees them."""

import warnings

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectorMixin
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.validation import check_is_fitted

from sklmag._utils._frames import as_pandas
from sklmag.composition._process_table import to_numbers
from sklmag.exceptions import SklmagWarning

OF_POTENTIAL = r"^(?:energy_eV|magnetization_T|feature_|site_spread_|\w+_moment_muB)"
"""The names of what a PotentialFeaturizer gives."""
_PLAIN = str.maketrans({"[": "(", "]": ")", "<": " below "})


class Categories(OneHotEncoder):
    """One column for each word; a word that is new later is none of them.

    Raises
    ------
    ValueError
        In `fit`, for a column in which no word comes twice: names of samples.
    """

    def __init__(self):
        super().__init__(handle_unknown="ignore", sparse_output=False)

    def fit(self, X, y=None):
        """Remember the words of each column."""
        X = _as_words(X)
        for name in X:
            if len(X) > 1 and X[name].dropna().is_unique:
                row = X[name].first_valid_index()
                raise ValueError(
                    f"Column {name!r} (row {X.index.get_loc(row)}): "
                    f"{X[name].loc[row]!r} is not a finite number, and no word in it "
                    "comes twice, so it is no category either. Write numbers, or drop "
                    f"it: X.drop(columns=[{name!r}])."
                )
        return super().fit(X, y)

    def transform(self, X):
        """Return one column for each word; new words are named in a warning."""
        X = _as_words(X)
        for name, known in zip(self.feature_names_in_, self.categories_, strict=True):
            new = X[name][X[name].notna() & ~X[name].isin(list(known))]
            if len(new):
                _warn_of_new(f"Words of {name!r}", map(repr, new.unique()))
        return super().transform(X)


def _warn_of_new(what, new):
    warnings.warn(
        f"{what} that were not in the training data: {', '.join(new)}. The prediction "
        "cannot know their effect.",
        SklmagWarning,
        stacklevel=3,
    )


def _as_words(X):
    """Return words for numbers too: a furnace may be called 1."""
    return X.astype(str).astype(object).where(X.notna(), np.nan)


class MagnetColumns(ColumnTransformer):
    """A ColumnTransformer of any data frame, with names that every model takes.

    Frames of polars and others become those of pandas, names of columns become text.
    In the names of its output ``[``, ``]`` and ``<``, which XGBoost refuses, are
    written as brackets and words; a name that is taken is numbered.
    """

    def fit_transform(self, X, y=None, **params):
        """Fit, and transform the training data."""
        X = as_pandas(X)
        if not X.shape[1]:
            raise ValueError(f"The table of {len(X)} rows has no column to learn from.")
        return super().fit_transform(X, y, **params)

    def transform(self, X, **params):
        """Transform a table with the columns seen in `fit`."""
        return super().transform(as_pandas(X), **params)

    def _add_prefix_for_feature_names_out(self, transformer_with_feature_names_out):
        """Return names that are unique: iron in formulas, and a column called Fe."""
        names: dict[str, None] = {}
        numbers: dict[str, int] = {}
        for _, found in transformer_with_feature_names_out:
            for name in found:
                plain = unique = str(name).translate(_PLAIN)
                while unique in names:
                    numbers[plain] = numbers.get(plain, 1) + 1
                    unique = f"{plain}_{numbers[plain]}"
                names[unique] = None
        return np.array(list(names), dtype=object)


class NumberTable(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Pass a table of numbers on, after a check that names what is not a number.

    Attributes
    ----------
    feature_names_in_ : ndarray of shape (n_features,), dtype object
        The columns seen in `fit`.
    n_features_in_ : int
        Their number.

    Raises
    ------
    ValueError
        For a string or an infinite value; the text names the column, the row, the
        value and the cure.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.recipes._columns import NumberTable
    >>> NumberTable().fit_transform(pd.DataFrame({"sintering_C": [1050, 1065]}))
       sintering_C
    0       1050.0
    1       1065.0
    """

    def fit(self, X, y=None):
        """Remember the columns and check them.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            Numbers; missing values stay missing.
        y : None
            Ignored.

        Returns
        -------
        self : NumberTable
            The fitted transformer.
        """
        numbers = to_numbers(pd.DataFrame(X))
        empty = list(numbers.columns[numbers.isna().all()])
        if empty and len(numbers):
            warnings.warn(
                f"Columns without a value in any of {len(numbers)} rows, from which "
                f"nothing can be learned: {', '.join(map(str, empty))}.",
                SklmagWarning,
                stacklevel=2,
            )
        self.feature_names_in_ = np.array(numbers.columns, dtype=object)
        self.n_features_in_ = numbers.shape[1]
        return self

    def transform(self, X):
        """Return the table as floats.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            The columns seen in `fit`.

        Returns
        -------
        DataFrame of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        return to_numbers(pd.DataFrame(X))


class PresentElements(SelectorMixin, BaseEstimator):
    """Keep the elements that occur in training; say which others turn up later."""

    def fit(self, X, y=None):
        """Remember which columns hold anything but zero."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self.present_ = (X != 0).any(axis=0).to_numpy()
        return self

    def transform(self, X):
        """Return the kept columns; new elements are named in a warning."""
        new = X.columns[~self.present_ & (X != 0).any(axis=0).to_numpy()]
        if len(new):
            _warn_of_new("Elements", new)
        return super().transform(X)

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.present_
