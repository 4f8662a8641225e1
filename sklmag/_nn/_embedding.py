"""Numbers become vectors before a network sees them."""

import math

import torch
from torch import nn

from sklmag._nn._packed import PackedLinear, packed


class PeriodicEmbedding(nn.Module):
    """Each number x becomes (x, W sin(2 pi f x + p) + b), with learnt f, p, W and b.

    Parameters
    ----------
    n_members, n_features : int
        Sizes.
    n_frequencies : int, default=12
        Waves per feature.
    width : int, default=3
        Learnt combinations of them per feature.
    scale : float, default=0.1
        Standard deviation of the frequencies f at the start.

    Notes
    -----
    Shapes: ``(n_samples, n_features)`` to
    ``(n_members, n_samples, n_features * (1 + width))``.

    References
    ----------
    .. [1] Gorishniy et al., NeurIPS 35 (2022) 24991, arXiv:2203.05556.
    """

    def __init__(self, n_members, n_features, *, n_frequencies=12, width=3, scale=0.1):
        super().__init__()
        shape = (n_members * n_features, 1, n_frequencies)
        self.n_members = n_members
        self.n_outputs = n_features * (1 + width)
        self.frequency = packed_parameter(torch.randn(shape) * scale, n_members)
        self.phase = packed_parameter(torch.rand(shape) * 2 * math.pi, n_members)
        weight = torch.randn(n_members * n_features, n_frequencies, width)
        weight = weight / math.sqrt(n_frequencies)
        self.weight = packed_parameter(weight, n_members)
        bias = torch.zeros(n_members * n_features, 1, width)
        self.bias = packed_parameter(bias, n_members)

    def forward(self, x):
        """Embed every feature on its own."""
        x = packed(x, self.n_members)
        column = x.transpose(1, 2).flatten(0, 1)[..., None]  # one problem per feature
        frequency, phase, weight, bias = (
            p.flatten(0, 1)
            for p in (self.frequency, self.phase, self.weight, self.bias)
        )
        waves = torch.sin(torch.baddbmm(phase, column, 2 * math.pi * frequency))
        mixed = torch.baddbmm(bias, waves, weight)
        mixed = mixed.unflatten(0, (self.n_members, -1)).transpose(1, 2).flatten(2)
        return torch.cat([x, mixed], dim=-1)


def packed_parameter(tensor, n_members):
    """Return a parameter with a leading axis of members from one that has none."""
    return nn.Parameter(tensor.unflatten(0, (n_members, -1)))


class FeatureAttention(nn.Module):
    """Features of one sample attend to each other.

    Each feature is a token, its value times a learnt vector plus a learnt vector;
    `n_heads` scaled dot products give the weights with which tokens are mixed.

    Parameters
    ----------
    n_members, n_features : int
        Sizes.
    n_heads : int
        Attention heads.
    head_width : int, default=4
        Width of queries, keys and values of one head.

    Notes
    -----
    Shapes: ``(n_samples, n_features)`` to
    ``(n_members, n_samples, n_features * n_heads * head_width)``.

    References
    ----------
    .. [1] Vaswani et al., arXiv:1706.03762.
    .. [2] Gorishniy et al., NeurIPS 34 (2021) 18932, arXiv:2106.11959.
    """

    def __init__(self, n_members, n_features, *, n_heads, head_width=4):
        super().__init__()
        width = n_heads * head_width
        self.n_members = n_members
        self.n_heads = n_heads
        self.n_outputs = n_features * width
        bound = 1 / math.sqrt(width)
        shape = (n_members, 1, n_features, width)
        self.scale = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.shift = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.project = PackedLinear(n_members, width, 3 * width)
        self.mix = PackedLinear(n_members, width, width)

    def forward(self, x):
        """Return the tokens after attention, side by side."""
        tokens = self._tokens(x)
        query, key, value = self._heads(tokens)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value)
        mixed = mixed.transpose(2, 3).flatten(3)  # heads side by side
        attended = self.mix(mixed.flatten(1, 2)).view_as(tokens)
        return (tokens + attended).flatten(2)

    def attention(self, x):
        """Return the weights, shape (n_members, n_samples, n_features, n_features)."""
        query, key, _ = self._heads(self._tokens(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        return scores.softmax(-1).mean(2)

    def _tokens(self, x):
        return packed(x, self.n_members)[..., None] * self.scale + self.shift

    def _heads(self, tokens):
        """Return query, key and value, (members, samples, heads, features, width)."""
        n_members, n_samples, n_features, _ = tokens.shape
        projected = self.project(tokens.flatten(1, 2))
        split = projected.view(n_members, n_samples, n_features, 3, self.n_heads, -1)
        return split.permute(3, 0, 1, 4, 2, 5)
