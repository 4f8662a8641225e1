"""How good predictions are."""

from sklmag.metrics._composition import (
    composition_r2,
    composition_rmse,
    composition_sum_error,
)
from sklmag.metrics._regression import regression_table

__all__ = [
    "composition_r2",
    "composition_rmse",
    "composition_sum_error",
    "regression_table",
]
