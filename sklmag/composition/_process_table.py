"""Whole magnet tables: composition, process and microstructure columns together."""

import re

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from sklmag._utils._errors import FormulaError
from sklmag._utils._featurizer import accepts_nan
from sklmag.composition._elements import RARE_EARTHS
from sklmag.composition._formula import parse_formula
from sklmag.composition._fractions import ElementFractionFeaturizer

TOTAL_RARE_EARTH = "TRE"


def total_rare_earth(X):
    """Sum the rare-earth columns of a table.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
        Amounts; a column counts when its name is made of rare-earth symbols only:
        ``Nd``, and also ``PrNd`` or ``PrNdCe``, the mischmetals of the industry.

    Returns
    -------
    DataFrame of shape (n_samples, 1)
        Column ``TRE``, in the unit of the table; NaN where an amount is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.composition import total_rare_earth
    >>> table = pd.DataFrame({"PrNd": [29.0], "Dy": [1.5], "Fe": [68.5]})
    >>> float(total_rare_earth(table).loc[0, "TRE"])
    30.5
    """
    columns = rare_earth_columns(X)
    return X[columns].sum(axis=1, skipna=False).to_frame(TOTAL_RARE_EARTH)


def rare_earth_columns(X):
    """Return the names of the columns that hold rare earths, unless TRE is there."""
    if TOTAL_RARE_EARTH in _named(X):
        return []
    return [name for name in _named(X) if _is_rare_earth(str(name))]


def _is_rare_earth(name):
    symbols = re.findall("[A-Z][a-z]?", name)
    return (
        bool(symbols) and "".join(symbols) == name and RARE_EARTHS.issuperset(symbols)
    )


def formula_columns(X):
    """Return the names of the columns whose first value reads as a formula."""
    return [
        name for name in _named(X) if not _is_numeric(X[name]) and _is_formula(X[name])
    ]


def number_columns(X):
    """Return the names of all columns that are not formulas."""
    formulas = formula_columns(X)
    return [name for name in _named(X) if name not in formulas]


def _named(X):
    if not isinstance(X, pd.DataFrame):
        raise TypeError(
            "A magnet table is a DataFrame with named columns, got "
            f"{type(X).__name__}. Write pandas.DataFrame(X, columns=[...])."
        )
    return list(X.columns)


def _is_numeric(column):
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def _is_formula(column):
    known = column.dropna()
    if known.empty:
        return False
    try:
        parse_formula(known.iloc[0])
    except FormulaError:
        return False
    return True


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
    >>> from sklmag.composition._process_table import NumberTable
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
        numbers = _to_numbers(X)
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
        return _to_numbers(pd.DataFrame(X))


def _to_numbers(X):
    return pd.DataFrame(
        {name: _to_number(X[name]) for name in X.columns}, index=X.index
    )


def _to_number(column):
    """Return one column as floats, or raise an error that names the row."""
    values = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = values.isna() & column.notna() | np.isinf(values)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"Column {column.name!r} (row {row}): {column.iloc[row]!r} is not a finite "
            "number. Write missing values as empty fields, read formulas from a column "
            "of their own, and encode categories first (OneHotEncoder)."
        )
    return values


def make_magnet_pipeline(estimator):
    """Build a pipeline from a magnet table to its properties.

    Parameters
    ----------
    estimator : scikit-learn regressor
        What learns from the numbers. If it does not take missing values itself, the
        pipeline fills them with medians and adds an indicator column for each
        column that had any.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Steps ``"table"`` (a ColumnTransformer), ``"impute"`` (where needed) and
        ``"model"``. Columns of formulas become atomic fractions
        (:class:`ElementFractionFeaturizer`), rare-earth columns are also summed
        (:func:`total_rare_earth`, unless the table has ``TRE``), and all numbers pass.

    Examples
    --------
    >>> from sklmag.composition import make_magnet_pipeline
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from xgboost import XGBRegressor
    >>> X, y = make_sintered_ndfeb(100, 20, random_state=0)
    >>> pipeline = make_magnet_pipeline(XGBRegressor(n_estimators=20))
    >>> pipeline.fit(X, y["Br_kG"]).predict(X).shape
    (120,)
    """
    table = ColumnTransformer(
        [
            ("formula", _present_elements(), formula_columns),
            ("total_rare_earth", _total_rare_earth_transformer(), rare_earth_columns),
            ("numbers", NumberTable(), number_columns),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    steps = [("table", table), ("model", estimator)]
    if not accepts_nan(estimator):
        imputer = SimpleImputer(strategy="median", add_indicator=True)
        steps.insert(1, ("impute", imputer.set_output(transform="pandas")))
    return Pipeline(steps)


def _present_elements():
    """Return the featurizer of formulas, without the elements that never vary."""
    return make_pipeline(ElementFractionFeaturizer(), VarianceThreshold())


def _total_rare_earth_transformer():
    return FunctionTransformer(
        total_rare_earth, feature_names_out=_total_rare_earth_name
    )


def _total_rare_earth_name(transformer, input_features):
    return np.array([TOTAL_RARE_EARTH], dtype=object)
