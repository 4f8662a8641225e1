"""What a network knows of the elements beforehand, as one table."""

import numpy as np
import pandas as pd

from sklmag.composition import element_embedding, element_symbols


def element_table(embedding):
    """Return which atomic numbers have a vector, and all vectors.

    Tables are brought to one scale and joined; an element that one of several tables
    lacks is zero there, and has a mark in a column of its own.
    """
    kinds = [embedding] if isinstance(embedding, (str, pd.DataFrame)) else embedding
    if not len(kinds):
        raise ValueError("embedding is empty. Name one, such as 'mat2vec'.")
    tables = [_scaled_table(kind) for kind in kinds]
    known = np.array([~np.isnan(table).any(axis=1) for table in tables])
    has_vector = np.concatenate(([True], known.any(axis=0)))
    joined = [np.nan_to_num(table) for table in tables]
    if len(tables) > 1:
        joined.append((~known[~known.all(axis=1)]).T.astype(float))
    table = np.hstack(joined)
    return has_vector, np.vstack((np.zeros(table.shape[1]), table))


def _scaled_table(kind):
    """Return the vectors of a table; those that are no word vectors are scaled."""
    if isinstance(kind, pd.DataFrame):
        table = _checked(kind).reindex(list(element_symbols())).to_numpy(dtype=float)
    else:
        table = element_embedding(kind).to_numpy()
    if isinstance(kind, str) and kind in ("mat2vec", "onehot"):
        return table
    scale = np.nanstd(table, axis=0)
    return (table - np.nanmean(table, axis=0)) / np.where(scale > 0, scale, 1) * 0.3


def _checked(table):
    """Raise where a table of one's own is not one of elements."""
    strange = [name for name in table.index if name not in element_symbols()]
    if strange:
        raise ValueError(
            f"embedding: {strange[0]!r} in the index is not an element symbol."
        )
    if not table.index.is_unique:
        repeated = table.index[table.index.duplicated()][0]
        raise ValueError(f"embedding: {repeated!r} stands more than once in the index.")
    infinite = np.isinf(table.to_numpy(dtype=float)).any(axis=1)
    if infinite.any():
        raise ValueError(
            f"embedding: the vector of {table.index[infinite][0]!r} is not finite."
        )
    return table
