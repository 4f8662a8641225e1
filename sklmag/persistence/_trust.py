"""Which types a model file may name: those that only compute."""

import importlib

from sklearn.base import BaseEstimator

# What may be in a file: estimators of these packages ...
_PACKAGES = ("sklmag.", "sklearn.", "xgboost.", "skopt.")
_ELSEWHERE = frozenset(
    "tests testing externals conftest datasets callback cli __main__".split()
)
# ... what these modules define, which is arithmetic ...
_ARITHMETIC = (
    "sklearn._loss.",
    "sklearn.cluster._bisect_k_means.",
    "sklearn.ensemble._hist_gradient_boosting.predictor.",
    "sklearn.feature_selection._univariate_selection.",
    "sklearn.gaussian_process.kernels.",
    "sklearn.metrics._classification.",
    "sklearn.metrics._dist_metrics.",
    "sklearn.metrics._regression.",
    "sklearn.metrics._scorer.",
    "sklearn.model_selection._split.",
    "sklearn.neighbors._ball_tree.",
    "sklearn.neighbors._kd_tree.",
    "sklearn.neural_network._stochastic_optimizers.",
    "sklearn.tree._tree.",
    "sklearn.utils._bunch.",
    "sklmag.composition._process_table.",
    "sklmag.recipes._magnet_table.",
    "sklmag.microstructure._material.",
    "sklmag.design._forward.",
    "sklmag.design._posterior.",
    "sklmag.design._set_process.",
    "sklmag.design._slots.",
    "sklmag.models._formula_rows.",
    "sklmag.models._scaling.",
    "sklmag.models._uncertainty.Calibration",
    "xgboost.core.Booster",
)
# ... and plain values.
_VALUES = ("numpy.dtype", "collections.OrderedDict")


def foreign(names):
    """Return those of some names of types that a model file may not hold."""
    return [name for name in names if not is_trusted(name)]


def is_trusted(name):
    """Tell whether what is named in a file only computes, however it is put together.

    A name must be defined where it is looked for: modules also hold what they import.
    """
    if name in _VALUES:
        return True
    module, _, attribute = name.rpartition(".")
    if not name.startswith(_PACKAGES) or _ELSEWHERE & set(module.split(".")):
        return False
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return False
    if getattr(found, "__module__", None) != module:
        return False
    return name.startswith(_ARITHMETIC) or _is_estimator(found)


def _is_estimator(found):
    """Tell whether something is a class of estimators; those of skorch unpickle."""
    if not isinstance(found, type) or not issubclass(found, BaseEstimator):
        return False
    return not any(c.__module__.startswith("skorch.") for c in found.__mro__)
