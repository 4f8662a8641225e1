"""Which attributes of which class may hold anything but numbers.

An attribute that has no entry, here or in a base of its class, may hold numbers alone:
numbers name no method, no path and no function. A parameter of a constructor without
one may also hold words, objects and functions of the table of classes; scikit-learn's
own check of parameters follows.
"""

import inspect

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from sklmag.persistence._classes import TYPES, function_name, is_score, name_of
from sklmag.persistence._kinds import (
    ATTRIBUTE_NAME,
    DEVICE,
    DTYPE,
    NAMES,
    NONE,
    NUMBERS,
    OBJECT,
    PLAIN,
    SIZES,
    VERSION,
    WORD,
    Kind,
    at_most,
    dict_of,
    either,
    is_number,
    is_words,
    list_of,
    named,
    one_of,
    rows_of,
)

_MANY_THREADS = 256
_MANY_OUTPUTS = 10_000
_FUNCTION = Kind(
    "a function that model files know",
    lambda v: function_name(v) is not None and not is_score(v),
)
_SCORE = Kind(
    "a score of features", lambda v: function_name(v) is not None and is_score(v)
)
_MAYBE_FUNCTION = either(_FUNCTION, NONE)
_BOOLEAN = Kind("True or False", lambda v: isinstance(v, (bool, np.bool_)))
_NOTHING = Kind("nothing", lambda v: v is None or v == {})
_COLUMN = Kind(
    "a name or number of a column", lambda v: isinstance(v, str) or is_number(v)
)
_COLUMNS = either(
    _COLUMN, NUMBERS, list_of(_COLUMN), _FUNCTION, named("make_column_selector")
)
_STEP = either(OBJECT, NONE, one_of("passthrough", "drop"))
_STEPS = rows_of(WORD, _STEP, _COLUMNS)
_LABELS = either(NAMES, Kind("words", is_words))
_ROW = Kind(
    "a row of words or numbers",
    lambda v: isinstance(v, np.ndarray) and v.ndim == 1 and is_words(v),
)
_METRIC = one_of(
    "minkowski", "euclidean", "manhattan", "cityblock", "l1", "l2", "chebyshev"
)
_PREDICTS = one_of("predict", "predict_proba", "decision_function")
_KERNEL = named(
    "ConstantKernel", "DotProduct", "ExpSineSquared", "Exponentiation", "Matern",
    "Product", "RBF", "RationalQuadratic", "Sum", "WhiteKernel",
)  # fmt: skip
_NUMBERS_OF_KERNELS = (
    "constant_value", "length_scale", "periodicity", "sigma_0", "alpha", "noise_level",
    "nu", "exponent",
)  # fmt: skip
_BOUNDS = either(one_of("fixed"), NUMBERS)
_TREE_PARAMETERS = one_of(
    "ccp_alpha", "criterion", "max_depth", "max_features", "max_leaf_nodes",
    "min_impurity_decrease", "min_samples_leaf", "min_samples_split",
    "min_weight_fraction_leaf", "monotonic_cst", "random_state", "splitter",
)  # fmt: skip
_OUTPUT = Kind(
    "default, pandas or polars",
    lambda v: (
        type(v) is dict
        and set(v) <= {"transform"}
        and set(v.values()) <= {"default", "pandas", "polars"}
    ),
)
_PLAIN_DTYPE = Kind(
    "a type of numbers",
    lambda v: isinstance(v, type) or (isinstance(v, np.dtype) and v.kind != "U"),
)
_TYPES = either(_PLAIN_DTYPE, WORD, list_of(either(_PLAIN_DTYPE, WORD)), NONE)

