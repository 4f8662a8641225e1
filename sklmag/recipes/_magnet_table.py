"""Whole magnet tables: composition, process and microstructure columns together."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklmag._utils._featurizer import accepts_nan
from sklmag.composition import (
    ElementFractionFeaturizer,
    MagpieFeaturizer,
    total_rare_earth,
)
from sklmag.composition._process_table import (
    TOTAL_RARE_EARTH,
    category_columns,
    formula_columns,
    number_columns,
    rare_earth_columns,
)
from sklmag.recipes._columns import (
    Categories,
    MagnetColumns,
    NumberTable,
    PresentElements,
)


def make_magnet_pipeline(estimator: Any, *, descriptors: bool = False) -> Pipeline:
    """Build a pipeline from a magnet table to its properties.

    Parameters
    ----------
    estimator : scikit-learn regressor
        What learns from the numbers. If it does not take missing values itself, the
        pipeline fills them with medians and adds an indicator column for each
        column that had any.
    descriptors : bool, default=False
        Whether columns of formulas also become Magpie's 145 attributes.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Steps ``"table"`` (a ColumnTransformer), ``"impute"`` (where needed) and
        ``"model"``. Columns of formulas become atomic fractions
        (:class:`ElementFractionFeaturizer`), rare-earth columns are also summed
        (:func:`total_rare_earth`, unless the table has ``TRE``), words become a column
        for each category (a category that is new at predict is none of them, with a
        warning), and all numbers pass.

    Examples
    --------
    >>> from sklmag import make_magnet_pipeline
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from xgboost import XGBRegressor
    >>> X, y = make_sintered_ndfeb(100, 20, random_state=0)
    >>> pipeline = make_magnet_pipeline(XGBRegressor(n_estimators=20))
    >>> pipeline.fit(X, y["Br_kG"]).predict(X).shape
    (120,)
    """
    magpie = [("magpie", MagpieFeaturizer(), formula_columns)] if descriptors else []
    table = MagnetColumns(
        [
            ("formula", present_elements(), formula_columns),
            *magpie,
            ("total_rare_earth", _total_rare_earth_transformer(), rare_earth_columns),
            ("categories", Categories(), category_columns),
            ("numbers", NumberTable(), number_columns),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    steps = [("table", table), ("model", estimator)]
    if not accepts_nan(estimator):
        imputer = SimpleImputer(
            strategy="median", add_indicator=True, keep_empty_features=True
        )
        steps.insert(1, ("impute", imputer.set_output(transform="pandas")))
    return Pipeline(steps)


def present_elements():
    """Return what turns formulas into fractions of the elements that occur."""
    featurizer = ElementFractionFeaturizer().set_output(transform="pandas")
    return make_pipeline(featurizer, PresentElements())


def _total_rare_earth_transformer():
    return FunctionTransformer(
        total_rare_earth, feature_names_out=_total_rare_earth_name
    )


def _total_rare_earth_name(transformer, input_features):
    return np.array([TOTAL_RARE_EARTH], dtype=object)
