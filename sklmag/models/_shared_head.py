"""Several targets from one trunk: the regressor of demagnetization curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag._nn._dense import ACTIVATIONS
from sklmag._nn._shared_head import SharedHeadNet
from sklmag._utils._papers import KOVACS_2023
from sklmag._utils._validation import StrOptions
from sklmag.models._held_out import N_FOLDS, folds
from sklmag.models._net import NetRegressor

if TYPE_CHECKING:
    from collections.abc import Sequence


_PRESETS = {
    "small": {"trunk": (128, 128, 64), "head": (32, 16)},
    "paper": {"trunk": (512, 1024, 512, 256, 128, 64), "head": (32, 16, 8, 4, 2)},
}


class SharedHeadRegressor(NetRegressor):
    """Multi-target regression: shared layers, and a head for each target [1]_.

    Parameters
    ----------
    preset : {"small", "paper"}, default="small"
        Widths of the layers, see Notes.
    trunk_widths : tuple of int, default=None
        Widths of the shared layers in place of the preset's.
    head_widths : tuple of int, default=None
        Widths of the layers of each head in place of the preset's.
    activation : {"elu", "relu", "silu", "tanh"}, default="elu"
        Activation after each hidden layer.
    n_members : int, default=1
        Networks trained side by side from different initial weights and held-out
        rows; the prediction is their mean.
    loss : {"mae", "mse", "huber"}, default="mse"
        Loss on the scaled targets.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adam"
        Optimizer; the paper has "nadam".
    lr : float, default=0.001
        Learning rate.
    lr_schedule : {"constant", "one-cycle"}, default="constant"
        Course of the learning rate; "one-cycle" rises to `lr` and anneals to zero.
    weight_decay : float, default=0.0
        Weight decay of the optimizer.
    max_epochs : int, default=300
        The most passes over the training rows.
    batch_size : int or "auto", default="auto"
        Rows a step; "auto" is min(256, n_samples).
    early_stopping : bool or "cv", default=True
        Hold rows out, stop when their loss no longer falls, and return to the best
        epoch. "cv" finds the number of epochs by four-fold cross-validation, as the
        paper does, and then trains on all rows for as many; it costs five fits.
    validation_fraction : float, default=0.1
        Share of the (different) rows that is held out.
    n_iter_no_change : int, default=30
        Epochs without a gain of `tol` before training stops.
    tol : float, default=0.0
        Least gain of the validation loss that counts.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows and batches.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision inside; "auto" is float64 up to 100 rows and float32 above.
    n_threads : int, default=None
        Threads of torch; None means one up to 10,000 rows, and torch's own setting
        above.
    callbacks : list of skorch callbacks, default=None
        Called at each step and epoch of `fit`, as copies in ``net_.callbacks_``; the
        list itself is not changed.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    net_ : skorch.NeuralNet
        The trained network.
    history_ : list of dict
        Training loss, and validation loss where there is one, of each epoch.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_curve_ : list of (int, float)
        Epoch and validation loss.
    n_iter_ : int
        Epochs run.
    fold_curve_ : list of float
        Validation loss of each epoch, the mean of four folds, where early_stopping is
        "cv"; its least is at `n_iter_`.
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names.

    See Also
    --------
    DenseRegressor : One network for all targets up to the last layer.
    sklmag.microstructure.anchor_points : The six targets of the paper.

    Notes
    -----
    "paper" has shared layers of 512, 1024, 512, 256, 128 and 64 units and heads of 32,
    16, 8, 4 and 2: 1,502,006 weights for 512 features and 6 targets. "small" has 128,
    128, 64 and 32, 16. Features and targets are scaled inside, as the paper does not.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.models import SharedHeadRegressor
    >>> X = np.random.default_rng(0).uniform(size=(200, 3))
    >>> y = np.column_stack((X[:, 0] + X[:, 1], X[:, 0] - X[:, 2]))
    >>> model = SharedHeadRegressor(max_epochs=30, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (200, 2)
    """

    citation = KOVACS_2023

    _parameter_constraints = {
        **{
            name: allowed
            for name, allowed in NetRegressor._parameter_constraints.items()
            if name not in ("n_layers", "width", "dropout")
        },
        "preset": [StrOptions(set(_PRESETS))],
        "trunk_widths": [tuple, list, None],
        "head_widths": [tuple, list, None],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "early_stopping": ["boolean", StrOptions({"cv"})],
    }

    _shape = ("n_members", "preset", "trunk_widths", "head_widths", "activation")

    def __init__(
        self,
        *,
        preset: Literal["small", "paper"] = "small",
        trunk_widths: tuple[int, ...] | None = None,
        head_widths: tuple[int, ...] | None = None,
        activation: Literal["elu", "relu", "silu", "tanh"] = "elu",
        n_members: int = 1,
        loss: Literal["mae", "mse", "huber"] = "mse",
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] = "adam",
        lr: float = 0.001,
        lr_schedule: Literal["constant", "one-cycle"] = "constant",
        weight_decay: float = 0.0,
        max_epochs: int = 300,
        batch_size: int | Literal["auto"] = "auto",
        early_stopping: bool | Literal["cv"] = True,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 30,
        tol: float = 0.0,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "float64"] = "auto",
        n_threads: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.preset = preset
        self.trunk_widths = trunk_widths
        self.head_widths = head_widths
        self.activation = activation
        self.n_members = n_members
        self.loss = loss
        self.optimizer = optimizer
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.device = device
        self.dtype = dtype
        self.n_threads = n_threads
        self.callbacks = callbacks
        self.verbose = verbose

    def _build_module(self, settings, n_features, n_targets):
        preset = _PRESETS[settings["preset"]]
        trunk, head = (
            preset[name]
            if settings[f"{name}_widths"] is None
            else settings[f"{name}_widths"]
            for name in ("trunk", "head")
        )
        return SharedHeadNet(
            n_members=settings["n_members"],
            n_features=n_features,
            n_targets=n_targets,
            trunk=tuple(trunk),
            head=tuple(head),
            activation=settings["activation"],
        )

    def _train(self, X, y, sample_weight, *, fresh, n_epochs=None, changes=None):
        if self.early_stopping == "cv" and n_epochs is None:
            self.fold_curve_ = self._losses_of_folds(X, y, sample_weight)
            best = int(np.argmin(self.fold_curve_)) + 1
            changes = {"early_stopping": False, "max_epochs": best} | (changes or {})
        return super()._train(
            X, y, sample_weight, fresh=fresh, n_epochs=n_epochs, changes=changes
        )

    def _losses_of_folds(self, X, y, sample_weight):
        """Return the mean validation loss of four folds after each epoch."""
        asked = {"early_stopping": True, "n_members": N_FOLDS, "warm_start": False}
        judge = _FoldsRegressor(**self.get_params() | asked)
        return [loss for _, loss in judge.fit(X, y, sample_weight).validation_curve_]


class _FoldsRegressor(SharedHeadRegressor):
    """One network a fold, side by side."""

    _held_out = staticmethod(folds)
