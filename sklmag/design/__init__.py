"""Wanted properties become compositions."""

from sklmag.design._forward import dense_forward_net, gaussian_process
from sklmag.design._glass_forming import GlassFormingClassifier
from sklmag.design._inverse import InverseCompositionRegressor
from sklmag.design._inverse_designer import InverseDesigner
from sklmag.design._mixture import CompositionMixtureRegressor
from sklmag.design._predictor_corrector import PredictorCorrector
from sklmag.design._slots import inverse_table

__all__ = [
    "CompositionMixtureRegressor",
    "GlassFormingClassifier",
    "InverseCompositionRegressor",
    "InverseDesigner",
    "PredictorCorrector",
    "dense_forward_net",
    "gaussian_process",
    "inverse_table",
]
