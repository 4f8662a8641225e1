"""Fitted estimators in files that can be opened without trusting them."""

import importlib
from pathlib import Path

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
    "sklmag.microstructure._material.",
    "sklmag.design._forward.",
    "sklmag.design._slots.",
    "sklmag.models._scaling.",
    "xgboost.core.Booster",
)
# ... and plain values.
_VALUES = ("numpy.dtype", "collections.OrderedDict")


def save_model(estimator, path):
    """Write a fitted estimator or pipeline to a file.

    Parameters
    ----------
    estimator : estimator
        Of scikit-learn, XGBoost or sklmag, also in a Pipeline or a grid search.
    path : str or Path
        The file, by custom ending in .skops.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For an estimator that the format cannot hold, and one that holds code, such as
        a lambda in a FunctionTransformer, or a distribution of SciPy in a random or
        Bayesian search, which :func:`load_model` would refuse: save its
        ``best_estimator_``.

    See Also
    --------
    load_model : Reads it.

    Notes
    -----
    The format is that of skops [1]_: parameters and arrays, no code. Networks are
    written as arrays, and open on a machine without the GPU that they were trained on.

    References
    ----------
    .. [1] https://skops.readthedocs.io

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn.linear_model import Ridge
    >>> from sklmag.pretrained import load_model, save_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_model(Ridge().fit([[0], [1]], [0, 1]), f"{folder}/ridge.skops")
    ...     load_model(path).predict([[2]]).round(2)
    array([1.])
    """
    import skops.io
    from skops.io.exceptions import UnsupportedTypeException

    path = Path(path)
    name = type(estimator).__name__
    try:
        content = skops.io.dumps(estimator)
    except (UnsupportedTypeException, RecursionError) as error:
        raise ValueError(
            f"{name} has no form in a file of skops: {error}. Keep it with "
            "joblib.dump(model, path), and open such files from yourself only."
        ) from error
    foreign = _foreign(skops.io.get_untrusted_types(data=content))
    if foreign:
        raise ValueError(
            f"{name} holds code that load_model would not trust: {', '.join(foreign)}. "
            "Leave it out, save best_estimator_ in place of a search, or write with "
            "skops.io.dump(model, path)."
        )
    path.write_bytes(content)
    return path


def _foreign(names):
    return [name for name in names if not _is_trusted(name)]


def _is_trusted(name):
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
    from skorch import NeuralNet

    is_class = isinstance(found, type) and issubclass(found, BaseEstimator)
    return is_class and not issubclass(found, NeuralNet)


def load_model(path):
    """Read a fitted estimator from a file of :func:`save_model`.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    estimator

    Raises
    ------
    ValueError
        For a file that is none of skops, or a damaged one, and for one that holds
        anything but estimators of scikit-learn, XGBoost, scikit-optimize and sklmag and
        the arithmetic that they need.

    Notes
    -----
    Opening runs no code of the file. Trees are used as they are: a file made with ill
    will can still make a process end.

    Examples
    --------
    See :func:`save_model`.
    """
    import zipfile

    import skops.io

    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no model file {str(path)!r}.")
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"{str(path)!r} is not a file of skops. Write models with "
            "sklmag.pretrained.save_model(model, path)."
        )
    try:
        untrusted = skops.io.get_untrusted_types(file=path)
    except KeyError as error:
        raise ValueError(f"{str(path)!r} is not a file of skops: {error}.") from error
    foreign = _foreign(untrusted)
    if foreign:
        raise ValueError(
            f"{str(path)!r} holds types that could run code of their own: "
            f"{', '.join(foreign)}. If you know where it comes from, open it with "
            "skops.io.load(path, trusted=[...])."
        )
    try:
        return skops.io.load(path, trusted=untrusted)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{str(path)!r} is damaged: {error}.") from error
