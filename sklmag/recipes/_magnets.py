"""The three models of the paper on sintered magnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklmag.models import DenseRegressor, MultiHeadAttentionRegressor
from sklmag.recipes._magnet_table import make_magnet_pipeline
from sklmag.recipes._xgboost import make_xgboost

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


def magnet_models(random_state: int | None = None) -> dict[str, Pipeline]:
    """Return the three models of the paper, as pipelines for magnet tables.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed of each.

    Returns
    -------
    dict of str to sklearn.pipeline.Pipeline
        ``"XGBoost"``, ``"DNNR"`` and ``"MHAR"``.

    See Also
    --------
    formula_models : The same for formulas.

    Examples
    --------
    >>> from sklmag.recipes import magnet_models
    >>> list(magnet_models())
    ['XGBoost', 'DNNR', 'MHAR']
    """
    models = {
        "XGBoost": make_xgboost(random_state),
        "DNNR": DenseRegressor(random_state=random_state),
        "MHAR": MultiHeadAttentionRegressor(random_state=random_state),
    }
    return {name: make_magnet_pipeline(model) for name, model in models.items()}
