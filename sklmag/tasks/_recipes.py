"""Everything that can be trained: what predicts, and what designs."""

from sklmag.design._recipe import PCIDS
from sklmag.recipes import RECIPES as _OF_PROPERTIES

RECIPES = _OF_PROPERTIES | {PCIDS.name: PCIDS}


def chosen_recipe(name):
    """Return a recipe by its name; the error for an unknown one lists them all."""
    if name not in RECIPES:
        raise ValueError(f"model={name!r} is not known. Choose from: {[*RECIPES]}.")
    return RECIPES[name]
