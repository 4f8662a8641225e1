"""Networks that read targets and a set of elements, and say how much of each."""

import torch
from torch import nn

from sklmag._nn._dense import DenseBody
from sklmag._nn._losses import weighted_mean
from sklmag._nn._packed import PackedLinear, packed


class SetBlock(nn.Module):
    """Attention of the elements of a set to each other, and a dense layer for each.

    Notes
    -----
    Shapes: ``(n_members, n_samples, n_slots, width)`` in and out; ``used``, of shape
    ``(n_samples, n_slots)``, is False where a slot is empty.
    """

    def __init__(self, n_members, width, *, n_heads, dropout):
        super().__init__()
        self.n_heads = n_heads
        self.qkv = PackedLinear(n_members, width, 3 * width)
        self.out = PackedLinear(n_members, width, width)
        self.dense = nn.Sequential(
            PackedLinear(n_members, width, 2 * width),
            nn.SiLU(),
            nn.Dropout(dropout),
            PackedLinear(n_members, 2 * width, width),
        )

    def forward(self, h, used):
        """Let the elements of each set attend to each other."""
        h = h + self._attended(_normalised(h), used)
        return h + _each(self.dense, _normalised(h))

    def _attended(self, h, used):
        qkv = _each(self.qkv, h).unflatten(-1, (3, self.n_heads, -1))
        query, key, value = qkv.permute(3, 0, 1, 4, 2, 5)
        mask = used[None, :, None, None, :]
        taken = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask
        )
        return _each(self.out, taken.transpose(2, 3).flatten(3))


class SetEncoder(nn.Module):
    """Encode each element of a set, given targets and the other elements.

    Parameters
    ----------
    n_members, n_targets : int
        Sizes.
    table : Tensor of shape (n_elements + 1, n_properties)
        What is known of the elements, by atomic number; row 0 is for empty slots.
    n_layers, width, n_heads : int
        Blocks of attention, their width and heads.
    dropout : float
    """

    def __init__(
        self, n_members, n_targets, table, *, n_layers, width, n_heads, dropout
    ):
        super().__init__()
        self.n_members = n_members
        self.n_targets = n_targets
        self.register_buffer("table", table.to(torch.get_default_dtype()))
        self.enter = PackedLinear(n_members, n_targets + table.shape[1], width)
        self.blocks = nn.ModuleList(
            SetBlock(n_members, width, n_heads=n_heads, dropout=dropout)
            for _ in range(n_layers)
        )

    def forward(self, x):
        """Return codes, (n_members, n_samples, n_slots, width), and the used slots.

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_targets + n_slots)
            Scaled targets, then atomic numbers.
        """
        targets, number = x[:, : self.n_targets], x[:, self.n_targets :].long()
        known = self.table[number]
        targets = targets[:, None].expand(-1, number.shape[1], -1)
        tokens = packed(torch.cat([targets, known], dim=-1).flatten(0, 1), 1)
        tokens = tokens.expand(self.n_members, -1, -1)
        h = self.enter(tokens).unflatten(1, number.shape)
        used = number > 0
        for block in self.blocks:
            h = block(h, used)
        return _normalised(h), used


class SetNet(nn.Module):
    """Shares of the elements of a set: a softmax over what it holds.

    Notes
    -----
    Shapes: ``(n_samples, n_targets + n_slots)`` to ``(n_members, n_samples, n_slots)``.
    """

    def __init__(self, encoder, width, *, constraint):
        super().__init__()
        self.n_members = encoder.n_members
        self.encoder = encoder
        self.head = PackedLinear(encoder.n_members, width, 1)
        self.constraint = constraint

    def forward(self, x):
        """Return the amounts, in the scale that the constraint is for."""
        h, used = self.encoder(x)
        return self.constraint.amounts(_each(self.head, h)[..., 0], used)

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return self.constraint.losses(self(x), y, weight, criterion)


