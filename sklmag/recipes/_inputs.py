"""What stands before a model, by what the model is to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline

from sklmag._utils._featurizer import accepts_nan
from sklmag.composition import MagpieFeaturizer
from sklmag.microstructure import GrainFeaturizer
from sklmag.recipes._magnet_table import make_magnet_pipeline, present_elements
from sklmag.structure import VoronoiFeaturizer

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


_FEATURIZERS = {
    "formula": MagpieFeaturizer,
    "structure": VoronoiFeaturizer,
    "grains": GrainFeaturizer,
}


def make_input_pipeline(
    reads: Literal["table", "formula", "structure", "grains"], estimator: Any
) -> Pipeline:
    """Return a pipeline that turns its inputs into what an estimator learns from.

    Parameters
    ----------
    reads : {"table", "formula", "structure", "grains"}
        The inputs: tables of columns, formulas (Magpie's 145 attributes), crystal
        structures (the 271 Voronoi attributes), or grain maps (GrainFeaturizer).
    estimator : scikit-learn regressor
        What learns. Missing values are filled with medians, unless it takes them.

    Returns
    -------
    sklearn.pipeline.Pipeline

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklmag.recipes import make_input_pipeline
    >>> len(make_input_pipeline("formula", Ridge()))
    3
    """
    if reads == "table":
        return make_magnet_pipeline(estimator)
    if reads not in _FEATURIZERS:
        raise ValueError(
            f"reads={reads!r} is not known. Choose from: "
            f"{', '.join(('table', *_FEATURIZERS))}."
        )
    steps = [_FEATURIZERS[reads]().set_output(transform="pandas")]
    if not accepts_nan(estimator):
        filled = SimpleImputer(strategy="median", keep_empty_features=True)
        steps.append(filled.set_output(transform="pandas"))
    return make_pipeline(*steps, estimator)


def make_reader(reads):
    """Return what turns inputs into one table of numbers for models of many kinds.

    Formulas, alone or in a table, become fractions of elements and Magpie's attributes;
    crystals become the 271 Voronoi attributes, grain maps their features. Missing
    numbers become medians.
    """
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    if reads == "table":
        return make_magnet_pipeline(Ridge(), descriptors=True)[:-1]
    if reads in ("structure", "grains"):
        return make_input_pipeline(reads, filled.set_output(transform="pandas"))
    both = [("fractions", present_elements()), ("magpie", MagpieFeaturizer())]
    union = FeatureUnion(both, verbose_feature_names_out=False)
    return make_pipeline(union, filled).set_output(transform="pandas")
