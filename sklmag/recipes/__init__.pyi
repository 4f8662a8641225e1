from ._auto import AutoRegressor
from ._crystals import (
    crystal_models,
    make_crystal_features,
    make_crystal_pipeline,
)
from ._formulas import (
    formula_models,
    make_formula_net,
    make_formula_pipeline,
    make_formula_vote,
)
from ._forward_net import make_dense_forward_net
from ._gaussian_process import make_gaussian_process
from ._inputs import make_input_pipeline
from ._magnet_table import make_magnet_pipeline
from ._magnets import magnet_models
from ._residual import ResidualRegressor
from ._table import RECIPES, Recipe
from ._xgboost import make_xgboost

__all__ = [
    "RECIPES",
    "AutoRegressor",
    "Recipe",
    "ResidualRegressor",
    "crystal_models",
    "formula_models",
    "magnet_models",
    "make_crystal_features",
    "make_crystal_pipeline",
    "make_dense_forward_net",
    "make_formula_net",
    "make_formula_pipeline",
    "make_formula_vote",
    "make_gaussian_process",
    "make_input_pipeline",
    "make_magnet_pipeline",
    "make_xgboost",
]
