from ._elements import RARE_EARTHS, atomic_masses, element_symbols
from ._embeddings import element_embedding
from ._formula import has_group_totals, parse_formula
from ._fractions import ElementFractionFeaturizer
from ._glass import GlassFeaturizer
from ._magpie import MagpieFeaturizer, magpie_properties
from ._process_table import total_rare_earth
from ._tokens import FormulaTokenizer

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
