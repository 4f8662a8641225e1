"""Data frames and columns of any library, as pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd


def as_pandas(X):
    """Return a data frame or column of any library as one of pandas with plain types.

    Parameters
    ----------
    X : DataFrame or Series of pandas, polars, pyarrow or others, or anything else
        Nullable and Arrow types become NumPy's, with NaN for what is missing; names
        that are no text become it. What is neither is returned as it is.

    Returns
    -------
    DataFrame, Series or object
    """
    if not isinstance(X, (pd.DataFrame, pd.Series)):
        X = _converted(X)
    if isinstance(X, pd.Series):
        return _plain(X)
    if not isinstance(X, pd.DataFrame):
        return X
    if any(_is_extension(dtype) for dtype in X.dtypes):
        X = X.apply(_plain)
    if not all(isinstance(name, str) for name in X.columns):
        X = X.set_axis([str(name) for name in X.columns], axis=1)
    return X


def _converted(X):
    """Return what another library holds; its class is asked, since names of columns
    are attributes of a frame.
    """
    cls = type(X)
    package = cls.__module__.partition(".")[0]
    if package == "polars" and hasattr(cls, "get_columns"):
        return pd.DataFrame({c.name: c.to_list() for c in X.get_columns()})
    if package == "polars" and hasattr(cls, "to_list"):
        return pd.Series(X.to_list(), name=X.name)
    return X.to_pandas() if package != "pandas" and hasattr(cls, "to_pandas") else X


def _is_extension(dtype):
    """Tell the nullable types of pandas and those of Arrow, but for its text."""
    return pd.api.types.is_extension_array_dtype(dtype) and not isinstance(
        dtype, (pd.CategoricalDtype, pd.StringDtype, pd.DatetimeTZDtype)
    )


def _plain(column):
    if not _is_extension(column.dtype):
        return column
    if pd.api.types.is_bool_dtype(column) and not column.isna().any():
        return column.astype(bool)
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    return column.astype(object).where(column.notna(), np.nan)
