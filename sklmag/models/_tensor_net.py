"""The training loop: a skorch net whose data are tensors on the device."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from skorch import NeuralNet


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
        return type(self)(self.x[used], self.y[used], weight[:, used])

    def n_batches(self, batch_size):
        """Return the number of batches."""
        return math.ceil(len(self.x) / batch_size)

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

    def __init__(self, net, patience, tol):
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

    skorch builds module, optimizer and criterion, keeps the history and calls its
    callbacks; its data loader, which costs more than small batches do, is replaced.
    """

    rows_class = Rows
    n_members = 1
    schedule = None
    clip_norm = None

    def members_state(self):
        """Return what is learnt, by name; every tensor leads with the members."""
        return {k: v.detach() for k, v in self.module_.named_parameters()}

    def train(self, rows, n_epochs, *, validation=None, keep=None, every=1, watch=None):
        """Run up to `n_epochs` epochs.

        Parameters
        ----------
        rows : Rows
            What to train on.
        n_epochs : int
            The most epochs.
        validation : Rows, default=None
            Rows whose loss is followed.
        keep : BestMembers, default=None
            Decides which weights are kept, and when to stop.
        every : int, default=1
            Epochs between validations.
        watch : callable, default=None
            Called after each epoch with its record in the history.
        """
        self.notify("on_train_begin")
        for epoch in range(1, n_epochs + 1):
            self.notify("on_epoch_begin")
            loss = self._train_epoch(rows, keep)
            self.history.record("train_loss", loss)
            if not math.isfinite(loss):
                raise ValueError(
                    f"Training diverged: the loss is {loss} in epoch {epoch}. Lower "
                    "lr, or set optimizer='adam'."
                )
            done = False
            if validation is not None and (epoch % every == 0 or epoch == n_epochs):
                losses = self.validation_losses(validation)
                self.history.record("valid_loss", float(losses.mean()))
                done = keep is not None and keep.update(losses, epoch)
            self.notify("on_epoch_end")
            if watch is not None:
                watch(self.history[-1])
            if done:
                break
        if keep is not None:
            keep.restore()
        self.notify("on_train_end")
        return self

    def _train_epoch(self, rows, keep):
        """Take one step a batch; return the mean loss."""
        self.module_.train()
        total = 0.0
        for x, y, weight in rows.batches(self.batch_size):
            self.optimizer_.zero_grad(set_to_none=True)
            losses = self.module_.training_losses(x, y, weight, self.criterion_)
            (losses * self.step_weights(weight)).sum().backward()
            if self.clip_norm is not None:
                clip_members_(self.module_.parameters(), self.clip_norm)
            self.optimizer_.step()
            if self.schedule is not None:
                self.schedule.step()
            if keep is not None:
                keep.step()
            total = total + losses.detach().mean() * len(x)
        return float(total) / len(rows.x)

    def step_weights(self, weight):
        """Return what a batch counts for each member; here all count the same."""
        return torch.ones_like(weight[:, 0])

    @torch.no_grad()
    def validation_losses(self, rows):
        """Return each member's loss on the rows that it has not seen."""
        self.module_.eval()
        return self.criterion_(self.module_(rows.x), rows.y, rows.weight)

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
