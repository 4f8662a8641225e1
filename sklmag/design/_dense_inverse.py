"""The paper's networks from wanted properties and a list of elements to amounts."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag._nn._element_set import ListNet, Penalty
from sklmag._utils._papers import LONG_2025
from sklmag._utils._validation import Interval, StrOptions
from sklmag.composition import element_symbols
from sklmag.design._slot_net import SlotNetRegressor
from sklmag.models._net import NetRegressor

if TYPE_CHECKING:
    from collections.abc import Sequence


_PRESETS = {
    "dkidn": {"penalty": 0.2, "n_layers": 3, "width": 210},
    "ridn": {"penalty": 0.0, "n_layers": 4, "width": 310},
}


class DenseInverseRegressor(SlotNetRegressor):
    r"""The inverse networks of the paper: DKIDN and RIDN [1]_.

    Dense networks that read wanted properties and the elements in the order listed.

    Parameters
    ----------
    preset : {"dkidn", "ridn"}, default="dkidn"
        Where parameters that are None take their value from.
    penalty : float, default=None
        Weight of the squared excess of the sum over 100: the knowledge that DKIDN has
        and RIDN has not; None is 0.2 and 0.
    n_layers : int, default=None
        Layers; None is 3 and 4.
    width : int, default=None
        Units of each; None is 210 and 310.
    dropout : float, default=0.2
        Probability with which a hidden unit is left out.
    n_members : int, default=1
        Networks trained side by side, of which the mean is taken.
    optimizer : {"adam", "adamw", "nadam", "sgd"}, default="adamw"
        Optimizer; AdamW is Adam where `weight_decay` is 0.
    lr : float, default=0.01
        Learning rate.
    lr_schedule : {"constant", "one-cycle"}, default="constant"
        Course of the learning rate.
    weight_decay : float, default=0.0
        Weight decay.
    max_epochs : int, default=2800
        Passes over the training rows.
    batch_size : int or "auto", default="auto"
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
        For amounts that sum neither to 1 nor to 100, and slots that hold no atomic
        number or an element twice.

    See Also
    --------
    inverse_table : Makes X and y from formulas.
    SimplexInverseRegressor : Ours, in which the order of the elements does not matter.
    PredictorCorrector : Corrects the prediction with forward models.

    Notes
    -----
    X holds the targets, then one atomic number a slot, 0 for an empty one; y the
    amounts. DKIDN minimises

    .. math:: \frac1N \sum_i \|\tilde A_i - A_i\|_2^2
              + \alpha \frac1N \sum_i (\|A_i\|_1 - 100)^2

    on standardised targets and relative atomic masses, with outputs of empty slots
    put to zero; RIDN has :math:`\alpha = 0`. Their sums are near 100, not at it, and
    amounts may be negative.

    Where the literature lists the largest element first, the slot alone gives most of
    the answer; the guide has the figures.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> from sklmag.design import DenseInverseRegressor, inverse_table
    >>> formulas = [f"Zr{x}Cu{100 - x}" for x in range(30, 70)]
    >>> X, y = inverse_table(formulas, {"G_GPa": [20 + x / 5 for x in range(30, 70)]})
    >>> model = DenseInverseRegressor(max_epochs=100, random_state=0).fit(X, y)
    >>> model.predict(X.iloc[[20]]).shape
    (1, 2)
    """

    citation = LONG_2025

    _parameter_constraints = {
        **SlotNetRegressor._parameter_constraints,
        "preset": [StrOptions(set(_PRESETS))],
        "penalty": [Interval(Real, 0, None, closed="left"), None],
        **{
            name: [*NetRegressor._parameter_constraints[name], None]
            for name in ("n_layers", "width")
        },
    }
    del _parameter_constraints["embedding"], _parameter_constraints["n_heads"]

    _presets = _PRESETS
    _shape = ("n_members", "n_layers", "width", "preset")
    _reads_order = True

    def __init__(
        self,
        *,
        preset: Literal["dkidn", "ridn"] = "dkidn",
        penalty: float | None = None,
        n_layers: int | None = None,
        width: int | None = None,
        dropout: float = 0.2,
        n_members: int = 1,
        optimizer: Literal["adam", "adamw", "nadam", "sgd"] = "adamw",
        lr: float = 0.01,
        lr_schedule: Literal["constant", "one-cycle"] = "constant",
        weight_decay: float = 0.0,
        max_epochs: int = 2800,
        batch_size: int | Literal["auto"] = "auto",
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "float64"] = "auto",
        n_threads: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.preset = preset
        self.penalty = penalty
        self.n_layers = n_layers
        self.width = width
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

    def _known_elements(self):
        return np.ones(len(element_symbols()) + 1, dtype=bool)  # all have a mass

    def _unit(self):
        """Return the amount that is 1 to the network: the paper's count per cent."""
        return self.whole_ / 100

    def _build_module(self, settings, n_features, n_targets):
        names = ("n_layers", "width", "dropout")
        return ListNet(
            settings["n_members"],
            n_features - n_targets,
            n_targets,
            constraint=Penalty(settings["penalty"]),
            **{name: settings[name] for name in names},
        )

    def _predict_members(self, X):
        """Return each member's amounts, (n_members, n_samples, n_slots)."""
        z, _, order = self._predict_ordered(X)
        z = np.take_along_axis(z, np.argsort(order, axis=1)[None], axis=2)
        return self.target_scaler_.inverse_transform(z)
