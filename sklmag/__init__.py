"""Machine learning on magnets and alloys, in the grammar of scikit-learn.

The public names below load on first use, so that ``import sklmag`` costs nothing.
"""

import logging

from sklmag._utils._lazy import lazy_names

__version__ = "0.1.0"

_HOMES = {
    "composition": [
        "ElementFractionFeaturizer",
        "FormulaTokenizer",
        "GlassFeaturizer",
        "MagpieFeaturizer",
        "make_magnet_pipeline",
    ],
    "design": [
        "CompositionMixtureRegressor",
        "GlassFormingClassifier",
        "InverseCompositionRegressor",
        "InverseDesigner",
        "PredictorCorrector",
    ],
    "microstructure": ["GrainFeaturizer"],
    "models": [
        "DenseRegressor",
        "GrainVAE",
        "LGDCNNRegressor",
        "MultiHeadAttentionRegressor",
        "SIPFENNRegressor",
        "SharedHeadRegressor",
    ],
    "pretrained": ["load", "save"],
    "structure": ["VoronoiFeaturizer"],
    "_utils._errors": [
        "SklmagWarning",
        "FormulaError",
        "StructureError",
        "MicrostructureError",
        "DownloadError",
        "DesignError",
    ],
    "_utils._versions": ["versions"],
}
_FOLDERS = (
    "composition",
    "datasets",
    "design",
    "inspection",
    "metrics",
    "microstructure",
    "model_selection",
    "models",
    "nn",
    "pretrained",
    "structure",
    "tasks",
)

__getattr__, __all__ = lazy_names(__name__, _HOMES, _FOLDERS)

logging.getLogger("sklmag").addHandler(logging.NullHandler())


def __dir__():
    return sorted([*globals(), *__all__])
