"""Asking a fitted L-G-DCNN, alone or at the end of a pipeline."""

import numpy as np
from sklearn.pipeline import Pipeline


def arriving(model, X):
    """Return what arrives at the last step of a pipeline, or X itself.

    Parameters
    ----------
    model : estimator or Pipeline
        Fitted.
    X : array-like of shape (n_samples,)
        What the model predicts from.

    Returns
    -------
    array-like of shape (n_samples, n_features)
    """
    if not isinstance(model, Pipeline) or len(model) == 1:
        return X
    return model[:-1].transform(X)


def arriving_names(model, arrived):
    """Return the names of the features that arrive at the last step.

    Parameters
    ----------
    model : estimator or Pipeline
        Fitted.
    arrived : array-like of shape (n_samples, n_features)
        From :func:`arriving`.

    Returns
    -------
    list of str
        Those of the frame, of the last step, or of the steps before it; ``x0``,
        ``x1``, ... where none has names.
    """
    if hasattr(arrived, "columns"):
        return list(arrived.columns)
    is_chain = isinstance(model, Pipeline)
    last = model[-1] if is_chain else model
    if hasattr(last, "feature_names_in_"):
        return list(last.feature_names_in_)
    if is_chain and len(model) > 1:
        try:
            return list(model[:-1].get_feature_names_out())
        except (AttributeError, ValueError):  # a step that gives its columns no names
            pass
    return [f"x{i}" for i in range(np.shape(arrived)[1])]


def ask(model, method, X, **options):
    """Call a method of the last step of a pipeline on what arrives there.

    Parameters
    ----------
    model : LGDCNNRegressor or Pipeline that ends with one
        Fitted.
    method : str
        Name of the method: ``element_features``, ``element_contributions``, ...
    X : array-like of shape (n_samples,)
        What the model predicts from, formulas where it begins with a tokenizer.
    **options : dict
        Passed to the method.

    Returns
    -------
    object
        What the method returns.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklmag.inspection._pipeline import ask
    >>> ask(LinearRegression().fit([[0], [1]], [0, 1]), "predict", [[2]]).round(6)
    array([2.])
    """
    net = model[-1] if isinstance(model, Pipeline) else model
    X = arriving(model, X)
    if not hasattr(net, method):
        raise TypeError(
            f"{type(net).__name__} has no {method!r}; pass an LGDCNNRegressor, or a "
            "pipeline that ends with one."
        )
    return getattr(net, method)(X, **options)