# of every class
_COMMON = {
    "memory": NONE,
    "callbacks": NONE,
    "n_jobs": NONE,  # how many share the work is decided where the file is opened
    "device": DEVICE,
    "n_threads": at_most(_MANY_THREADS),
    "classes_": either(_LABELS, list_of(_LABELS)),
    "feature_names_in_": NAMES,
    "n_features_in_": SIZES,
    "n_features_": SIZES,
    "n_outputs_": either(at_most(_MANY_OUTPUTS), NONE),
    "n_classes_": either(at_most(_MANY_OUTPUTS), list_of(at_most(_MANY_OUTPUTS))),
    "estimator_": OBJECT,
    "estimators_": Kind("estimators", lambda v: _estimators(v)),
    "named_estimators_": dict_of(_STEP),
    "kernel_": _KERNEL,
    "solver_": one_of("svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"),
    "_sklearn_version": VERSION,
    "_sklearn_output_config": _OUTPUT,
    "effective_metric_": _METRIC,
    "effective_metric_params_": Kind(
        "the power of a metric", lambda v: type(v) is dict and set(v) <= {"p"}
    ),
    "_fit_method": one_of("kd_tree", "ball_tree", "brute"),
}
_OF_CLASS = {
    "Pipeline": {"steps": rows_of(WORD, _STEP), "transform_input": NONE},
    "FeatureUnion": {
        "transformer_list": rows_of(WORD, _STEP),
        "_transformers_feature_names_out": list_of(NAMES),
        "verbose_feature_names_out": _BOOLEAN,
    },
    "ColumnTransformer": {
        "transformers": _STEPS,
        "transformers_": _STEPS,
        "remainder": _STEP,
        "verbose_feature_names_out": _BOOLEAN,
        "_columns": list_of(_COLUMNS),
        "_remainder": Kind("a step", lambda v: _STEPS.fits([v])),
        "_name_to_fitted_passthrough": dict_of(OBJECT),
        "_transformers_feature_names_out": NAMES,
    },
    "make_column_selector": {
        "pattern": either(WORD, NONE),
        "dtype_include": _TYPES,
        "dtype_exclude": _TYPES,
    },
    "TransformedTargetRegressor": {
        "transformer_": OBJECT,
        "regressor_": OBJECT,
        "func": _MAYBE_FUNCTION,
        "inverse_func": _MAYBE_FUNCTION,
    },
    "FunctionTransformer": {
        "func": _MAYBE_FUNCTION,
        "inverse_func": _MAYBE_FUNCTION,
        "kw_args": _NOTHING,
        "inv_kw_args": _NOTHING,
        "feature_names_out": either(_MAYBE_FUNCTION, one_of("one-to-one")),
    },
    "_BaseFilter": {"score_func": _SCORE},
    "StackingRegressor": {
        "stack_method": one_of("predict"),
        "stack_method_": list_of(_PREDICTS),
        "final_estimator_": OBJECT,
    },
    "SelectFromModel": {"importance_getter": one_of("auto")},
    "BaseForest": {"estimator_params": list_of(_TREE_PARAMETERS)},
    "BaseEnsemble": {
        "estimator_params": list_of(ATTRIBUTE_NAME),
        "estimator": either(OBJECT, NONE),
    },
    "BaseDecisionTree": {"tree_": named("Tree")},
    "BaseGradientBoosting": {
        "_loss": Kind("a loss", lambda v: type(v).__module__ == "sklearn._loss.loss"),
        "init_": either(OBJECT, one_of("zero")),
    },
    "BaseHistGradientBoosting": {
        "_loss": Kind("a loss", lambda v: type(v).__module__ == "sklearn._loss.loss"),
        "_bin_mapper": named("_BinMapper"),
        "_predictors": list_of(list_of(named("TreePredictor"))),
        "_label_encoder": named("LabelEncoder"),
        "_preprocessor": NONE,
        "categorical_features": either(NONE, one_of("from_dtype")),
        "is_categorical_": NONE,
    },
    "NeighborsBase": {"metric": _METRIC, "metric_params": NONE,
                      "weights": one_of("uniform", "distance"),
                      "_tree": named("KDTree", "BallTree", "NoneType")},
    "BaseMultilayerPerceptron": {
        "loss": one_of("squared_error", "poisson", "log_loss", "binary_log_loss"),
        "out_activation_": one_of("identity", "logistic", "softmax"),
    },
    "_PLS": {
        "deflation_mode": one_of("regression"),
        "mode": one_of("A"),
        "algorithm": one_of("nipals"),
    },
    "PCA": {
        "_fit_svd_solver": one_of("full", "covariance_eigh", "arpack", "randomized"),
    },
    "PowerTransformer": {"_scaler": named("StandardScaler")},
    "PolynomialFeatures": {
        "degree": either(at_most(6), list_of(at_most(6))),
        "_min_degree": at_most(6),
        "_max_degree": at_most(6),
    },
    "QuantileTransformer": {"n_quantiles": at_most(1_000_000)},
    "_BaseEncoder": {
        "categories_": list_of(_ROW),
        "dtype": _TYPES,
        "drop_idx_": _LABELS,
        "_drop_idx_after_grouping": _LABELS,
        "_infrequent_indices": NUMBERS,
    },
    "_BaseImputer": {"indicator_": named("MissingIndicator", "NoneType")},
    "SimpleImputer": {
        "statistics_": _LABELS,
        "_fit_dtype": DTYPE,
        "_fill_dtype": DTYPE,
    },
    "KNNImputer": {
        "metric": one_of("nan_euclidean"),
        "weights": one_of("uniform", "distance"),
        "_mask_fit_X": NUMBERS,
    },
    "BaseSVR": {"kernel": one_of("linear", "poly", "rbf", "sigmoid")},
    "KernelRidge": {
        "kernel": one_of(
            "linear", "poly", "polynomial", "rbf", "laplacian", "sigmoid", "cosine"
        ),
        "kernel_params": NONE,
    },
    "GaussianProcessRegressor": {"kernel": either(_KERNEL, NONE)},
    "KernelOperator": {"k1": _KERNEL, "k2": _KERNEL},
    "Exponentiation": {"kernel": _KERNEL},
    "Kernel": dict.fromkeys(_NUMBERS_OF_KERNELS, NUMBERS) | {
        f"{name}_bounds": _BOUNDS for name in _NUMBERS_OF_KERNELS
    },
    "XGBModel": {
        "_Booster": named("Booster"), "kwargs": dict_of(PLAIN), "eval_metric": PLAIN,
        "objective": either(WORD, NONE), "n_jobs": NONE,
    },
    # of sklmag
    "Featurizer": {"errors_": dict_of(PLAIN), "zeros_": dict_of(PLAIN)},
    "PotentialFeaturizer": {"potential_": WORD},
    "FormulaTokenizer": {"n_slots": at_most(118)},
    "NetEstimator": {
        "dtype_": one_of("float32", "float64"),
        "feature_scaler_": named("ConditionScaler", "FeatureScaler", "MagnitudeScaler",
                                 "SlotScaler", "Unscaled"),
        "target_scaler_": named("TargetScaler", "FixedScaler"),
        "_fitted_settings": dict_of(PLAIN),
        "calibration_": named("Calibration", "NoneType"),
        "process_": named("SetProcess", "NoneType"),
        "posterior_": named("CompositionPosterior", "NoneType"),
        "history_": list_of(dict_of(NUMBERS)),
    },
    "GrainVAE": {"_fitted_settings": dict_of(PLAIN)},
    "GrainFeaturizer": {
        "lengths": Kind(
            "up to ten lengths, of 300 cells together",
            lambda v: _numbers_up_to(v, 300) and len(v) <= 10 and sum(v) <= 300,
        ),
    },
    "SetProcess": {"known_": named("_Sets")},
    "CompositionPosterior": {
        "scaler_": named("StandardScaler"),
        "factors_": Kind(
            "up to 100 draws", lambda v: isinstance(v, np.ndarray) and len(v) <= 100
        ),
        "processes_": rows_of(named("GaussianProcessRegressor"), NUMBERS),
    },
    "ResidualRegressor": {"baseline_": OBJECT, "residual_": OBJECT},
    "MedianVotingRegressor": {"estimators": rows_of(WORD, _STEP)},
    "OrderedTargetsRegressor": {
        "regressor_": OBJECT,
        "order": either(NONE, list_of(list_of(either(WORD, NUMBERS)))),
        "groups_": list_of(list_of(NUMBERS)),
    },
    "AutoRegressor": {
        "best_estimator_": named("Pipeline"),
        "_kind": one_of("table", "formula", "structure", "grains"),
    },
    "BlendedModels": {
        "members_": dict_of(list_of(OBJECT)),
        "trials_": list_of(dict_of(either(WORD, NUMBERS))),
    },
    "GlassFormingClassifier": {"pipeline_": named("Pipeline")},
    "InverseDesigner": {
        "output_names_": NAMES,
        "training_range_": dict_of(NUMBERS),
        "output_range_": dict_of(NUMBERS),
        "n_calls": at_most(10**4),
        "n_starts": at_most(1000),
    },
    "MicrostructureDesigner": {
        "output_names_": NAMES,
        "output_scale_": dict_of(NUMBERS),
        "n_generations": at_most(1000),
        "n_computed": at_most(1000),
        "n_rounds": at_most(1000),
    },
    "PredictorCorrector": {
        "inverse_": OBJECT,
        "_forward": named("ForwardModels", "NoneType"),
        "forward_": dict_of(OBJECT),
        "target_names_": NAMES,
        "target_range_": dict_of(NUMBERS),
        "n_calls": at_most(200),
        "step": Kind("from 0.01 to 100", lambda v: is_number(v) and 0.01 <= v <= 100),
    },
    "ForwardModels": {"given": either(NONE, OBJECT, dict_of(OBJECT)),
                      "models": dict_of(OBJECT)},
}  # fmt: skip
# Parameters that files of earlier releases lack, and what they were there.
LATER = {
    "GlassFormingClassifier": {"threshold": 0.5},
    "GrainVAE": {"symmetric_copies": False},
    "InverseDesigner": {"constraints": None, "prices": None, "amounts": "wt.%"},
    "MagpieFeaturizer": {"missing": "nan"},
    "SIPFENNRegressor": {"activations": None},
    "VoronoiFeaturizer": {"missing": "nan", "attributes": "Ward2017"},
}
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
# What only a fit needs, and a file leaves out.
FORGOTTEN = frozenset({
    "_metadata_request", "_optimizer", "_best_coefs", "_best_intercepts",
    "_feature_subsample_rng", "oof_prediction_",
})  # fmt: skip


