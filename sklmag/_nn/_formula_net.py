"""The L-G-DCNN family: a formula's elements in, properties and uncertainties out."""

import torch
from torch import nn
from torch.nn import functional

from sklmag._nn._element_pool import SetBody, bounded
from sklmag._nn._packed import PackedLinear
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
        share = torch.arange(width // 2, dtype=torch.float64) / (width // 2)
        if resolution is None:
            waves = _STEEPEST / 50**share
        else:
            step = torch.arange(resolution, dtype=torch.float64)[:, None]
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
            self.convolutions = ConvolutionBody(
                n_members, width, n_blocks=n_blocks, skips=skips
            )

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
        return state

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


CELLS = {"lstm": PackedLSTM, "gru": PackedGRU, "rnn": PackedRNN}


def _recurrent(**options):
    return lambda n_members, width, n_blocks: RecurrentBody(
        n_members, width, **{"n_blocks": n_blocks, **options}
    )


def _convolutional(n_outputs_per_width=1, kernel_size=3, **options):
    return lambda n_members, width, n_blocks: ConvolutionBody(
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
    "no-region-residual": _recurrent(**_FUSED, skips="but region"),
    "no-residual": _recurrent(**_FUSED, skips="none"),
    "lstm": _recurrent(n_blocks=0),
    "gru": _recurrent(n_blocks=0, cell="gru"),
    "rnn": _recurrent(n_blocks=0, cell="rnn"),
    "dcnn": _convolutional(),
    "dcnn-k1": _convolutional(0.5, 1),
    "cnn": _convolutional(n_blocks=0),
}


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
    ):
        super().__init__()
        self.n_members = n_members
        self.n_targets = n_targets
        self.gate = gate
        self.jitter = jitter
        self.pools = body == "set"  # elements count by their fractions
        self.embedding = FormulaEmbedding(
            n_members, width, table=table, resolution=resolution, gentle=self.pools
        )
        self.body = BODIES[body](n_members, width, n_blocks)
        self.dropout = nn.Dropout(dropout)
        n_outputs = (4 if self.pools else 3) * n_targets
        self.head = PackedLinear(
            n_members, self.body.n_outputs, n_outputs, init="fan_in"
        )

    def forward(self, tokens):
        """Predict targets and the logarithms of their uncertainties.

        Parameters
        ----------
        tokens : Tensor of shape (n_samples, 2 * n_elements)
            Atomic number and fraction of one element after the other; no padding.

        Returns
        -------
        Tensor of shape (n_members, n_samples, 2 * n_targets)
        """
        contribution, log_std, gate, share = self._element_outputs(tokens)
        value = (share * contribution * self._opened(gate, share)).sum(2)
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
        parts = rowwise(self.head, states)
        if not self.pools:
            parts = (*parts.chunk(3, dim=-1), 1 / parts.new_tensor(parts.shape[2]))
            return parts
        *parts, score = parts.chunk(4, dim=-1)
        fraction = tokens.unflatten(-1, (-1, 2))[..., 1]
        share = (bounded(score) + fraction.log()[None, :, :, None]).softmax(2)
        return (*parts, share)

    def _opened(self, gate, share):
        """Return how far the gates are open: each of its own, or all as their mean."""
        if self.gate == "mean":
            gate = (share * gate).sum(2, keepdim=True)
        return gate.sigmoid()

    def element_states(self, tokens):
        """Return the features of every element before the head."""
        tokens = tokens.unflatten(-1, (-1, 2))
        if self.training and self.jitter:
            tokens = jittered(tokens, self.jitter)
        return self.body(self.embedding(tokens), tokens[..., 1])

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
