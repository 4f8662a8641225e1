"""The base of every transformer that turns materials into numbers."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import get_tags

from sklmag._utils._frames import as_pandas
from sklmag._utils._validation import StrOptions, validate_each_time
from sklmag.exceptions import SklmagWarning

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


def as_items(X):
    """Return the items of any one-dimensional container as an object array.

    A pymatgen Structure is itself a sequence of sites, so `numpy.asarray` would take
    a list of them apart: the items go into an object array one by one.

    Parameters
    ----------
    X : list, tuple, Series, array of shape (n_samples,) or (n_samples, 1), or frame
        The materials; a frame has one column.

    Returns
    -------
    ndarray of shape (n_samples,), dtype object
    """
    X = as_pandas(X)
    if not hasattr(X, "__len__") or _is_one(X):
        raise TypeError(
            f"Expected a list of materials, got {X!r:.200}. Put a single one in a list."
        )
    if isinstance(X, pd.DataFrame) or getattr(X, "ndim", 1) == 2:
        if X.shape[1] != 1:
            raise ValueError(
                f"Expected one column of materials, got {X.shape[1]}. Select the "
                "column, for example with a ColumnTransformer."
            )
        X = X.iloc[:, 0] if isinstance(X, pd.DataFrame) else np.asarray(X)[:, 0]
    if isinstance(X, pd.Series):
        X = X.to_numpy()
    items = np.empty(len(X), dtype=object)
    for i, item in enumerate(X):
        items[i] = item
    return items


def _is_one(X):
    """Tell whether something with a length is one material: a formula, a crystal.

    The class is asked, since the columns of a frame are attributes of the instance.
    """
    cls = type(X)
    return isinstance(X, (str, bytes, Mapping)) or (
        hasattr(cls, "formula") or hasattr(cls, "get_chemical_formula")
    )


def attempt(read, item):
    """Return what was read of an item, or the error that says why it cannot be."""
    try:
        return read(item)
    except (ValueError, OSError) as error:
        return error


def _with_text(error, text):
    """Return an error of the same class, or of the next above that takes a text."""
    for cls in type(error).__mro__:
        with contextlib.suppress(TypeError):
            return cls(text)


class Featurizer(TransformerMixin, BaseEstimator):
    """A stateless transformer: one material in, one row of numbers out.

    A subclass says how one material is read (`_read`), which numbers belong to those
    that were read (`_numbers`), and what the numbers are called
    (`get_feature_names_out`); containers, bad rows and names are handled here. Its
    `reads` says what a material is: "formula", "structure", "table" or "grains".
    """

    reads: str | None = None

    _parameter_constraints = {"on_error": [StrOptions({"raise", "nan"})]}

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the parameters; nothing is learned from the data.

        Parameters
        ----------
        X : array-like of shape (n_samples,)
            Materials.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The featurizer.
        """
        self._validate_params()
        as_items(X)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray | pd.DataFrame:
        """Turn each material into a row of numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples,)
            Materials: a list, Series, object array or frame of one column.

        Returns
        -------
        ndarray or DataFrame of shape (n_samples, n_features_out)
            As chosen by ``set_output``. With ``on_error="nan"`` a material that
            cannot be read is a row of NaN, and ``errors_`` holds its reason.
        """
        validate_each_time(self)
        items = as_items(X)
        read, errors = {}, {}
        for i, outcome in enumerate(self._read_all(items)):
            if not isinstance(outcome, Exception):
                read[i] = outcome
            elif self.on_error == "raise":
                raise _with_text(outcome, f"Row {i}: {outcome}") from outcome
            else:
                errors[i] = str(outcome)
        table = np.full((len(items), len(self.get_feature_names_out())), np.nan)
        if read:
            table[list(read)] = self._numbers(list(read.values()))
        self._take_note(read)
        self._report(errors, len(items))
        return table

    def _take_note(self, read):
        """Keep what is worth saying of the materials that were read, by their rows."""

    def _read_all(self, items):
        """Yield what was read of each item, or the error."""
        for item in items:
            yield attempt(self._read, item)

    def _report(self, errors, n_items):
        self.errors_ = errors
        if errors:
            listed = "\n".join(f"  row {i}: {why}" for i, why in errors.items())
            warnings.warn(
                f"{type(self).__name__} could not read {len(errors)} of {n_items} "
                f"materials; their rows are NaN:\n{listed}",
                SklmagWarning,
                stacklevel=4,  # beyond what wraps transform for set_output
            )

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags


def accepts_nan(estimator):
    """Tell whether an estimator takes missing values as they are."""
    return get_tags(estimator).input_tags.allow_nan
