"""Ready search spaces, for BayesSearchCV and StagedSearchCV."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline


def _times(value, factor, most=None):
    """Return a logarithmic range, by a factor to both sides of a value."""
    from skopt.space import Integer, Real

    low, high = value / factor, value * factor
    high = high if most is None else min(high, max(most, value))
    if isinstance(value, int):
        return Integer(max(1, round(low)), round(high), prior="log-uniform")
    return Real(low, high, prior="log-uniform")


def _about(value, step, low, high):
    """Return an even range, by a step to both sides of a value, within limits."""
    from skopt.space import Integer, Real

    kind = Integer if isinstance(value, int) else Real
    low, high = min(low, value), max(high, value)  # what is set is always inside
    return kind(max(low, value - step), min(high, value + step))


def _small(value, high, factor=30):
    """Return a logarithmic range of what may be zero, and by default is."""
    from skopt.space import Real

    return _times(value, factor) if value else Real(1e-6, high, prior="log-uniform")


_XGBOOST = {  # its documented defaults, which get_params gives as None
    "n_estimators": 100, "max_depth": 6, "min_child_weight": 1.0, "gamma": 0.0,
    "subsample": 1.0, "colsample_bytree": 1.0, "reg_alpha": 0.0, "reg_lambda": 1.0,
    "learning_rate": 0.3,
}  # fmt: skip


def _xgboost_stages(given):
    known = {n: v for n, v in given.items() if v is not None}
    at = {n: type(v)(known.get(n, v)) for n, v in _XGBOOST.items()}
    return [
        {
            "n_estimators": _times(at["n_estimators"], 4),
            "max_depth": _about(at["max_depth"], 3, 1, 20),
            "min_child_weight": _small(at["min_child_weight"], 10.0, factor=10),
        },
        {
            "gamma": _small(at["gamma"], 1.0),
            "subsample": _about(at["subsample"], 0.5, 0.3, 1.0),
            "colsample_bytree": _about(at["colsample_bytree"], 0.7, 0.3, 1.0),
            "reg_alpha": _small(at["reg_alpha"], 1.0),
            "reg_lambda": _small(at["reg_lambda"], 30.0),
        },
        {"learning_rate": _times(at["learning_rate"], 10, most=1.0)},
    ]


def _dense_stages(at):
    from skopt.space import Categorical

    return [
        {"n_layers": _about(at["n_layers"], 2, 1, 8), "width": _times(at["width"], 3)},
        {
            "weight_decay": _small(at["weight_decay"], 1e-1),
            "dropout": _about(at["dropout"], 0.4, 0.0, 0.8),
            "batch_size": Categorical([32, 64, 128, 256]),
        },
        {"lr": _times(at["lr"], 8)},
    ]


def _attention_stages(at):
    return [
        {
            "n_heads": _about(at["n_heads"], 2, 1, 4),
            "n_layers": _about(at["n_layers"], 1, 1, 4),
            "width": _times(at["width"], 3),
        },
        {
            "weight_decay": _small(at["weight_decay"], 1.0),
            "dropout": _about(at["dropout"], 0.2, 0.0, 0.8),
        },
        {"lr": _times(at["lr"], 4)},
    ]


def _shared_head_stages(at):
    from skopt.space import Categorical

    return [
        {"preset": Categorical(["small", "paper"])},
        {"weight_decay": _small(at["weight_decay"], 1e-2)},
        {"lr": _times(at["lr"], 8)},
    ]


def _sipfenn_stages(at):
    from skopt.space import Categorical, Real

    return [
        {
            "architecture": Categorical(["NN9", "NN20", "NN24"]),
            "width_factor": Real(0.01, 0.1, prior="log-uniform"),
        },
        {
            "weight_decay": _small(at["weight_decay"], 1e-3),
            "dropout": _about(at["dropout"], 0.4, 0.0, 0.8),
        },
        {"lr": _times(at["lr"], 8)},
    ]


def _inverse_stages(at):
    from skopt.space import Integer, Real

    size = {"n_layers": Integer(1, 6), "width": Integer(60, 410)}
    # zero would be another model, RIDN
    knows = {"penalty": Real(0.01, 1.0, prior="log-uniform")} if at["penalty"] else {}
    return [size, knows | {"dropout": _about(at["dropout"], 0.2, 0.0, 0.8)},
            {"lr": _times(at["lr"], 8)}]  # fmt: skip


_WIDTHS = (0.5, 1, 1.5, 2)  # times the width, as multiples of four, one for each head


def _lgdcnn_stages(at):
    from skopt.space import Categorical

    size = {
        "body": Categorical(["set", "l-g-dcnn", "v1"]),
        "n_blocks": _about(at["n_blocks"], 2, 1, 4),
        "width": Categorical([4 * round(at["width"] * f / 4) for f in _WIDTHS]),
    }
    rest = [
        {
            "weight_decay": _small(at["weight_decay"], 0.3),
            "dropout": _about(at["dropout"], 0.2, 0.0, 0.8),
            "fraction_noise": _about(at["fraction_noise"], 0.03, 0.0, 0.2),
        },
        {"lr": _times(at["lr"], 4)},
    ]
    return rest if at["init"] == "pretrained" else [size, *rest]


def _auto_stages(at):
    from skopt.space import Integer

    return [{"cv": Integer(3, 10)}]  # its models and their weights it finds itself


def _stages_by_name(at):
    """Return the stages of a network that has none of its own, by what it can vary."""
    known = [
        {
            "n_layers": lambda v: _about(v, 1, 1, 6),
            "width": lambda v: _times(v, 3),
        },
        {
            "weight_decay": lambda v: _small(v, 1.0),
            "dropout": lambda v: _about(v, 0.2, 0.0, 0.8),
        },
        {"lr": lambda v: _times(v, 4)},
    ]
    stages = [
        {n: of(at[n]) for n, of in stage.items() if at.get(n) is not None}
        for stage in known
    ]
    return [stage for stage in stages if stage]


_STAGES = {
    "AutoRegressor": _auto_stages,
    "XGBRegressor": _xgboost_stages,
    "DenseInverseRegressor": _inverse_stages,
    "DenseRegressor": _dense_stages,
    "LGDCNNClassifier": _lgdcnn_stages,
    "LGDCNNRegressor": _lgdcnn_stages,
    "MultiHeadAttentionRegressor": _attention_stages,
    "SIPFENNRegressor": _sipfenn_stages,
    "SharedHeadRegressor": _shared_head_stages,
}


def search_stages(estimator: Any) -> list[dict[str, Any]]:
    """Return a search space in stages, each to be searched with the last one fixed.

    Parameters
    ----------
    estimator : XGBRegressor, AutoRegressor, one of sklmag's networks, or Pipeline
        What will be searched; of a Pipeline the last step, and the names carry its
        prefix.

    Returns
    -------
    list of dict of str to skopt.space.Dimension
        For XGBoost the nine parameters and the order of [1]_: complexity of the
        trees, regularisation and sampling, learning rate. For the nets: size,
        regularisation, learning rate; those of the paper's inverse networks [2]_ have
        the ranges of its figures 8 and 9. For AutoRegressor the parts of its own
        cross-validation. The ranges lie around what the estimator is set to, as in
        [1]_: a learning rate of 0.3 is searched between 0.03 and 1.

    Raises
    ------
    ValueError
        For an estimator without a ready space.

    References
    ----------
    .. [1] Q. Liang et al., "Performance prediction of sintered NdFeB magnet using
       multi-head attention regression models", Sci. Rep. 14 (2024) 28822,
       doi:10.1038/s41598-024-79435-7.
    .. [2] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

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
    kind, at = type(estimator).__name__, _settings(estimator)
    if kind in _STAGES:
        stages = _STAGES[kind](at)
    elif {"lr", "weight_decay"} <= set(at):
        stages = _stages_by_name(at)
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


def _settings(estimator):
    """Return the parameters, with those of a preset where they are None."""
    given = estimator.get_params(deep=False)
    return estimator._settings() if hasattr(estimator, "_presets") else given


def search_space(estimator: Any) -> dict[str, Any]:
    """Return a search space for BayesSearchCV.

    Parameters
    ----------
    estimator : XGBRegressor, AutoRegressor, one of sklmag's networks, or Pipeline
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
