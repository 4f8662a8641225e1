"""A variational autoencoder of images: convolutions down to a code, and back."""

import itertools
import math
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class GrainVAELayers:
    """Sizes of the layers of a :class:`GrainVAENet`.

    Parameters
    ----------
    channels : tuple of int
        Channels after each convolution, which halves height and width.
    width : int
        Units of the dense layer between convolutions and code.
    n_latent : int
        Length of the code.
    """

    channels: tuple
    width: int
    n_latent: int


GRAIN_VAE_LAYERS = {
    "paper": GrainVAELayers((16, 32, 64, 128, 256), 2048, 512),
    "small": GrainVAELayers((16, 32, 64), 256, 64),
}


class GrainVAENet(nn.Module):
    """Encoder and decoder.

    Parameters
    ----------
    n_channels : int
        Channels of an image.
    shape : tuple of int
        Height and width; what is left over when they are halved is filled by repeating
        the last row and column, and cut off again.
    layers : GrainVAELayers
        Sizes.

    Notes
    -----
    The first and the last convolution have kernels of 4 x 4, the others of 2 x 2, all
    with stride 2. Shapes: images ``(n_samples, n_channels, n_y, n_x)``, codes
    ``(n_samples, n_latent)``.
    """

    def __init__(self, *, n_channels, shape, layers):
        super().__init__()
        self.shape = tuple(shape)
        step = 2 ** len(layers.channels)
        self.grid = tuple(math.ceil(n / step) for n in shape)
        self.padding = tuple(
            n * step - m for n, m in zip(self.grid, shape, strict=True)
        )
        sizes = (n_channels, *layers.channels)
        n_flat = sizes[-1] * math.prod(self.grid)
        down = []
        for i, (before, after) in enumerate(itertools.pairwise(sizes)):
            kernel, padding = (4, 1) if i == 0 else (2, 0)
            down += [nn.Conv2d(before, after, kernel, 2, padding), nn.ELU()]
        self.down = nn.Sequential(
            *down, nn.Flatten(), nn.Linear(n_flat, layers.width), nn.ELU()
        )
        self.mean = nn.Linear(layers.width, layers.n_latent)
        self.log_variance = nn.Linear(layers.width, layers.n_latent)
        up = []
        for i in range(len(sizes) - 1, 0, -1):
            kernel, padding = (4, 1) if i == 1 else (2, 0)
            up += [nn.ConvTranspose2d(sizes[i], sizes[i - 1], kernel, 2, padding)]
            up += [nn.Tanh() if i == 1 else nn.ELU()]
        self.up = nn.Sequential(
            nn.Linear(layers.n_latent, layers.width),
            nn.ELU(),
            nn.Linear(layers.width, n_flat),
            nn.ELU(),
            nn.Unflatten(1, (sizes[-1], *self.grid)),
            *up,
        )

    def encode(self, images):
        """Return mean and logarithm of the variance of the codes."""
        bottom, right = self.padding
        images = nn.functional.pad(images, (0, right, 0, bottom), mode="replicate")
        h = self.down(images)
        return self.mean(h), self.log_variance(h)

    def decode(self, codes):
        """Return the images of codes."""
        n_y, n_x = self.shape
        return self.up(codes)[:, :, :n_y, :n_x]

    def training_losses(self, x, y, weight, criterion):
        """Return the loss of the one member on a batch of images, shape (1,)."""
        return criterion(*self.losses(x)).mean()[None].double()  # summed exactly

    def losses(self, images):
        """Return squared error and Kullback-Leibler divergence of each image."""
        mean, log_variance = self.encode(images)
        noise = torch.randn_like(mean)
        decoded = self.decode(mean + noise * (log_variance / 2).exp())
        error = (decoded - images).square().sum(dim=(1, 2, 3))
        divergence = mean.square() + log_variance.exp() - 1 - log_variance
        return error, divergence.sum(dim=1) / 2


class EvidenceLoss(nn.Module):
    """Squared error and divergence, added up; the negative evidence lower bound.

    Parameters
    ----------
    kl_weight : float
        Weight of the divergence.
    """

    def __init__(self, kl_weight):
        super().__init__()
        self.kl_weight = kl_weight

    def forward(self, error, divergence):
        """Return the loss of each image."""
        return error + self.kl_weight * divergence
