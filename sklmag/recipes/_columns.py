"""What happens to the columns of a table before a model sees them."""

import warnings

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted

from sklmag.composition._process_table import to_numbers
from sklmag.exceptions import SklmagWarning


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
        For a string, an infinite value, or (in `fit`) a column without any value;
        the text names the column, the row, the value and the cure.

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
        X = pd.DataFrame(X)
        for name in X.columns[X.isna().all()]:
            raise ValueError(
                f"Column {name!r} has no value in any of its {len(X)} rows, so nothing "
                f"can be learned from it. Drop it: X.drop(columns=[{name!r}])."
            )
        numbers = to_numbers(X)
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
            warnings.warn(
                f"Elements that were not in the training data: {', '.join(new)}. The "
                "prediction cannot know their effect.",
                SklmagWarning,
                stacklevel=2,
            )
        return super().transform(X)

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.present_
