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
        "MedianVotingRegressor",
        "MultiHeadAttentionRegressor",
        "SIPFENNRegressor",
        "SharedHeadRegressor",
    ],
    "persistence": ["load", "save"],
    "recipes": ["make_magnet_pipeline"],
    "structure": ["VoronoiFeaturizer"],
    "_utils._errors": [
        "SklmagWarning",
        "FormulaError",
        "StructureError",
        "MicrostructureError",
        "DownloadError",
        "DesignError",
    ],
    "_utils._units": ["unit_of"],
    "_utils._versions": ["versions"],
}
_FOLDERS = (  # material, numbers, model, property, design: the order of the API page
    "composition",
    "structure",
    "microstructure",
    "datasets",
    "nn",
    "models",
    "recipes",
    "design",
    "model_selection",
    "metrics",
    "inspection",
    "persistence",
    "pretrained",
    "tasks",
    "app",
)

__getattr__, __dir__, __all__ = lazy_names(__name__, _HOMES, _FOLDERS)

logging.getLogger("sklmag").addHandler(logging.NullHandler())
