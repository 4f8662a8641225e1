"""Ready pipelines, by what they read."""

from sklmag._utils._lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "_forward_net": ["make_dense_forward_net"],
        "_formulas": ["formula_models", "make_formula_net", "make_formula_vote"],
        "_gaussian_process": ["make_gaussian_process"],
        "_inputs": ["make_input_pipeline"],
        "_magnet_table": ["make_magnet_pipeline"],
        "_magnets": ["magnet_models"],
        "_table": ["RECIPES", "Recipe"],
        "_xgboost": ["make_xgboost"],
    },
)
