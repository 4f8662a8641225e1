from ._campaign import Campaign
from ._dense_inverse import DenseInverseRegressor
from ._elastic_moduli import elastic_moduli
from ._glass_forming import GlassFormingClassifier
from ._goals import Constraint, Goal
from ._inverse_designer import InverseDesigner
from ._microstructure_designer import MicrostructureDesign, MicrostructureDesigner
from ._mixture import CompositionMixtureRegressor
from ._predictor_corrector import PredictorCorrector
from ._simplex_inverse import SimplexInverseRegressor
from ._slots import inverse_table

__all__ = [
    "Campaign",
    "CompositionMixtureRegressor",
    "Constraint",
    "DenseInverseRegressor",
    "GlassFormingClassifier",
    "Goal",
    "InverseDesigner",
    "MicrostructureDesign",
    "MicrostructureDesigner",
    "PredictorCorrector",
    "SimplexInverseRegressor",
    "elastic_moduli",
    "inverse_table",
]
