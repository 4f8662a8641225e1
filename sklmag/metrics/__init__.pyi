from ._composition import (
    composition_r2,
    composition_rmse,
    composition_sum_error,
    composition_wasserstein,
)
from ._regression import regression_table

__all__ = [
    "composition_r2",
    "composition_rmse",
    "composition_sum_error",
    "composition_wasserstein",
    "regression_table",
]
