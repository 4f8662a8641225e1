"""Fully connected networks."""

from torch import nn

from sklmag._nn._packed import PackedLinear, SharedDropout, packed

ACTIVATIONS = {"relu": nn.ReLU, "elu": nn.ELU, "silu": nn.SiLU, "tanh": nn.Tanh}


class DenseBody(nn.Sequential):
    """Hidden layers: linear, activation, dropout, `n_layers` times.

    Notes
    -----
    Shapes: ``(n_members, n_samples, n_inputs)`` to ``(n_members, n_samples, width)``.
    Dropout draws for each row, or with `shared` once for all of a batch.
    """

    def __init__(
        self, n_members, n_inputs, *, n_layers, width, activation, dropout, shared=False
    ):
        layers, drop = [], SharedDropout if shared else nn.Dropout
        for i in range(n_layers):
            layers.append(PackedLinear(n_members, width if i else n_inputs, width))
            layers.append(ACTIVATIONS[activation]())
            layers.append(drop(dropout))
        super().__init__(*layers)


class DenseNet(nn.Module):
    """Hidden layers and a linear output, the mean of `outputs_per_target` units.

    Notes
    -----
    Shapes: ``(n_samples, n_features)`` to ``(n_members, n_samples, n_targets)``.
    """

    def __init__(
        self,
        *,
        n_members,
        n_features,
        n_targets,
        n_layers,
        width,
        activation="relu",
        dropout=0.0,
        outputs_per_target=1,
    ):
        super().__init__()
        self.n_members = n_members
        self.n_targets = n_targets
        self.body = DenseBody(
            n_members,
            n_features,
            n_layers=n_layers,
            width=width,
            activation=activation,
            dropout=dropout,
        )
        self.head = PackedLinear(n_members, width, outputs_per_target * n_targets)

    def forward(self, x):
        """Predict every member's scaled targets."""
        outputs = self.head(self.body(packed(x, self.n_members)))
        return outputs.unflatten(-1, (self.n_targets, -1)).mean(-1)

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return criterion(self(x), y, weight)
