import numpy as np
import pytest

from sklmag.composition import element_embedding, element_symbols
from sklmag.composition._embeddings import ELEMENT_EMBEDDINGS


@pytest.mark.parametrize("name", ELEMENT_EMBEDDINGS)
def test_every_embedding_covers_the_elements_of_magnets(name):
    table = element_embedding(name)
    assert list(table.index) == list(element_symbols())
    assert not table.loc[["Nd", "Dy", "Fe", "Co", "B", "Si", "O"]].isna().any(axis=None)


def test_missing_elements_are_nan():
    assert element_embedding("orb_v2").loc["Ar"].isna().all()
    assert not element_embedding("mat2vec").isna().any(axis=None)


def test_mat2vec_knows_the_lanthanides():
    table = element_embedding("mat2vec")
    unit = table.div(np.linalg.norm(table, axis=1), axis=0)
    similarity = unit @ unit.loc["Nd"]
    assert similarity.drop("Nd").idxmax() in {"Pr", "Sm", "Pm", "La", "Ce"}


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="embedding='word2vec' is not known. Choose"):
        element_embedding("word2vec")
