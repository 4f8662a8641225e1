"""Fitted estimators in files that can be opened without trusting them."""

import importlib
from pathlib import Path

# Classes of these packages hold numbers; their functions could do anything, but for
# those of two modules that score and select.
_PACKAGES = ("sklmag.", "sklearn.", "xgboost.", "scipy.", "skopt.")
_FUNCTIONS = ("sklearn.metrics.", "sklearn.feature_selection.")


def save_model(estimator, path):
    """Write a fitted estimator or pipeline to a file.

    Parameters
    ----------
    estimator : estimator
        Of scikit-learn, XGBoost, scikit-optimize or sklmag, also in a Pipeline or a
        search.
    path : str or Path
        The file, by custom ending in .skops.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        For an estimator that the format cannot hold, and one with code of its own,
        such as a lambda in a FunctionTransformer, which :func:`load_model` would
        refuse.

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
            "Leave it out, or write with skops.io.dump(model, path)."
        )
    path.write_bytes(content)
    return path


def _foreign(names):
    return [name for name in names if not _is_trusted(name)]


def _is_trusted(name):
    """Tell whether a name in a file is one of the classes that hold numbers only."""
    if name in ("numpy.dtype", "collections.OrderedDict"):
        return True
    if not name.startswith(_PACKAGES):
        return False
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return False
    return isinstance(found, type) or (callable(found) and name.startswith(_FUNCTIONS))


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
        For a file that is none of skops, and for one that holds functions, or classes
        of other packages than scikit-learn, XGBoost, scikit-optimize, SciPy and sklmag.

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
    untrusted = skops.io.get_untrusted_types(file=path)
    foreign = _foreign(untrusted)
    if foreign:
        raise ValueError(
            f"{str(path)!r} holds types that could run code of their own: "
            f"{', '.join(foreign)}. If you know where it comes from, open it with "
            "skops.io.load(path, trusted=[...])."
        )
    return skops.io.load(path, trusted=untrusted)
