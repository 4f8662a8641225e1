"""Search spaces, searches, splitters by chemistry, comparison of models."""

from sklmag.model_selection._compare import compare_models
from sklmag.model_selection._spaces import search_space, search_stages
from sklmag.model_selection._splitters import ChemicalSystemKFold, LeaveOneElementOut
from sklmag.model_selection._staged import StagedSearchCV

__all__ = [
    "ChemicalSystemKFold",
    "LeaveOneElementOut",
    "StagedSearchCV",
    "compare_models",
    "search_space",
    "search_stages",
]
