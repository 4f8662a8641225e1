"""Why a model predicts what it predicts for one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import OneToOneFeatureMixin, is_classifier
from sklearn.pipeline import Pipeline

from sklmag._utils._estimators import inner
from sklmag._utils._units import with_unit
from sklmag.inspection import AttentionMapDisplay, shap_values
from sklmag.inspection._pipeline import arriving, arriving_names, ask
from sklmag.models import LGDCNNRegressor, MultiHeadAttentionRegressor

if TYPE_CHECKING:
    from sklmag.persistence._files import SavedModel


_N_BACKGROUND = 50


@dataclass(frozen=True)
class Explanation:
    """The parts that a prediction is the sum of.

    Parameters
    ----------
    method : {"element contributions", "SHAP"}
        How they were found.
    target : str
        What is predicted.
    prediction : float
        The sum of the parts and the baseline.
    baseline : float
        What is predicted for nothing in particular.
    parts : DataFrame of shape (n_parts, 3)
        ``feature``, its ``value``, and its ``contribution`` in units of the target; the
        largest first.
    attention : ndarray of shape (n_features, n_features) or None
        Attention map of this row, where the model has one.
    feature_names : list of str
        In the order of the map.
    """

    method: str
    target: str
    prediction: float
    baseline: float
    parts: pd.DataFrame
    attention: np.ndarray | None = None
    feature_names: tuple = ()

    def __repr__(self) -> str:
        return (
            f"{self.target}: {self.prediction:.5g} = {self.baseline:.5g} + the sum of "
            f"{len(self.parts)} parts ({self.method})\n{self.parts.head(10)}"
        )

    def plot(self, *, ax: Any = None, n_parts: int = 12) -> Any:
        """Draw the largest parts as bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        n_parts : int, default=12
            How many.

        Returns
        -------
        matplotlib Axes
        """
        from sklmag.inspection._base import axes

        ax = axes(ax, figsize=(6.5, 4.2))
        shown = self.parts.iloc[:n_parts][::-1]
        colors = np.where(shown["contribution"] > 0, "#c0392b", "#2c6fbb")
        labels = [
            f"{feature} = {value:.4g}" if isinstance(value, float) else str(feature)
            for feature, value in zip(shown["feature"], shown["value"], strict=True)
        ]
        ax.barh(labels, shown["contribution"], color=list(colors))
        ax.axvline(0, color="grey", lw=0.8)
        ax.set(
            xlabel=f"contribution to {with_unit(self.target)}",
            title=f"{self.baseline:.4g} + parts = {self.prediction:.4g}",
        )
        return ax

    def plot_attention(self, *, ax: Any = None) -> AttentionMapDisplay:
        """Draw which features attend to which.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        AttentionMapDisplay
        """
        if self.attention is None:
            raise ValueError("This model has no attention map; --model mhar has one.")
        return AttentionMapDisplay(self.attention, list(self.feature_names)).plot(ax=ax)


def explain(
    model: SavedModel,
    X: pd.DataFrame | pd.Series | list,
    *,
    target: str | None = None,
    random_state: int = 0,
) -> Explanation:
    """Explain the prediction of one row.

    Parameters
    ----------
    model : SavedModel
        From :func:`sklmag.persistence.open_model`.
    X : DataFrame, Series or list of length 1
        The row.
    target : str, default=None
        Which target, where there are several; by default the first.
    random_state : int, default=0
        Seed of the order in which Shapley values try the features.

    Returns
    -------
    Explanation
        Of an L-G-DCNN, the exact contributions of the elements; of all others, Shapley
        values of the features that the last step sees.

    Raises
    ------
    ValueError
        For an unknown target, and where the model was saved without training data,
        which networks are compared with.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from sklmag.persistence import open_model, save
    >>> from sklmag.tasks import explain
    >>> from xgboost import XGBRegressor
    >>> X = pd.DataFrame({"Dy": [0.0, 1, 2, 3] * 9, "Co": [0.0, 1, 2] * 12})
    >>> y = (12 + 2 * X["Dy"]).rename("Hcj_kOe")
    >>> trees = XGBRegressor(n_estimators=50).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = open_model(save(trees, f"{folder}/a", X=X, y=y))
    >>> found = explain(model, X.iloc[[3]])
    >>> found.parts["feature"][0], f"{found.parts['contribution'][0]:.2f}"
    ('Dy', '3.00')
    """
    names = model.target_names or ["prediction"]
    target = names[0] if target is None else target
    if target not in names:
        raise ValueError(f"{target!r} is no target. They are: {', '.join(names)}.")
    estimator, k = inner(model.estimator), names.index(target)
    if hasattr(model.estimator, "regressor_") or is_classifier(estimator):
        raise ValueError(
            f"{model.card.estimator} cannot be explained: only regressors whose "
            "target is not transformed can."
        )
    prediction = np.asarray(estimator.predict(X), dtype=float).reshape(1, -1)[0, k]
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if isinstance(last, LGDCNNRegressor):
        if len(names) > 1:
            raise ValueError("An L-G-DCNN of several targets cannot be explained.")
        baseline, parts = _of_elements(estimator, X)
        return Explanation("element contributions", target, prediction, baseline, parts)
    baseline, parts = _of_features(model, estimator, X, k, random_state)
    attention, feature_names = None, ()
    if isinstance(last, MultiHeadAttentionRegressor):
        arrived = arriving(estimator, X)
        attention = last.attention_maps(arrived).mean(axis=0)
        feature_names = tuple(parts.attrs["names"])
    return Explanation(
        "SHAP", target, prediction, baseline, parts, attention, feature_names
    )


def _of_elements(estimator, X):
    found = ask(estimator, "element_contributions", X).iloc[0].dropna()
    baseline = float(found.pop("baseline"))
    return baseline, _sorted(found.index, [None] * len(found), found.to_numpy())


def _of_features(model, estimator, X, k, seed):
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    row = arriving(estimator, X)
    names = arriving_names(estimator, row)
    row = pd.DataFrame(np.asarray(row, dtype=float), columns=names)
    if model.domain is None and not hasattr(last, "get_booster"):
        raise ValueError(
            "The model was saved without training data, which its predictions are "
            "compared with. Save it with sklmag.save(model, path, X=X, y=y)."
        )
    background = None
    if model.domain is not None:
        rows = model.domain.rows
        n_rows = min(_N_BACKGROUND, len(rows))
        evenly = np.linspace(0, len(rows) - 1, n_rows).astype(int)
        background = pd.DataFrame(rows[evenly], columns=names)
    found = shap_values(last, row, target=k, background=background, random_state=seed)
    baseline = float(np.ravel(found.base_values)[0])
    parts = _sorted(names, _unscaled(estimator, row), found.values[0])
    parts.attrs["names"] = names
    return baseline, parts


def _unscaled(estimator, row):
    """Return the values of a row as they were before a scaler, which has an inverse."""
    steps = estimator[:-1] if isinstance(estimator, Pipeline) else []
    scaler = steps[-1] if len(steps) else None
    if isinstance(scaler, OneToOneFeatureMixin) and hasattr(
        scaler, "inverse_transform"
    ):
        row = pd.DataFrame(scaler.inverse_transform(row.to_numpy()))
    return row.iloc[0].to_list()


def _sorted(names, values, contributions):
    parts = pd.DataFrame({"feature": names, "value": values})
    parts["contribution"] = np.asarray(contributions, dtype=float)
    order = parts["contribution"].abs().sort_values(ascending=False, kind="stable")
    return parts.loc[order.index].reset_index(drop=True)
