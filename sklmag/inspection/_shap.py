"""Shapley values, for trees and for networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from sklmag.inspection._base import axes
from sklmag.inspection._pipeline import arriving, arriving_names

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


def shap_values(
    estimator: Any,
    X: ArrayLike,
    *,
    target: int | None = None,
    n_background: int = 50,
    background: pd.DataFrame | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> Any:
    """Explain predictions by Shapley values.

    Parameters
    ----------
    estimator : regressor, or Pipeline that ends in one
        Fitted. Of a Pipeline the last step is explained, on the features that it sees.
    X : array-like of shape (n_samples, n_features)
        What to explain; where none is given, also the background that features are
        compared with.
    target : int, default=None
        Which target, where there are several; by default the first.
    n_background : int, default=50
        Rows drawn from X as background, where the estimator is not of trees.
    background : DataFrame of shape (n_rows, n_features), default=None
        Background in place of rows of X, as the last step sees it.
    random_state : int, RandomState instance or None, default=None
        Seed of that draw.

    Returns
    -------
    shap.Explanation of shape (n_samples, n_features)
        With the names that the features have where they arrive.

    Raises
    ------
    ValueError
        For an L-G-DCNN, which gives exact parts by itself.

    Notes
    -----
    XGBoost is explained exactly by TreeExplainer where its parts sum to the prediction.
    All others are explained by PermutationExplainer on `predict`, whose parts always
    do: networks with attention (DeepExplainer is wrong for layers other than plain
    ReLU), and boosters whose trees sum to a logarithm of the prediction
    (``reg:gamma``, ``reg:tweedie``, ``count:poisson``), to several targets at once, or
    that are no trees. Classifiers of XGBoost are explained in log-odds.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.inspection import shap_values
    >>> from xgboost import XGBRegressor
    >>> X, y = make_sintered_ndfeb(100, 0, random_state=0)
    >>> model = XGBRegressor(n_estimators=20).fit(X, y["Br_kG"])
    >>> shap_values(model, X).shape
    (100, 29)
    """
    arrived = arriving(estimator, X)
    if not isinstance(arrived, pd.DataFrame):
        names = arriving_names(estimator, arrived)
        arrived = pd.DataFrame(np.asarray(arrived), columns=names)
    X = arrived
    if isinstance(estimator, Pipeline):
        estimator = estimator[-1]
    if hasattr(estimator, "element_contributions"):
        raise ValueError(
            f"{type(estimator).__name__} reads elements, and the slots of a formula "
            "are no features that could be exchanged between rows. "
            "ElementContributionDisplay.from_estimator gives the exact part of each "
            "element."
        )
    explanation = _explain_trees(estimator, X)
    if explanation is None:
        rng = check_random_state(random_state)
        if background is None:
            background = X.sample(min(n_background, len(X)), random_state=rng)
        explanation = _explain_function(estimator, X, background, rng)
    if explanation.values.ndim == 3:
        explanation = explanation[:, :, 0 if target is None else target]
    return explanation


def _explain_trees(estimator, X):
    """Return what trees sum to, or None where that is not what they predict."""
    import shap
    from xgboost.core import XGBoostError

    if not hasattr(estimator, "get_booster"):
        return None
    try:
        explanation = shap.TreeExplainer(estimator)(X)
    except (XGBoostError, NotImplementedError, ValueError, KeyError, IndexError):
        return None  # no trees, or vectors in their leaves
    if is_classifier(estimator):
        return explanation
    predicted = np.asarray(estimator.predict(X), dtype=float)
    found = explanation.values.sum(axis=1) + explanation.base_values
    if found.shape != predicted.shape:
        return None
    scale = np.abs(predicted).max() + 1e-30
    return explanation if np.allclose(found, predicted, atol=1e-4 * scale) else None


def _explain_function(estimator, X, background, rng):
    import shap

    seed = rng.randint(2**31 - 1)

    def predict(rows):
        named = hasattr(estimator, "feature_names_in_")
        return estimator.predict(
            pd.DataFrame(rows, columns=X.columns) if named else rows
        )

    masker = shap.maskers.Independent(
        background.to_numpy(), max_samples=len(background)
    )
    explainer = shap.PermutationExplainer(
        predict, masker, feature_names=list(X.columns), seed=seed
    )
    return explainer(X.to_numpy(), max_evals=2 * X.shape[1] + 1, silent=True)


class ShapSummaryDisplay:
    """Shapley values of all samples, feature by feature (the paper's figure 5).

    Parameters
    ----------
    explanation : shap.Explanation
        From :func:`shap_values`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.
    """

    def __init__(self, explanation: Any) -> None:
        self.explanation = explanation

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        *,
        target: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        ax: Any = None,
    ) -> ShapSummaryDisplay:
        """Explain and plot.

        Parameters
        ----------
        estimator : regressor, or Pipeline that ends in one
            Fitted.
        X : array-like of shape (n_samples, n_features)
            What to explain.
        target : int, default=None
            Which target.
        random_state : int, RandomState instance or None, default=None
            Seed of the background, where the estimator is not of trees.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ShapSummaryDisplay
        """
        explanation = shap_values(
            estimator, X, target=target, random_state=random_state
        )
        return cls(explanation).plot(ax=ax)

    def plot(self, *, ax: Any = None, max_display: int = 15) -> ShapSummaryDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        max_display : int, default=15
            Most features shown.

        Returns
        -------
        ShapSummaryDisplay
        """
        import shap

        self.ax_ = axes(ax, figsize=(6, 5))
        state = np.random.get_state()  # noqa: NPY002 - shap jitters with the global one
        try:
            shap.plots.beeswarm(
                self.explanation,
                max_display=max_display,
                ax=self.ax_,
                show=False,
                plot_size=None,
            )
        finally:
            np.random.set_state(state)  # noqa: NPY002
        return self


class ShapInteractionDisplay:
    """Effect of one feature, coloured by a second one (the paper's figure 6).

    Parameters
    ----------
    explanation : shap.Explanation
        From :func:`shap_values`.
    feature, color_by : str
        The two features.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.
    """

    def __init__(self, explanation: Any, feature: str, color_by: str) -> None:
        self.explanation = explanation
        self.feature = feature
        self.color_by = color_by

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        features: Any,
        *,
        target: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        ax: Any = None,
    ) -> ShapInteractionDisplay:
        """Explain and plot.

        Parameters
        ----------
        estimator : regressor, or Pipeline that ends in one
            Fitted.
        X : array-like of shape (n_samples, n_features)
            What to explain.
        features : pair of str
            The feature on the axis, and the one that colours.
        target : int, default=None
            Which target.
        random_state : int, RandomState instance or None, default=None
            Seed of the background, where the estimator is not of trees.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ShapInteractionDisplay
        """
        explanation = shap_values(
            estimator, X, target=target, random_state=random_state
        )
        return cls(explanation, *features).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> ShapInteractionDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ShapInteractionDisplay
        """
        names = list(self.explanation.feature_names)
        for name in (self.feature, self.color_by):
            if name not in names:
                raise ValueError(f"{name!r} is not a feature. There are: {names}.")
        effect, color = names.index(self.feature), names.index(self.color_by)
        self.ax_ = axes(ax, figsize=(5, 3.8))
        points = self.ax_.scatter(
            self.explanation.data[:, effect],
            self.explanation.values[:, effect],
            c=self.explanation.data[:, color],
            s=12,
            cmap="coolwarm",
        )
        self.ax_.figure.colorbar(points, ax=self.ax_, label=self.color_by)
        self.ax_.axhline(0, color="grey", lw=0.8)
        self.ax_.set(xlabel=self.feature, ylabel=f"SHAP value of {self.feature}")
        return self
