"""Errors of regression, target by target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


def regression_table(y_true: ArrayLike, y_pred: ArrayLike) -> pd.DataFrame:
    r"""Return RMSE, MAE and R2 of each target, and their means.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,) or (n_samples, n_targets)
        Targets and predictions; a DataFrame or Series gives the rows their names.

    Returns
    -------
    DataFrame of shape (n_targets + 1, 3)
        Columns ``RMSE``, ``MAE`` and ``R2``; the row ``mean`` averages over the
        targets, and is left out where there is one target only.

    Notes
    -----
    With residuals :math:`r_i` of n samples, RMSE is
    :math:`\sqrt{\sum r_i^2 / n}`, MAE :math:`\sum |r_i| / n` and R2
    :math:`1 - \sum r_i^2 / \sum (y_i - \bar y)^2`.

    Examples
    --------
    >>> from sklmag.metrics import regression_table
    >>> print(regression_table([1, 2, 3], [1, 2, 4]).round(3))
         RMSE    MAE   R2
    y  0.577  0.333  0.5
    """
    names = _names(y_true)
    metrics = {
        "RMSE": root_mean_squared_error,
        "MAE": mean_absolute_error,
        "R2": r2_score,
    }
    table = pd.DataFrame(
        {
            name: metric(y_true, y_pred, multioutput="raw_values")
            for name, metric in metrics.items()
        },
        index=names,
    )
    if len(table) > 1:
        table.loc["mean"] = table.mean()
    return table


def _names(y):
    if isinstance(y, pd.DataFrame):
        return list(y.columns)
    if np.ndim(y) == 2:
        return [f"y{i}" for i in range(np.shape(y)[1])]
    return [getattr(y, "name", None) or "y"]
