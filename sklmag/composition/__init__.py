"""A formula, or a table of amounts and process parameters, becomes numbers."""

from sklmag.composition._elements import RARE_EARTHS, atomic_masses, element_symbols
from sklmag.composition._formula import has_group_totals, parse_formula
from sklmag.composition._fractions import ElementFractionFeaturizer
from sklmag.composition._process_table import (
    make_magnet_pipeline,
    total_rare_earth,
)

__all__ = [
    "RARE_EARTHS",
    "ElementFractionFeaturizer",
    "atomic_masses",
    "element_symbols",
    "has_group_totals",
    "make_magnet_pipeline",
    "parse_formula",
    "total_rare_earth",
]
