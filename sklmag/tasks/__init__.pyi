from ._bibliography import bibliography
from ._compare import compare
from ._design import design
from ._explain import Explanation, explain
from ._fine_tune import fine_tune
from ._inputs import inputs_for
from ._open import open_any, published_networks, ready_names
from ._predict import predict_rows
from ._ready import predict
from ._recipes import RECIPES
from ._report import design_report, model_report
from ._tables import read_table
from ._train import TrainedModel, train

__all__ = [
    "RECIPES",
    "Explanation",
    "TrainedModel",
    "bibliography",
    "compare",
    "design",
    "design_report",
    "explain",
    "fine_tune",
    "inputs_for",
    "model_report",
    "open_any",
    "predict",
    "predict_rows",
    "published_networks",
    "read_table",
    "ready_names",
    "train",
]
