"""Many compositions for one wish: a mixture of Dirichlet distributions."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklmag._nn._element_set import DirichletMixtureLoss, DirichletMixtureNet
from sklmag._utils._papers import LONG_2025
from sklmag._utils._validation import Interval
from sklmag.design._slot_net import SlotNetRegressor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


class CompositionMixtureRegressor(SlotNetRegressor):
    r"""A distribution of compositions for wanted properties and chosen elements.

    An inverse problem has more than one answer: with n elements and two properties
    they form a family of n - 3 dimensions. `sample` draws from it, `predict` is the
    mean.

    Parameters
    ----------
    n_components : int, default=4
        Dirichlet distributions in the mixture.
    embedding : str, DataFrame, or list of them, default=("magpie", "glass")
        What is known of the elements, see
        :func:`~sklmag.composition.element_embedding`.
    n_layers : int, default=2
        Blocks of attention between the elements.
    width : int, default=64
        Units.
    n_heads : int, default=4
        Heads of the attention.
    dropout : float, default=0.1
        Probability with which a hidden unit is left out of a training step.
    n_members : int, default=8
        Networks trained side by side; the distribution is the mean of theirs.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adamw"
        Optimizer.
    lr : float, default=0.003
        Learning rate.
    lr_schedule : {"constant", "one-cycle"}, default="one-cycle"
        Course of the learning rate.
    weight_decay : float, default=0.1
        Weight decay of the optimizer.
    max_epochs : int, default=100
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
        Training loss of each epoch: the negative logarithm of the density.
    n_iter_ : int
        Epochs run.
    n_outputs_ : int
        Number of slots.
    n_features_in_ : int
        Number of targets and slots.

    Raises
    ------
    ValueError
        As :class:`SimplexInverseRegressor`.

    See Also
    --------
    SimplexInverseRegressor : One answer.
    PredictorCorrector : Ranks samples by forward models, and corrects them.

    Notes
    -----
    The density of fractions :math:`x` of the chosen elements is

    .. math:: p(x \mid y) = \sum_k w_k(y)\, \mathrm{Dir}(x \mid \alpha_k(y)),

    and the networks, which attend to the elements and know no order of them, learn
    :math:`w` and :math:`\alpha` by maximum likelihood. Mixture densities of networks
    are Bishop's [1]_.

    References
    ----------
    .. [1] C. M. Bishop, Mixture density networks, Aston University NCRG/94/004 (1994).

    Examples
    --------
    >>> from sklmag.design import CompositionMixtureRegressor, inverse_table
    >>> formulas = [f"Zr{x}Cu{100 - x}" for x in range(30, 70)]
    >>> X, y = inverse_table(formulas, {"G_GPa": [20 + x / 5 for x in range(30, 70)]})
    >>> model = CompositionMixtureRegressor(max_epochs=20, random_state=0).fit(X, y)
    >>> model.sample(X.iloc[[20]], 5, random_state=0).shape
    (1, 5, 2)
    """

    citation = LONG_2025

    _parameter_constraints = {
        **SlotNetRegressor._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
    }
    _shape = (*SlotNetRegressor._shape, "n_components")
    _criterion = staticmethod(lambda settings: DirichletMixtureLoss())

    def __init__(
        self,
        *,
        n_components: int = 4,
        embedding: Any = ("magpie", "glass"),
        n_layers: int = 2,
        width: int = 64,
        n_heads: int = 4,
        dropout: float = 0.1,
        n_members: int = 8,
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] = "adamw",
        lr: float = 0.003,
        lr_schedule: Literal["constant", "one-cycle"] = "one-cycle",
        weight_decay: float = 0.1,
        max_epochs: int = 100,
        batch_size: int | Literal["auto"] = 32,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "float64"] = "auto",
        n_threads: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.n_components = n_components
        self.embedding = embedding
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

    def _build_module(self, settings, n_features, n_targets):
        return DirichletMixtureNet(
            self._encoder(settings, n_features),
            settings["width"],
            n_components=settings["n_components"],
        )

    def sample(
        self,
        X: ArrayLike,
        n_samples: int = 64,
        *,
        random_state: int | np.random.RandomState | None = None,
    ) -> np.ndarray:
        """Draw compositions for each row.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_targets + n_slots)
            Wanted targets, then atomic numbers.
        n_samples : int, default=64
            Compositions a row.
        random_state : int, RandomState instance or None, default=None
            Seed.

        Returns
        -------
        ndarray of shape (n_rows, n_samples, n_slots)
            Amounts, in the order of the slots; they sum to ``whole_``.
        """
        check_is_fitted(self)
        share, concentration, order = self._mixture(X)
        rng = check_random_state(random_state)
        found = np.empty((len(share), n_samples, concentration.shape[-1]))
        for row, p, alpha in zip(found, share, concentration, strict=True):
            row[:] = rng.standard_gamma(alpha[rng.choice(len(p), n_samples, p=p)])
        found /= found.sum(axis=-1, keepdims=True)
        back = np.argsort(order, axis=1)[:, None]
        return self.whole_ * np.take_along_axis(found, back, axis=2)

    def _mixture(self, X):
        """Return shares (n, k), concentrations (n, k, n_slots) and the order of slots.

        The components of all members are one mixture.
        """
        parameters, _, order = self._predict_ordered(X)
        share, concentration = np.exp(parameters[..., 0]), np.exp(parameters[..., 1:])
        share = np.concatenate(share, axis=1)
        return share / share.sum(1)[:, None], np.concatenate(concentration, 1), order

    def _predict_members(self, X):
        """Return the mean composition of each member, (n_members, n, n_slots)."""
        parameters, _, order = self._predict_ordered(X)
        share, concentration = np.exp(parameters[..., 0]), np.exp(parameters[..., 1:])
        means = concentration / concentration.sum(axis=-1, keepdims=True)
        mean = (share[..., None] * means).sum(axis=2)
        mean /= mean.sum(axis=-1, keepdims=True)
        back = np.argsort(order, axis=1)[None]
        return self.whole_ * np.take_along_axis(mean, back, axis=2)
