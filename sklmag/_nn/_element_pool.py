"""A body that reads the set of elements: no order, and nothing of what is not there.

Shapes are ``(n_members, n_samples, n_elements, width)`` throughout.
"""

from torch import nn
from torch.nn import functional

from sklmag._nn._packed import PackedLinear
from sklmag._nn._sequence import ElementSelfAttention, rowwise

_LEAST = 1e-30  # whose logarithm is finite
_BOUND = 2.5  # weights differ by a factor of 150 at most


def bounded(score):
    """Return scores that nothing drives beyond 2.5.

    Without a bound an element of one in a million could count as much as all others,
    and predictions would jump where it vanishes.
    """
    return _BOUND * (score / _BOUND).tanh()


class WeightedAttention(ElementSelfAttention):
    """Elements attend to each other in proportion to their fractions.

    Notes
    -----
    Element j has the weight x_j exp(q k_j) / sum_k x_k exp(q k_k): one of a vanishing
    fraction is not seen. The states themselves are not added.
    """

    def forward(self, h, log_fraction):
        """Let every element see the others."""
        heads = rowwise(self.project, h).unflatten(-1, (3, self.n_heads, -1))
        query, key, value = heads.movedim(-3, 0).transpose(-2, -3)
        score = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        seen = (bounded(score) + log_fraction).softmax(-1) @ value
        return rowwise(self.merge, seen.transpose(-2, -3).flatten(-2))


class SetBlock(nn.Module):
    """Attention between the elements, and a dense layer for each.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    """

    def __init__(self, n_members, width):
        super().__init__()
        self.attention = WeightedAttention(n_members, width)
        self.up = PackedLinear(n_members, width, 2 * width, init="fan_in")
        self.down = PackedLinear(n_members, 2 * width, width, init="fan_in")

    def forward(self, h, log_fraction):
        """Refine the states."""
        h = h + self.attention(_normalised(h), log_fraction)
        hidden = functional.silu(rowwise(self.up, _normalised(h)))
        return h + rowwise(self.down, hidden)


class SetBody(nn.Module):
    """Blocks of attention over a set of elements.

    Parameters
    ----------
    n_members, width, n_blocks : int
        Sizes.
    """

    def __init__(self, n_members, width, n_blocks):
        super().__init__()
        self.n_outputs = width
        self.blocks = nn.ModuleList(SetBlock(n_members, width) for _ in range(n_blocks))

    def forward(self, x, fraction):
        """Return the state of every element."""
        log_fraction = fraction.clamp_min(_LEAST).log()[:, None, None]
        for block in self.blocks:
            x = block(x, log_fraction)
        return _normalised(x)


def _normalised(h):
    return functional.layer_norm(h, h.shape[-1:])
