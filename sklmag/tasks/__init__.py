"""What command line and page do: read tables, train, predict, explain, design."""

from sklmag.tasks._bibliography import bibliography
from sklmag.tasks._design import design, parse_goal, parse_pair
from sklmag.tasks._explain import Explanation, explain
from sklmag.tasks._open import open_any, with_jobs
from sklmag.tasks._predict import predict_rows, table_inputs
from sklmag.tasks._tables import find_formula_column, find_structure_column, read_table
from sklmag.tasks._train import MODELS, TrainedModel, train

__all__ = [
    "MODELS",
    "Explanation",
    "TrainedModel",
    "bibliography",
    "design",
    "explain",
    "find_formula_column",
    "find_structure_column",
    "open_any",
    "parse_goal",
    "parse_pair",
    "predict_rows",
    "read_table",
    "table_inputs",
    "train",
    "with_jobs",
]
