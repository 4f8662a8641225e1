"""Packed layers over the elements of a formula: convolution, recurrence, attention.

Shapes are ``(n_members, n_samples, n_elements, width)`` throughout.
"""

import math

import torch
from torch import nn
from torch.nn import functional

from sklmag._nn._packed import PackedLinear


class PackedConv(nn.Module):
    """Convolution along the elements, as one matrix product.

    Parameters
    ----------
    n_members, n_inputs, n_outputs : int
        Sizes.
    kernel_size : int
        Odd number of neighbours that a product sees; the ends are filled with zeros.
    """

    def __init__(self, n_members, n_inputs, n_outputs, kernel_size):
        super().__init__()
        self.reach = kernel_size // 2
        self.linear = PackedLinear(
            n_members, kernel_size * n_inputs, n_outputs, init="fan_in"
        )

    def forward(self, x):
        """Convolve `x`, which keeps its number of elements."""
        n_elements = x.shape[2]
        if self.reach:
            x = functional.pad(x, (0, 0, self.reach, self.reach))
            shifts = range(2 * self.reach + 1)
            x = torch.cat([x[:, :, i : i + n_elements] for i in shifts], dim=-1)
        return rowwise(self.linear, x)


class ResidualConv(nn.Module):
    """x + Conv(ReLU(Conv(ReLU(x)))).

    Parameters
    ----------
    n_members, width, kernel_size : int
        Sizes.
    skip : bool, default=True
        Whether x is added.
    """

    def __init__(self, n_members, width, kernel_size, skip=True):
        super().__init__()
        self.skip = skip
        self.first = PackedConv(n_members, width, width, kernel_size)
        self.second = PackedConv(n_members, width, width, kernel_size)

    def forward(self, x):
        """Refine `x`."""
        refined = self.second(self.first(x.relu()).relu())
        return x + refined if self.skip else refined


class PackedRecurrent(nn.Module):
    """One bidirectional recurrent layer, both directions in one product a step.

    Parameters
    ----------
    n_members, n_inputs, width : int
        Sizes; each direction gives half of `width`.

    Notes
    -----
    Gates, biases and initial weights are those of torch.nn.LSTM and torch.nn.GRU.
    """

    n_gates: int | None = None

    def __init__(self, n_members, n_inputs, width):
        super().__init__()
        self.hidden = width // 2
        n_units = self.n_gates * self.hidden
        bound = 1 / math.sqrt(self.hidden)

        def parameter(*shape):
            return nn.Parameter(torch.empty(n_members, *shape).uniform_(-bound, bound))

        self.weight_input = parameter(n_inputs, 2 * n_units)
        self.bias_input = parameter(1, 2 * n_units)
        self.weight_hidden = parameter(2, self.hidden, n_units)
        self.bias_hidden = parameter(2, 1, n_units)

    def forward(self, x):
        """Read the elements of `x` in both directions."""
        given = torch.baddbmm(self.bias_input, x.flatten(1, 2), self.weight_input)
        given = given.view(*x.shape[:3], 2, -1)
        ahead, back = given[..., 0, :], given[..., 1, :].flip(2)
        state, states = None, []
        for both in torch.stack((ahead, back), dim=1).unbind(3):
            state = self._step(both, state)
            states.append(state[0])
        ahead, back = torch.stack(states, dim=3).unbind(1)
        return torch.cat((ahead, back.flip(2)), dim=-1)

    def _recur(self, h):
        """Return what the state gives to the gates of both directions."""
        if h is None:
            return self.bias_hidden
        product = torch.baddbmm(
            self.bias_hidden.flatten(0, 1),
            h.flatten(0, 1),
            self.weight_hidden.flatten(0, 1),
        )
        return product.view(*h.shape[:3], -1)


class PackedRNN(PackedRecurrent):
    """Plain recurrence, tanh(W x + U h + b); see :class:`PackedRecurrent`."""

    n_gates = 1

    def _step(self, given, state):
        h = None if state is None else state[0]
        return ((given + self._recur(h)).tanh(),)


class PackedLSTM(PackedRecurrent):
    """Long short-term memory; see :class:`PackedRecurrent`."""

    n_gates = 4

    def _step(self, given, state):
        h, c = (None, None) if state is None else state
        gates = given + self._recur(h)
        keep, candidate = gates.split((3 * self.hidden, self.hidden), dim=-1)
        take, forget, show = keep.sigmoid().chunk(3, dim=-1)
        new = take * candidate.tanh()
        c = new if c is None else new + forget * c
        return show * c.tanh(), c


class PackedGRU(PackedRecurrent):
    """Gated recurrent unit; see :class:`PackedRecurrent`."""

    n_gates = 3

    def _step(self, given, state):
        h = None if state is None else state[0]
        split = (2 * self.hidden, self.hidden)
        given_gates, given_new = given.split(split, dim=-1)
        own_gates, own_new = self._recur(h).split(split, dim=-1)
        reset, update = (given_gates + own_gates).sigmoid().chunk(2, dim=-1)
        new = (given_new + reset * own_new).tanh()
        if h is None:
            return (new - update * new,)
        return (new + update * (h - new),)


class SoftAttention(nn.Module):
    """h + a * h, with a = softmax over the elements of MLP(h); `skip` adds the first h.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    """

    skip = True

    def __init__(self, n_members, width):
        super().__init__()
        self.hidden = PackedLinear(n_members, width, width, init="fan_in")
        self.score = PackedLinear(n_members, width, 1, init="fan_in")

    def forward(self, h):
        """Weight the elements."""
        score = rowwise(self.score, rowwise(self.hidden, h).relu())
        taken = h * score.softmax(dim=2)
        return h + taken if self.skip else taken


class ElementSelfAttention(nn.Module):
    """h + multi-head self-attention over the elements; `skip` adds h.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    n_heads : int, default=4
        Heads, which share `width`.
    """

    skip = True

    def __init__(self, n_members, width, n_heads=4):
        super().__init__()
        self.n_heads = n_heads
        self.project = PackedLinear(n_members, width, 3 * width, init="fan_in")
        self.merge = PackedLinear(n_members, width, width, init="fan_in")

    def forward(self, h):
        """Let every element see the others."""
        heads = rowwise(self.project, h).unflatten(-1, (3, self.n_heads, -1))
        query, key, value = heads.movedim(-3, 0).transpose(-2, -3)
        seen = functional.scaled_dot_product_attention(query, key, value)
        taken = rowwise(self.merge, seen.transpose(-2, -3).flatten(-2))
        return h + taken if self.skip else taken


def rowwise(linear, x):
    """Apply a packed linear layer to every element of every sample."""
    return linear(x.flatten(1, 2)).unflatten(1, x.shape[1:3])
