"""What the model of a campaign sees of an experiment."""

import warnings

import numpy as np

from sklmag.composition import GlassFeaturizer, element_symbols
from sklmag.exceptions import DesignError, SklmagWarning


class Sight:
    """Inputs, and descriptors of alloys, in units in which all vary alike.

    Parameters
    ----------
    names : list of str
        Inputs.
    describe : {"amounts", "glass"} or None
        See :class:`~sklmag.design.Campaign`.
    examples : DataFrame
        Experiments that can be made: over them everything varies as the numbers from
        0 to 1 do.

    Raises
    ------
    DesignError
        With "glass", for amounts that are no whole alloys.
    """

    def __init__(self, names, describe, examples):
        self.names = names
        self.elements = [name for name in names if name in element_symbols()]
        self.sees_alloys = self._tell_alloys(describe, examples)
        found = self._described(examples[names].astype(float))
        spread = found.std(axis=0) * 12**0.5
        self.middle = found.mean(axis=0)
        self.spread = np.where(spread > 1e-9, spread, 1.0)

    def rows(self, table):
        """Return inputs, and behind them what the model sees."""
        inputs = table[self.names].astype(float)
        seen = (self._described(inputs) - self.middle) / self.spread
        return np.hstack((inputs.to_numpy(), seen))

    def _described(self, inputs):
        if not self.sees_alloys:
            return inputs.to_numpy()
        if not len(inputs):
            n_descriptors = len(GlassFeaturizer().get_feature_names_out())
            return np.empty((0, len(self.names) + n_descriptors))
        found = GlassFeaturizer().transform(inputs[self.elements])
        return np.hstack((inputs.to_numpy(), found))

    def _tell_alloys(self, describe, examples):
        """Tell whether amounts are whole alloys whose descriptors are known."""
        if describe == "amounts" or len(self.elements) < 2:
            return False
        alloys = examples[self.elements]
        if describe is None and not np.allclose(alloys.sum(axis=1), 100.0, atol=0.5):
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SklmagWarning)
            found = GlassFeaturizer(on_error="nan").transform(alloys)
        is_known = bool(np.isfinite(found).all())
        if describe == "glass" and not is_known:
            raise DesignError(
                f"describe='glass': amounts of {', '.join(self.elements)} are no "
                "whole alloys of elements whose properties are known. Constrain their "
                "sum to 100, or take describe='amounts'."
            )
        return is_known
