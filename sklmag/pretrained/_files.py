"""Fitted estimators in files that can be opened without trusting them."""

from pathlib import Path

_OURS = ("sklmag.", "xgboost.")


def save_model(estimator, path):
    """Write a fitted estimator or pipeline to a file.

    Parameters
    ----------
    estimator : estimator
        Any of scikit-learn's, XGBoost's or ours, also in a Pipeline.
    path : str or Path
        The file, by custom ending in .skops.

    Returns
    -------
    Path

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

    path = Path(path)
    skops.io.dump(estimator, path)
    return path


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
        For a file that is none of skops, and for one that holds types of neither
        scikit-learn, XGBoost nor sklmag.

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
    foreign = [name for name in untrusted if not name.startswith(_OURS)]
    if foreign:
        raise ValueError(
            f"{str(path)!r} holds types that could run code of their own: "
            f"{', '.join(foreign)}. If you know where it comes from, open it with "
            "skops.io.load(path, trusted=[...])."
        )
    return skops.io.load(path, trusted=untrusted)
