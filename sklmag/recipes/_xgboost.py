"""Boosted trees, as they are set for some hundred rows."""

from __future__ import annotations

from typing import Any


def make_xgboost(random_state: int | None = None) -> Any:
    """Return XGBoost as it is set for tables of some hundred rows, unfitted.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed.

    Returns
    -------
    xgboost.XGBRegressor

    Examples
    --------
    >>> from sklmag.recipes import make_xgboost
    >>> make_xgboost().max_depth
    4
    """
    from xgboost import XGBRegressor

    return XGBRegressor(
        n_estimators=400,
        max_depth=4,
        learning_rate=0.05,
        subsample=0.8,
        colsample_bytree=0.8,
        min_child_weight=3,
        random_state=random_state,
    )
