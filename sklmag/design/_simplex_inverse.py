"""Wanted properties and a set of elements become a composition."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag._nn._element_set import SetNet, Simplex
from sklmag._nn._losses import CompositionLoss
from sklmag._utils._papers import LONG_2025
from sklmag._utils._validation import Interval
from sklmag.design._posterior import CompositionPosterior
from sklmag.design._set_process import SetProcess, principal_coordinates
from sklmag.design._slot_net import SlotNetRegressor
from sklmag.models._element_table import element_table

if TYPE_CHECKING:
    from collections.abc import Sequence


class SimplexInverseRegressor(SlotNetRegressor):
    r"""From wanted properties and a set of elements to a composition on the simplex.

    The order of the elements does not matter: attention over them and a softmax, so
    that amounts are positive and sum to the whole; the mean of that with a Gaussian
    process; and what forward models make of it.

    Parameters
    ----------
    embedding : str, DataFrame, or list of them, default=("magpie", "glass")
        What is known of the elements, see
        :func:`~sklmag.composition.element_embedding`.
    process_weight : float, default=0.5
        Weight of the Gaussian process in the mean with the networks; at 0 it is left
        out.
    prior_std : float, default=0.5
        How far, in the logarithm of an amount, to look around that mean for
        compositions that forward models agree with, up to 10; at 0 they are left out.
    n_layers : int, default=3
        Layers of attention.
    width : int, default=64
        Units of each.
    n_heads : int, default=4
        Heads of the attention.
    dropout : float, default=0.0
        Probability with which a hidden unit is left out.
    n_members : int, default=4
        Networks trained side by side, of which the mean is taken.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adamw"
        Optimizer; AdamW is Adam where `weight_decay` is 0.
    lr : float, default=0.003
        (Highest) learning rate.
    lr_schedule : {"constant", "one-cycle"}, default="one-cycle"
        Course of the learning rate.
    weight_decay : float, default=0.05
        Weight decay.
    max_epochs : int, default=300
        Passes over the training rows.
    batch_size : int or "auto", default=32
        Rows a step; "auto" is min(256, n_samples).
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, batches and dropout.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision inside; "auto" is float64 up to 100 rows and float32 above.
    n_threads : int, default=None
        Threads of torch; None means one up to 10,000 rows.
    callbacks : list of skorch callbacks, default=None
        Called at each step and epoch of `fit`, as copies in ``net_.callbacks_``; the
        list itself is not changed.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    whole_ : float
        What the amounts sum to: 100 (at.%) or 1.
    net_ : skorch.NeuralNet
        The trained network.
    loss_curve_ : list of float
        Training loss of each epoch.
    n_iter_ : int
        Epochs run.
    n_outputs_ : int
        Number of slots.
    n_features_in_ : int
        Number of targets and slots.

    Raises
    ------
    ValueError
        For amounts that sum neither to 1 nor to 100, slots that hold no atomic number
        or an element twice, and elements that the embedding lacks.

    See Also
    --------
    inverse_table : Makes X and y from formulas.
    DenseInverseRegressor : The networks of the paper, which read a list of elements.
    PredictorCorrector : Corrects the prediction with forward models.
    CompositionMixtureRegressor : Many answers to one question.

    Notes
    -----
    X holds the targets, then one atomic number a slot, 0 for an empty one; y the
    amounts. The networks minimise the divergence of Kullback and Leibler

    .. math:: \frac1N \sum_i \sum_j a_{ij} \ln \frac{a_{ij}}{\tilde a_{ij}}

    of the shares :math:`a`: 2 at.% too much count more where there are 5 than where
    there are 50. Beside them a Gaussian process over (alloy, element) says the
    logarithm of each share less their mean, from what is known of the element, of the
    set that it is in, and from the targets; it is fitted once, and stays in a warm
    start. Its kernel learns from up to 150 alloys, and it remembers up to 1,000.

    The mean of both, p, is the centre of a prior :math:`\ln q = \ln p + \sigma z` with
    standard normal z and :math:`\sigma` of `prior_std`. Forward models, one Gaussian
    process a target on means of what is known of the elements, say how likely each q
    has the wanted targets :math:`t`, and the prediction is the posterior mean

    .. math:: \frac{\sum_j w_j q_j}{\sum_j w_j}, \quad
              w_j = \prod_t \frac{1}{s_t(q_j)}
              \exp\left(-\frac{(f_t(q_j) - t)^2}{8 s_t(q_j)^2}\right)

    over 64 draws for each network. The deviation :math:`s` that a forward model states
    is doubled: it errs more in systems that it never saw. Forward models are fitted
    once as well, and remember up to 500 alloys.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.design import SimplexInverseRegressor, inverse_table
    >>> formulas = [f"Zr{x}Cu{100 - x}" for x in range(30, 70)]
    >>> X, y = inverse_table(formulas, {"G_GPa": [20 + x / 5 for x in range(30, 70)]})
    >>> model = SimplexInverseRegressor(max_epochs=100, random_state=0).fit(X, y)
    >>> model.predict(X.iloc[[20]]).sum().round(6)
    np.float64(100.0)
    """

    citation = LONG_2025

    _parameter_constraints = {
        **SlotNetRegressor._parameter_constraints,
        "process_weight": [Interval(Real, 0, 1, closed="both")],
        "prior_std": [Interval(Real, 0, 10, closed="both")],
    }
    _shape = (*SlotNetRegressor._shape, "process_weight", "prior_std")
    _criterion = staticmethod(lambda settings: CompositionLoss())

    def __init__(
        self,
        *,
        embedding: Any = ("magpie", "glass"),
        process_weight: float = 0.5,
        prior_std: float = 0.5,
        n_layers: int = 3,
        width: int = 64,
        n_heads: int = 4,
        dropout: float = 0.0,
        n_members: int = 4,
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] = "adamw",
        lr: float = 0.003,
        lr_schedule: Literal["constant", "one-cycle"] = "one-cycle",
        weight_decay: float = 0.05,
        max_epochs: int = 300,
        batch_size: int | Literal["auto"] = 32,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "float64"] = "auto",
        n_threads: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.embedding = embedding
        self.process_weight = process_weight
        self.prior_std = prior_std
        self.n_layers = n_layers
        self.width = width
        self.n_heads = n_heads
        self.dropout = dropout
        self.n_members = n_members
        self.optimizer = optimizer
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.warm_start = warm_start
        self.random_state = random_state
        self.device = device
        self.dtype = dtype
        self.n_threads = n_threads
        self.callbacks = callbacks
        self.verbose = verbose

    def _start(self, X, y, weight, settings):
        super()._start(X, y, weight, settings)
        self.process_ = self.posterior_ = None
        x, n_slots = self.feature_scaler_.transform(X), self.n_outputs_
        table = element_table(settings["embedding"])[1]
        coordinates = principal_coordinates(table, x[:, x.shape[1] - n_slots :])
        known = x, y / self.whole_, weight
        if settings["process_weight"]:
            self.process_ = SetProcess(coordinates, n_slots)
            self.process_.fit(*known, self._random_state)
        if settings["prior_std"]:
            spread = settings["prior_std"]
            self.posterior_ = CompositionPosterior(coordinates, n_slots, spread)
            self.posterior_.fit(*known, self._random_state)

    def _build_module(self, settings, n_features, n_targets):
        encoder = self._encoder(settings, n_features)
        return SetNet(encoder, settings["width"], constraint=Simplex())

    def _predict_members(self, X):
        """Return each member's amounts, (n_members, n_samples, n_slots)."""
        z, x, order = self._predict_ordered(X)
        z = z / z.sum(axis=-1, keepdims=True)  # single precision: within 1e-7 only
        if self.process_ is not None:
            part = self._fitted_settings["process_weight"]
            z = (1 - part) * z + part * self.process_.predict(x)
        if self.posterior_ is not None:
            z = self.posterior_.mean(x, z)
        z = np.take_along_axis(z, np.argsort(order, axis=1)[None], axis=2)
        return self.target_scaler_.inverse_transform(z)
