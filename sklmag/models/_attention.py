"""The multi-head attention regressor (MHAR)."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from sklmag._nn._attention import AttentionNet
from sklmag._nn._dense import ACTIVATIONS
from sklmag._utils._papers import LIANG_2024
from sklmag._utils._validation import Interval, StrOptions
from sklmag.models._net import NetRegressor
from sklmag.models._plan import batch_size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


_DEFAULT = {
    "attention": "sample",
    "n_heads": 4,
    "n_layers": 2,
    "width": 128,
    "activation": "silu",
    "dropout": 0.3,
    "n_members": 8,
    "loss": "mae",
    "optimizer": "adamw",
    "lr": 0.006,
    "lr_schedule": "one-cycle",
    "weight_decay": 0.3,
    "max_epochs": "auto",
    "validation_fraction": 0.2,
    "n_iter_no_change": None,
}
_PAPER = {
    "attention": "feature",
    "n_heads": 4,
    "n_layers": 2,
    "width": 128,
    "activation": "relu",
    "dropout": 0.0,
    "n_members": 1,
    "loss": "mse",
    "optimizer": "adam",
    "lr": 0.001,
    "lr_schedule": "constant",
    "weight_decay": 0.0,
    "max_epochs": 300,
    "validation_fraction": 0.1,
    "n_iter_no_change": 30,
}
_PRESETS = {"default": _DEFAULT, "paper": _PAPER}


class MultiHeadAttentionRegressor(NetRegressor):
    r"""Multi-head attention regressor (MHAR) for tables, after [1]_.

    By default each sample attends to the rows that the model was trained on, and
    takes over what a dense network gets wrong there; an ensemble of such networks is
    trained side by side, each on its own part of the rows. ``attention="feature"``
    lets the features of one sample attend to each other instead.

    Parameters
    ----------
    preset : {"default", "paper"}, default="default"
        Where parameters that are None take their value from: "default" is the
        one found best here, "paper" the plain net of [1]_. Both are listed in
        the Notes.
    attention : {"sample", "feature", "both"}, default=None
        What attends to what.
    n_heads : int, default=None
        Attention heads; the paper recommends at most 4.
    n_layers : int, default=None
        Hidden layers of the dense part.
    width : int, default=None
        Units in each of them.
    activation : {"relu", "elu", "silu", "tanh"}, default=None
        Activation after each hidden layer.
    dropout : float, default=None
        Probability with which a hidden unit is left out of a training step, for all
        rows alike where rows attend to rows: what they take over are residuals of the
        network that they correct.
    n_members : int, default=None
        Networks trained side by side; the prediction is their mean.
    loss : {"mae", "mse", "huber"}, default=None
        Loss on the scaled targets.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default=None
        Optimizer.
    lr : float, default=None
        (Highest) learning rate.
    lr_schedule : {"constant", "one-cycle"}, default=None
        Course of the learning rate; "one-cycle" rises to `lr` and anneals to zero.
    weight_decay : float, default=None
        Weight decay of the optimizer.
    max_epochs : int or "auto", default=None
        The most passes over the training rows; "auto" makes 400 steps, fewer below
        178 rows, and never fewer than 20 passes.
    batch_size : int or "auto", default="auto"
        Rows a step, which also are the rows attended to in that step; "auto" is
        min(256, n_samples).
    n_memory : int, default=2048
        The most training rows that are kept to attend to in `predict`; of more rows
        a random part is kept. Fitted models grow with it.
    early_stopping : bool, default=True
        Hold rows out, other ones for each member, and return each member to its
        best epoch.
    validation_fraction : float, default=None
        Share of the (different) rows that is held out.
    n_iter_no_change : int, default=None
        Epochs without a gain of `tol` before training stops; the default preset
        always runs to the end of its learning-rate cycle.
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
        The trained network, with the training rows that it attends to.
    history_ : list of dict
        Training loss, and validation loss where there is one, of each epoch.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_curve_ : list of (int, float)
        Epoch and mean validation loss of the members.
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
    DenseRegressor : The same without attention.

    Notes
    -----
    The paper's text allows several readings: attention between the features of one
    sample (its figure 7b) and across samples with Q = K = features and V = targets
    (its figure 9a). Both are here. With the dense prediction :math:`c(x)`, the
    training rows :math:`(x_j, y_j)` and heads :math:`h`,

    .. math::

        \hat y(x) = c(x) + \sum_h g_h \sum_j a_{hj}(x)\,(y_j - c(x_j)),
        \qquad a_{hj}(x) = \mathrm{softmax}_j\left(-s_h
        |W_h e(x) - W_h e(x_j)|^2\right),

    where :math:`e` are periodic embeddings of the features, and everything but
    :math:`x_j, y_j` is learnt. In place of the paper's dot product stands the
    distance in the learnt subspace :math:`W_h`, which cannot grow without bound
    outside the training data; one more key at distance 1 carries the value 0.

    Where we deviate from the paper: values are residuals, not targets; weights are
    not shared between heads; an ensemble in place of one net; the loss is MAE.

    =================== ========== =========
    parameter           default    paper
    =================== ========== =========
    attention           sample     feature
    n_heads             4          4
    n_layers            2          2
    width               128        128
    activation          silu       relu
    dropout             0.3        0.0
    n_members           8          1
    loss                mae        mse
    optimizer           adamw      adam
    lr                  0.006      0.001
    lr_schedule         one-cycle  constant
    weight_decay        0.3        0.0
    max_epochs          auto       300
    validation_fraction 0.2        0.1
    n_iter_no_change    none       30
    =================== ========== =========


    References
    ----------
    .. [1] Q. Liang et al., "Performance prediction of sintered NdFeB magnet using
       multi-head attention regression models", Sci. Rep. 14 (2024) 28822,
       doi:10.1038/s41598-024-79435-7.
    .. [2] Y. Gorishniy et al., "TabR", arXiv:2307.14338.
    .. [3] Y. Gorishniy et al., "TabM", arXiv:2410.24210.

    Examples
    --------
    >>> from sklmag.datasets import make_sintered_ndfeb
    >>> from sklmag.models import MultiHeadAttentionRegressor
    >>> X, y = make_sintered_ndfeb(100, 0, random_state=0)
    >>> X, y = X[["Al", "Dy", "Ce"]], y["Br_kG"]
    >>> model = MultiHeadAttentionRegressor(max_epochs=40, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (100,)
    >>> model.attention_maps(X).shape
    (100, 3, 3)
    """

    citation = LIANG_2024

    _parameter_constraints = {
        **{
            name: [*allowed, None] if name in _DEFAULT else allowed
            for name, allowed in NetRegressor._parameter_constraints.items()
        },
        "preset": [StrOptions(set(_PRESETS))],
        "max_epochs": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
            None,
        ],
        "attention": [StrOptions({"sample", "feature", "both"}), None],
        "n_heads": [Interval(Integral, 1, None, closed="left"), None],
        "activation": [StrOptions(set(ACTIVATIONS)), None],
        "n_memory": [Interval(Integral, 1, None, closed="left")],
    }

    _presets = _PRESETS
    _clip_norm = 1.0
    _n_steps_between_validations = 50

    def __init__(
        self,
        *,
        preset: Literal["default", "paper"] = "default",
        attention: Literal["sample", "feature", "both"] | None = None,
        n_heads: int | None = None,
        n_layers: int | None = None,
        width: int | None = None,
        activation: Literal["relu", "elu", "silu", "tanh"] | None = None,
        dropout: float | None = None,
        n_members: int | None = None,
        loss: Literal["mae", "mse", "huber"] | None = None,
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] | None = None,
        lr: float | None = None,
        lr_schedule: Literal["constant", "one-cycle"] | None = None,
        weight_decay: float | None = None,
        max_epochs: int | Literal["auto"] | None = None,
        batch_size: int | Literal["auto"] = "auto",
        n_memory: int = 2048,
        early_stopping: bool = True,
        validation_fraction: float | None = None,
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
        self.preset = preset
        self.attention = attention
        self.n_heads = n_heads
        self.n_layers = n_layers
        self.width = width
        self.activation = activation
        self.dropout = dropout
        self.n_members = n_members
        self.loss = loss
        self.optimizer = optimizer
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.n_memory = n_memory
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

    @property
    def _draws_for_rows(self):
        return self._settings()["attention"] == "feature"

    def _plan(self, settings, rows, n_epochs=None):
        if settings["max_epochs"] == "auto":
            # Few rows are learnt in few steps: 100 up to 71 rows, 400 from 178 on.
            total = np.clip(2.8 * (self._n_different_rows - 35), 100, 400)
            n_steps = rows.n_batches(batch_size_of(settings, len(rows)))
            settings = settings | {"max_epochs": max(20, int(total / n_steps))}
        return super()._plan(settings, rows, n_epochs)

    def _build_module(self, settings, n_features, n_targets):
        names = (
            "n_members",
            "attention",
            "n_heads",
            "n_layers",
            "width",
            "activation",
            "dropout",
        )
        return AttentionNet(
            n_features=n_features,
            n_targets=n_targets,
            **{name: settings[name] for name in names},
        )

    def attention_maps(self, X: ArrayLike) -> np.ndarray:
        r"""Return how much each feature attends to each other one, sample by sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_features, n_features)
            Weights from 0 to 1; each row sums to 1, and is 0 for a feature that did
            not vary in training. The mean over samples, ``.mean(axis=0)``, is the
            map of the paper's figure 7b. What it tells depends on `attention`: see the
            Notes.

        Notes
        -----
        With ``attention="feature"`` or ``"both"`` these are the softmax weights,
        averaged over heads and members. They say how tokens are mixed, not what
        matters: on :math:`y = 3 x_0 x_1 + x_2` with eight inputs all columns have means
        of 0.123 to 0.129, though the net predicts well. Shapley values rank features
        there: :func:`sklmag.inspection.shap_values`.

        With ``"sample"`` the mean over rows puts features that matter before those that
        do not, mostly in the order of their weight; Shapley values are the exact answer
        here too. No feature attends to
        another directly; what decides which rows a sample attends to is the learnt
        metric :math:`G(x) = \sum_h |g_h| s_h J_h^T J_h` with the Jacobian
        :math:`J_h = \partial W_h e / \partial x` in scaled features, and the map
        is :math:`|G_{ij}| / \sum_k |G_{ik}|`.
        """
        check_is_fitted(self)
        x = torch.as_tensor(self._scaled_features(X), device=self.net_.device)
        module = self.net_.module_.eval()
        maps = module.feature_maps(x).cpu().numpy().astype(np.float64)
        varies = self.feature_scaler_.varies_
        full = np.zeros((len(maps), len(varies), len(varies)))
        full[np.ix_(np.arange(len(maps)), varies, varies)] = maps
        return full
