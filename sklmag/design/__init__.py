"""Wanted properties become compositions."""

from sklmag._utils._lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "_glass_forming": ["GlassFormingClassifier"],
        "_inverse": ["InverseCompositionRegressor"],
        "_inverse_designer": ["InverseDesigner"],
        "_mixture": ["CompositionMixtureRegressor"],
        "_predictor_corrector": ["PredictorCorrector"],
        "_slots": ["inverse_table"],
    },
)
