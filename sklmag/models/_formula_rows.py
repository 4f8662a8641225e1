"""Rows of slots: read, put in canonical order, and cut into batches without padding."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from sklmag.composition import element_symbols
from sklmag.exceptions import FormulaError
from sklmag.models._tensor_net import Rows, TensorNet


class Unscaled:
    """Slots are no quantities to scale, and the networks read any number of them."""

    n_features_out = None

    def fit(self, X, weight):
        """Learn nothing."""
        return self

    def transform(self, X):
        """Return the slots as they are."""
        return X


class SlotReader:
    """Check a table of (atomic number, fraction) slots, and make it canonical.

    Empty slots go last, repeated elements become one, fractions sum to 1, and
    elements are ordered by falling fraction, then atomic number: whatever follows
    sees the same bits for the same composition.
    """

    def read(self, X):
        """Return the slots in canonical order, shape (n_samples, 2 * n_slots)."""
        if X.shape[1] % 2:
            raise ValueError(
                f"X has {X.shape[1]} columns, which is no table of pairs (atomic "
                "number, fraction). Put a FormulaTokenizer before the model: "
                "make_pipeline(FormulaTokenizer(), LGDCNNRegressor())."
            )
        number, fraction = X[:, 0::2], X[:, 1::2]
        _check_slots(number, fraction)
        number = np.where(fraction > 0, number, 0)
        fraction = np.where(number > 0, fraction, 0)
        number, fraction = _merged(number, fraction)
        total = fraction.sum(axis=1, keepdims=True)
        if not (total > 0).all():
            row = np.flatnonzero(total <= 0)[0]
            raise FormulaError(f"Row {row} of X has no element: all slots are empty.")
        fraction = (fraction / total).round(12)
        order = np.lexsort((number, -fraction))
        number, fraction = (
            np.take_along_axis(a, order, axis=1) for a in (number, fraction)
        )
        return np.stack((number, fraction), axis=-1).reshape(X.shape)


def _check_slots(number, fraction):
    n_known = len(element_symbols())
    strange = (number < 0) | (number > n_known) | (number != np.round(number))
    if strange.any():
        row, slot = np.argwhere(strange)[0]
        raise ValueError(
            f"Row {row} of X, slot {slot + 1}: {number[row, slot]:g} is not an atomic "
            f"number (0 for an empty slot, or 1 to {n_known}). X holds pairs of atomic "
            "number and fraction, as FormulaTokenizer writes them."
        )
    if (fraction < 0).any():
        row, slot = np.argwhere(fraction < 0)[0]
        raise ValueError(
            f"Negative values in data: row {row} of X has the fraction "
            f"{fraction[row, slot]:g} in slot {slot + 1}."
        )


def _merged(number, fraction):
    """Add up the fractions of repeated elements, row by row where there are any."""
    ordered = np.sort(number, axis=1)
    repeated = (np.diff(ordered, axis=1) == 0) & (ordered[:, 1:] > 0)
    for row in np.flatnonzero(repeated.any(axis=1)):
        elements, where = np.unique(number[row], return_inverse=True)
        totals = np.bincount(where, fraction[row])
        number[row], fraction[row] = 0, 0
        number[row, : len(elements)] = elements
        fraction[row, : len(elements)] = totals
    return number, fraction


def average_duplicates(slots, y, weight):
    """Return the different rows, their mean targets and summed weights."""
    different, group = np.unique(slots, axis=0, return_inverse=True)
    group = group.reshape(-1)
    total = np.bincount(group, weight)
    means = [_group_means(group, column, weight) for column in y.T]
    return different, np.column_stack(means), total


def _group_means(group, column, weight):
    """Return the mean of what is known in each group; NaN where nothing is."""
    known = ~np.isnan(column)
    n_groups = group.max() + 1
    total = np.bincount(group[known], weight[known], n_groups)
    summed = np.bincount(group[known], (weight * column)[known], n_groups)
    return np.divide(summed, total, where=total > 0, out=np.full(n_groups, np.nan))


def n_elements(rows, n_conditions=0):
    """Return the number of elements of each row of a tensor."""
    return (rows[:, 1 : rows.shape[1] - n_conditions : 2] > 0).sum(1)


def by_length(rows, n_conditions=0):
    """Yield (which, rows without padding) for each number of elements."""
    lengths, n_slots = n_elements(rows, n_conditions), rows.shape[1] - n_conditions
    for length in torch.unique(lengths).tolist():
        which = torch.nonzero(lengths == length)[:, 0]
        part = rows[which]
        yield which, torch.cat((part[:, : 2 * length], part[:, n_slots:]), dim=1)


@dataclass
class FormulaRows(Rows):
    """Rows whose batches hold formulas of one number of elements each.

    Attributes
    ----------
    n_conditions : int
        Columns behind the slots.
    """

    n_conditions: int = 0

    def n_batches(self, batch_size):
        """Return the number of batches."""
        lengths = n_elements(self.x, self.n_conditions)
        counts = torch.unique(lengths, return_counts=True)[1]
        return sum(_n_parts(n, batch_size) for n in counts.tolist())

    def batches(self, batch_size):
        """Yield x, y and weight of each batch, in random order."""
        parts, batches = list(by_length(self.x, self.n_conditions)), []
        for number, (rows, _) in enumerate(parts):
            order = torch.randperm(len(rows), device=rows.device)
            pieces = order.tensor_split(_n_parts(len(rows), batch_size))
            batches += [(number, piece) for piece in pieces]
        for i in torch.randperm(len(batches)).tolist():
            number, piece = batches[i]
            rows, x = parts[number]
            yield x[piece], self.y[rows[piece]], self.weight[:, rows[piece]]


def _n_parts(n_rows, batch_size):
    """Return into how many batches of nearly equal size rows are cut."""
    return max(1, round(n_rows / batch_size))


class FormulaTensorNet(TensorNet):
    """A TensorNet that predicts formulas of one number of elements together.

    Its loss says with what it validates.
    """

    @property
    def rows_class(self):
        """Return what makes rows, whose conditions the module counts."""
        return partial(FormulaRows, n_conditions=self.module_.n_conditions)

    def step_weights(self, weight):
        """Let a batch count by its rows: those of a rare length are small."""
        return weight.sum(1) / self.batch_size

    @torch.no_grad()
    def validation_losses(self, rows):
        """Return each member's loss on the rows not trained on."""
        module = self.module_.eval()

        def chunked(slots, chunk=1024):
            return torch.cat([module(part) for part in slots.split(chunk)], dim=1)

        predicted = self._by_length(rows.x, chunked)
        return self.criterion_.validation(predicted, rows.y, rows.weight)

    def _joined(self, x):
        """Return the medians of the values of formulas of any number of elements."""
        n_targets = self.module_.n_targets
        found = self._by_length(x, self.module_)[..., :n_targets]
        return torch.quantile(found, 0.5, dim=0)

    def predict_members(self, x, chunk=64):
        """Predict formulas of each number of elements in chunks of one size.

        Parameters
        ----------
        x : ndarray of shape (n_samples, 2 * n_slots)
            Canonical slots.
        chunk : int, default=64
            Rows a product.

        Returns
        -------
        ndarray of shape (n_members, n_samples, 2 * n_targets)
        """
        predict = super().predict_members

        def chunked(slots):
            return torch.as_tensor(predict(slots.numpy(), chunk))

        return self._by_length(torch.as_tensor(x), chunked).numpy()

    @torch.inference_mode()
    def element_states(self, x, averaged=False):
        """Return the features of the elements of each row, those of all members.

        Parameters
        ----------
        x : ndarray of shape (n_samples, 2 * n_slots)
            Canonical slots.
        averaged : bool, default=False
            Return their mean over the elements.

        Returns
        -------
        list of ndarray of shape (n_elements, n_members * width), or without n_elements
        """
        module = self.module_.eval()

        def states(slots):
            if averaged:
                return module.mean_states(slots).transpose(0, 1).flatten(1)
            return module.element_states(slots).permute(1, 2, 0, 3).flatten(2)

        return self._lists(x, states)

    @torch.inference_mode()
    def contributions(self, x):
        """Return the contribution of each element of each row to the scaled target.

        Parameters
        ----------
        x : ndarray of shape (n_samples, 2 * n_slots)
            Canonical slots.

        Returns
        -------
        list of ndarray of shape (n_members, n_elements, n_targets)
        """
        module = self.module_.eval()

        def parts(slots):
            return module.contributions(slots).transpose(0, 1)

        return self._lists(x, parts)

    def _lists(self, x, of_elements, chunk=1024):
        """Call `of_elements` on chunks of one length; return one array a row."""
        found = [None] * len(x)
        for rows, slots in by_length(torch.as_tensor(x), self.module_.n_conditions):
            for start in range(0, len(rows), chunk):
                part = of_elements(slots[start : start + chunk].to(self.device))
                where = rows[start : start + chunk].tolist()
                for row, values in zip(where, part.cpu().numpy(), strict=True):
                    found[row] = values
        return found

    def _by_length(self, x, predict):
        """Call `predict` for each number of elements; put the rows back in order."""
        parts = [
            (rows, predict(slots))
            for rows, slots in by_length(x, self.module_.n_conditions)
        ]
        rows = torch.cat([rows for rows, _ in parts])
        return torch.cat([part for _, part in parts], dim=1)[:, rows.argsort()]
