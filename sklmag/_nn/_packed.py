"""Many small networks trained as one: every parameter has a leading member axis."""

import math

import torch
from torch import nn


class PackedLinear(nn.Module):
    """Linear layers of several independent members, applied in one product.

    Parameters
    ----------
    n_members, n_inputs, n_outputs : int
        Sizes.
    init : {"xavier", "zero", "fan_in"}, default="xavier"
        Weights from U(-b, b) with b = sqrt(6 / (n_inputs + n_outputs)) and no bias,
        zeros, or weights and bias with b = 1 / sqrt(n_inputs), as in torch.nn.Linear.

    Notes
    -----
    Shapes: ``(n_members, n_samples, n_inputs)`` to
    ``(n_members, n_samples, n_outputs)``.
    """

    def __init__(self, n_members, n_inputs, n_outputs, *, init="xavier"):
        super().__init__()
        bound = {
            "xavier": math.sqrt(6 / (n_inputs + n_outputs)),
            "zero": 0.0,
            "fan_in": 1 / math.sqrt(n_inputs),
        }[init]
        weight = torch.empty(n_members, n_inputs, n_outputs).uniform_(-bound, bound)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(n_members, 1, n_outputs))
        if init == "fan_in":
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        """Apply each member's layer to its slice of `x`."""
        return torch.baddbmm(self.bias, x, self.weight)


class SharedDropout(nn.Module):
    """Drop whole units, the same for all rows of a batch and different for members.

    For networks in which rows take over residuals of other rows: these must be of the
    network that they correct, not of as many as there are rows.
    """

    def __init__(self, probability):
        super().__init__()
        self.p = probability

    def forward(self, h):
        """Zero units of `h`, shape (n_members, n_samples, width), while training."""
        if not self.training or self.p == 0:
            return h
        keep = torch.rand(h.shape[0], 1, h.shape[2], device=h.device, dtype=h.dtype)
        return h * (keep >= self.p) / (1 - self.p)


def packed(x, n_members):
    """Give `x` of shape (n_samples, n_features) the leading axis of the members."""
    return x.expand(n_members, *x.shape) if x.dim() == 2 else x
