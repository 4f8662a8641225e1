"""A formula, or a table of amounts and process parameters, becomes numbers."""

from sklmag.composition._elements import (
    RARE_EARTHS,
    atomic_masses,
    element_symbols,
)
from sklmag.composition._embeddings import element_embedding
from sklmag.composition._formula import has_group_totals, parse_formula
from sklmag.composition._fractions import ElementFractionFeaturizer
from sklmag.composition._glass import GlassFeaturizer
from sklmag.composition._magpie import MagpieFeaturizer, magpie_properties
from sklmag.composition._process_table import total_rare_earth
from sklmag.composition._tokens import FormulaTokenizer

__all__ = [
    "RARE_EARTHS",
    "ElementFractionFeaturizer",
    "FormulaTokenizer",
    "GlassFeaturizer",
    "MagpieFeaturizer",
    "atomic_masses",
    "element_embedding",
    "element_symbols",
    "has_group_totals",
    "magpie_properties",
    "parse_formula",
    "total_rare_earth",
]
