"""The ready model that goes from properties to compositions."""

from sklmag.recipes import Recipe


def _pcids(reads, random_state=None):
    from sklmag.design._predictor_corrector import PredictorCorrector

    return PredictorCorrector(random_state=random_state)


PCIDS = Recipe(
    "pcids",
    "predictor and corrector: from properties to compositions",
    ("formula",),
    _pcids,
)
