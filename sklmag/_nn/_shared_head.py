"""Layers that all targets share, and a small network of its own for each target."""

import math

import torch
from torch import nn

from sklmag._nn._dense import ACTIVATIONS
from sklmag._nn._packed import PackedLinear, packed


class HeadLinear(nn.Module):
    """Linear layers of several heads of several members.

    Notes
    -----
    Shapes: ``(n_members, n_targets, n_samples, n_inputs)`` to
    ``(n_members, n_targets, n_samples, n_outputs)``.
    """

    def __init__(self, n_members, n_targets, n_inputs, n_outputs):
        super().__init__()
        bound = math.sqrt(6 / (n_inputs + n_outputs))
        weight = torch.empty(n_members, n_targets, n_inputs, n_outputs)
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(n_members, n_targets, 1, n_outputs))

    def forward(self, x):
        """Apply each head's layer."""
        return x @ self.weight + self.bias


class SharedHeadNet(nn.Module):
    """A trunk, and a head for each target.

    Parameters
    ----------
    n_members, n_features, n_targets : int
        Sizes.
    trunk, head : tuple of int
        Widths of the hidden layers.
    activation : {"elu", "relu", "silu", "tanh"}, default="elu"
        Activation after each of them.

    Notes
    -----
    Shapes: ``(n_samples, n_features)`` to ``(n_members, n_samples, n_targets)``.
    """

    def __init__(
        self, *, n_members, n_features, n_targets, trunk, head, activation="elu"
    ):
        super().__init__()
        self.n_members = n_members
        shared, width = [], n_features
        for n_outputs in trunk:
            shared += [
                PackedLinear(n_members, width, n_outputs),
                ACTIVATIONS[activation](),
            ]
            width = n_outputs
        self.trunk = nn.Sequential(*shared)
        own = []
        for n_outputs in head:
            own.append(HeadLinear(n_members, n_targets, width, n_outputs))
            own.append(ACTIVATIONS[activation]())
            width = n_outputs
        self.heads = nn.Sequential(*own, HeadLinear(n_members, n_targets, width, 1))

    def forward(self, x):
        """Predict every member's scaled targets."""
        shared = self.trunk(packed(x, self.n_members))
        return self.heads(shared[:, None]).squeeze(-1).transpose(1, 2)

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return criterion(self(x), y, weight)
