"""Which classes, functions and types a model file may name: these, and no others."""

import importlib

import numpy as np
from sklearn.base import BaseEstimator

# Estimators and what they are made of, by the public module that a file names.
_PUBLIC = {
    "sklearn.compose": "ColumnTransformer TransformedTargetRegressor "
    "make_column_selector",
    "sklearn.cross_decomposition": "PLSRegression",
    "sklearn.decomposition": "PCA",
    "sklearn.dummy": "DummyRegressor",
    "sklearn.ensemble": "AdaBoostRegressor BaggingRegressor ExtraTreesClassifier "
    "ExtraTreesRegressor GradientBoostingRegressor HistGradientBoostingClassifier "
    "HistGradientBoostingRegressor RandomForestClassifier RandomForestRegressor "
    "StackingRegressor VotingRegressor",
    "sklearn.feature_selection": "SelectFromModel SelectKBest SelectPercentile "
    "VarianceThreshold",
    "sklearn.gaussian_process": "GaussianProcessRegressor",
    "sklearn.gaussian_process.kernels": "ConstantKernel DotProduct ExpSineSquared "
    "Exponentiation Matern Product RBF RationalQuadratic Sum WhiteKernel",
    "sklearn.impute": "KNNImputer MissingIndicator SimpleImputer",
    "sklearn.kernel_ridge": "KernelRidge",
    "sklearn.linear_model": "ARDRegression BayesianRidge ElasticNet ElasticNetCV "
    "HuberRegressor Lasso LassoCV LinearRegression LogisticRegression "
    "MultiTaskElasticNet MultiTaskLasso QuantileRegressor Ridge RidgeCV SGDRegressor",
    "sklearn.model_selection": "GroupKFold KFold StratifiedKFold",
    "sklearn.multioutput": "MultiOutputRegressor",
    "sklearn.neighbors": "KNeighborsRegressor",
    "sklearn.neural_network": "MLPRegressor",
    "sklearn.pipeline": "FeatureUnion Pipeline",
    "sklearn.preprocessing": "FunctionTransformer LabelEncoder MaxAbsScaler "
    "MinMaxScaler Normalizer OneHotEncoder OrdinalEncoder PolynomialFeatures "
    "PowerTransformer QuantileTransformer RobustScaler StandardScaler",
    "sklearn.svm": "LinearSVR NuSVR SVR",
    "sklearn.tree": "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier "
    "ExtraTreeRegressor",
    "xgboost": "XGBClassifier XGBRegressor",
}
# Public packages of sklmag, of which every estimator is allowed.
_OWN = "composition design microstructure models recipes structure".split()
# What estimators hold that is not public; a file names the class alone.
_PARTS = {
    "sklearn.ensemble._hist_gradient_boosting.binning": "_BinMapper",
    "sklmag.design._forward": "ForwardModels",
    "sklmag.design._posterior": "CompositionPosterior",
    "sklmag.design._set_process": "SetProcess _Sets",
    "sklmag.design._slots": "SlotScaler",
    "sklmag.microstructure._material": "Material",
    "sklmag.models._conditions": "ConditionScaler",
    "sklmag.models._formula_rows": "Unscaled",
    "sklmag.models._scaling": "FeatureScaler FixedScaler MagnitudeScaler TargetScaler",
    "sklmag.models._uncertainty": "Calibration",
    "sklmag.recipes._blend": "BlendedModels",
    "sklmag.recipes._columns": "Categories MagnetColumns NumberTable PresentElements",
    "sklmag.recipes._oblivious": "ObliviousTrees",
    "sklmag.recipes._potential_process": "PotentialProcess",
    "sklmag.recipes._tails": "TailCompressor",
}
# Functions that only compute, by what may hold them.
_TRANSFORMS = {
    "numpy": "abs arcsinh cbrt exp exp2 expm1 log log10 log1p log2 negative "
    "reciprocal sinh sqrt square tanh",
    "scipy.special": "expit logit",
    "sklmag.composition._process_table": "category_columns formula_columns "
    "number_columns rare_earth_columns total_rare_earth",
    "sklmag.recipes._magnet_table": "_total_rare_earth_name",
}
_SCORES = {
    "sklearn.feature_selection": "chi2 f_classif f_regression mutual_info_classif "
    "mutual_info_regression r_regression",
}
# Types as parameters, such as the dtype of an encoder.
_ALLOWED_TYPES = (
    float, int, bool, str, object, np.number, np.floating, np.integer, np.float32,
    np.float64, np.int32, np.int64, np.bool_,
)  # fmt: skip
TYPES = {kind.__name__: kind for kind in _ALLOWED_TYPES}


def _by_name(table):
    return {name: home for home, names in table.items() for name in names.split()}


_PUBLIC_NAMES, _PART_NAMES = _by_name(_PUBLIC), _by_name(_PARTS)
_SCORE_NAMES = _by_name(_SCORES)
_FUNCTION_NAMES = _by_name(_TRANSFORMS) | _SCORE_NAMES


def kept_classes():
    """Return the names of all classes of scikit-learn and XGBoost, by module."""
    return {home: names.split() for home, names in _PUBLIC.items()}


def class_of(name):
    """Return the class that a file names, such as ``sklearn.linear_model.Ridge``.

    Parameters
    ----------
    name : str
        A public name, or the bare name of a part.

    Returns
    -------
    type

    Raises
    ------
    ValueError
        For any other name; nothing is imported.
    """
    home, _, short = name.rpartition(".")
    if not home and name in _PART_NAMES:
        return getattr(importlib.import_module(_PART_NAMES[name]), name)
    if home and _PUBLIC_NAMES.get(short) == home:
        return getattr(importlib.import_module(home), short)
    package = home.removeprefix("sklmag.")
    if home == f"sklmag.{package}" and package in _OWN:
        module = importlib.import_module(home)
        found = getattr(module, short) if short in module.__all__ else None
        if isinstance(found, type) and issubclass(found, BaseEstimator):
            return found
    raise ValueError(f"it names {name!r:.80}, which is no class of a model file")


def name_of(cls):
    """Return the name of a class in a file, or None for one that no file may hold."""
    name, home = cls.__name__, cls.__module__
    if _PART_NAMES.get(name) == home:
        return name
    candidates = [f"{_PUBLIC_NAMES.get(name)}.{name}"]
    if home.startswith("sklmag."):
        candidates.append(f"sklmag.{home.split('.')[1]}.{name}")
    for candidate in candidates:
        try:
            if class_of(candidate) is cls:
                return candidate
        except (ValueError, ImportError):
            continue
    return None


def function_of(name):
    """Return the function that a file names; raise for any but the few in the table."""
    home, _, short = name.rpartition(".")
    if _FUNCTION_NAMES.get(short) != home:
        raise ValueError(f"it names {name!r:.80}, which is no function of a model file")
    return getattr(importlib.import_module(home), short)


def is_score(function):
    """Tell whether a function scores features: it is called in a fit alone."""
    return getattr(function, "__name__", "") in _SCORE_NAMES


def function_name(function):
    """Return the name of a function in a file, or None for what no file may hold."""
    short = getattr(function, "__name__", "")
    short = "abs" if short == "absolute" else short
    home = _FUNCTION_NAMES.get(short)
    if home is None or function_of(f"{home}.{short}") is not function:
        return None
    return f"{home}.{short}"