def _numbers_up_to(values, limit):
    return isinstance(values, (list, tuple, np.ndarray)) and all(
        is_number(v) and v is not None and 0 <= v <= limit for v in values
    )


def _estimators(value):
    if isinstance(value, np.ndarray):
        return all(isinstance(part, BaseEstimator) for part in value.ravel())
    return list_of(_STEP).fits(value)


def kinds_of(cls):
    """Return the kinds of those attributes of a class that have one."""
    kinds = {}
    for base in reversed(cls.__mro__):
        kinds |= _OF_CLASS.get(base.__name__, {})
    return _COMMON | kinds


def parameters_of(cls):
    """Return the names of the parameters of a class, and of those it derives from."""
    names = []
    for base in cls.__mro__[:-1]:
        if "__init__" in vars(base):
            parameters = list(inspect.signature(base.__init__).parameters.values())
            names += [one.name for one in parameters[1:] if one.kind in _NAMED]
    return names


def is_parameter(value):
    """Tell whether a value may be a parameter: plain, or of the tables of names."""
    if isinstance(value, (list, tuple, set)):
        return all(map(is_parameter, value))
    if type(value) in (dict, Bunch):
        return all(map(is_parameter, value)) and all(map(is_parameter, value.values()))
    if PLAIN.fits(value) or isinstance(value, np.dtype):
        return True
    if isinstance(value, type):
        return value in TYPES.values()
    return name_of(type(value)) is not None and not _KERNEL.fits(value)


PARAMETER = Kind("plain values, or objects and functions that files know", is_parameter)
