"""Vectors of the elements, learned elsewhere or tabulated."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from sklmag.composition._elements import element_symbols
from sklmag.composition._glass import glass_properties

ELEMENT_EMBEDDINGS = {
    "mat2vec": "mat2vec.csv",
    "magpie": "magpie.csv",
    "oliynyk": "oliynyk_preprocessed.csv",
    "matscholar": "matscholar-embedding.json",
    "megnet16": "megnet16.json",
    "skipatom": "skipatom_20201009_induced.csv",
    "xenonpy": "xenonpy_element_features.csv",
    "chgnet": "chgnet.csv",
    "mace_mp0": "mace_mp0.csv",
    "orb_v2": "orb_v2.csv",
    "sevennet": "sevennet.csv",
}


def element_embedding(name: str) -> pd.DataFrame:
    """Return a vector for every element.

    Parameters
    ----------
    name : {"mat2vec", "magpie", "oliynyk", "matscholar", "megnet16", "skipatom", \
            "xenonpy", "chgnet", "mace_mp0", "orb_v2", "sevennet", "glass", \
            "onehot"}
        Which vectors: words of the literature (mat2vec, matscholar), tabulated
        properties (magpie, oliynyk, xenonpy, and glass, those of GlassFeaturizer),
        what networks on structures have learned (megnet16, skipatom, chgnet, mace_mp0,
        orb_v2, sevennet), or unit vectors.

    Returns
    -------
    DataFrame of shape (103, n_dimensions)
        By symbol, in order of atomic number; rows of elements that the source lacks,
        and entries that it leaves open, are NaN.

    Raises
    ------
    ValueError
        For an unknown name.

    Notes
    -----
    The files are those of the package ElementEmbeddings [1]_, which names the source
    of each. They are read as they are; nothing of that package is imported.

    References
    ----------
    .. [1] A. Onwuli et al., ElementEmbeddings,
       https://github.com/WMD-group/ElementEmbeddings.

    Examples
    --------
    >>> from sklmag.composition import element_embedding
    >>> element_embedding("mat2vec").shape
    (103, 200)
    """
    return _read(name).copy()


@cache
def _read(name):
    symbols = list(element_symbols())
    if name == "onehot":
        return pd.DataFrame(np.eye(len(symbols)), index=symbols)
    if name == "glass":
        return pd.DataFrame(glass_properties()[1:], index=symbols)
    if name not in ELEMENT_EMBEDDINGS:
        known = sorted([*ELEMENT_EMBEDDINGS, "glass", "onehot"])
        raise ValueError(
            f"embedding={name!r} is not known. Choose one of {known}, or pass a "
            "DataFrame of vectors with element symbols as its index."
        )
    folder = Path(find_spec("elementembeddings").origin).parent
    path = folder / "data" / "element_representations" / ELEMENT_EMBEDDINGS[name]
    if path.suffix == ".json":
        vectors = json.loads(path.read_text(encoding="utf-8"))
        table = pd.DataFrame.from_dict(vectors, orient="index")
    else:
        table = pd.read_csv(path, index_col=0, keep_default_na=False, na_values=[""])
    return table.reindex(symbols).astype(float)
