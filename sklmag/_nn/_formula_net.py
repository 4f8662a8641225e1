"""The L-G-DCNN family: a formula's elements in, properties and uncertainties out."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sklmag._nn._element_pool import SetBody, bounded
from sklmag._nn._packed import PackedLinear, packed
from sklmag._nn._sequence import (
    ElementSelfAttention,
    PackedConv,
    PackedGRU,
    PackedLSTM,
    PackedRNN,
    ResidualConv,
    SoftAttention,
    rowwise,
)

_STEEPEST = 20.0  # wave number of the smooth sinusoids
_TRACE = 1e-3  # fraction of a set below which the logarithm hardly changes


class FormulaEmbedding(nn.Module):
    """Atomic numbers and fractions become one vector an element.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    table : Tensor of shape (n_elements + 1, n_properties)
        A fixed vector for every atomic number; row 0 is unused.
    resolution : int or None
        Steps between fraction 0 and 1; None means smooth waves.
    gentle : bool, default=False
        Whether predictions along a line of compositions are to be smooth, also where
        an element vanishes.

    Notes
    -----
    Fractions enter through fixed sinusoids, the first half of the columns with x the
    fraction, the second with x = min(1, 0.0025 log2(fraction)^2). As published they are
    T[k, j] = sin(k / 50^(2j / w)), w half of `width`, k = round(x * resolution) - 1, so
    steep that each step is a code of its own; the smooth ones are
    sin(20 x / 50^(j / w)), and where gentle the logarithm is log2(fraction + 0.001).
    Learnable scales 2^s and 2^((1 - s)^2) weigh the parts.
    """

    def __init__(self, n_members, width, *, table, resolution, gentle=False):
        super().__init__()
        self.resolution = resolution
        self.gentle = gentle and resolution is None
        self.linear = PackedLinear(n_members, table.shape[1], width, init="fan_in")
        self.scales = nn.Parameter(torch.ones(n_members, 3))
        self.register_buffer("table", table.clone())
        # numpy's: where only sizes are looked at, torch's own loads its compiler
        share = torch.from_numpy(np.arange(width // 2) / (width // 2))
        if resolution is None:
            waves = _STEEPEST / 50**share
        else:
            step = torch.from_numpy(np.arange(float(resolution)))[:, None]
            waves = (step / 50 ** (2 * share)).sin()
        self.register_buffer("waves", waves.to(table.dtype), persistent=False)

    def forward(self, tokens):
        """Embed `tokens`, shape (n_samples, n_elements, 2)."""
        number, fraction = tokens[..., 0].long(), tokens[..., 1]
        element_scale = 2 ** self.scales[:, 0]
        wave_scales = 2 ** (1 - self.scales[:, 1:]).square()
        elements = self.linear(self.table.expand(len(self.scales), -1, -1))
        elements = elements * element_scale[:, None, None]
        trace = fraction + _TRACE if self.gentle else fraction.clamp_min(1e-30)
        logarithm = (0.0025 * trace.log2().square()).clamp_max(1)
        waves = torch.cat(
            (
                self._wave(fraction) * wave_scales[:, :1, None, None],
                self._wave(logarithm) * wave_scales[:, 1:, None, None],
            ),
            dim=-1,
        )
        return elements[:, number] + waves

    def _wave(self, x):
        if self.resolution is None:
            return (x[..., None] * self.waves).sin()
        x = x.clamp(1 / self.resolution, 1)
        return self.waves[(x * self.resolution).round().long() - 1]


class RecurrentBody(nn.Module):
    """A recurrent layer, then where asked attention and a BiGRU, then convolutions.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        The recurrent layer, which reads in both directions.
    attention : {None, "soft", "self"}, default=None
        What follows each recurrent layer; all of them share it.
    stacked : bool, default=False
        Whether a BiGRU follows.
    n_blocks : int
        Residual blocks after the region embedding; 0 leaves both out.
    skips : {"all", "but region", "none"}, default="all"
        Which of the residual connections are there, see :class:`ConvolutionBody`;
        with "none" attention has none either.
    pooled : bool, default=False
        Add both recurrent states to the outcome, and take the largest of each three
        neighbouring features.
    pyramid : bool, default=False
        Whether the convolutions are those of a :class:`PyramidBody`.
    post : bool, default=False
        Whether a :class:`PostNet` follows.
    """

    def __init__(
        self,
        n_members,
        width,
        *,
        n_blocks,
        cell="lstm",
        attention=None,
        stacked=False,
        skips="all",
        pooled=False,
        pyramid=False,
        post=False,
    ):
        super().__init__()
        self.cell = cell
        self.stacked = stacked
        self.pooled = pooled
        self.n_outputs = width
        self.add_module(cell, CELLS[cell](n_members, width, width))
        if stacked:
            self.gru = PackedGRU(n_members, width, width)
        self.attention = self.convolutions = None
        if attention is not None:
            kinds = {"soft": SoftAttention, "self": ElementSelfAttention}
            self.attention = kinds[attention](n_members, width)
            self.attention.skip = skips != "none"
        if n_blocks:
            kind = PyramidBody if pyramid else ConvolutionBody
            self.convolutions = kind(n_members, width, n_blocks=n_blocks, skips=skips)
        self.post = PostNet(n_members, width) if post else None

    def forward(self, x, fraction):
        """Return the state of every element."""
        first = self._attended(getattr(self, self.cell)(x))
        second = self._attended(self.gru(first)) if self.stacked else first
        if self.convolutions is None:
            return second
        state = self.convolutions(second, fraction)
        if self.pooled:
            state = (first + second + state).flatten(0, 1)
            state = functional.max_pool1d(state, 3, stride=1, padding=1)
            state = state.unflatten(0, x.shape[:2])
        return state if self.post is None else self.post(state)

    def _attended(self, h):
        return h if self.attention is None else self.attention(h)


class ConvolutionBody(nn.Sequential):
    """Region embedding and residual convolutions.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    n_outputs : int, default=None
        Filters; None means `width`.
    kernel_size : int, default=3
        Neighbours that a filter sees.
    n_blocks : int
        Residual blocks.
    skips : {"all", "but region", "none"}, default="all"
        Which blocks add what they are given: all, all but the first, which would add
        the region embedding, or none.
    """

    def __init__(
        self,
        n_members,
        width,
        *,
        n_blocks,
        n_outputs=None,
        kernel_size=3,
        skips="all",
    ):
        n_outputs = n_outputs or width
        region = PackedConv(n_members, width, n_outputs, kernel_size)
        first = {"all": 0, "but region": 1, "none": n_blocks}[skips]
        blocks = [
            ResidualConv(n_members, n_outputs, kernel_size, skip=block >= first)
            for block in range(n_blocks)
        ]
        super().__init__(region, *blocks)
        self.n_outputs = n_outputs

    def forward(self, x, fraction):
        """Return the state of every element."""
        return super().forward(x)


class PyramidBody(ConvolutionBody):
    """Convolutions with half as many positions after each block: DPCNN.

    What is left are positions, not elements.
    """

    def forward(self, x, fraction):
        """Return the state of every position that is left."""
        region, *blocks = self
        state = region(x)
        for number, block in enumerate(blocks):
            state = block(_halved(state) if number else state)
        return state


def _halved(state):
    """Take the largest of three neighbours at every other position."""
    flat = state.flatten(0, 1).transpose(1, 2)
    flat = functional.max_pool1d(flat, 3, stride=2, padding=1)
    return flat.transpose(1, 2).unflatten(0, state.shape[:2])


class PostNet(nn.Module):
    """Four residual layers for each element, in front of the head.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    """

    def __init__(self, n_members, width):
        super().__init__()
        self.layers = nn.ModuleList(
            PackedLinear(n_members, width, width, init="fan_in") for _ in range(4)
        )

    def forward(self, states):
        """Refine the states."""
        for layer in self.layers:
            states = states + functional.leaky_relu(rowwise(layer, states))
        return states


CELLS = {"lstm": PackedLSTM, "gru": PackedGRU, "rnn": PackedRNN}


def _recurrent(**options):
    return lambda n_members, width, n_blocks: RecurrentBody(
        n_members, width, **{"n_blocks": n_blocks, **options}
    )


def _convolutional(
    n_outputs_per_width=1, kernel_size=3, kind=ConvolutionBody, **options
):
    return lambda n_members, width, n_blocks: kind(
        n_members,
        width,
        n_outputs=int(width * n_outputs_per_width),
        kernel_size=kernel_size,
        **{"n_blocks": n_blocks, **options},
    )


_FUSED = {"attention": "soft", "stacked": True}
BODIES = {
    "set": SetBody,
    "l-g-dcnn": _recurrent(**_FUSED),
    "v1": _recurrent(**_FUSED, pooled=True),
    "v2": _recurrent(attention="self", stacked=True),
    "l-att-res-dcnn": _recurrent(attention="soft"),
    "ldcnn": _recurrent(),
    "ldpcnn": _recurrent(pyramid=True),
    "post-processed": _recurrent(**_FUSED, post=True),
    "no-region-residual": _recurrent(**_FUSED, skips="but region"),
    "no-residual": _recurrent(**_FUSED, skips="none"),
    "lstm": _recurrent(n_blocks=0),
    "gru": _recurrent(n_blocks=0, cell="gru"),
    "rnn": _recurrent(n_blocks=0, cell="rnn"),
    "dcnn": _convolutional(),
    "dcnn-k1": _convolutional(0.5, 1),
    "dpcnn": _convolutional(kind=PyramidBody),
    "cnn": _convolutional(n_blocks=0),
}
WITHOUT_ELEMENTS = frozenset({"dpcnn", "ldpcnn"})  # their last states are positions


class Conditioned(nn.Module):
    """Refine the states of the elements by what is known beside the formula.

    Parameters
    ----------
    n_members, width, n_conditions : int
        Sizes.
    """

    def __init__(self, n_members, width, n_conditions):
        super().__init__()
        self.states = PackedLinear(n_members, width, width, init="fan_in")
        self.conditions = PackedLinear(n_members, n_conditions, width, init="fan_in")
        self.down = PackedLinear(n_members, width, width, init="fan_in")

    def forward(self, states, conditions):
        """Add to states what conditions, (n_samples, n_conditions), make of them."""
        given = self.conditions(packed(conditions, len(states)))
        hidden = functional.silu(rowwise(self.states, states) + given[:, :, None])
        return states + rowwise(self.down, hidden)


class FormulaNet(nn.Module):
    """Embedding, body, and a head that adds up the elements' contributions.

    Parameters
    ----------
    n_members, n_targets, width, n_blocks : int
        Sizes.
    body : str
        A key of BODIES.
    table : Tensor of shape (n_elements + 1, n_properties)
        A fixed vector for every atomic number.
    resolution : int or None
        Steps between fraction 0 and 1; None means smooth waves.
    gate : {"mean", "element"}
        Where the sigmoid gate acts: on the mean over the elements, or on each.
    dropout : float
        Share of the features that the head does not see in training.
    jitter : float
        Relative standard deviation of the fractions in training.
    n_conditions : int, default=0
        Numbers behind the slots that are known beside the formula.
    uncertain : bool, default=True
        Whether the logarithms of uncertainties are predicted too.
    """

    def __init__(
        self,
        *,
        n_members,
        n_targets,
        width,
        n_blocks,
        body,
        table,
        resolution,
        gate,
        dropout,
        jitter,
        n_conditions=0,
        uncertain=True,
    ):
        super().__init__()
        self.n_members = n_members
        self.n_targets = n_targets
        self.gate = gate
        self.jitter = jitter
        self.n_conditions = n_conditions
        self.uncertain = uncertain
        self.pools = body == "set"  # elements count by their fractions
        self.embedding = FormulaEmbedding(
            n_members, width, table=table, resolution=resolution, gentle=self.pools
        )
        self.body = BODIES[body](n_members, width, n_blocks)
        self.dropout = nn.Dropout(dropout)
        if n_conditions:
            self.conditioned = Conditioned(n_members, self.body.n_outputs, n_conditions)
        n_outputs = (2 + uncertain + self.pools) * n_targets
        self.head = PackedLinear(
            n_members, self.body.n_outputs, n_outputs, init="fan_in"
        )

    def forward(self, tokens):
        """Predict targets, and the logarithms of their uncertainties where asked.

        Parameters
        ----------
        tokens : Tensor of shape (n_samples, 2 * n_elements + n_conditions)
            Atomic number and fraction of one element after the other, no padding;
            then the conditions.

        Returns
        -------
        Tensor of shape (n_members, n_samples, n_targets), or twice as many
        """
        contribution, log_std, gate, share = self._element_outputs(tokens)
        value = (share * contribution * self._opened(gate, share)).sum(2)
        if log_std is None:
            return value
        return torch.cat((value, (share * log_std).sum(2)), dim=-1)

    def contributions(self, tokens):
        """Return the elements' parts of the prediction, which sum to it.

        Shape (n_members, n_samples, n_elements, n_targets).
        """
        contribution, _, gate, share = self._element_outputs(tokens)
        return share * contribution * self._opened(gate, share)

    def _element_outputs(self, tokens):
        """Return (c, u, l, w), each (n_members, n_samples, n_elements, n_targets).

        The weights w of the elements sum to 1: all are equal, or, in a set, in
        proportion to their fractions and to what the network makes of them.
        """
        states = self.dropout(self.element_states(tokens))
        outputs = rowwise(self.head, states).split(self.n_targets, dim=-1)
        contribution, *uncertainty, gate = outputs[: 2 + self.uncertain]
        log_std = uncertainty[0] if uncertainty else None
        if not self.pools:
            return contribution, log_std, gate, 1 / gate.new_tensor(gate.shape[2])
        log_fraction = self._formula(tokens)[..., 1].log()[None, :, :, None]
        share = (bounded(outputs[-1]) + log_fraction).softmax(2)
        return contribution, log_std, gate, share

    def _opened(self, gate, share):
        """Return how far the gates are open: each of its own, or all as their mean."""
        if self.gate == "mean":
            gate = (share * gate).sum(2, keepdim=True)
        return gate.sigmoid()

    def element_states(self, tokens):
        """Return the features of every element before the head."""
        formula = self._formula(tokens)
        if self.training and self.jitter:
            formula = jittered(formula, self.jitter)
        states = self.body(self.embedding(formula), formula[..., 1])
        if not self.n_conditions:
            return states
        return self.conditioned(states, tokens[:, -self.n_conditions :])

    def mean_states(self, tokens):
        """Return the mean of the states of a formula's elements.

        In a set they count by their fractions: one that vanishes does not matter.
        """
        states = self.element_states(tokens)
        if not self.pools:
            return states.mean(2)
        return (self._formula(tokens)[None, ..., 1:] * states).sum(2)

    def _formula(self, tokens):
        """Return atomic numbers and fractions, (n_samples, n_elements, 2)."""
        n_columns = tokens.shape[1] - self.n_conditions
        return tokens[:, :n_columns].unflatten(-1, (-1, 2))

    def training_losses(self, tokens, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return criterion(self(tokens), y, weight)


def jittered(tokens, scale):
    """Multiply fractions by 1 + scale * N(0, 1), and normalise them again."""
    number, fraction = tokens.unbind(-1)
    noise = 1 + scale * torch.randn_like(fraction)
    fraction = (fraction * noise).clamp(1e-9, 1)
    fraction = fraction / fraction.sum(-1, keepdim=True)
    return torch.stack((number, fraction), dim=-1)
