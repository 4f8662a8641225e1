# material, numbers, model, property, design: the order of the API page
from . import (
    composition,
    structure,
    microstructure,
    datasets,
    models,
    recipes,
    design,
    model_selection,
    metrics,
    inspection,
    persistence,
    pretrained,
    tasks,
    app,
    exceptions,
)
from ._utils._units import unit_of
from ._utils._versions import show_versions
from .composition import (
    ElementFractionFeaturizer,
    FormulaTokenizer,
    GlassFeaturizer,
    MagpieFeaturizer,
)
from .design import (
    Campaign,
    CompositionMixtureRegressor,
    GlassFormingClassifier,
    DenseInverseRegressor,
    InverseDesigner,
    MicrostructureDesigner,
    PredictorCorrector,
    SimplexInverseRegressor,
)
from .exceptions import (
    DesignError,
    DownloadError,
    FormulaError,
    MicrostructureError,
    SklmagWarning,
    StructureError,
)
from .microstructure import GrainFeaturizer
from .model_selection import StagedSearchCV
from .models import (
    DenseRegressor,
    GrainVAE,
    LGDCNNClassifier,
    LGDCNNRegressor,
    MedianVotingRegressor,
    MultiHeadAttentionRegressor,
    OrderedTargetsRegressor,
    PretrainedFormulaFeaturizer,
    SharedHeadRegressor,
    SIPFENNRegressor,
)
from .persistence import load, save
from .recipes import AutoRegressor, ResidualRegressor, make_magnet_pipeline
from .structure import (
    PotentialFeaturizer,
    SiteFractionFeaturizer,
    VoronoiFeaturizer,
)
from .tasks import predict

__version__: str

__all__ = [
    "AutoRegressor",
    "Campaign",
    "CompositionMixtureRegressor",
    "DenseInverseRegressor",
    "DenseRegressor",
    "DesignError",
    "DownloadError",
    "ElementFractionFeaturizer",
    "FormulaError",
    "FormulaTokenizer",
    "GlassFeaturizer",
    "GlassFormingClassifier",
    "GrainFeaturizer",
    "GrainVAE",
    "InverseDesigner",
    "LGDCNNClassifier",
    "LGDCNNRegressor",
    "MagpieFeaturizer",
    "MedianVotingRegressor",
    "MicrostructureDesigner",
    "MicrostructureError",
    "MultiHeadAttentionRegressor",
    "OrderedTargetsRegressor",
    "PotentialFeaturizer",
    "PredictorCorrector",
    "PretrainedFormulaFeaturizer",
    "ResidualRegressor",
    "SIPFENNRegressor",
    "SharedHeadRegressor",
    "SimplexInverseRegressor",
    "SiteFractionFeaturizer",
    "SklmagWarning",
    "StagedSearchCV",
    "StructureError",
    "VoronoiFeaturizer",
    "app",
    "composition",
    "datasets",
    "design",
    "exceptions",
    "inspection",
    "load",
    "make_magnet_pipeline",
    "metrics",
    "microstructure",
    "model_selection",
    "models",
    "persistence",
    "predict",
    "pretrained",
    "recipes",
    "save",
    "show_versions",
    "structure",
    "tasks",
    "unit_of",
]
