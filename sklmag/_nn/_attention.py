"""Attention to the rows that a model was trained on, and the network that uses it."""

import torch
from torch import nn

from sklmag._nn._dense import DenseBody
from sklmag._nn._embedding import FeatureAttention, PeriodicEmbedding
from sklmag._nn._packed import PackedLinear

_FAR = -1e9  # a score that softmax turns into zero


class SampleAttention(nn.Module):
    """Each sample attends to other samples, and takes over a mean of their values.

    Parameters
    ----------
    n_members, n_inputs, n_targets, n_heads : int
        Sizes.
    head_width : int, default=8
        Dimension of the learnt subspace in which a head compares samples.

    Notes
    -----
    The score of query q and key k is :math:`-s |q - k|^2` with learnt s; one more
    key at distance 1 of any query carries the value zero, so that a sample that
    is far from all others takes over nothing.
    """

    def __init__(self, n_members, n_inputs, n_targets, *, n_heads, head_width=8):
        super().__init__()
        self.n_heads = n_heads
        self.project = PackedLinear(n_members, n_inputs, n_heads * head_width)
        self.log_scale = nn.Parameter(torch.zeros(n_members, n_heads, 1, 1))
        self.gate = nn.Parameter(torch.zeros(n_members, n_heads, 1, n_targets))

    def place(self, encoded):
        """Return where samples lie, shape (members, heads, samples, head width)."""
        placed = self.project(encoded)
        return placed.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)

    def forward(self, query, key, value, bias):
        """Return the gated mean of the values.

        Parameters
        ----------
        query, key : Tensor of shape (n_members, n_heads, n_samples or n_keys, width)
            From `place`.
        value : Tensor of shape (n_members, n_keys, n_targets)
        bias : Tensor of shape (n_members, 1, 1 or n_samples, n_keys)
            Added to the scores.

        Returns
        -------
        Tensor of shape (n_members, n_samples, n_targets)
        """
        query, key, value, bias = self._as_dot_product(query, key, value, bias)
        taken = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias, scale=1.0
        )
        return (self.gate * taken[..., : self.gate.shape[-1]]).sum(1)

    def _as_dot_product(self, query, key, value, bias):
        """Write -s |q - k|^2 as a product of longer vectors, and add the far key.

        Fused attention kernels know dot products only, and values as wide as keys.
        """
        scale = self.log_scale.exp()
        ones = torch.ones_like(key[..., :1])
        query = torch.cat(
            [
                2 * scale * query,
                scale.expand(*query.shape[:-1], 1),
                -scale * query.square().sum(-1, keepdim=True),
            ],
            dim=-1,
        )
        key = torch.cat([key, -key.square().sum(-1, keepdim=True), ones], dim=-1)
        far_key = torch.zeros_like(key[:, :, :1])
        far_key[..., -2] = -1.0
        value = value[:, None].expand(-1, self.n_heads, -1, -1)
        width = max(key.shape[-1], value.shape[-1])
        fill = nn.functional.pad
        key = fill(torch.cat([key, far_key], dim=2), (0, width - key.shape[-1]))
        query = fill(query, (0, width - query.shape[-1]))
        value = fill(value, (0, width - value.shape[-1], 0, 1))
        bias = fill(bias, (0, 1)).expand(-1, self.n_heads, query.shape[2], -1)
        return query, key, value, bias


