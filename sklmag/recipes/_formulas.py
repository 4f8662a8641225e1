"""Models of properties from formulas, ready to be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from sklmag.composition import (
    ElementFractionFeaturizer,
    FormulaTokenizer,
    MagpieFeaturizer,
)
from sklmag.models import LGDCNNRegressor, MedianVotingRegressor
from sklmag.recipes._tails import TailCompressor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.pipeline import Pipeline


# Of a few broken entries squares would see nothing else; absolute errors cannot leave
# the median of targets that are mostly equal.
_ROBUST = {"objective": "reg:pseudohubererror", "huber_slope": 0.3}


def formula_models(random_state: int | None = None) -> dict[str, Any]:
    r"""Return models that predict a property from formulas.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed of each.

    Returns
    -------
    dict of str to estimator
        ``"Magpie + random forest"`` and ``"Magpie + XGBoost"`` on the 145 attributes;
        ``"L-G-DCNN"``; and ``"L-G-DCNN + trees"``, the median of pretrained networks,
        XGBoost with a robust loss and extremely randomised trees. All are fitted on
        formulas.

    See Also
    --------
    magnet_models : The same for tables of magnets.

    Notes
    -----
    Where targets lie more than ten interquartile ranges from their median, the vote
    learns :math:`3 \operatorname{arsinh}(z / 3)` of their distances :math:`z` in these
    units: trees, which mind squares, would see little but those entries. A median stays
    one under a monotonic map.

    The networks of the vote have learnt properties of OQMD and the Materials Project:
    where a property of these is predicted, test on compositions that they lack.

    Examples
    --------
    >>> from sklmag.recipes import formula_models
    >>> model = formula_models(random_state=0)["Magpie + XGBoost"]
    >>> model.fit(["Fe", "Co", "Ni", "Gd"], [1043, 1388, 627, 292])
    Pipeline(...)
    >>> model.predict(["Fe"]).shape
    (1,)
    """
    return {
        "Magpie + random forest": make_pipeline(
            MagpieFeaturizer(),
            _forest(RandomForestRegressor, 100, random_state),
        ),
        "Magpie + XGBoost": make_pipeline(
            MagpieFeaturizer(), boosted_trees(random_state)
        ),
        "L-G-DCNN": make_formula_net(random_state),
        "L-G-DCNN + trees": make_formula_vote(random_state),
    }


def make_formula_net(
    random_state: int | None = None,
    *,
    init: Literal["random", "pretrained"] = "random",
) -> Pipeline:
    """Return an L-G-DCNN that takes formulas, unfitted.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed.
    init : {"random", "pretrained"}, default="random"
        Where the networks begin.

    Returns
    -------
    Pipeline

    Examples
    --------
    >>> from sklmag.recipes import make_formula_net
    >>> make_formula_net()
    Pipeline(...)
    """
    net = LGDCNNRegressor(init=init, random_state=random_state)
    return make_pipeline(FormulaTokenizer(), net)


def make_formula_pipeline(
    formula: str = "formula",
    conditions: Sequence[str] = (),
    *,
    random_state: int | None = None,
) -> Pipeline:
    """Return an L-G-DCNN that takes a frame of formulas and conditions, unfitted.

    Parameters
    ----------
    formula : str, default="formula"
        Name of the column of formulas.
    conditions : sequence of str, default=()
        Names of numeric columns that are known beside the formula, such as an annealing
        temperature or a load. NaN where one is not known.
    random_state : int or None, default=None
        Seed.

    Returns
    -------
    Pipeline
        Other columns of the frame are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.recipes import make_formula_pipeline
    >>> table = pd.DataFrame({
    ...     "alloy": ["Fe80B20", "Fe80B20", "Fe78Si9B13", "Fe78Si9B13"],
    ...     "anneal_K": [600, 700, 650, None],
    ... })
    >>> model = make_formula_pipeline("alloy", ["anneal_K"], random_state=0)
    >>> model = model.set_params(lgdcnnregressor__max_epochs=5)
    >>> model.fit(table, [1.5, 1.6, 1.56, 1.55]).predict(table[:1]).shape
    (1,)
    """
    conditions = list(conditions)
    read = make_column_transformer(
        (FormulaTokenizer(), formula),
        ("passthrough", conditions),
        verbose_feature_names_out=False,
    )
    return make_pipeline(
        read,
        LGDCNNRegressor(n_conditions=len(conditions), random_state=random_state),
    )


def make_formula_vote(random_state: int | None = None) -> Any:
    """Return the median of pretrained networks, XGBoost and extra trees, unfitted.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed of each.

    Returns
    -------
    TransformedTargetRegressor

    Examples
    --------
    >>> from sklmag.recipes import make_formula_vote
    >>> [name for name, _ in make_formula_vote().regressor.estimators]
    ['net', 'xgboost', 'trees']
    """
    xgboost, trees = (
        make_pipeline(make_union(MagpieFeaturizer(), ElementFractionFeaturizer()), last)
        for last in (
            boosted_trees(random_state, **_ROBUST),
            _forest(ExtraTreesRegressor, 200, random_state),
        )
    )
    vote = MedianVotingRegressor(
        [
            ("net", make_formula_net(random_state, init="pretrained")),
            ("xgboost", xgboost),
            ("trees", trees),
        ]
    )
    return TransformedTargetRegressor(vote, transformer=TailCompressor())


def boosted_trees(random_state, **options):
    """Return XGBoost as it is set for many attributes, unfitted."""
    from xgboost import XGBRegressor

    settings = {
        "n_estimators": 600,
        "learning_rate": 0.03,
        "max_depth": 7,
        "subsample": 0.7,
        "colsample_bytree": 0.3,
        "n_jobs": 1,
    }
    xgboost = XGBRegressor(random_state=random_state, **(settings | options))
    # XGBoost takes gains below 1e-6 for none: targets in 1e-6/K need a scale.
    return TransformedTargetRegressor(xgboost, transformer=StandardScaler())


def _forest(kind, n_estimators, random_state):
    return kind(n_estimators, max_features=0.33, random_state=random_state)