class ListNet(nn.Module):
    """Amounts of listed elements from a dense network on targets and atomic masses.

    Notes
    -----
    Shapes: ``(n_samples, n_inputs + n_slots)``, the scaled inputs and the atomic
    numbers, to ``(n_members, n_samples, n_slots)``.
    """

    def __init__(self, n_members, n_inputs, n_slots, *, constraint, **sizes):
        super().__init__()
        self.n_members, self.n_inputs = n_members, n_inputs
        self.body = DenseBody(n_members, n_inputs, activation="relu", **sizes)
        self.head = PackedLinear(n_members, sizes["width"], n_slots)
        self.constraint = constraint

    def forward(self, x):
        """Return the amounts, in the scale that the constraint is for."""
        inputs, number = x[:, : self.n_inputs], x[:, self.n_inputs :]
        h = self.body(packed(inputs, self.n_members))
        return self.constraint.amounts(self.head(h), number > 0)

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return self.constraint.losses(self(x), y, weight, criterion)


class Simplex:
    """Amounts are positive and sum to 1, whatever the network says."""

    def amounts(self, score, used):
        """Return the softmax over the used slots."""
        return score.masked_fill(~used, -torch.inf).softmax(-1)

    def losses(self, amounts, y, weight, criterion):
        """Return the loss of each member."""
        return criterion(amounts, y, weight)


class Penalty:
    """Amounts are free; a sum other than 100 costs `factor` times its square."""

    def __init__(self, factor):
        self.factor = factor

    def amounts(self, score, used):
        """Return the scores of the used slots, and 0 for the others."""
        return score * used

    def losses(self, amounts, y, weight, criterion):
        """Return the loss of each member: eq. 5 of the paper."""
        losses = y.shape[1] * criterion(amounts, y, weight)
        if self.factor:
            excess = amounts.abs().sum(-1, keepdim=True)
            whole = torch.full_like(y[:, :1], 100.0)
            losses = losses + self.factor * criterion(excess, whole, weight)
        return losses


class DirichletMixtureNet(nn.Module):
    """The density of compositions: a mixture of Dirichlet distributions.

    Notes
    -----
    Shapes: ``(n_samples, n_targets + n_slots)`` to ``(n_members, n_samples,
    n_components, 1 + n_slots)``: the logarithm of the share of each component, then
    those of its concentrations, minus infinity in empty slots.
    """

    def __init__(self, encoder, width, *, n_components):
        super().__init__()
        self.n_members = encoder.n_members
        self.encoder = encoder
        self.element = PackedLinear(encoder.n_members, width, n_components)
        self.whole = PackedLinear(encoder.n_members, width, 2 * n_components)

    def forward(self, x):
        """Return logarithms of shares and concentrations."""
        h, used = self.encoder(x)
        pooled = (h * used[..., None]).sum(2) / used.sum(1)[:, None]
        share, sharpness = self.whole(pooled).chunk(2, dim=-1)
        score = _each(self.element, h).masked_fill(~used[..., None], -torch.inf)
        # the mean of a component, and how narrow it is, are learnt apart
        concentration = score.log_softmax(2) + (3 + sharpness)[:, :, None]
        log_share = share.log_softmax(-1)[..., None]
        return torch.cat([log_share, concentration.transpose(2, 3)], dim=-1)

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return criterion(self(x), y, weight)


class DirichletMixtureLoss(nn.Module):
    """Negative log-likelihood of compositions under mixtures of Dirichlets."""

    def forward(self, parameters, y, weight):
        """Return the losses, shape ``(n_members,)``."""
        log_share, concentration = parameters[..., 0], parameters[..., 1:].exp()
        used = concentration > 0
        y = y[:, None].clamp(min=_LEAST_AMOUNT)
        terms = torch.where(used, (concentration - 1) * y.log(), 0.0).sum(-1)
        gammas = torch.where(used, concentration, 1.0).lgamma().sum(-1)
        log_density = concentration.sum(-1).lgamma() - gammas + terms
        losses = -(log_share + log_density).logsumexp(-1)
        return weighted_mean(losses, weight)


_LEAST_AMOUNT = 1e-3  # an element that is named is there: no density without end at 0


def _each(layer, h):
    """Apply a packed layer to every slot of ``(members, samples, slots, width)``."""
    return layer(h.flatten(1, 2)).unflatten(1, h.shape[1:3])


def _normalised(h):
    return nn.functional.layer_norm(h, h.shape[-1:])
