"""What a network that has seen 370,000 compositions knows of a formula."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np

from sklmag._nn._losses import LaplaceLoss
from sklmag._nn._threads import threads
from sklmag._utils._papers import DU_2024
from sklmag.composition import element_symbols
from sklmag.composition._base import CompositionFeaturizer, shown
from sklmag.composition._tokens import canonical_slots
from sklmag.exceptions import FormulaError
from sklmag.models._element_table import element_table
from sklmag.models._formula_rows import FormulaTensorNet
from sklmag.models._session import seeded
from sklmag.models._trunk import FormulaTrunk, trunk_card


class PretrainedFormulaFeaturizer(CompositionFeaturizer):
    """Features of formulas from a network that has learnt open properties.

    The network comes with the package, and was trained on seven computed properties of
    370,000 compositions at once. Its features suit trees and Gaussian processes where
    there are few rows of one's own.

    Parameters
    ----------
    unit : {"at.%", "wt.%"}, default="at.%"
        What amounts stand for: atoms or masses.
    balance : str, default=None
        Element that fills a table's row up to 100.
    tolerance : float, default=0.5
        Per cent by which a table's row may miss 100.
    on_error : {"raise", "nan"}, default="raise"
        What to do with a composition that cannot be read.

    Attributes
    ----------
    errors_ : dict of int to str
        Reasons of the rows that could not be read in the last `transform`.

    Raises
    ------
    FormulaError
        For what is no formula, and for an element without a vector.

    See Also
    --------
    sklmag.models.LGDCNNRegressor : With ``init="pretrained"`` goes on from the network.
    sklmag.composition.MagpieFeaturizer : Statistics of tabulated properties.

    Notes
    -----
    The columns: seven properties as the network predicts them, of OQMD formation
    energy, band gap and volume, of the Materials Project formation energy, band gap and
    the logarithms of both moduli; then the 128 numbers of the state that they are read
    from. All are smooth in the composition. The network has not learnt the compositions
    of the tables on which it is tested in the guide; the card ``formulas.json`` beside
    it says what it was trained on, how, and under which licence.

    Examples
    --------
    >>> from sklmag import PretrainedFormulaFeaturizer
    >>> features = PretrainedFormulaFeaturizer().set_output(transform="pandas")
    >>> table = features.transform(["NaCl", "Nd2Fe14B"])
    >>> table.shape
    (2, 135)
    >>> bool(table["mp_band_gap_eV"][0] > 2 > 0.5 > table["mp_band_gap_eV"][1])
    True
    """

    citation = DU_2024

    def __init__(
        self,
        *,
        unit: Literal["at.%", "wt.%"] = "at.%",
        balance: str | None = None,
        tolerance: float = 0.5,
        on_error: Literal["raise", "nan"] = "raise",
    ) -> None:
        super().__init__(
            unit=unit, balance=balance, tolerance=tolerance, on_error=on_error
        )

    def _read(self, composition):
        fractions = super()._read(composition)
        for element in fractions:
            if element not in _known_elements():
                raise FormulaError(
                    f"{shown(composition)} holds {element}, of which the network knows "
                    "nothing. Leave the row out, or take a MagpieFeaturizer."
                )
        return fractions

    def _numbers(self, fractions):
        slots = canonical_slots(fractions, max(map(len, fractions)))
        slots = np.stack(list(slots), axis=-1).reshape(len(fractions), -1)
        with threads(1):
            outputs = _network().predict_members(slots.astype(np.float32))[0]
        n_targets = len(trunk_card()["targets"])
        numbers = outputs.astype(np.float64)
        center, scale = np.array(
            [[target["center"], target["scale"]] for target in trunk_card()["targets"]]
        ).T
        numbers[:, :n_targets] = center + scale * numbers[:, :n_targets]
        return numbers

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns: properties, then ``state_0`` and so on.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of shape (135,), dtype object
        """
        properties = [target["name"] for target in trunk_card()["targets"]]
        states = [f"state_{i}" for i in range(trunk_card()["settings"]["width"])]
        return np.array(properties + states, dtype=object)


@cache
def _network():
    """Return the network, loaded once; nothing is drawn from a global generator."""
    with seeded(0, "cpu"):
        module = FormulaTrunk()
    return FormulaTensorNet(module, criterion=LaplaceLoss).initialize()


@cache
def _known_elements():
    known, _ = element_table(trunk_card()["settings"]["embedding"])
    symbols = zip(element_symbols(), known[1:], strict=True)
    return frozenset(symbol for symbol, has_vector in symbols if has_vector)
