"""Ready search spaces, for BayesSearchCV and StagedSearchCV."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline


def _xgboost_stages():
    from skopt.space import Integer, Real

    return [
        {
            "n_estimators": Integer(50, 1000),
            "max_depth": Integer(2, 10),
            "min_child_weight": Real(0.5, 20, prior="log-uniform"),
        },
        {
            "gamma": Real(1e-6, 1.0, prior="log-uniform"),
            "subsample": Real(0.5, 1.0),
            "colsample_bytree": Real(0.3, 1.0),
            "reg_alpha": Real(1e-6, 1.0, prior="log-uniform"),
            "reg_lambda": Real(1e-2, 30.0, prior="log-uniform"),
        },
        {"learning_rate": Real(0.01, 0.5, prior="log-uniform")},
    ]


def _dense_stages():
    from skopt.space import Categorical, Integer, Real

    return [
        {"n_layers": Integer(1, 4), "width": Integer(32, 256, prior="log-uniform")},
        {
            "weight_decay": Real(1e-6, 1e-1, prior="log-uniform"),
            "dropout": Real(0.0, 0.5),
            "batch_size": Categorical([32, 64, 128, 256]),
        },
        {"lr": Real(1e-4, 1e-2, prior="log-uniform")},
    ]


def _attention_stages():
    from skopt.space import Integer, Real

    return [
        {
            "n_heads": Integer(1, 4),
            "n_layers": Integer(1, 3),
            "width": Integer(32, 256, prior="log-uniform"),
        },
        {
            "weight_decay": Real(1e-2, 1.0, prior="log-uniform"),
            "dropout": Real(0.0, 0.4),
        },
        {"lr": Real(5e-4, 1e-2, prior="log-uniform")},
    ]


def _shared_head_stages():
    from skopt.space import Categorical, Real

    return [
        {"preset": Categorical(["small", "paper"])},
        {"weight_decay": Real(1e-6, 1e-2, prior="log-uniform")},
        {"lr": Real(1e-4, 1e-2, prior="log-uniform")},
    ]


def _sipfenn_stages():
    from skopt.space import Categorical, Real

    return [
        {
            "architecture": Categorical(["NN9", "NN20", "NN24"]),
            "width_factor": Real(0.01, 0.1, prior="log-uniform"),
        },
        {
            "weight_decay": Real(1e-8, 1e-3, prior="log-uniform"),
            "dropout": Real(0.0, 0.5),
        },
        {"lr": Real(1e-4, 1e-2, prior="log-uniform")},
    ]


def _lgdcnn_stages():
    from skopt.space import Categorical, Integer, Real

    return [
        {
            "body": Categorical(["l-g-dcnn", "v1", "v2"]),
            "n_blocks": Integer(1, 3),
            "width": Categorical([32, 64, 96, 128]),
        },
        {
            "weight_decay": Real(1e-3, 0.3, prior="log-uniform"),
            "dropout": Real(0.0, 0.3),
            "fraction_noise": Real(0.0, 0.05),
        },
        {"lr": Real(5e-4, 1e-2, prior="log-uniform")},
    ]


def _stages_by_name(parameters):
    """Return the stages of a network that has none of its own, by what it can vary."""
    from skopt.space import Categorical, Integer, Real

    stages = [
        {"n_layers": Integer(1, 3), "width": Categorical([16, 32, 64, 128])},
        {
            "weight_decay": Real(1e-3, 1.0, prior="log-uniform"),
            "dropout": Real(0.0, 0.3),
        },
        {"lr": Real(1e-3, 1e-2, prior="log-uniform")},
    ]
    known = [{n: d for n, d in stage.items() if n in parameters} for stage in stages]
    return [stage for stage in known if stage]


_STAGES = {
    "XGBRegressor": _xgboost_stages,
    "DenseRegressor": _dense_stages,
    "LGDCNNRegressor": _lgdcnn_stages,
    "MultiHeadAttentionRegressor": _attention_stages,
    "SIPFENNRegressor": _sipfenn_stages,
    "SharedHeadRegressor": _shared_head_stages,
}


def search_stages(estimator: Any) -> list[dict[str, Any]]:
    """Return a search space in stages, each to be searched with the last one fixed.

    Parameters
    ----------
    estimator : XGBRegressor, one of sklmag's networks, or Pipeline
        What will be searched; of a Pipeline the last step, and the names carry its
        prefix.

    Returns
    -------
    list of dict of str to skopt.space.Dimension
        For XGBoost the nine parameters and the order of [1]_: complexity of the
        trees, regularisation and sampling, learning rate. For the nets: size,
        regularisation, learning rate.

    Raises
    ------
    ValueError
        For an estimator without a ready space.

    References
    ----------
    .. [1] Q. Liang et al., "Performance prediction of sintered NdFeB magnet using
       multi-head attention regression models", Sci. Rep. 14 (2024) 28822,
       doi:10.1038/s41598-024-79435-7.

    Examples
    --------
    >>> from sklmag.model_selection import search_stages
    >>> from xgboost import XGBRegressor
    >>> [list(stage) for stage in search_stages(XGBRegressor())][0]
    ['n_estimators', 'max_depth', 'min_child_weight']
    """
    prefix = ""
    while isinstance(estimator, Pipeline):
        name, estimator = estimator.steps[-1]
        prefix += f"{name}__"
    kind, parameters = type(estimator).__name__, estimator.get_params(deep=False)
    if kind in _STAGES:
        stages = _STAGES[kind]()
    elif {"lr", "weight_decay"} <= set(parameters):
        stages = _stages_by_name(parameters)
    else:
        raise ValueError(
            f"There is no ready search space for {kind}. Known: {', '.join(_STAGES)}, "
            "and other networks with lr and weight_decay. Write one as a dictionary of "
            "skopt.space dimensions."
        )
    return [
        {prefix + name: dimension for name, dimension in stage.items()}
        for stage in stages
    ]


def search_space(estimator: Any) -> dict[str, Any]:
    """Return a search space for BayesSearchCV.

    Parameters
    ----------
    estimator : XGBRegressor, one of sklmag's networks, or Pipeline
        What will be searched; of a Pipeline the last step, and the names carry its
        prefix.

    Returns
    -------
    dict of str to skopt.space.Dimension
        The stages of :func:`search_stages` in one.

    Examples
    --------
    >>> from sklmag.model_selection import search_space
    >>> from xgboost import XGBRegressor
    >>> len(search_space(XGBRegressor()))
    9
    """
    return {name: d for stage in search_stages(estimator) for name, d in stage.items()}
