"""Every ready pipeline by name: what command line, page and docs choose from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """A ready pipeline.

    Parameters
    ----------
    name : str
        What it is called on the command line and on the page.
    about : str
        What it is, what for, and what it costs, in half a line.
    reads : tuple of {"table", "formula", "structure", "grains"}
        What it can be built for.
    build : callable
        Returns the unfitted estimator for one of `reads` and a ``random_state``.
    is_judged : bool, default=False
        Whether a fit cross-validates by itself, and leaves ``oof_prediction_``.

    Examples
    --------
    >>> from sklmag.recipes import RECIPES
    >>> RECIPES["lgdcnn"].reads
    ('formula',)
    >>> RECIPES["xgboost"].build("formula", random_state=0)
    Pipeline(...)
    """

    name: str
    about: str
    reads: tuple[str, ...]
    build: Callable[..., Any]
    is_judged: bool = False


# The functions import what they need: the command line reads this table for --help.
def _auto(reads, random_state=None):
    from sklmag.recipes._auto import AutoRegressor

    return AutoRegressor(random_state=random_state)


def _xgboost(reads, random_state=None):
    from sklmag.recipes._inputs import make_input_pipeline
    from sklmag.recipes._xgboost import make_xgboost

    return make_input_pipeline(reads, make_xgboost(random_state))


def _dense(reads, random_state=None):
    from sklmag.models import DenseRegressor
    from sklmag.recipes._inputs import make_input_pipeline

    return make_input_pipeline(reads, DenseRegressor(random_state=random_state))


def _mhar(reads, random_state=None):
    from sklmag.models import MultiHeadAttentionRegressor
    from sklmag.recipes._inputs import make_input_pipeline

    net = MultiHeadAttentionRegressor(random_state=random_state)
    return make_input_pipeline(reads, net)


def _lgdcnn(reads, random_state=None):
    from sklmag.recipes._formulas import make_formula_net

    return make_formula_net(random_state)


def _lgdcnn_trees(reads, random_state=None):
    from sklmag.recipes._formulas import make_formula_vote

    return make_formula_vote(random_state)


def _sipfenn(reads, random_state=None):
    from sklmag.models import SIPFENNRegressor
    from sklmag.recipes._inputs import make_input_pipeline

    net = SIPFENNRegressor(width_factor=0.1, random_state=random_state)
    return make_input_pipeline(reads, net)


def _potential(reads, random_state=None):
    from sklmag.recipes._crystals import make_crystal_pipeline

    return make_crystal_pipeline("other", random_state)


def _potential_energy(reads, random_state=None):
    from sklmag.recipes._crystals import make_crystal_pipeline

    return make_crystal_pipeline("energy", random_state)


def _gaussian_process(reads, random_state=None):
    from sklmag.recipes._gaussian_process import make_gaussian_process

    return make_gaussian_process(random_state)


_ANY = ("table", "formula", "structure", "grains")
RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "auto",
            "the best average of several models; any table, formulas, structures or "
            "grain maps; a minute",
            _ANY,
            _auto,
            is_judged=True,
        ),
        Recipe(
            "xgboost",
            "boosted trees; any table, formulas or structures; seconds",
            _ANY,
            _xgboost,
        ),
        Recipe(
            "dense",
            "a dense network (DNNR); any table, formulas or structures",
            _ANY,
            _dense,
        ),
        Recipe("mhar", "multi-head attention (MHAR); tables of magnets", _ANY, _mhar),
        Recipe(
            "lgdcnn",
            "L-G-DCNN; formulas; minutes, best from 500 rows on",
            ("formula",),
            _lgdcnn,
        ),
        Recipe(
            "lgdcnn-trees",
            "the median of pretrained networks and of two kinds of trees; formulas; "
            "half as long again as lgdcnn",
            ("formula",),
            _lgdcnn_trees,
        ),
        Recipe(
            "sipfenn",
            "SIPFENN's network on Voronoi descriptors; crystal structures",
            ("structure",),
            _sipfenn,
        ),
        Recipe(
            "potential",
            "a Gaussian process on what a universal potential knows (extra "
            "'potential'); crystal structures, best with tens to some thousand; 0.1 s "
            "a crystal",
            ("structure",),
            _potential,
        ),
        Recipe(
            "potential-energy",
            "the energy of the same potential less fitted energies of the elements, "
            "and what that misses; energies of formation of crystal structures",
            ("structure",),
            _potential_energy,
        ),
        Recipe(
            "gaussian-process",
            "a Gaussian process on glass descriptors; up to 2,000 formulas",
            ("formula",),
            _gaussian_process,
        ),
    )
}
