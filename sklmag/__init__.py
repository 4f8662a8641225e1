"""Machine learning on magnets and alloys, in the grammar of scikit-learn.

The public names below load on first use, so that ``import sklmag`` costs nothing.
"""

import importlib
import logging

__version__ = "0.1.0"

_HOME = {
    "ElementFractionFeaturizer": "composition",
    "FormulaTokenizer": "composition",
    "GlassFeaturizer": "composition",
    "MagpieFeaturizer": "composition",
    "make_magnet_pipeline": "composition",
    "VoronoiFeaturizer": "structure",
    "GrainFeaturizer": "microstructure",
    "DenseRegressor": "models",
    "GrainVAE": "models",
    "CompositionMixtureRegressor": "design",
    "GlassFormingClassifier": "design",
    "InverseCompositionRegressor": "design",
    "InverseDesigner": "design",
    "PredictorCorrector": "design",
    "LGDCNNRegressor": "models",
    "MultiHeadAttentionRegressor": "models",
    "SIPFENNRegressor": "models",
    "SharedHeadRegressor": "models",
    "load": "pretrained",
    "save": "pretrained",
    "versions": "_utils._versions",
    "SklmagWarning": "_utils._errors",
    "FormulaError": "_utils._errors",
    "StructureError": "_utils._errors",
    "MicrostructureError": "_utils._errors",
    "DownloadError": "_utils._errors",
    "DesignError": "_utils._errors",
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

__all__ = [*_HOME, *_FOLDERS]

logging.getLogger("sklmag").addHandler(logging.NullHandler())


def __getattr__(name):
    if name in _FOLDERS:
        return importlib.import_module(f"sklmag.{name}")
    if name in _HOME:
        return getattr(importlib.import_module(f"sklmag.{_HOME[name]}"), name)
    raise AttributeError(f"module 'sklmag' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
