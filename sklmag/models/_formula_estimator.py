"""What the estimators that read formulas have in common."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import torch
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklmag._nn._formula_net import BODIES, WITHOUT_ELEMENTS, FormulaNet
from sklmag._utils._papers import DU_2024
from sklmag._utils._validation import Interval, StrOptions
from sklmag.composition import element_symbols
from sklmag.models._averages import CycleAverage, RunningAverage
from sklmag.models._conditions import ConditionScaler
from sklmag.models._element_table import element_table
from sklmag.models._equal_rows import groups_of_equal_rows
from sklmag.models._formula_rows import (
    FormulaTensorNet,
    SlotReader,
    Unscaled,
    average_duplicates,
)
from sklmag.models._held_out import parts_of_halves
from sklmag.models._net_estimator import NetEstimator
from sklmag.models._plan import triangles
from sklmag.models._trunk import pretrained_settings, put_trunk

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_PRESETS = {
    "fast": {
        "body": "set",
        "embedding": ("mat2vec", "orb_v2"),
        "width": 64,
        "n_members": 4,
        "dropout": 0.1,
        "optimizer": "adamw",
        "lr": 0.004,
        "lr_schedule": "one-cycle",
        "weight_decay": 0.01,
        "max_epochs": "auto",
        "clip_norm": 1.0,
    },
    "paper": {
        "body": "l-g-dcnn",
        "embedding": "mat2vec",
        "width": 512,
        "n_members": 1,
        "dropout": 0.0,
        "optimizer": "lamb",
        "lr": 0.006,
        "lr_schedule": "cyclic",
        "weight_decay": 0.0,
        "max_epochs": 300,
        "clip_norm": None,
    },
}
_HALF_CYCLE = 10  # epochs
_LOWEST_LR = 1e-4
_DISCRETE = ("lstm", "gru", "rnn", "dcnn", "dcnn-k1", "dpcnn", "cnn")
_STEPS: dict[str, int | None] = {
    name: 5000 if name in _DISCRETE else 2000 for name in BODIES
}
_STEPS["set"] = None  # no steps: smooth
Body = Literal[
    "set", "l-g-dcnn", "v1", "v2", "l-att-res-dcnn", "ldcnn", "ldpcnn",
    "post-processed", "no-region-residual", "no-residual", "lstm", "gru", "rnn", "dcnn",
    "dcnn-k1", "dpcnn", "cnn",
]  # fmt: skip


class FormulaEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetEstimator):
    """Base of the estimators whose network reads slots of elements, and conditions."""

    citation = DU_2024

    _parameter_constraints = {
        **{
            name: [*allowed, None]
            if name in _PRESETS["fast"] and None not in allowed
            else allowed
            for name, allowed in NetEstimator._parameter_constraints.items()
            if name not in ("loss", "n_layers", "early_stopping", "tol")
            and name != "n_iter_no_change"
        },
        "body": [StrOptions(set(BODIES)), None],
        "preset": [StrOptions(set(_PRESETS))],
        "init": [StrOptions({"random", "pretrained"})],
        "n_conditions": [Interval(Integral, 0, None, closed="left")],
        "embedding": [str, tuple, list, pd.DataFrame, None],
        "n_blocks": [Interval(Integral, 1, None, closed="left")],
        "gate": [StrOptions({"mean", "element"})],
        "fraction_noise": [Interval(Real, 0, 1, closed="left")],
        "optimizer": [StrOptions({"adamw", "adam", "sgd", "lamb"}), None],
        "lr_schedule": [StrOptions({"constant", "one-cycle", "cyclic"}), None],
        "max_epochs": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
            None,
        ],
    }

    _presets = _PRESETS
    _fixed = {"early_stopping": True, "n_iter_no_change": None, "tol": 0.0}
    _net_class = FormulaTensorNet
    _read_before = ("formulas", "FormulaTokenizer")
    _reader = SlotReader()
    _uncertain = True  # whether the network predicts uncertainties
    _held_out = staticmethod(parts_of_halves)
    _holds_out_the_same = True
    _shape = (
        "body",
        "embedding",
        "width",
        "n_blocks",
        "gate",
        "n_members",
        "dropout",
        "fraction_noise",
        "optimizer",
        "n_conditions",
    )

    # -- fitting ------------------------------------------------------------------

    def _prepare(self, X, y, weight):
        """Make one row of all that are the same, compositions in canonical order."""
        self._has_vector = element_table(self._settings()["embedding"])[0]
        return average_duplicates(self._read(X), y, weight)

    def _kept_together(self, X, group):
        """Hold out compositions, under whatever conditions."""
        if not self.n_conditions:
            return group
        return groups_of_equal_rows(X[:, : -self.n_conditions])

    @property
    def _feature_scaler_class(self):
        if self.n_conditions:
            return partial(ConditionScaler, self.n_conditions)
        return Unscaled

    @property
    def _finite(self):
        return "allow-nan" if self.n_conditions else True

    def _settings(self):
        """Return the parameters, with what a preset or a pretrained network decides."""
        if self.init == "pretrained":
            return super()._settings() | pretrained_settings(self.get_params())
        return super()._settings()

    def _prepare_net(self, settings, fresh):
        super()._prepare_net(settings, fresh)
        if fresh and settings["init"] == "pretrained":
            put_trunk(self.net_.module_)

    def _plan(self, settings, rows, n_epochs=None):
        size, cyclic = settings["batch_size"], settings["lr_schedule"] == "cyclic"
        if size == "auto":
            size = 128
            if settings["preset"] == "paper":
                size = int(np.clip(2 ** round(np.log2(len(rows)) - 4), 128, 4096))
        n_steps, max_epochs = rows.n_batches(size), settings["max_epochs"]
        if max_epochs == "auto":
            # Few rows are learnt in few steps: 1,500 for 250 rows, 4,500 from 1,000 on.
            total = np.clip(4 * self._n_different_rows + 500, 1000, 4500)
            if settings["init"] == "pretrained":
                total = total / 2
            max_epochs = max(20, int(total / n_steps))
        chosen = {"batch_size": size, "max_epochs": max_epochs}
        plan = super()._plan(settings | chosen, rows, n_epochs)
        plan = replace(
            plan,
            batch_size=size if settings["batch_size"] == "auto" else plan.batch_size,
            every=max(1, max_epochs // 20),
            keep=plan.keep and partial(RunningAverage, n_steps=n_steps * plan.n_epochs),
        )
        if not cyclic:
            return plan
        schedule = triangles(_LOWEST_LR, settings["lr"], _HALF_CYCLE * n_steps)
        return replace(
            plan,
            every=2 * _HALF_CYCLE,
            keep=plan.keep and CycleAverage,
            # partial_fit never leaves the foot of a cycle
            schedule=None if n_epochs == 1 else schedule,
        )

    def _build_module(self, settings, n_features, n_targets):
        body = settings["body"]
        multiple = 4 if body in ("set", "v2") else 2
        if settings["width"] % multiple:
            raise ValueError(
                f"width={settings['width']} must be a multiple of {multiple} here."
            )
        table = element_table(settings["embedding"])[1]
        names = ("n_members", "width", "n_blocks", "gate", "dropout")
        return FormulaNet(
            n_targets=n_targets,
            body=body,
            table=torch.as_tensor(table),
            resolution=_STEPS[body] if settings["preset"] == "paper" else None,
            jitter=settings["fraction_noise"],
            n_conditions=n_features or 0,
            uncertain=self._uncertain,
            **{name: settings[name] for name in names},
        )

    # -- prediction ---------------------------------------------------------------

    def _slots(self, X):
        """Return canonical slots, and scaled conditions, of what is to be predicted."""
        rows = self._read(self._checked_rows(X))
        return self.feature_scaler_.transform(rows).astype(self.dtype_)

    def _read(self, X):
        """Return canonical slots, and the conditions as they are.

        Raise where the embedding lacks an element.
        """
        n_slots = X.shape[1] - self.n_conditions
        if n_slots < 1:
            raise ValueError(
                f"n_conditions={self.n_conditions} leaves no slots of the {X.shape[1]} "
                "columns of X. Conditions are the last columns, behind the slots."
            )
        gaps = np.argwhere(np.isnan(X[:, :n_slots]))
        if len(gaps):
            row, column = gaps[0]
            raise ValueError(
                f"Input X contains NaN: row {row}, column {column}, which is a slot. "
                "Only conditions may be missing."
            )
        slots = self._reader.read(X[:, :n_slots])
        unknown = np.argwhere(~self._has_vector[slots[:, 0::2].astype(int)])
        if len(unknown):
            row, slot = unknown[0]
            symbol = element_symbols()[int(slots[row, 2 * slot]) - 1]
            raise ValueError(
                f"Row {row} of X holds {symbol}, for which the embedding has no "
                "vector. Take one that has, or join it: embedding=('mat2vec', ...)."
            )
        return np.hstack((slots, X[:, n_slots:]))

    # -- explanation --------------------------------------------------------------

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Return the features of each compound: its element features, averaged.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them.

        Returns
        -------
        ndarray of shape (n_samples, n_members * width)
            Means over the elements of :meth:`element_features`; with ``body="set"``
            weighted by their fractions.
        """
        check_is_fitted(self)
        slots = self._slots(X)
        with self._threads():
            means = self.net_.element_states(slots, averaged=True)
        return np.array(means, dtype=np.float64)

    def element_features(self, X: ArrayLike) -> list[np.ndarray]:
        """Return the element feature matrix (EFM) of each compound.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them.

        Returns
        -------
        list of ndarray of shape (n_elements, n_members * width)
            For each compound the states of its elements before the head, those of all
            members side by side, elements by falling fraction, then atomic number; of
            "dpcnn" and "ldpcnn" those of the positions that are left.
        """
        check_is_fitted(self)
        slots = self._slots(X)
        with self._threads():
            states = self.net_.element_states(slots)
        return [state.astype(np.float64) for state in states]

    def element_contributions(self, X: ArrayLike, target: int = 0) -> pd.DataFrame:
        """Return what each element of each compound contributes to the prediction.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them.
        target : int, default=0
            Which of several targets, or of the classes.

        Returns
        -------
        DataFrame of shape (n_samples, n_elements + 1)
            A column ``baseline``, the mean of the training targets, and one for each
            element that occurs, by atomic number; NaN where a compound does not hold
            it. Rows sum to the prediction: they are those of the median member, or
            the mean of the two in the middle.

        Raises
        ------
        ValueError
            For a body without states of elements, "dpcnn" and "ldpcnn".
        """
        check_is_fitted(self)
        body = self._fitted_settings["body"]
        if body in WITHOUT_ELEMENTS:
            raise ValueError(
                f"body={body!r} halves the elements to positions, and predicts from "
                "these: there are no contributions of elements. Take another body."
            )
        slots = self._slots(X)
        n_columns = self.n_features_in_ - self.n_conditions
        with self._threads():
            parts = self.net_.contributions(slots)
        parts = [_middle_members(part[..., target]) for part in parts]
        number = slots[:, 0:n_columns:2].astype(int)
        present = np.unique(number[number > 0])
        table = np.full((len(slots), len(present)), np.nan)
        for row, part in enumerate(parts):
            columns = np.searchsorted(present, number[row, : len(part)])
            table[row, columns] = part * self.target_scaler_.scale_[target]
        symbols = [element_symbols()[z - 1] for z in present]
        index = X.index if isinstance(X, pd.DataFrame) else None
        frame = pd.DataFrame(table, columns=symbols, index=index)
        frame.insert(0, "baseline", self.target_scaler_.center_[target])
        return frame

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # not any table of numbers: slots
        return tags

    @property
    def _n_features_out(self):
        return self.net_.n_members * self.net_.module_.body.n_outputs


def _middle_members(parts):
    """Return the mean parts of the members whose sum is in the middle."""
    n_members = len(parts)
    order = np.argsort(parts.sum(axis=1), kind="stable")
    return parts[order[(n_members - 1) // 2 : n_members // 2 + 1]].mean(axis=0)
