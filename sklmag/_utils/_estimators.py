"""What is inside a fitted model: what predicts, and what the whole of it reads."""

from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import FeatureUnion, Pipeline


def inner(estimator):
    """Return what predicts inside a search, a frozen or a target-scaling estimator."""
    for name in ("best_estimator_", "regressor_"):
        if hasattr(estimator, name):
            return inner(getattr(estimator, name))
    if isinstance(estimator, FrozenEstimator):
        return inner(estimator.estimator)
    return estimator


def reads_of(estimator):
    """Tell what a model predicts from, by what its first step says that it reads.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    {"structure", "formula", "grains", "targets", "table", "numbers"}
        ``reads`` of the first step that has it; else a table with named columns, or
        one without.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import GlassFeaturizer
    >>> from sklmag._utils._estimators import reads_of
    >>> reads_of(make_pipeline(GlassFeaturizer("paper"), Ridge()))
    'formula'
    """
    reads = getattr(_first(estimator), "reads", None)
    if reads is not None:
        return reads
    return "table" if hasattr(estimator, "feature_names_in_") else "numbers"


def _first(estimator):
    """Return what sees the data first."""
    estimator = inner(estimator)
    if isinstance(estimator, Pipeline):
        return _first(estimator.steps[0][1])
    if isinstance(estimator, FeatureUnion):
        return _first(estimator.transformer_list[0][1])
    members = getattr(estimator, "estimators_", None)  # of a vote or a stack
    return _first(members[0]) if isinstance(members, list) else estimator


def parts_of(estimator):
    """Yield a model and all estimators inside it, fitted ones too.

    Parameters
    ----------
    estimator : estimator, or list or tuple that holds some
        The model.

    Yields
    ------
    estimator
    """
    if isinstance(estimator, (list, tuple)):
        for part in estimator:
            yield from parts_of(part)
    elif isinstance(estimator, BaseEstimator):
        yield estimator
        for part in vars(estimator).values():
            yield from parts_of(part)
