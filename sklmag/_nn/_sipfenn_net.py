"""The networks of SIPFENN: wide layers with a mix of activations."""

from dataclasses import dataclass

from torch import nn

from sklmag._nn._packed import PackedLinear, packed


@dataclass(frozen=True)
class SIPFENNLayers:
    """Widths and activations of the hidden layers, and after how many of them dropout.

    Attributes
    ----------
    widths : tuple of int
    activations : tuple of {"softsign", "sigmoid", "elu"}
    n_dropout : int
        The first layers, each of which a dropout follows.
    """

    widths: tuple
    activations: tuple
    n_dropout: int


SIPFENN_LAYERS = {
    "NN8": SIPFENNLayers(
        (10000, 10000, 1000, 100), ("softsign", "sigmoid", "elu", "elu"), 0
    ),
    "NN9": SIPFENNLayers(
        (10000, 10000, 10000, 10000, 1000, 100),
        ("softsign", "sigmoid", "sigmoid", "sigmoid", "elu", "elu"),
        0,
    ),
    "NN20": SIPFENNLayers(
        (10000, 10000, 10000, 10000, 1000, 100),
        ("softsign", "sigmoid", "elu", "sigmoid", "elu", "elu"),
        5,
    ),
    "NN24": SIPFENNLayers(
        (4000, 4000, 4000, 1000, 100),
        ("softsign", "sigmoid", "elu", "elu", "elu"),
        4,
    ),
    "perceptron": SIPFENNLayers((1,), ("sigmoid",), 0),
}
ACTIVATIONS = {"softsign": nn.Softsign, "sigmoid": nn.Sigmoid, "elu": nn.ELU}


class SIPFENNNet(nn.Module):
    """Hidden layers and a linear output.

    Parameters
    ----------
    n_members, n_features, n_targets : int
        Sizes.
    layers : SIPFENNLayers
        The hidden layers.
    dropout : float, default=0.0
        Probability with which a unit of a layer that has dropout is left out.

    Notes
    -----
    Shapes: ``(n_samples, n_features)`` to ``(n_members, n_samples, n_targets)``.
    """

    def __init__(self, *, n_members, n_features, n_targets, layers, dropout=0.0):
        super().__init__()
        self.n_members = n_members
        body, n_inputs = [], n_features
        hidden = zip(layers.widths, layers.activations, strict=True)
        for i, (width, activation) in enumerate(hidden):
            body += [
                PackedLinear(n_members, n_inputs, width),
                ACTIVATIONS[activation](),
            ]
            if i < layers.n_dropout:
                body.append(nn.Dropout(dropout))
            n_inputs = width
        self.body = nn.Sequential(*body)
        self.head = PackedLinear(n_members, n_inputs, n_targets)

    def linear_layers(self):
        """Return the linear layers from input to output."""
        layers = [layer for layer in self.body if isinstance(layer, PackedLinear)]
        return [*layers, self.head]

    def forward(self, x):
        """Predict every member's scaled targets."""
        return self.head(self.body(packed(x, self.n_members)))

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of each member on a batch, shape (n_members,)."""
        return criterion(self(x), y, weight)
