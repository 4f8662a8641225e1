"""Our own contract, for every transformer of formulas or structures that is found."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sklmag import FormulaError, SklmagWarning
from sklmag._utils._featurizer import Featurizer
from tests.test_common import public_estimators

FEATURIZERS = [cls for cls in public_estimators() if issubclass(cls, Featurizer)]
FORMULAS = ["Nd2Fe14B", "SmCo5", "Fe", "Nd2Fe14B"]

pytestmark = pytest.mark.parametrize("cls", FEATURIZERS)


def object_array(items):
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "Series": pd.Series,
    "frame": lambda items: pd.DataFrame({"formula": items}),
    "object array": object_array,
    "column": lambda items: object_array(items)[:, None],
    "dicts": lambda items: [{"Nd": 2, "Fe": 14, "B": 1}, {"Sm": 1, "Co": 5},
                            {"Fe": 1}, {"Nd": 2, "Fe": 14, "B": 1}],
}  # fmt: skip


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_gives_the_same(cls, container):
    expected = cls().fit_transform(FORMULAS)
    np.testing.assert_array_equal(
        cls().fit_transform(CONTAINERS[container](FORMULAS)), expected
    )


def test_pymatgen_compositions(cls):
    core = pytest.importorskip("pymatgen.core")
    compositions = [core.Composition(formula) for formula in FORMULAS]
    np.testing.assert_allclose(
        cls().fit_transform(compositions), cls().fit_transform(FORMULAS), rtol=1e-12
    )


def test_clone_and_pickle(cls):
    expected = cls().fit_transform(FORMULAS)
    for copy in (clone(cls()), pickle.loads(pickle.dumps(cls()))):
        np.testing.assert_array_equal(copy.transform(FORMULAS), expected)


def test_nothing_is_learnt_from_the_data(cls):
    np.testing.assert_array_equal(
        cls().fit(["Al"]).transform(FORMULAS), cls().transform(FORMULAS)
    )


def test_rows_are_independent(cls):
    together = cls().transform(FORMULAS)
    np.testing.assert_array_equal(cls().transform(FORMULAS[::-1])[::-1], together)
    alone = np.vstack([cls().transform([formula]) for formula in FORMULAS])
    np.testing.assert_array_equal(alone, together)
    np.testing.assert_array_equal(together[0], together[3])


def test_names_suit_every_library(cls):
    names = list(cls().get_feature_names_out())
    assert len(set(names)) == len(names) == cls().transform(FORMULAS).shape[1]
    assert all(name.isascii() and not set(name) & set("[]<") for name in names)


@pytest.mark.parametrize("container", ["Series", "frame"])
def test_pandas_output_keeps_the_index(cls, container):
    items = CONTAINERS[container](FORMULAS).set_axis([7, 5, 3, 1], axis=0)
    table = cls().set_output(transform="pandas").fit_transform(items)
    assert list(table.index) == [7, 5, 3, 1]
    assert list(table.columns) == list(cls().get_feature_names_out())


def test_no_rows(cls):
    assert cls().transform([]).shape == (0, len(cls().get_feature_names_out()))


@pytest.mark.parametrize("same", ["Fe14BNd2", "Nd4Fe28B2", "B0.5NdFe7", "Nd2 Fe14 B"])
def test_order_and_scale_of_a_formula_do_not_matter(cls, same):
    np.testing.assert_allclose(
        cls().transform([same]), cls().transform(["Nd2Fe14B"]), rtol=1e-12
    )


def test_a_bad_row_raises_by_default(cls):
    with pytest.raises(
        FormulaError, match=r"^Row 1: Formula 'Nd2Fe14X': 'X' is not an"
    ):
        cls().transform(["Fe", "Nd2Fe14X"])


def test_bad_rows_become_visible_nan_on_request(cls):
    featurizer = cls(on_error="nan")
    with pytest.warns(SklmagWarning, match="could not read 2 of 3 materials") as caught:
        table = featurizer.transform(["Fe", "Nd2Fe14X", None])
    assert np.isnan(table).all(axis=1).tolist() == [False, True, True]
    assert list(featurizer.errors_) == [1, 2]
    assert "row 1: Formula 'Nd2Fe14X'" in str(caught[0].message)


def test_nothing_is_printed_or_written(cls, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cls().fit_transform(FORMULAS)
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())
