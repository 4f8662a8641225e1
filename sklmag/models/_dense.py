"""The dense network regressor (DNNR)."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

from sklmag._nn._dense import ACTIVATIONS, DenseNet
from sklmag._utils._papers import LIANG_2024
from sklmag._utils._validation import Interval, StrOptions
from sklmag.models._net import NetRegressor

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


class DenseRegressor(NetRegressor):
    """Fully connected network for regression: the DNNR of sintered-magnet work [1]_.

    Features and targets are scaled inside, the best network on held-out rows is
    kept, and several targets share one network.

    Parameters
    ----------
    n_layers : int, default=3
        Hidden layers.
    width : int, default=128
        Units in each of them.
    activation : {"relu", "elu", "silu", "tanh"}, default="relu"
        Activation after each hidden layer.
    dropout : float, default=0.0
        Probability with which a hidden unit is left out of a training step.
    outputs_per_target : int, default=1
        Outputs that are averaged for a target; the nets of [2]_ have two.
    n_members : int, default=1
        Networks trained side by side from different initial weights and held-out
        rows; the prediction is their mean.
    loss : {"mae", "mse", "huber"}, default="mae"
        Loss on the scaled targets.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adam"
        Optimizer.
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
    early_stopping : bool, default=True
        Hold rows out, stop when their loss no longer falls, and return to the best
        epoch.
    validation_fraction : float, default=0.1
        Share of the (different) rows that is held out.
    n_iter_no_change : int, default=30
        Epochs without a gain of `tol` before training stops.
    tol : float, default=0.0
        Least gain of the validation loss that counts.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows, batches and dropout.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision inside; "auto" is float64 up to 100 rows, where it costs little
        and results do not depend on the order of sums, and float32 above.
    n_threads : int, default=None
        Threads of torch; None means one up to 10,000 rows, where several would
        only wait for each other, and torch's own setting above.
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
    MultiHeadAttentionRegressor : The same with attention.

    Notes
    -----
    As in [1]_: Xavier initial weights, ReLU, Adam, mean absolute error and early
    stopping. The paper gives no sizes; these are ours.

    References
    ----------
    .. [1] Q. Liang et al., "Performance prediction of sintered NdFeB magnet using
       multi-head attention regression models", Sci. Rep. 14 (2024) 28822,
       doi:10.1038/s41598-024-79435-7.
    .. [2] T. Long, Z. Long, B. Pang, "Predictor-corrector inverse design scheme for
       property-composition prediction of amorphous alloys", Trans. Nonferrous Met.
       Soc. China 35 (2025) 169, doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.models import DenseRegressor
    >>> X, y = make_sintered_ndfeb(200, 0, random_state=0)
    >>> model = DenseRegressor(max_epochs=50, random_state=0)
    >>> model.fit(X[["Al", "Dy"]], y["Br_kG"]).predict(X[["Al", "Dy"]]).shape
    (200,)
    """

    citation = LIANG_2024

    _parameter_constraints = {
        **NetRegressor._parameter_constraints,
        "activation": [StrOptions(set(ACTIVATIONS))],
        "outputs_per_target": [Interval(Integral, 1, None, closed="left")],
    }
    _shape = (*NetRegressor._shape, "outputs_per_target")

    def __init__(
        self,
        *,
        n_layers: int = 3,
        width: int = 128,
        activation: Literal["relu", "elu", "silu", "tanh"] = "relu",
        dropout: float = 0.0,
        outputs_per_target: int = 1,
        n_members: int = 1,
        loss: Literal["mae", "mse", "huber"] = "mae",
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] = "adam",
        lr: float = 0.001,
        lr_schedule: Literal["constant", "one-cycle"] = "constant",
        weight_decay: float = 0.0,
        max_epochs: int = 300,
        batch_size: int | Literal["auto"] = "auto",
        early_stopping: bool = True,
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
        self.n_layers = n_layers
        self.width = width
        self.activation = activation
        self.dropout = dropout
        self.outputs_per_target = outputs_per_target
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
        names = ("n_members", "n_layers", "width", "activation", "dropout",
                 "outputs_per_target")  # fmt: skip
        return DenseNet(
            n_features=n_features,
            n_targets=n_targets,
            **{name: settings[name] for name in names},
        )
