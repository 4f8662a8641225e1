"""Our own contract, for every transformer of formulas or structures that is found."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sklmag import SklmagWarning
from sklmag._utils._featurizer import Featurizer
from tests.test_common import public_estimators

FEATURIZERS = [cls for cls in public_estimators() if issubclass(cls, Featurizer)]
OF_FORMULAS = [cls for cls in FEATURIZERS if cls.reads == "formula"]
FORMULAS = ["Nd2Fe14B", "SmCo5", "Fe", "Nd2Fe14B"]
BAD_ROWS = {
    "formula": ("Nd2Fe14X", "Row 1: Formula 'Nd2Fe14X': 'X' is not an"),
    "structure": ("no.cif", "Row 1: .*No such file or directory: 'no.cif'"),
}


def structures():
    from pymatgen.core import Lattice, Structure

    cubic, hexagonal = Lattice.cubic(2.87), Lattice.hexagonal(2.5, 4.1)
    iron = Structure(cubic, ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    ordered = Structure(cubic, ["Fe", "Co"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    cobalt = Structure(hexagonal, ["Co", "Co"], [[0, 0, 0], [1 / 3, 2 / 3, 0.5]])
    return [iron, ordered, cobalt, iron]


def materials_of(cls):
    """Return four materials that a featurizer reads; the last repeats the first."""
    return {"formula": lambda: FORMULAS, "structure": structures}[cls.reads]()


def object_array(items):
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "Series": pd.Series,
    "frame": lambda items: pd.DataFrame({"material": pd.Series(items, dtype=object)}),
    "frame named formula": lambda items: pd.DataFrame(
        {"formula": pd.Series(items, dtype=object)}
    ),
    "frame named get_chemical_formula": lambda items: pd.DataFrame(
        {"get_chemical_formula": pd.Series(items, dtype=object)}
    ),
    "Series of a row named formula": lambda items: pd.Series(
        items, index=["formula", *"abc"], dtype=object
    ),
    "record array": lambda items: (
        np.rec.fromarrays([object_array(items)], names="formula").formula
    ),
    "object array": object_array,
    "column": lambda items: object_array(items)[:, None],
}


@pytest.mark.parametrize("cls", FEATURIZERS)
class TestEveryFeaturizer:
    @pytest.mark.parametrize("container", CONTAINERS)
    def test_every_container_gives_the_same(self, cls, container):
        items = materials_of(cls)
        np.testing.assert_array_equal(
            cls().fit_transform(CONTAINERS[container](items)),
            cls().fit_transform(items),
        )

    def test_clone_and_pickle(self, cls):
        items = materials_of(cls)
        expected = cls().fit_transform(items)
        for copy in (clone(cls()), pickle.loads(pickle.dumps(cls()))):
            np.testing.assert_array_equal(copy.transform(items), expected)

    def test_nothing_is_learnt_from_the_data(self, cls):
        items = materials_of(cls)
        np.testing.assert_array_equal(
            cls().fit(items[:1]).transform(items), cls().transform(items)
        )

    def test_rows_are_independent(self, cls):
        items = materials_of(cls)
        together = cls().transform(items)
        np.testing.assert_array_equal(cls().transform(items[::-1])[::-1], together)
        alone = np.vstack([cls().transform([item]) for item in items])
        np.testing.assert_array_equal(alone, together)
        np.testing.assert_array_equal(together[0], together[3])

    def test_names_suit_every_library(self, cls):
        names = list(cls().get_feature_names_out())
        n_columns = cls().transform(materials_of(cls)).shape[1]
        assert len(set(names)) == len(names) == n_columns
        assert all(name.isascii() and not set(name) & set("[]<") for name in names)

    @pytest.mark.parametrize("container", ["Series", "frame"])
    def test_pandas_output_keeps_the_index(self, cls, container):
        items = CONTAINERS[container](materials_of(cls)).set_axis([7, 5, 3, 1], axis=0)
        table = cls().set_output(transform="pandas").fit_transform(items)
        assert list(table.index) == [7, 5, 3, 1]
        assert list(table.columns) == list(cls().get_feature_names_out())

    def test_no_rows(self, cls):
        assert cls().transform([]).shape == (0, len(cls().get_feature_names_out()))

    def test_a_bad_row_raises_by_default(self, cls):
        bad, message = BAD_ROWS[cls.reads]
        with pytest.raises((ValueError, FileNotFoundError), match=f"^{message}"):
            cls().transform([materials_of(cls)[0], bad])

    def test_bad_rows_become_visible_nan_on_request(self, cls):
        bad, message = BAD_ROWS[cls.reads]
        featurizer = cls(on_error="nan")
        with pytest.warns(
            SklmagWarning, match=f"(?s)could not read 2 of 3 materials.*{message[1:]}"
        ):
            table = featurizer.transform([materials_of(cls)[0], bad, None])
        assert np.isnan(table).all(axis=1).tolist() == [False, True, True]
        assert list(featurizer.errors_) == [1, 2]

    def test_nothing_is_printed_or_written(self, cls, capfd, tmp_path, monkeypatch):
        items = materials_of(cls)
        monkeypatch.chdir(tmp_path)
        cls().fit_transform(items)
        assert capfd.readouterr() == ("", "")
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cls", OF_FORMULAS)
class TestFormulas:
    def test_no_bit_depends_on_the_other_rows(self, cls):
        elements = "Fe Co Ni B Si P Nb Mo Cu Zr Al C".split()
        formulas = [
            "".join(f"{element}{i + 3}" for i, element in enumerate(elements[:n]))
            for n in range(1, 13)
        ]
        together = cls().transform(formulas)
        alone = np.vstack([cls().transform([formula]) for formula in formulas])
        np.testing.assert_array_equal(together, alone)

    def test_pymatgen_compositions(self, cls):
        from pymatgen.core import Composition

        compositions = [Composition(formula) for formula in FORMULAS]
        np.testing.assert_allclose(
            cls().fit_transform(compositions), cls().fit_transform(FORMULAS), rtol=1e-12
        )

    def test_dictionaries(self, cls):
        magnet = {"Nd": 2, "Fe": 14, "B": 1}
        dictionaries = [magnet, {"Sm": 1, "Co": 5}, {"Fe": 1}, magnet]
        np.testing.assert_array_equal(
            cls().fit_transform(dictionaries), cls().fit_transform(FORMULAS)
        )

    @pytest.mark.parametrize(
        "same", ["Fe14BNd2", "Nd4Fe28B2", "B0.5NdFe7", "Nd2 Fe14 B"]
    )
    def test_order_and_scale_of_a_formula_do_not_matter(self, cls, same):
        np.testing.assert_allclose(
            cls().transform([same]), cls().transform(["Nd2Fe14B"]), rtol=1e-12
        )
