"""SIPFENN: formation energies, and whatever else, from descriptors of structures."""

from __future__ import annotations

import copy
from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from sklmag._nn._sipfenn_net import ACTIVATIONS, SIPFENN_LAYERS, SIPFENNNet
from sklmag._utils._papers import KRAJEWSKI_2022
from sklmag._utils._validation import Interval, StrOptions
from sklmag.models._net import NetRegressor
from sklmag.models._plan import warm_up
from sklmag.models._scaling import MagnitudeScaler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


_LARGEST_BATCH = 2048
_USUAL_LR = 0.001  # of Adam, of which the paper's rates of transfer are shares
_WARM_UP_EPOCHS = 2
_COLDEST = 1e-3  # of the learning rate, before the warm-up
_LAST = 1e-2  # of the learning rate, after the last step


class SIPFENNRegressor(NetRegressor):
    r"""The networks of SIPFENN on descriptors of crystal structures [1]_.

    Put a :class:`~sklmag.structure.VoronoiFeaturizer` in front.

    Parameters
    ----------
    architecture : {"NN8", "NN9", "NN20", "NN24", "perceptron"}, default="NN24"
        Hidden layers as published: "NN9", optimised for OQMD, and "NN20", for new
        materials, hold 312,851,201 weights on 271 features (1.3 GB), "NN8", from which
        they were made, 112,831,201, "NN24" 37,197,201 (150 MB); the perceptron is a
        single sigmoid unit.
    width_factor : float, default=1.0
        By what the widths are multiplied; 0.1 of an NN24 trains in minutes on a laptop.
    activations : {"softsign", "sigmoid", "elu"} or sequence of them, default=None
        Of all hidden layers, or of each; None has those of the architecture.
    dropout : float, default=0.05
        Probability with which a hidden unit is left out of a training step, where the
        architecture has dropout.
    n_members : int, default=1
        Networks trained side by side; the prediction is their mean.
    loss : {"mae", "mse", "huber"}, default="mae"
        Loss on the scaled targets.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adam"
        Optimizer.
    lr : float, default=0.003
        Highest learning rate; the paper has 0.001 "or above".
    lr_schedule : {"warm-up", "constant", "one-cycle"}, default="warm-up"
        Course of the learning rate, see Notes.
    weight_decay : float, default=1e-6
        Factor of the squares of the weights in the gradient.
    max_epochs : int, default=200
        The most passes over the training rows.
    batch_size : int or "auto", default="auto"
        Rows a step; "auto" is a sixteenth of the rows, a power of two from 32 to 2048,
        the published one.
    early_stopping : bool, default=True
        Hold rows out, stop when their loss no longer falls, and return to the best
        epoch.
    validation_fraction : float, default=0.15
        Share of the (different) rows that is held out, as in the paper.
    n_iter_no_change : int or None, default=None
        Epochs without a gain of `tol` before training stops; None goes on to the end.
    tol : float, default=0.0
        Least gain of the validation loss that counts.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows, batches and dropout.
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
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X had names.

    See Also
    --------
    sklmag.structure.VoronoiFeaturizer : Makes the 271 features that go in.
    sklmag.pretrained.load_pretrained : The published networks.

    Notes
    -----
    Features are divided by their largest magnitude in training; those that do not vary
    there beyond rounding are held at zero. With "warm-up" the
    learning rate rises by a factor of 1000 in the first two epochs, as in the paper,
    and then falls to a hundredth; the paper shows the course in a figure only, and does
    not tell the rate of the dropout. Targets are standardised inside, which the
    published networks were trained without; a linear output follows the sigmoid of the
    perceptron, which alone gives only 0 to 1. Of NN8 the paper gives the widths, and
    that its activations are a mix: they are those of NN9 without the two layers that it
    got.

    ============ ================================ ========================== ========
    architecture widths                           activations                dropout
    ============ ================================ ========================== ========
    NN8          2 of 10000, 1000, 100            softsign, sigmoid, 2 elu   none
    NN9          4 of 10000, 1000, 100            softsign, 3 sigmoid, 2 elu none
    NN20         4 of 10000, 1000, 100            softsign, sigmoid, elu,    after 5
                                                  sigmoid, 2 elu
    NN24         3 of 4000, 1000, 100             softsign, sigmoid, 3 elu   after 4
    ============ ================================ ========================== ========

    References
    ----------
    .. [1] A. M. Krajewski, J. W. Siegel, J. Xu, Z.-K. Liu, Comput. Mater. Sci. 208
       (2022) 111254, doi:10.1016/j.commatsci.2022.111254.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.models import SIPFENNRegressor
    >>> X = np.random.default_rng(0).uniform(size=(200, 3))
    >>> model = SIPFENNRegressor(width_factor=0.01, max_epochs=20, random_state=0)
    >>> model.fit(X, X[:, 0] - X[:, 1]).predict(X).shape
    (200,)
    >>> tuned = model.fine_tune(X[:20], X[:20, 0] - X[:20, 1] + 0.1)
    """

    citation = KRAJEWSKI_2022
    _read_before = ("structure files", "VoronoiFeaturizer")

    _parameter_constraints = {
        **{
            name: allowed
            for name, allowed in NetRegressor._parameter_constraints.items()
            if name not in ("n_layers", "width")
        },
        "architecture": [StrOptions(set(SIPFENN_LAYERS))],
        "width_factor": [Interval(Real, 0, None, closed="neither")],
        "activations": ["array-like", StrOptions(set(ACTIVATIONS)), None],
        "lr_schedule": [StrOptions({"warm-up", "constant", "one-cycle"})],
    }

    _feature_scaler_class = MagnitudeScaler
    _shape = ("n_members", "architecture", "width_factor", "activations")

    def __init__(
        self,
        *,
        architecture: Literal["NN8", "NN9", "NN20", "NN24", "perceptron"] = "NN24",
        width_factor: float = 1.0,
        activations: Sequence[str] | str | None = None,
        dropout: float = 0.05,
        n_members: int = 1,
        loss: Literal["mae", "mse", "huber"] = "mae",
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] = "adam",
        lr: float = 0.003,
        lr_schedule: Literal["warm-up", "constant", "one-cycle"] = "warm-up",
        weight_decay: float = 1e-6,
        max_epochs: int = 200,
        batch_size: int | Literal["auto"] = "auto",
        early_stopping: bool = True,
        validation_fraction: float = 0.15,
        n_iter_no_change: int | None = None,
        tol: float = 0.0,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "float64"] = "auto",
        n_threads: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.architecture = architecture
        self.width_factor = width_factor
        self.activations = activations
        self.dropout = dropout
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

    def fine_tune(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        lr_scale: float = 0.1,
        max_epochs: int = 25,
    ) -> SIPFENNRegressor:
        """Return a copy that was trained further on data of another kind.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, of few materials.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Their targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.
        lr_scale : float, default=0.1
            Share of Adam's usual learning rate, 0.001, that the rate has, without a
            schedule; whatever `lr` was.
        max_epochs : int, default=25
            Passes over the rows.

        Returns
        -------
        SIPFENNRegressor
            A fitted estimator of the same parameters; this one stays as it is.

        Notes
        -----
        The transfer learning of section 3.4 of the paper, with its rate and rounds.
        Narrow networks need more rounds: on 20 to 160 sigma phases NN20 at 5 % of its
        width was better after 600 than a ridge or XGBoost on the same phases, and after
        25 hardly better than their median (``benchmarks/bench_sipfenn.py``).
        Scaling stays that of the first fit, no row is held out, and Adam starts afresh.
        """
        check_is_fitted(self)
        if lr_scale <= 0 or not isinstance(max_epochs, Integral) or max_epochs < 1:
            raise ValueError(
                f"lr_scale={lr_scale} must be positive, and max_epochs={max_epochs} a "
                "number of epochs."
            )
        tuned = copy.deepcopy(self)
        changes = {"lr": _USUAL_LR * lr_scale, "lr_schedule": "constant"}
        return tuned._train(
            X, y, sample_weight, fresh=False, n_epochs=max_epochs, changes=changes
        )

    def input_weights(self) -> pd.Series:
        """Return how strongly each feature enters: the sum of its squared weights.

        Returns
        -------
        Series of shape (n_features,)
            Over the units of the first layer, as in figure 3.2 of the paper; the mean
            of the members.
        """
        check_is_fitted(self)
        weight = self.net_.module_.linear_layers()[0].weight.detach().cpu().double()
        names = getattr(self, "feature_names_in_", np.arange(self.n_features_in_))
        values = weight.square().sum(dim=2).mean(dim=0).numpy()
        return pd.Series(values, index=names, name="input_weight")

    def _plan(self, settings, rows, n_epochs=None):
        if settings["batch_size"] == "auto":
            sixteenth = 2 ** round(np.log2(max(len(rows) / 16, 1)))
            size = int(np.clip(sixteenth, 32, _LARGEST_BATCH))
            settings = settings | {"batch_size": size}
        plan = super()._plan(settings, rows, n_epochs)
        if settings["lr_schedule"] != "warm-up":
            return plan
        n_steps = rows.n_batches(plan.batch_size)
        n_warm = min(_WARM_UP_EPOCHS * n_steps, plan.n_epochs * n_steps // 2)
        n_falling = max(1, plan.n_epochs * n_steps - n_warm)
        return replace(plan, schedule=warm_up(n_warm, n_falling, _COLDEST, _LAST))

    def _build_module(self, settings, n_features, n_targets):
        layers = SIPFENN_LAYERS[settings["architecture"]]
        factor = settings["width_factor"]
        widths = tuple(max(1, round(factor * width)) for width in layers.widths)
        activations = _activations(settings["activations"], layers)
        return SIPFENNNet(
            n_members=settings["n_members"],
            n_features=n_features,
            n_targets=n_targets,
            layers=replace(layers, widths=widths, activations=activations),
            dropout=settings["dropout"],
        )


def _activations(chosen, layers):
    """Return the activation of each hidden layer."""
    if chosen is None:
        return layers.activations
    n_layers = len(layers.widths)
    chosen = [chosen] * n_layers if isinstance(chosen, str) else list(chosen)
    if len(chosen) != n_layers or not set(chosen) <= set(ACTIVATIONS):
        raise ValueError(
            f"activations={chosen}: one of {', '.join(ACTIVATIONS)} is needed for each "
            f"of {n_layers} hidden layers, or one for all."
        )
    return tuple(chosen)
