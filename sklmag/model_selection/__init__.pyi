from ._compare import compare_models
from ._spaces import search_space, search_stages
from ._splitters import ChemicalSystemKFold, LeaveOneElementOut
from ._staged import StagedSearchCV
from ._transfer import transfer_curve

__all__ = [
    "ChemicalSystemKFold",
    "LeaveOneElementOut",
    "StagedSearchCV",
    "compare_models",
    "search_space",
    "search_stages",
    "transfer_curve",
]
