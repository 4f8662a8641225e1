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
    """

    def forward(self, predicted, y, weight):
        """Return the losses, shape ``(n_members,)``.

        Parameters
        ----------
        predicted : Tensor of shape (n_members, n_samples, 2 * n_targets)
        y : Tensor of shape (n_samples, n_targets)
        weight : Tensor of shape (n_members, n_samples)
        """
        value, log_std = predicted.chunk(2, dim=-1)
        log_std = log_std.clamp_min(_LEAST_LOG_STD)
        losses = math.sqrt(2) * (value - y).abs() * (-log_std).exp() + log_std
        return weighted_mean(losses.mean(-1), weight)


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
