"""Losses of packed members, with a weight per row."""

import math

import torch
from torch import nn

ELEMENTWISE = {
    "mae": torch.abs,
    "mse": torch.square,
    "huber": lambda d: torch.where(d.abs() < 1, d.square() / 2, d.abs() - 0.5),
}


def weighted_mean(losses, weight):
    """Return the mean over rows, (n_members,), of losses (n_members, n_samples)."""
    return (losses * weight).sum(1) / weight.sum(1).clamp(min=1e-12)


def known_mean(losses, y, weight):
    """Return the mean over all targets that are known, (n_members,).

    Parameters
    ----------
    losses : Tensor of shape (n_members, n_samples, n_targets)
    y : Tensor of shape (n_samples, n_targets)
        NaN where a target is not known; the loss is not looked at there.
    weight : Tensor of shape (n_members, n_samples)
    """
    known = ~y.isnan()
    weight = weight[..., None] * known
    losses = torch.where(known, losses, 0.0)
    return (losses * weight).sum((1, 2)) / weight.sum((1, 2)).clamp(min=1e-12)


class WeightedLoss(nn.Module):
    """Weighted mean over rows, plain mean over targets, one value per member.

    Parameters
    ----------
    kind : {"mae", "mse", "huber"}
        Absolute, squared, or Huber's loss with its bend at 1.
    """

    def __init__(self, kind):
        super().__init__()
        self.elementwise = ELEMENTWISE[kind]

    def forward(self, predicted, y, weight):
        """Return the losses, shape ``(n_members,)``.

        Parameters
        ----------
        predicted : Tensor of shape (n_members, n_samples, n_targets)
        y : Tensor of shape (n_samples, n_targets)
        weight : Tensor of shape (n_members, n_samples)
        """
        losses = self.elementwise(predicted - y).mean(-1)
        return weighted_mean(losses, weight)


_LEAST_LOG_STD = -10.0  # targets without noise would drive it to minus infinity
_LEAST_SHARE = 1e-9  # of slots that are empty, whose logarithm has no end


class LaplaceLoss(nn.Module):
    """Robust negative log-likelihood: mean of sqrt(2) |y' - y| exp(-u) + u.

    Predictions hold the value y' of every target, then its u = log of the standard
    deviation.

    Parameters
    ----------
    damping : float, default=0.0
        Power of the standard deviation, taken as a constant, that each row is
        multiplied by. With 0 rows that are known well count most, and where many
        targets are equal, as the gaps of metals are, hardly any others do.
    """

    def __init__(self, damping=0.0):
        super().__init__()
        self.damping = damping

    def forward(self, predicted, y, weight):
        """Return the losses, shape ``(n_members,)``.

        Parameters
        ----------
        predicted : Tensor of shape (n_members, n_samples, 2 * n_targets)
        y : Tensor of shape (n_samples, n_targets)
            NaN where a target is not known.
        weight : Tensor of shape (n_members, n_samples)
        """
        value, log_std = predicted.chunk(2, dim=-1)
        log_std = log_std.clamp_min(_LEAST_LOG_STD)
        error = (value - y.nan_to_num()).abs()
        losses = math.sqrt(2) * error * (-log_std).exp() + log_std
        if self.damping:
            losses = losses * (self.damping * log_std.detach()).exp()
        return known_mean(losses, y, weight)

    def validation(self, predicted, y, weight):
        """Return the mean absolute errors, shape ``(n_members,)``."""
        value = predicted.chunk(2, dim=-1)[0]
        return known_mean((value - y.nan_to_num()).abs(), y, weight)


class CrossEntropyLoss(nn.Module):
    """Cross-entropy of classes, in nats; a row may belong to several in part."""

    def forward(self, predicted, y, weight):
        """Return the losses, shape ``(n_members,)``.

        Parameters
        ----------
        predicted : Tensor of shape (n_members, n_samples, n_classes)
            Logits.
        y : Tensor of shape (n_samples, n_classes)
            Shares of the classes, which sum to 1.
        weight : Tensor of shape (n_members, n_samples)
        """
        return weighted_mean(-(y * predicted.log_softmax(-1)).sum(-1), weight)

    validation = forward


class CompositionLoss(nn.Module):
    """Divergence of Kullback and Leibler of shares that sum to 1, in nats."""

    def forward(self, predicted, y, weight):
        """Return the losses, shape ``(n_members,)``.

        Parameters
        ----------
        predicted : Tensor of shape (n_members, n_samples, n_shares)
        y : Tensor of shape (n_samples, n_shares)
        weight : Tensor of shape (n_members, n_samples)
        """
        log_ratio = y.clamp(min=_LEAST_SHARE).log()
        log_ratio = log_ratio - predicted.clamp(min=_LEAST_SHARE).log()
        return weighted_mean((y * log_ratio).sum(-1), weight)
