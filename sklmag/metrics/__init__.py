"""How good predictions are."""

from sklmag.metrics._regression import regression_table

__all__ = ["regression_table"]
