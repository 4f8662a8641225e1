from ._bibliography import bibliography
from ._design import design, parse_all, parse_goal, parse_pair
from ._explain import Explanation, explain
from ._open import open_any
from ._predict import beside, predict_rows, set_in_featurizers, table_inputs
from ._recipes import RECIPES
from ._tables import find_formula_column, find_structure_column, read_table
from ._train import TrainedModel, train

__all__ = [
    "RECIPES",
    "Explanation",
    "TrainedModel",
    "beside",
    "bibliography",
    "design",
    "explain",
    "find_formula_column",
    "find_structure_column",
    "open_any",
    "parse_all",
    "parse_goal",
    "parse_pair",
    "predict_rows",
    "read_table",
    "set_in_featurizers",
    "table_inputs",
    "train",
]
