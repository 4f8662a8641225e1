"""Errors that users saw, each by its kind."""

import json

import pytest

import sklmag
from sklmag import ElementFractionFeaturizer, FormulaError, MagpieFeaturizer
from sklmag._utils._featurizer import Featurizer


class JsonFeaturizer(Featurizer):
    """Reads what can fail in any way that a reader may fail in."""

    def __init__(self, on_error="raise"):
        self.on_error = on_error

    def _read(self, item):
        if isinstance(item, bytes):
            item = item.decode("ascii")
        return json.loads(item)

    def _numbers(self, read):
        return [[value] for value in read]

    def get_feature_names_out(self, input_features=None):
        return ["value"]


def test_any_error_of_a_row_is_raised_with_its_row():
    with pytest.raises(ValueError, match="^Row 1: Expecting property name") as caught:
        JsonFeaturizer().transform(["1", "{"])
    assert isinstance(caught.value.__cause__, json.JSONDecodeError)
    with pytest.raises(ValueError, match="^Row 0: 'ascii' codec can't decode"):
        JsonFeaturizer().transform(["\xe9".encode()])
    with pytest.raises(FormulaError, match="^Row 0: Formula 'Xx'"):
        MagpieFeaturizer().transform(["Xx"])


def test_an_element_twice():
    featurizer = ElementFractionFeaturizer(elements=["B", "Fe", "B"])
    with pytest.raises(
        FormulaError, match=r"elements=\['B', 'Fe', 'B'\] holds 'B' twice. Name each"
    ):
        featurizer.fit_transform(["Fe2B"])


@pytest.mark.parametrize("name", sklmag.exceptions.__all__)
def test_errors_have_a_public_address(name):
    error = getattr(sklmag.exceptions, name)
    assert getattr(sklmag, name) is error
    assert error.__module__ == "sklmag.exceptions"
