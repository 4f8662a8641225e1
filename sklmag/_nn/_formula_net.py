"""The L-G-DCNN family: a formula's elements in, properties and uncertainties out."""

import torch
from torch import nn
from torch.nn import functional

from sklmag._nn._packed import PackedLinear
from sklmag._nn._sequence import (
    ElementSelfAttention,
    PackedConv,
    PackedGRU,
    PackedLSTM,
    ResidualConv,
    SoftAttention,
    rowwise,
)

_STEEPEST = 20.0  # wave number of the smooth sinusoids


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

    Notes
    -----
    Fractions enter through fixed sinusoids, the first half of the columns with x the
    fraction, the second with x = min(1, 0.0025 log2(fraction)^2). As published they are
    T[k, j] = sin(k / 50^(2j / w)), w half of `width`, k = round(x * resolution) - 1, so
    steep that each step is a code of its own; the smooth ones are
    sin(20 x / 50^(j / w)). Learnable scales 2^s and 2^((1 - s)^2) weigh the parts.
    """

    def __init__(self, n_members, width, *, table, resolution):
        super().__init__()
        self.resolution = resolution
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
        logarithm = (0.0025 * fraction.clamp_min(1e-30).log2().square()).clamp_max(1)
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
    """BiLSTM, then where asked attention and a BiGRU, then convolutions.

    Parameters
    ----------
    n_members, width : int
        Sizes.
    attention : {None, "soft", "self"}
        None is the BiLSTM alone in front of the convolutions; otherwise the BiLSTM
        and a BiGRU, each followed by the attention, which they share.
    n_blocks : int
        Residual blocks after the region embedding; 0 leaves both out.
    pooled : bool
        Add both recurrent states to the outcome, and take the largest of each three
        neighbouring features.
    """

    def __init__(self, n_members, width, *, attention, n_blocks, pooled=False):
        super().__init__()
        self.pooled = pooled
        self.n_outputs = width
        self.lstm = PackedLSTM(n_members, width, width)
        self.gru = self.attention = None
        if attention is not None:
            self.gru = PackedGRU(n_members, width, width)
            kinds = {"soft": SoftAttention, "self": ElementSelfAttention}
            self.attention = kinds[attention](n_members, width)
        self.convolutions = None
        if n_blocks:
            self.convolutions = ConvolutionBody(n_members, width, n_blocks=n_blocks)

    def forward(self, x):
        """Return the state of every element."""
        first = self.lstm(x)
        second = first
        if self.gru is not None:
            first = self.attention(first)
            second = self.attention(self.gru(first))
        if self.convolutions is None:
            return second
        state = self.convolutions(second)
        if self.pooled:
            state = (first + second + state).flatten(0, 1)
            state = functional.max_pool1d(state, 3, stride=1, padding=1)
            state = state.unflatten(0, x.shape[:2])
        return state


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
    """

    def __init__(self, n_members, width, *, n_blocks, n_outputs=None, kernel_size=3):
        n_outputs = n_outputs or width
        region = PackedConv(n_members, width, n_outputs, kernel_size)
        blocks = [
            ResidualConv(n_members, n_outputs, kernel_size) for _ in range(n_blocks)
        ]
        super().__init__(region, *blocks)
        self.n_outputs = n_outputs


def _recurrent(**options):
    return lambda n_members, width, n_blocks: RecurrentBody(
        n_members, width, **{"n_blocks": n_blocks, **options}
    )


def _convolutional(n_outputs_per_width, kernel_size):
    return lambda n_members, width, n_blocks: ConvolutionBody(
        n_members,
        width,
        n_blocks=n_blocks,
        n_outputs=int(width * n_outputs_per_width),
        kernel_size=kernel_size,
    )


BODIES = {
    "l-g-dcnn": _recurrent(attention="soft"),
    "v1": _recurrent(attention="soft", pooled=True),
    "v2": _recurrent(attention="self"),
    "ldcnn": _recurrent(attention=None),
    "lstm": _recurrent(attention=None, n_blocks=0),
    "dcnn": _convolutional(1, 3),
    "dcnn-k1": _convolutional(0.5, 1),
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
        self.embedding = FormulaEmbedding(
            n_members, width, table=table, resolution=resolution
        )
        self.body = BODIES[body](n_members, width, n_blocks)
        self.dropout = nn.Dropout(dropout)
        self.head = PackedLinear(
            n_members, self.body.n_outputs, 3 * n_targets, init="fan_in"
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
        contribution, log_std, gate = self._element_outputs(tokens)
        value = (contribution * self._opened(gate)).mean(2)
        return torch.cat((value, log_std.mean(2)), dim=-1)

    def contributions(self, tokens):
        """Return the elements' parts of the prediction, which sum to it.

        Shape (n_members, n_samples, n_elements, n_targets).
        """
        contribution, _, gate = self._element_outputs(tokens)
        return contribution * self._opened(gate) / contribution.shape[2]

    def _element_outputs(self, tokens):
        """Return (c, u, l), each (n_members, n_samples, n_elements, n_targets)."""
        states = self.dropout(self.element_states(tokens))
        return rowwise(self.head, states).chunk(3, dim=-1)

    def _opened(self, gate):
        """Return how far the gates are open: each of its own, or all as their mean."""
        if self.gate == "mean":
            gate = gate.mean(2, keepdim=True)
        return gate.sigmoid()

    def element_states(self, tokens):
        """Return the features of every element before the head."""
        tokens = tokens.unflatten(-1, (-1, 2))
        if self.training and self.jitter:
            tokens = jittered(tokens, self.jitter)
        return self.body(self.embedding(tokens))

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
