"""GrainVAE: grain structures as codes, and codes as grain structures."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import torch
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from sklmag._nn._grain_vae_net import GRAIN_VAE_LAYERS, EvidenceLoss, GrainVAENet
from sklmag._utils._papers import KOVACS_2023
from sklmag._utils._validation import Interval, StrOptions, fit_context
from sklmag.microstructure import (
    decode_easy_axis,
    encode_easy_axis,
    make_grain_structures,
    symmetric_copies,
)
from sklmag.microstructure._maps import as_maps, read_again, remember_grid
from sklmag.models._plan import TrainingPlan
from sklmag.models._session import chosen_device, device_here, seeded
from sklmag.models._state import ArrayState, load_arrays
from sklmag.models._tensor_net import TensorNet
from sklmag.models._watch import watched

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


_CHUNK = 64  # rows a pass when predicting; a fixed number, on which rounding depends
_CELLS_PER_GRAIN = (100, 1600)  # of generated structures: finest and coarsest


class GrainBatches:
    """Images of the structures of an epoch, drawn afresh each time.

    Parameters
    ----------
    angles : ndarray of shape (n_samples, n_y, n_x)
        Structures given.
    draw : callable
        Gives the structures of an epoch.
    encode : callable
        Makes a tensor of structures.
    random : RandomState
        What shuffles.
    """

    def __init__(self, angles, draw, encode, random):
        self.x, self.y = encode(angles[:1]), None
        self._draw, self._encode, self._random = draw, encode, random
        self._n_seen = len(angles)

    def __len__(self):
        return self._n_seen

    def batches(self, batch_size):
        """Yield the batches of one epoch, in random order."""
        seen = self._draw()
        order, self._n_seen = self._random.permutation(len(seen)), len(seen)
        for start in range(0, len(seen), batch_size):
            images = self._encode(seen[order[start : start + batch_size]])
            yield images, None, images.new_ones((1, len(images)))


class GrainVAE(
    ArrayState, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    r"""A variational autoencoder of grain structures [1]_.

    Put a :class:`SharedHeadRegressor` behind it to predict demagnetization curves.

    Parameters
    ----------
    preset : {"small", "paper"}, default="small"
        Sizes of the layers. "paper" has five convolutions and a code of 512 numbers;
        with it, images of 160 x 160 and ``encoding="x"``, encoder and decoder have the
        published 15,382,256 and 14,338,801 parameters. "small" has three convolutions
        and a code of 64 numbers.
    n_latent : int, default=None
        Length of the code; None is that of the preset.
    encoding : {"double-angle", "x"}, default="double-angle"
        What an image shows of the easy axes, see
        :func:`~sklmag.microstructure.encode_easy_axis`; "x" is that of the paper.
    kl_weight : float, default=1.0
        Weight of the Kullback-Leibler divergence in the loss.
    n_generated : int, default=0
        Structures that are made afresh in every epoch and trained on beside those
        given, of the same shape: 16 to 256 grains at 160 x 160 cells, fewer on fewer
        cells, and misalignments of up to 180°. Those of one epoch are in memory at a
        time, so prefer many epochs of few.
    symmetric_copies : bool, default=False
        Whether a structure is seen in each epoch as one of its four images that have
        the same curve, drawn at random: see
        :func:`~sklmag.microstructure.symmetric_copies`.
    lr : float, default=0.001
        Learning rate of Nadam; the paper has 0.0001.
    max_epochs : int, default=40
        Passes over the structures; the paper has 400 over 320,000.
    batch_size : int, default=64
        Structures a step.
    random_state : int, RandomState instance or None, default=None
        Seed of weights, codes, batches and generated structures.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    net_ : torch.nn.Module
        The trained encoder and decoder.
    loss_curve_ : list of float
        Mean loss of each epoch.
    shape_ : tuple of int
        Cells along y and x.
    cell_nm_ : float
        Edge of a cell, where it was fitted to GrainStructures.
    n_features_in_ : int
        Length of the second axis of X.

    See Also
    --------
    SharedHeadRegressor : From codes to anchor points.
    sklmag.microstructure.make_hysteresis_dataset : Structures with their curves.

    Notes
    -----
    X holds angles of easy axes in radians, as maps of shape (n_samples, n_y, n_x) or
    as rows of a table: a row of n² numbers is taken for a square map, any other for a
    map of height one, so keep rectangles as maps. The loss of a structure with images
    :math:`x` and code :math:`z` is

    .. math:: \sum_{pixels} (x - \hat x(z))^2 + w\, D_{KL}(q(z|x)\,\|\,N(0, 1)),

    the paper does not tell how it weighs the two. Codes of `transform` are the means,
    without noise.

    Where few structures have labels, let the autoencoder see more than those: either by
    ``n_generated``, or fit it alone and freeze it,
    ``make_pipeline(FrozenEstimator(vae), SharedHeadRegressor())``.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> from sklmag.microstructure import make_grain_structures
    >>> from sklmag.models import GrainVAE
    >>> grains = make_grain_structures(
    ...     40, shape=(16, 16), size_nm=32, n_grains=3, random_state=0
    ... )
    >>> vae = GrainVAE(n_latent=4, max_epochs=2, random_state=0).fit(grains.angles)
    >>> codes = vae.transform(grains.angles)
    >>> codes.shape, vae.interpolate(codes[0], codes[1], 5).shape
    ((40, 4), (5, 16, 16))
    """

    citation = KOVACS_2023
    reads = "grains"

    _parameter_constraints = {
        "preset": [StrOptions(set(GRAIN_VAE_LAYERS))],
        "n_latent": [Interval(Integral, 1, None, closed="left"), None],
        "encoding": [StrOptions({"double-angle", "x"})],
        "kl_weight": [Interval(Real, 0, None, closed="left")],
        "n_generated": [Interval(Integral, 0, None, closed="left")],
        "symmetric_copies": ["boolean"],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "device": [str],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        preset: Literal["small", "paper"] = "small",
        n_latent: int | None = None,
        encoding: Literal["double-angle", "x"] = "double-angle",
        kl_weight: float = 1.0,
        n_generated: int = 0,
        symmetric_copies: bool = False,
        lr: float = 0.001,
        max_epochs: int = 40,
        batch_size: int = 64,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        verbose: int | bool = 0,
    ) -> None:
        self.preset = preset
        self.n_latent = n_latent
        self.encoding = encoding
        self.kl_weight = kl_weight
        self.n_generated = n_generated
        self.symmetric_copies = symmetric_copies
        self.lr = lr
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    # -- fitting ------------------------------------------------------------------

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Train encoder and decoder.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians; or GrainStructures, which know how large
            their cells are.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        maps = validate_data(self, as_maps(X), dtype=np.float64, allow_nd=True)
        self._is_table = maps.ndim == 2
        remember_grid(self, X, maps)
        self._fitted_settings = self.get_params() | {"random_state": None}
        random = check_random_state(self.random_state)
        with seeded(random.randint(np.iinfo(np.int32).max), self.device):
            self.net_ = self._built(chosen_device(self.device))
            angles = maps.reshape(-1, *self.shape_)
            rows = GrainBatches(
                angles, lambda: self._epoch(angles, random), self._images, random
            )
            plan = TrainingPlan(
                batch_size=self.batch_size, n_epochs=self.max_epochs, lr=self.lr
            )
            with watched(self, plan.n_epochs) as watch:
                self.net_.train(rows, plan, watch=watch)
        self.net_.module_.eval()
        self.loss_curve_ = list(self.net_.history[:, "train_loss"])
        return self

    def _module(self):
        """Return the module of the last fit, with fresh weights."""
        settings = self._fitted_settings
        layers = GRAIN_VAE_LAYERS[settings["preset"]]
        if settings["n_latent"] is not None:
            layers = replace(layers, n_latent=settings["n_latent"])
        return GrainVAENet(
            n_channels=2 if settings["encoding"] == "double-angle" else 1,
            shape=self.shape_,
            layers=layers,
        )

    def _built(self, device):
        """Return a net with fresh weights."""
        settings = self._fitted_settings
        return TensorNet(
            self._module().to(device).eval(),
            criterion=EvidenceLoss(settings["kl_weight"]),
            optimizer=torch.optim.NAdam,
            lr=settings["lr"],
            callbacks="disable",
            device=device,
            train_split=None,
            verbose=0,
        ).initialize()

    def _epoch(self, angles, random):
        """Return the structures of an epoch: those given, and others made afresh."""
        if self.symmetric_copies:
            images = symmetric_copies(angles).reshape(4, *angles.shape)
            angles = images[random.randint(4, size=len(angles)), np.arange(len(angles))]
        return np.concatenate((angles, self._generated(random)))

    def _generated(self, random):
        """Return the structures of an epoch that nobody gave."""
        if not self.n_generated:
            return np.empty((0, *self.shape_))
        n_cells = math.prod(self.shape_)
        finest, coarsest = (max(1, n_cells // n) for n in _CELLS_PER_GRAIN)
        return make_grain_structures(
            self.n_generated, shape=self.shape_, n_grains=(coarsest, finest),
            random_state=random,
        ).angles  # fmt: skip

    def _images(self, angles):
        encoding = self._fitted_settings["encoding"]
        images = encode_easy_axis(angles, encoding).astype(np.float32)
        return torch.as_tensor(images, device=self.net_.device)

    # -- codes and structures -----------------------------------------------------

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Return the codes of structures.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians; or GrainStructures, which know how large
            their cells are.

        Returns
        -------
        ndarray of shape (n_samples, n_latent)
            Means of the codes.
        """
        check_is_fitted(self)
        check = partial(
            validate_data, self, dtype=np.float64, allow_nd=True, reset=False
        )
        maps = read_again(self, X, check)
        angles = maps.reshape(-1, *self.shape_)
        return self._in_chunks(
            angles, lambda chunk: self.net_.module_.encode(self._images(chunk))[0]
        )

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Return the structures of codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_latent)
            Codes.

        Returns
        -------
        ndarray of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians, from -pi/2 to pi/2, in the form that
            `fit` was given.
        """
        angles = decode_easy_axis(self.decode(X), self._fitted_settings["encoding"])
        return angles.reshape(len(angles), -1) if self._is_table else angles

    def decode(self, X: ArrayLike) -> np.ndarray:
        """Return the images of codes, which are blurred where angles are not.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_latent)
            Codes.

        Returns
        -------
        ndarray of shape (n_samples, n_channels, n_y, n_x)
            Images in the encoding.
        """
        check_is_fitted(self)
        codes = check_array(X, dtype=np.float32)
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"X has codes of {codes.shape[1]} numbers, but this "
                f"{type(self).__name__} has {self._n_features_out}."
            )
        device = self.net_.device
        return self._in_chunks(
            codes,
            lambda chunk: self.net_.module_.decode(
                torch.as_tensor(chunk, device=device)
            ),
        )

    def sample(
        self,
        n_samples: int = 1,
        random_state: int | np.random.RandomState | None = None,
    ) -> np.ndarray:
        """Return structures of codes drawn from a normal distribution.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        random_state : int, RandomState instance or None, default=None
            Seed.

        Returns
        -------
        ndarray of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            As of `inverse_transform`.
        """
        check_is_fitted(self)
        random = check_random_state(random_state)
        return self.inverse_transform(
            random.normal(size=(n_samples, self._n_features_out))
        )

    def interpolate(self, z_A: ArrayLike, z_B: ArrayLike, n: int = 6) -> np.ndarray:
        """Return the structures on the straight line between two codes.

        Parameters
        ----------
        z_A, z_B : array-like of shape (n_latent,)
            Codes of the first and of the last.
        n : int, default=6
            How many, the ends included.

        Returns
        -------
        ndarray of shape (n, n_y, n_x) or (n, n_cells)
            As of `inverse_transform`.
        """
        share = np.linspace(0, 1, n)[:, None]
        z_A, z_B = np.asarray(z_A), np.asarray(z_B)
        return self.inverse_transform((1 - share) * z_A + share * z_B)

    def _in_chunks(self, rows, compute):
        """Compute with a fixed number of rows at a time, the last filled up."""
        found = []
        with torch.no_grad():
            for start in range(0, len(rows), _CHUNK):
                chunk = rows[start : start + _CHUNK]
                filled = np.zeros((_CHUNK, *rows.shape[1:]), rows.dtype)
                filled[: len(chunk)] = chunk
                found.append(compute(filled).cpu().numpy()[: len(chunk)])
        return np.concatenate(found).astype(np.float64)

    @property
    def _n_features_out(self):
        return self.net_.module_.mean.out_features

    def _rebuild(self, weights):
        """Build the net of the last fit, on the device that is here, with weights."""
        device = device_here(self._fitted_settings["device"])
        with seeded(0, device):
            self.net_ = self._built(device)
        load_arrays(self.net_.module_, weights)
