"""Classes, with calibrated probabilities, from formulas alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils import assert_all_finite, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
)

from sklmag._nn._losses import CrossEntropyLoss
from sklmag._utils._validation import StrOptions
from sklmag.models._formula_estimator import Body, FormulaEstimator
from sklmag.models._scaling import FixedScaler

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sklmag._utils._typing import ArrayLike

_USUAL = 0.5  # how far the logarithm of a temperature usually is from zero


class LGDCNNClassifier(ClassifierMixin, FormulaEstimator):
    r"""Networks that predict classes from formulas: metal or not, glass or not.

    The networks of :class:`LGDCNNRegressor`, with cross-entropy as their loss; the
    probabilities are calibrated on compositions that were not trained on. Put a
    :class:`~sklmag.composition.FormulaTokenizer` in front.

    Parameters
    ----------
    body : str, default=None
        What looks at the elements, as in :class:`LGDCNNRegressor`.
    preset : {"fast", "paper"}, default="fast"
        How it is trained; parameters of which the default is None take their value
        from here.
    init : {"random", "pretrained"}, default="random"
        Where the networks begin: at random weights, or at those that come with the
        package, as in :class:`LGDCNNRegressor`.
    embedding : str, tuple of str, or DataFrame, default=None
        What is known of the elements beforehand.
    width : int, default=None
        Features of each element.
    n_blocks : int, default=3
        Residual blocks.
    gate : {"mean", "element"}, default="mean"
        Whether the sigmoid gate acts on the mean over the elements or on each.
    n_members : int, default=None
        Networks trained side by side; their probabilities are averaged.
    dropout : float, default=None
        Share of the features that the head does not see in a training step.
    fraction_noise : float, default=0.02
        Relative standard deviation of the fractions in training.
    n_conditions : int, default=0
        Columns behind the slots that hold numbers known beside the formula; NaN where
        one is not known.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes in the loss, as everywhere in scikit-learn. With weights
        the probabilities are those of classes so weighted.
    optimizer : {"adamw", "adam", "sgd", "lamb"}, default=None
        Optimizer.
    lr : float, default=None
        Highest learning rate.
    lr_schedule : {"constant", "one-cycle", "cyclic"}, default=None
        Course of the learning rate.
    weight_decay : float, default=None
        Weight decay of the optimizer.
    max_epochs : int or "auto", default=None
        The most passes over the training rows.
    batch_size : int or "auto", default="auto"
        Rows a step.
    validation_fraction : float, default=0.1
        Share of the compositions that each half of the members does not train on; they
        calibrate the probabilities.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows, batches, noise and dropout.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision inside; "auto" is float64 up to 100 rows and float32 above.
    n_threads : int, default=None
        Threads of torch; None means one up to 10,000 rows.
    callbacks : list of skorch callbacks, default=None
        Called at each step and epoch of `fit`, as copies.
    verbose : int or bool, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    temperature_ : float
        What the logits are divided by; above 1 where the networks were too sure.
    net_ : skorch.NeuralNet
        The trained networks.
    history_ : list of dict
        Training loss of each epoch, and at times the loss on held-out rows.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_curve_ : list of (int, float)
        Epoch and cross-entropy on held-out rows.
    n_iter_ : int
        Epochs run.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where X had names.

    Raises
    ------
    ValueError
        For a table that does not hold slots, or an element that the embedding lacks.

    See Also
    --------
    LGDCNNRegressor : The same networks for numbers.
    sklmag.composition.FormulaTokenizer : Makes the table that goes in.

    Notes
    -----
    The paper has no classifier. Equal training compositions become one row, which
    belongs to each class in the share that was seen. The temperature T minimises the
    cross-entropy of the held-out rows plus :math:`2 \ln^2 T`, which keeps it near 1
    where these are few [1]_.

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
       networks", ICML (2017), doi:10.48550/arXiv.1706.04599.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag import FormulaTokenizer, LGDCNNClassifier
    >>> formulas = ["Fe", "Cu", "FeNi", "NaCl", "SiO2", "Fe2O3", "CuZn", "MgO"]
    >>> is_metal = [True, True, True, False, False, False, True, False]
    >>> net = LGDCNNClassifier(width=16, max_epochs=30, random_state=0)
    >>> model = make_pipeline(FormulaTokenizer(n_slots=3), net).fit(formulas, is_metal)
    >>> model.predict(["Ni", "CaO"])
    array([ True, False])
    """

    _parameter_constraints = {
        **FormulaEstimator._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }
    _uncertain = False
    _criterion = staticmethod(lambda settings: CrossEntropyLoss())
    _target_scaler_class = staticmethod(lambda: FixedScaler(1.0))

    def __init__(
        self,
        *,
        body: Body | None = None,
        preset: Literal["fast", "paper"] = "fast",
        init: Literal["random", "pretrained"] = "random",
        embedding: str | tuple[Any, ...] | pd.DataFrame | None = None,
        width: int | None = None,
        n_blocks: int = 3,
        gate: Literal["mean", "element"] = "mean",
        n_members: int | None = None,
        dropout: float | None = None,
        fraction_noise: float = 0.02,
        n_conditions: int = 0,
        class_weight: dict[Any, float] | Literal["balanced"] | None = None,
        optimizer: Literal["adamw", "adam", "sgd", "lamb"] | None = None,
        lr: float | None = None,
        lr_schedule: Literal["constant", "one-cycle", "cyclic"] | None = None,
        weight_decay: float | None = None,
        max_epochs: int | Literal["auto"] | None = None,
        batch_size: int | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "float64"] = "auto",
        n_threads: int | None = None,
        callbacks: Sequence[Any] | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.body = body
        self.preset = preset
        self.init = init
        self.embedding = embedding
        self.width = width
        self.n_blocks = n_blocks
        self.gate = gate
        self.n_members = n_members
        self.dropout = dropout
        self.fraction_noise = fraction_noise
        self.n_conditions = n_conditions
        self.class_weight = class_weight
        self.optimizer = optimizer
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.random_state = random_state
        self.device = device
        self.dtype = dtype
        self.n_threads = n_threads
        self.callbacks = callbacks
        self.verbose = verbose

    # -- fitting ------------------------------------------------------------------

    def partial_fit(  # type: ignore[override]
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Go on training for one epoch, without held-out rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, and conditions behind them.
        y : array-like of shape (n_samples,)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will occur; by default those of the first call.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        self : object
            The estimator.
        """
        if classes is not None and not hasattr(self, "net_"):
            self.classes_ = np.unique(classes)
        return super().partial_fit(X, y, sample_weight)

    def _train(self, X, y, sample_weight, *, fresh, n_epochs=None, changes=None):
        if fresh:
            self.temperature_ = 1.0
            if n_epochs is None and hasattr(self, "classes_"):
                del self.classes_
        return super()._train(
            X, y, sample_weight, fresh=fresh, n_epochs=n_epochs, changes=changes
        )

    def _check(self, X, y, sample_weight, *, reset):
        """Return rows, one column a class, and weights."""
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        if not hasattr(self, "classes_"):
            self.classes_ = np.unique(y)
        if len(self.classes_) == 1:
            raise ValueError(
                f"y holds one class only, {self.classes_.tolist()[0]!r}; a classifier "
                "learns from two or more. Add rows of another class."
            )
        new = np.setdiff1d(y, self.classes_)
        if len(new):
            raise ValueError(
                f"y holds the class {new.tolist()[0]!r}, which is not among those of "
                f"the first fit: {self.classes_.tolist()}. Fit a new estimator."
            )
        if self.class_weight is not None:
            weight = _check_sample_weight(sample_weight, y, dtype=np.float64)
            sample_weight = weight * compute_sample_weight(self.class_weight, y)
        shares = (np.asarray(y)[:, None] == self.classes_).astype(float)
        return super()._check(X, shares, sample_weight, reset=reset)

    def _run(self, x, z, weight, held_out, settings, n_epochs):
        """Train, and find how sure the networks may be on the rows held out."""
        super()._run(x, z, weight, held_out, settings, n_epochs)
        if held_out is None:
            return
        used = held_out.any(axis=0)
        logits = self.net_.predict_members(x[used]).astype(np.float64)
        self.temperature_ = best_temperature(logits, z[used], held_out[:, used])

    # -- prediction ---------------------------------------------------------------

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them, and conditions behind them.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them, and conditions behind them.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``; the mean of the members.
        """
        check_is_fitted(self)
        slots = self._slots(X)
        with self._threads():
            logits = self.net_.predict_members(slots).astype(np.float64)
        return softmax(logits / self.temperature_, axis=-1).mean(axis=0)


def best_temperature(logits, shares, unseen):
    """Return the temperature that makes probabilities on held-out rows most likely.

    Parameters
    ----------
    logits : ndarray of shape (n_members, n_samples, n_classes)
    shares : ndarray of shape (n_samples, n_classes)
        What was seen.
    unseen : ndarray of shape (n_members, n_samples), dtype bool
        Which members have not been trained on a row; at least one for each.

    Returns
    -------
    float
    """
    outside = np.where(unseen, 0.0, -np.inf)[..., None] - np.log(unseen.sum(0))[:, None]

    def loss(log_temperature):
        one = log_softmax(logits / np.exp(log_temperature), axis=-1)
        mean = logsumexp(one + outside, axis=0)
        return -(shares * mean).sum() + (log_temperature / _USUAL) ** 2 / 2

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))
