"""The base of the networks that read wanted properties and slots of elements."""

from numbers import Integral

import numpy as np
import pandas as pd
import torch
from sklearn.utils.validation import validate_data

from sklmag._nn._element_set import SetEncoder
from sklmag._utils._validation import Interval
from sklmag.design._slots import SlotScaler, check_slots, whole_of
from sklmag.models._element_table import element_table
from sklmag.models._net import NetRegressor
from sklmag.models._scaling import FixedScaler

_NOT_OURS = (
    "loss",
    "early_stopping",
    "validation_fraction",
    "tol",
    "n_iter_no_change",
)


class SlotNetRegressor(NetRegressor):
    """Base of the networks that read targets and element slots."""

    _parameter_constraints = {
        name: allowed
        for name, allowed in NetRegressor._parameter_constraints.items()
        if name not in _NOT_OURS
    } | {
        "embedding": [str, list, tuple, pd.DataFrame],
        "n_heads": [Interval(Integral, 1, None, closed="left")],
    }
    _shape: tuple[str, ...] = ("n_members", "n_layers", "width", "n_heads", "embedding")
    _fixed = {
        "loss": "mse",
        "early_stopping": False,
        "n_iter_no_change": None,
        "tol": 0.0,
    }
    _built_in = ("dropout", "device")
    _reads_order = False

    def _prepare(self, X, y, weight):
        if X.shape[1] <= self.n_outputs_:
            raise ValueError(
                f"X has {X.shape[1]} columns and y {self.n_outputs_}: X needs one slot "
                "for each column of y, and at least one target before them. See "
                "sklmag.design.inverse_table."
            )
        self._has_vector = self._known_elements()
        check_slots(X, self.n_outputs_, self._has_vector)
        self.whole_ = whole_of(X, y)
        order = self._order(X)
        y = np.take_along_axis(y, order, axis=1)
        return super()._prepare(_ordered(X, order), y, weight)

    def _known_elements(self):
        """Return which atomic numbers the network knows."""
        return element_table(self.embedding)[0]

    def _target_scaler_class(self):
        return FixedScaler(self._unit())

    def _unit(self):
        """Return the amount that is 1 to the network."""
        return self.whole_

    def _feature_scaler_class(self):
        return SlotScaler(self.n_outputs_, with_masses=self._reads_order)

    def _predict_ordered(self, X):
        """Return what the network says of rows, the rows scaled, and their order."""
        X = validate_data(self, X, reset=False, dtype=np.float64)
        check_slots(X, self.n_outputs_, self._has_vector)
        order = self._order(X)
        x = self.feature_scaler_.transform(_ordered(X, order))
        with self._threads():
            z = self.net_.predict_members(x.astype(self.dtype_))
        return z.astype(np.float64), x, order

    def _order(self, X):
        """Return the order of the slots: by atomic number, empty ones last."""
        number = X[:, X.shape[1] - self.n_outputs_ :]
        if self._reads_order:
            return np.tile(np.arange(self.n_outputs_), (len(X), 1))
        number = np.where(number > 0, number, np.inf)
        return np.argsort(number, axis=1, kind="stable")

    def _encoder(self, settings, n_features):
        if settings["width"] % settings["n_heads"]:
            raise ValueError(
                f"width={settings['width']} must be a multiple of "
                f"n_heads={settings['n_heads']}."
            )
        table = torch.as_tensor(element_table(settings["embedding"])[1])
        names = ("n_layers", "width", "n_heads", "dropout")
        sizes = {name: settings[name] for name in names}
        n_targets = n_features - self.n_outputs_
        return SetEncoder(settings["n_members"], n_targets, table, **sizes)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # not any table of numbers: slots
        tags.target_tags.single_output = False
        return tags


def _ordered(X, order):
    n_targets = X.shape[1] - order.shape[1]
    slots = np.take_along_axis(X[:, n_targets:], order, axis=1)
    return np.hstack((X[:, :n_targets], slots))
