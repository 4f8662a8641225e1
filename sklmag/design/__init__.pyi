from ._glass_forming import GlassFormingClassifier
from ._inverse import InverseCompositionRegressor
from ._inverse_designer import InverseDesigner
from ._mixture import CompositionMixtureRegressor
from ._predictor_corrector import PredictorCorrector
from ._slots import inverse_table

__all__ = [
    "CompositionMixtureRegressor",
    "GlassFormingClassifier",
    "InverseCompositionRegressor",
    "InverseDesigner",
    "PredictorCorrector",
    "inverse_table",
]
