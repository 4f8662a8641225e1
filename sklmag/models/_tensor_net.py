"""The training loop: a skorch net whose data are tensors on the device."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from skorch import NeuralNet
from skorch.dataset import Dataset, unpack_data

from sklmag.models._plan import TrainingPlan


@dataclass
class Rows:
    """Rows to train on or to validate with; all tensors are on the net's device.

    Attributes
    ----------
    x : Tensor of shape (n_samples, n_features)
    y : Tensor of shape (n_samples, n_targets)
        Scaled targets.
    weight : Tensor of shape (n_members, n_samples)
        Weight of each row in the loss of each member.
    """

    x: torch.Tensor
    y: torch.Tensor
    weight: torch.Tensor

    def where(self, mask):
        """Keep, for each member, the rows of `mask`, (n_members, n_samples)."""
        weight = self.weight * mask
        used = weight.any(0)
        return replace(self, x=self.x[used], y=self.y[used], weight=weight[:, used])

    def __len__(self):
        return len(self.x)

    def n_batches(self, batch_size):
        """Return the number of batches."""
        return math.ceil(len(self) / batch_size)

    def batches(self, batch_size):
        """Yield x, y and weight of each batch: shuffled, or all rows at once."""
        n_samples = len(self.x)
        if batch_size >= n_samples:
            yield self.x, self.y, self.weight
            return
        order = torch.randperm(n_samples, device=self.x.device)
        x, y, weight = self.x[order], self.y[order], self.weight[:, order]
        for start in range(0, n_samples, batch_size):
            rows = slice(start, start + batch_size)
            yield x[rows], y[rows], weight[:, rows]


class BestMembers:
    """Keep each member as it was at its lowest validation loss.

    What may be kept of a training has three methods: `step` after each step of the
    optimizer, `update` after each validation, which tells whether to stop, and
    `restore` at the end.
    """

    def __init__(self, net, *, patience, tol):
        self.net = net
        self.patience = torch.inf if patience is None else patience
        self.tol = tol
        self.best_state = {k: v.clone() for k, v in net.members_state().items()}
        self.best_loss = torch.full((net.n_members,), torch.inf, device=net.device)
        self._reference = self.best_loss.clone()
        self._last_gain = torch.zeros_like(self.best_loss)

    def step(self):
        """Single steps do not matter here."""

    def update(self, losses, epoch):
        """Copy the members that improved; tell whether all have stopped to improve."""
        better = losses < self.best_loss
        for name, current in self.net.members_state().items():
            self.best_state[name][better] = current[better]
        self.best_loss = torch.where(better, losses, self.best_loss)
        gained = losses < self._reference - self.tol
        self._reference = torch.where(gained, losses, self._reference)
        self._last_gain[gained] = epoch
        return bool((epoch - self._last_gain >= self.patience).all())

    def restore(self):
        """Put the best members back into the net."""
        with torch.no_grad():
            for name, current in self.net.members_state().items():
                current.copy_(self.best_state[name])


class TensorNet(NeuralNet):
    """A skorch net that trains packed members on tensors.

    It is asked and trained further as any other: ``predict(X)`` and ``partial_fit(X,
    y)`` take scaled features and targets, ``history`` grows, and callbacks are called
    at each step. Only skorch's data loader, which costs more than small batches do, is
    replaced in training.
    """

    rows_class = Rows
    n_members = 1
    schedule = None
    clip_norm = None

    def get_default_callbacks(self):
        """Return none: what they record is recorded in `train`."""
        return []

    def initialize_optimizer(self, triggered_directly=None):
        """Leave it to the first step: torch loads its compiler with an optimizer."""
        if "optimizer" not in self.prefixes_:  # by which skorch knows its parameters
            self._register_attribute("optimizer_", None)
        self.optimizer_ = None
        return self

    @property
    def optimizer_(self):
        """The optimizer, made when it is first asked for."""
        if self._made_optimizer is None:
            super().initialize_optimizer()
        return self._made_optimizer

    @optimizer_.setter
    def optimizer_(self, optimizer):
        self.__dict__["_made_optimizer"] = optimizer  # past what skorch counts as parts

    def members_state(self):
        """Return what is learnt, by name; every tensor leads with the members."""
        return {k: v.detach() for k, v in self.module_.named_parameters()}

    # -- training -----------------------------------------------------------------

    def train(self, rows, plan, *, validation=None, watch=None):
        """Train by a plan.

        Parameters
        ----------
        rows : Rows
            What to train on.
        plan : TrainingPlan
            How.
        validation : Rows, default=None
            Rows whose loss is followed.
        watch : callable, default=None
            Called after each epoch with its record in the history.
        """
        self.notify("on_train_begin", X=rows.x, y=rows.y)
        self._run(rows, plan, validation, watch)
        self.notify("on_train_end", X=rows.x, y=rows.y)
        return self

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Run epochs of constant rate: where skorch's `fit` and `partial_fit` lead.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Scaled features.
        y : array-like of shape (n_samples, n_targets)
            Scaled targets.
        epochs : int, default=None
            Passes over the rows; None is ``max_epochs``.
        **fit_params : dict
            Ignored.
        """
        x, y = self._as_tensor(X), self._as_tensor(y)
        weight = torch.ones((self.n_members, len(x)), dtype=x.dtype, device=x.device)
        (group, *_) = self.optimizer_.param_groups
        plan = TrainingPlan(
            batch_size=self.batch_size,
            n_epochs=epochs or self.max_epochs,
            lr=self.lr,
            weight_decay=group["weight_decay"],
            clip_norm=self.clip_norm,
        )
        self._run(self.rows_class(x, y.reshape(len(x), -1), weight), plan)
        return self

    def _run(self, rows, plan, validation=None, watch=None):
        self._follow(plan)
        keep = plan.keep and plan.keep(self)
        data = {
            "dataset_train": Dataset(rows.x, rows.y),
            "dataset_valid": validation and Dataset(validation.x, validation.y),
        }
        for epoch in range(1, plan.n_epochs + 1):
            self.notify("on_epoch_begin", **data)
            loss = self._train_epoch(rows, keep)
            self.history.record("train_loss", loss)
            if not math.isfinite(loss):
                raise ValueError(
                    f"Training diverged: the loss is {loss} in epoch {epoch}. Lower "
                    f"lr={plan.lr:g}{self._other_way()}."
                )
            done = False
            is_due = epoch % plan.every == 0 or epoch == plan.n_epochs
            if validation is not None and is_due:
                losses = self.validation_losses(validation)
                self._record_validation(float(losses.mean()))
                done = keep is not None and keep.update(losses, epoch)
                self._show_validation(validation)
            done = self._is_stopped(data) or done
            if watch is not None:
                watch(self.history[-1])
            if done:
                break
        if keep is not None:
            keep.restore()

    def _other_way(self):
        is_plain = isinstance(self.optimizer_, torch.optim.SGD)
        return ", or set optimizer='adam'" if is_plain else ""

    def _record_validation(self, loss):
        """Record the loss, and whether it is the lowest so far, which callbacks ask."""
        known = [e["valid_loss"] for e in self.history[:-1] if "valid_loss" in e]
        self.history.record("valid_loss", loss)
        self.history.record("valid_loss_best", loss < min(known, default=math.inf))

    def _follow(self, plan):
        """Set what a plan says of each step."""
        self.batch_size, self.clip_norm = plan.batch_size, plan.clip_norm
        for group in self.optimizer_.param_groups:
            group["lr"] = group["initial_lr"] = plan.lr
            group["weight_decay"] = plan.weight_decay
        self.schedule = plan.schedule and plan.schedule(self.optimizer_)

    def _is_stopped(self, data):
        """Tell whether a callback has ended the training, as skorch's own do."""
        try:
            self.notify("on_epoch_end", **data)
        except KeyboardInterrupt:
            if not self.callbacks_:
                raise
            return True
        return False

    def _train_epoch(self, rows, keep):
        """Take one step a batch; return the mean loss."""
        self.module_.train()
        total = 0.0
        for x, y, weight in rows.batches(self.batch_size):
            losses = self._step(x, y, weight)
            if keep is not None:
                keep.step()
            total = total + losses.detach().mean() * len(x)
        return float(total) / len(rows)

    def _step(self, x, y, weight):
        """Take one step; return the loss of each member."""
        if self.callbacks_:
            self.notify("on_batch_begin", batch=(x, y), training=True)
        self.optimizer_.zero_grad(set_to_none=True)
        losses = self.module_.training_losses(x, y, weight, self.criterion_)
        (losses * self.step_weights(weight)).sum().backward()
        if self.clip_norm is not None:
            clip_members_(self.module_.parameters(), self.clip_norm)
        if self.callbacks_:
            named = list(self.module_.named_parameters())
            self.notify("on_grad_computed", named_parameters=named, batch=(x, y))
        self.optimizer_.step()
        if self.schedule is not None:
            self.schedule.step()
        if self.callbacks_:
            self.history.record_batch("train_loss", float(losses.detach().mean()))
            self.history.record_batch("train_batch_size", len(x))
            self._show((x, y), training=True, loss=losses)
            self.module_.train()
        return losses

    def _show_validation(self, rows):
        """Let callbacks that score see what is predicted of the held-out rows."""
        if self.callbacks_:
            self.notify("on_batch_begin", batch=(rows.x, rows.y), training=False)
            self.history.record_batch("valid_batch_size", len(rows))
            self._show((rows.x, rows.y), training=False)

    def _show(self, batch, **about):
        y_pred = self.evaluation_step(batch)
        self.notify("on_batch_end", batch=batch, y_pred=y_pred, **about)

    def step_weights(self, weight):
        """Return what a batch counts for each member; here all count the same."""
        return torch.ones_like(weight[:, 0])

    @torch.no_grad()
    def validation_losses(self, rows):
        """Return each member's loss on the rows that it has not seen."""
        self.module_.eval()
        return self.criterion_(self.module_(rows.x), rows.y, rows.weight)

    # -- prediction ---------------------------------------------------------------

    def evaluation_step(self, batch, training=False):
        """Return what the members together predict of a batch: skorch's `predict`.

        Parameters
        ----------
        batch : tuple
            Scaled features, and whatever else.
        training : bool, default=False
            Whether the module is in training mode.

        Returns
        -------
        Tensor of shape (n_samples, n_targets)
        """
        x = self._as_tensor(unpack_data(batch)[0])
        with torch.set_grad_enabled(training):
            self._set_training(training)
            return self._joined(x)

    def _joined(self, x):
        return self.module_(x).mean(dim=0)

    def _as_tensor(self, values):
        like = next(self.module_.parameters())
        return torch.as_tensor(values, dtype=like.dtype, device=like.device)

    @torch.inference_mode()
    def predict_members(self, x, chunk=256):
        """Predict in chunks of one size, so that each row's result is its own.

        Matrix products round differently for different numbers of rows; the last
        chunk is therefore filled up.

        Parameters
        ----------
        x : ndarray of shape (n_samples, n_features)
            Scaled features.
        chunk : int, default=256
            Rows a product.

        Returns
        -------
        ndarray of shape (n_members, n_samples, n_targets)
        """
        self.module_.eval()
        device = next(self.module_.parameters()).device
        parts = []
        for start in range(0, len(x), chunk):
            part = torch.as_tensor(x[start : start + chunk], device=device)
            fill = part[-1:].expand(chunk - len(part), -1)
            predicted = self.module_(torch.cat([part, fill]))
            parts.append(predicted[:, : len(part)].cpu().numpy())
        return np.concatenate(parts, axis=1)


def clip_members_(parameters, max_norm):
    """Scale the gradients of each member down to `max_norm`, in place."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    squares = sum(g.flatten(1).square().sum(1) for g in gradients)
    factor = (max_norm / squares.sqrt().clamp(min=1e-12)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.view(-1, *[1] * (gradient.dim() - 1)))
