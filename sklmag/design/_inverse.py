"""Wanted properties and a set of elements become a composition."""

from numbers import Integral, Real

import numpy as np
import pandas as pd
import torch
from sklearn.utils.validation import validate_data

from sklmag._nn._element_set import ListNet, Penalty, SetEncoder, SetNet, Simplex
from sklmag._nn._losses import CompositionLoss
from sklmag._utils._papers import LONG_2025
from sklmag._utils._validation import Interval, StrOptions
from sklmag.design._posterior import CompositionPosterior
from sklmag.design._set_process import SetProcess, principal_coordinates
from sklmag.design._slots import SlotScaler, check_slots, whole_of
from sklmag.models._element_table import element_table
from sklmag.models._net import NetRegressor

_OURS = {
    "n_layers": 3,
    "width": 64,
    "dropout": 0.0,
    "lr": 0.003,
    "lr_schedule": "one-cycle",
    "max_epochs": 300,
    "n_members": 4,
    "weight_decay": 0.05,
    "batch_size": 32,
}
_PAPER = {
    "dropout": 0.2,
    "lr": 0.01,
    "lr_schedule": "constant",
    "max_epochs": 2800,
    "n_members": 1,
    "weight_decay": 0.0,
    "batch_size": "auto",
}
_RECIPES = {
    "simplex": _OURS,
    "penalty": {**_PAPER, "n_layers": 3, "width": 210},
    None: {**_PAPER, "n_layers": 4, "width": 310},
}


_NOT_OURS = (
    "loss",
    "early_stopping",
    "validation_fraction",
    "tol",
    "n_iter_no_change",
)


class SlotNetRegressor(NetRegressor):
    """Base of the networks that read targets and element slots."""

    _parameter_constraints = {
        name: allowed
        for name, allowed in NetRegressor._parameter_constraints.items()
        if name not in _NOT_OURS
    } | {
        "embedding": [str, list, tuple, pd.DataFrame],
        "n_heads": [Interval(Integral, 1, None, closed="left")],
    }
    _shape = ("n_members", "n_layers", "width", "n_heads", "embedding")
    _built_in = ("dropout", "device")
    _reads_order = False

    def _settings(self):
        fixed = {"loss": "mse", "early_stopping": False, "n_iter_no_change": None}
        return self.get_params(deep=False) | fixed

    def _check(self, X, y, sample_weight, *, reset):
        X, y, weight = super()._check(X, y, sample_weight, reset=reset)
        if X.shape[1] <= self.n_outputs_:
            raise ValueError(
                f"X has {X.shape[1]} columns and y {self.n_outputs_}: X needs one slot "
                "for each column of y, and at least one target before them. See "
                "sklmag.design.inverse_table."
            )
        self._has_vector = element_table(self.embedding)[0]
        check_slots(X, self.n_outputs_, self._has_vector)
        self.whole_ = whole_of(X, y)
        order = self._order(X)
        return _ordered(X, order), np.take_along_axis(y, order, axis=1), weight

    def _start(self, X, y, weight, settings):
        super()._start(X, y, weight, settings)
        self.target_scaler_.center_ = np.zeros(self.n_outputs_)
        self.target_scaler_.scale_ = np.full(self.n_outputs_, self._unit())

    def _unit(self):
        """Return the amount that is 1 to the network."""
        return self.whole_

    def _feature_scaler_class(self):
        return SlotScaler(self.n_outputs_, with_masses=self._reads_order)

    def _predict_ordered(self, X):
        """Return what the network says of rows, the rows scaled, and their order."""
        X = validate_data(self, X, reset=False, dtype=np.float64)
        check_slots(X, self.n_outputs_, self._has_vector)
        order = self._order(X)
        x = self.feature_scaler_.transform(_ordered(X, order))
        with self._threads():
            z = self.net_.predict_members(x.astype(self.dtype_))
        return z.astype(np.float64), x, order

    def _order(self, X):
        """Return the order of the slots: by atomic number, empty ones last."""
        number = X[:, X.shape[1] - self.n_outputs_ :]
        if self._reads_order:
            return np.tile(np.arange(self.n_outputs_), (len(X), 1))
        number = np.where(number > 0, number, np.inf)
        return np.argsort(number, axis=1, kind="stable")

    def _encoder(self, settings, n_features):
        if settings["width"] % settings["n_heads"]:
            raise ValueError(
                f"width={settings['width']} must be a multiple of "
                f"n_heads={settings['n_heads']}."
            )
        table = torch.as_tensor(element_table(settings["embedding"])[1])
        names = ("n_layers", "width", "n_heads", "dropout")
        sizes = {name: settings[name] for name in names}
        n_targets = n_features - self.n_outputs_
        return SetEncoder(settings["n_members"], n_targets, table, **sizes)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # not any table of numbers: slots
        tags.target_tags.single_output = False
        return tags