class AttentionNet(nn.Module):
    r"""A dense network on attended features, corrected by attention to samples.

    Parameters
    ----------
    n_members, n_features, n_targets : int
        Sizes.
    attention : {"sample", "feature", "both"}
        What attends to what: samples to samples on periodic embeddings, features to
        features of one sample, or both.
    n_heads, n_layers, width : int
        Heads of each attention, hidden layers and their width.
    activation : str
    dropout : float

    Notes
    -----
    With the dense prediction c(x) and the rows (x_j, y_j) of the memory,

    .. math:: \hat y(x) = c(x) + \sum_h g_h \sum_j a_{hj}(x) (y_j - c(x_j)).

    While training, the batch is its own memory, and a row does not see itself nor
    its repetitions; half the loss is that of c alone, so that y - c are residuals.
    """

    def __init__(
        self,
        *,
        n_members,
        n_features,
        n_targets,
        attention,
        n_heads,
        n_layers,
        width,
        activation,
        dropout,
    ):
        super().__init__()
        self.n_members = n_members
        if attention == "sample":
            self.encoder = PeriodicEmbedding(n_members, n_features)
        else:
            self.encoder = FeatureAttention(n_members, n_features, n_heads=n_heads)
        n_inputs = self.encoder.n_outputs
        self.body = DenseBody(
            n_members,
            n_inputs,
            n_layers=n_layers,
            width=width,
            activation=activation,
            dropout=dropout,
            shared=attention != "feature",
        )
        self.head = PackedLinear(n_members, width, n_targets, init="zero")
        self.samples = None
        if attention != "feature":
            self.samples = SampleAttention(
                n_members, n_inputs, n_targets, n_heads=n_heads
            )
        self._keys = None

    def remember(self, x, y, weight, *, limit, append):
        """Keep rows that predictions attend to, where they attend to rows.

        Parameters
        ----------
        x : Tensor of shape (n_rows, n_features)
        y : Tensor of shape (n_rows, n_targets)
        weight : Tensor of shape (n_members, n_rows)
            Zero where a member must not see a row.
        limit : int
            The most rows; of more a random part is kept.
        append : bool
            Whether the rows of before are kept too.
        """
        if self.samples is None:
            return
        if append and hasattr(self, "memory_x"):
            x = torch.cat([self.memory_x, x])
            y = torch.cat([self.memory_y, y])
            weight = torch.cat([self.memory_weight, weight], dim=1)
        if len(x) > limit:
            kept = torch.randperm(len(x), device=x.device)[:limit]
            x, y, weight = x[kept], y[kept], weight[:, kept]
        self.register_buffer("memory_x", x)
        self.register_buffer("memory_y", y)
        self.register_buffer("memory_weight", weight)

    def train(self, mode=True):
        """Switch modes; what was computed from the memory is forgotten."""
        self._keys = None
        return super().train(mode)

    def forward(self, x):
        """Predict scaled targets, shape (n_members, n_samples, n_targets)."""
        dense, place = self._encode(x)
        if self.samples is None:
            return dense
        if self._keys is None:
            memory_dense, key = self._encode(self.memory_x)
            bias = _log_weight(self.memory_weight)[:, None, None]
            self._keys = key, self.memory_y - memory_dense, bias
        return dense + self.samples(place, *self._keys)

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        dense, place = self._encode(x)
        losses = criterion(dense, y, weight)
        if self.samples is None:
            return losses
        bias = _log_weight(weight)[:, None, None].masked_fill(_same_rows(x), _FAR)
        residual = self.samples(place, place, y - dense, bias)
        return (losses + criterion(dense + residual, y, weight)) / 2

    def feature_maps(self, x):
        """Return feature-to-feature weights, shape (n_samples, n_features, n_features).

        The attention of features where there is one, else the metric in which
        samples are compared; each row sums to 1.
        """
        if isinstance(self.encoder, FeatureAttention):
            with torch.no_grad():
                return self.encoder.attention(x).mean(0)
        metric = self._metric(x).abs()
        return metric / metric.sum(-1, keepdim=True).clamp(min=1e-30)

    def _metric(self, x):
        """Return how the place of a sample moves with its features, as J^T J."""
        x = x.repeat(self.n_members, 1, 1).requires_grad_()
        place = self.samples.place(self.encoder(x))
        strength = (
            self.samples.gate.abs().mean(-1) * self.samples.log_scale.exp()[..., 0]
        )
        metric = torch.zeros(x.shape[1], x.shape[2], x.shape[2], dtype=x.dtype)
        metric = metric.to(x.device)
        for head, weight in enumerate(strength.detach().unbind(1)):
            for axis in place[:, head].unbind(-1):
                (moves,) = torch.autograd.grad(axis.sum(), x, retain_graph=True)
                metric += torch.einsum("m,mnf,mng->nfg", weight[:, 0], moves, moves)
        return metric

    def _encode(self, x):
        encoded = self.encoder(x)
        place = None if self.samples is None else self.samples.place(encoded)
        return self.head(self.body(encoded)), place


def _log_weight(weight):
    return weight.log().clamp(min=_FAR)


def _same_rows(x):
    """Return where two rows of `x` hold the same numbers, shape (n, n)."""
    _, group = torch.unique(x, dim=0, return_inverse=True)
    return group[:, None] == group[None, :]
