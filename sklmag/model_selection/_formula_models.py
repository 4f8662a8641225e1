"""Models of properties from formulas, ready to be compared."""

from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from sklmag.composition import (
    ElementFractionFeaturizer,
    FormulaTokenizer,
    MagpieFeaturizer,
)
from sklmag.model_selection._tails import TailCompressor
from sklmag.models import LGDCNNRegressor, MedianVotingRegressor

# Of a few broken entries squares would see nothing else; absolute errors cannot leave
# the median of targets that are mostly equal.
_ROBUST = {"objective": "reg:pseudohubererror", "huber_slope": 0.3}


def formula_models(random_state=None):
    r"""Return models that predict a property from formulas.

    Parameters
    ----------
    random_state : int or None, default=None
        Seed of each.

    Returns
    -------
    dict of str to estimator
        ``"Magpie + random forest"`` and ``"Magpie + XGBoost"`` on the 145 attributes;
        ``"L-G-DCNN"``; and ``"L-G-DCNN + trees"``, the median of the networks, XGBoost
        with a robust loss and extremely randomised trees. All are fitted on formulas.

    See Also
    --------
    magnet_models : The same for tables of magnets.

    Notes
    -----
    Where targets lie more than ten interquartile ranges from their median, the vote
    learns :math:`3 \operatorname{arsinh}(z / 3)` of their distances :math:`z` in these
    units: trees, which mind squares, would see little but those entries. A median stays
    one under a monotonic map.

    Examples
    --------
    >>> from sklmag.model_selection import formula_models
    >>> model = formula_models(random_state=0)["Magpie + XGBoost"]
    >>> model.fit(["Fe", "Co", "Ni", "Gd"], [1043, 1388, 627, 292])
    Pipeline(...)
    >>> model.predict(["Fe"]).shape
    (1,)
    """
    from xgboost import XGBRegressor

    def boosting(**options):
        xgboost = XGBRegressor(
            n_estimators=600,
            learning_rate=0.03,
            max_depth=7,
            subsample=0.7,
            colsample_bytree=0.3,
            n_jobs=1,
            random_state=random_state,
            **options,
        )
        # XGBoost takes gains below 1e-6 for none: targets in 1e-6/K need a scale.
        return TransformedTargetRegressor(xgboost, transformer=StandardScaler())

    def forest(kind, n_estimators):
        return kind(n_estimators, max_features=0.33, random_state=random_state)

    def attributes():
        return make_union(MagpieFeaturizer(), ElementFractionFeaturizer())

    def net():
        return make_pipeline(
            FormulaTokenizer(), LGDCNNRegressor(random_state=random_state)
        )

    trees = forest(ExtraTreesRegressor, 200)
    vote = MedianVotingRegressor(
        [
            ("net", net()),
            ("xgboost", make_pipeline(attributes(), boosting(**_ROBUST))),
            ("trees", make_pipeline(attributes(), trees)),
        ]
    )
    return {
        "Magpie + random forest": make_pipeline(
            MagpieFeaturizer(), forest(RandomForestRegressor, 100)
        ),
        "Magpie + XGBoost": make_pipeline(MagpieFeaturizer(), boosting()),
        "L-G-DCNN": net(),
        "L-G-DCNN + trees": TransformedTargetRegressor(
            vote, transformer=TailCompressor()
        ),
    }