def _ordered(X, order):
    n_targets = X.shape[1] - order.shape[1]
    slots = np.take_along_axis(X[:, n_targets:], order, axis=1)
    return np.hstack((X[:, :n_targets], slots))


class InverseCompositionRegressor(SlotNetRegressor):
    r"""From wanted properties and a choice of elements to a composition.

    Parameters
    ----------
    constraint : {"simplex", "penalty"} or None, default="simplex"
        "simplex" is ours: attention over the elements, whose order does not matter,
        and a softmax, so that amounts are positive and sum to the whole; the mean of
        that with a Gaussian process; and what forward models make of it. "penalty" is
        the paper's DKIDN, None its RIDN [1]_: dense networks that read the elements in
        the order listed.
    penalty : float, default=0.2
        Weight of the squared excess of the sum over 100, for ``constraint="penalty"``.
    embedding : str, DataFrame, or list of them, default=("magpie", "glass")
        What "simplex" knows of the elements, see
        :func:`~sklmag.composition.element_embedding`.
    process_weight : float, default=0.5
        Weight of the Gaussian process in the mean with the networks of "simplex"; at
        0 it is left out.
    prior_std : float, default=0.5
        How far, in the logarithm of an amount, "simplex" looks around that mean for
        compositions that its forward models agree with, up to 10; at 0 they are left
        out.
    n_layers : int, default=None
        Layers; None is 3 for "simplex" and DKIDN, 4 for RIDN.
    width : int, default=None
        Units; None is 64, 210 and 310.
    n_heads : int, default=4
        Heads of the attention of "simplex".
    dropout : float, default=None
        Probability with which a hidden unit is left out; None is 0, 0.2 and 0.2.
    n_members : int, default=None
        Networks trained side by side, of which the mean is taken; None is 4, 1 and 1.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adamw"
        Optimizer; AdamW is Adam where `weight_decay` is 0.
    lr : float, default=None
        Learning rate; None is 0.003, 0.01 and 0.01.
    lr_schedule : {"constant", "one-cycle"}, default=None
        Course of the learning rate; None is "one-cycle" for "simplex".
    weight_decay : float, default=None
        Weight decay; None is 0.05, 0 and 0.
    max_epochs : int, default=None
        Passes over the training rows; None is 300, 2800 and 2800.
    batch_size : int or "auto", default=None
        Rows a step; "auto" is min(256, n_samples); None is 32 for "simplex".
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
    PredictorCorrector : Corrects the prediction with forward models.
    CompositionMixtureRegressor : Many answers to one question.

    Notes
    -----
    X holds the targets, then one atomic number a slot, 0 for an empty one; y the
    amounts. DKIDN minimises

    .. math:: \frac1N \sum_i \|\tilde A_i - A_i\|_2^2
              + \alpha \frac1N \sum_i (\|A_i\|_1 - 100)^2

    on standardised targets and relative atomic masses, with outputs of empty slots
    put to zero; RIDN has :math:`\alpha = 0`. Their sums are near 100, not at it, and
    amounts may be negative. "simplex" minimises the divergence of Kullback and Leibler

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

    Where the literature lists the largest element first, the slot alone gives most of
    the answer; the guide has the figures.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.design import InverseCompositionRegressor, inverse_table
    >>> formulas = [f"Zr{x}Cu{100 - x}" for x in range(30, 70)]
    >>> X, y = inverse_table(formulas, {"G_GPa": [20 + x / 5 for x in range(30, 70)]})
    >>> model = InverseCompositionRegressor(max_epochs=100, random_state=0).fit(X, y)
    >>> model.predict(X.iloc[[20]]).sum().round(6)
    np.float64(100.0)
    """

    citation = LONG_2025

    _parameter_constraints = {
        **SlotNetRegressor._parameter_constraints,
        "constraint": [StrOptions({"simplex", "penalty"}), None],
        "penalty": [Interval(Real, 0, None, closed="left")],
        "process_weight": [Interval(Real, 0, 1, closed="both")],
        "prior_std": [Interval(Real, 0, 10, closed="both")],
        **{
            name: [*NetRegressor._parameter_constraints[name], None]
            for name in ("n_layers", "width", "dropout", "n_members", "lr",
                         "lr_schedule", "weight_decay", "max_epochs", "batch_size")
        },
    }  # fmt: skip
    _shape = (*SlotNetRegressor._shape, "constraint", "process_weight", "prior_std")

    def __init__(
        self,
        *,
        constraint="simplex",
        penalty=0.2,
        embedding=("magpie", "glass"),
        process_weight=0.5,
        prior_std=0.5,
        n_layers=None,
        width=None,
        n_heads=4,
        dropout=None,
        n_members=None,
        optimizer="adamw",
        lr=None,
        lr_schedule=None,
        weight_decay=None,
        max_epochs=None,
        batch_size=None,
        warm_start=False,
        random_state=None,
        device="auto",
        dtype="auto",
        n_threads=None,
        verbose=0,
    ):
        self.constraint = constraint
        self.penalty = penalty
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
        self.verbose = verbose

    def _settings(self):
        given = super()._settings()
        recipe = _RECIPES[self.constraint]
        return given | {name: recipe[name] for name in recipe if given[name] is None}

    @property
    def _reads_order(self):
        return self.constraint != "simplex"

    def _start(self, X, y, weight, settings):
        super()._start(X, y, weight, settings)
        self.process_ = self.posterior_ = None
        if self._reads_order:
            return
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

    def _unit(self):
        """Return the amount that is 1 to the network; the paper's count per cent."""
        return self.whole_ / 100 if self._reads_order else self.whole_

    def _criterion(self, settings):
        return super()._criterion(settings) if self._reads_order else CompositionLoss()

    def _build_module(self, settings, n_features, n_targets):
        if not self._reads_order:
            encoder = self._encoder(settings, n_features)
            return SetNet(encoder, settings["width"], constraint=Simplex())
        names = ("n_layers", "width", "dropout")
        factor = settings["penalty"] if settings["constraint"] == "penalty" else 0.0
        return ListNet(
            settings["n_members"],
            n_features - n_targets,
            n_targets,
            constraint=Penalty(factor),
            **{name: settings[name] for name in names},
        )

    def _predict_members(self, X):
        """Return each member's amounts, (n_members, n_samples, n_slots)."""
        z, x, order = self._predict_ordered(X)
        if not self._reads_order:  # single precision sums to 1 within 1e-7 only
            z = z / z.sum(axis=-1, keepdims=True)
        if self.process_ is not None:
            part = self._fitted_settings["process_weight"]
            z = (1 - part) * z + part * self.process_.predict(x)
        if self.posterior_ is not None:
            z = self.posterior_.mean(x, z)
        z = np.take_along_axis(z, np.argsort(order, axis=1)[None], axis=2)
        return self.target_scaler_.inverse_transform(z)
