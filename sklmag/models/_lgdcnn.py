"""L-G-DCNN: properties, with uncertainties, from formulas alone."""

from __future__ import annotations

import copy
import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from sklmag._nn._losses import LaplaceLoss
from sklmag.exceptions import SklmagWarning
from sklmag.models._formula_estimator import Body, FormulaEstimator
from sklmag.models._net import NetRegressor
from sklmag.models._uncertainty import Calibration, variances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


_FROZEN: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "embedding": ("embedding",),
    "body": ("embedding", "body"),
}


class LGDCNNRegressor(FormulaEstimator, NetRegressor):
    r"""Networks that predict properties from formulas alone: the L-G-DCNN family [1]_.

    The elements of a formula are a sequence in the paper: a BiLSTM, a BiGRU and
    attention look at the whole of it, convolutions at neighbours, and each element
    contributes to the prediction and to its uncertainty. By default they are a set
    here, which has no order, and predictions do not jump where two fractions cross or
    an element vanishes. Put a :class:`~sklmag.composition.FormulaTokenizer` in front.

    Parameters
    ----------
    body : str, default=None
        What looks at the elements: "set", attention between them in proportion to
        their fractions; "l-g-dcnn", the published network; "v1", which adds the
        recurrent states to the outcome of the convolutions, with a max-pool over
        neighbouring features; "v2", which has self-attention in place of soft
        attention; or a reference model of the paper: "lstm", "gru" and "rnn"
        (recurrence alone), "dcnn" and "dcnn-k1" (convolutions alone, of three
        neighbours or of one), "cnn" (one convolution), "dpcnn" (half as many positions
        after each block), "ldcnn" and "ldpcnn" (a BiLSTM followed by convolutions),
        "l-att-res-dcnn" (with soft attention between them), and of its ablation study
        "post-processed", "no-residual" and "no-region-residual" (models 2, 3 and 4;
        model 5 is "v2", model 6 "ldcnn"). None is that of the preset.
    preset : {"fast", "paper"}, default="fast"
        How it is trained; "paper" is the published way. Parameters of which the
        default is None take their value from here, see Notes.
    init : {"random", "pretrained"}, default="random"
        Where the networks begin: at random weights, or at those that come with the
        package, which have learnt seven computed properties of 370,000 compositions
        (see Notes); the head always begins at random ones.
    embedding : str, tuple of str, or DataFrame, default=None
        What is known of the elements beforehand: names as in
        :func:`~sklmag.composition.element_embedding`, several to be joined, or a
        table with element symbols as its index.
    width : int, default=None
        Features of each element.
    n_blocks : int, default=3
        Residual blocks of two convolutions each; of "set", of attention and a dense
        layer. The paper's 2, 4 and 6 layers of DCNN are 1, 2 and 3 blocks.
    gate : {"mean", "element"}, default="mean"
        Whether the sigmoid gate acts on the mean over the elements, as in the
        published code, or on every element, as in the paper.
    n_members : int, default=None
        Networks trained side by side from different initial weights; the prediction
        is their median. From four on each half has held-out rows of its own.
    dropout : float, default=None
        Share of the features that the head does not see in a training step.
    fraction_noise : float, default=0.02
        Relative standard deviation of the fractions in training.
    n_conditions : int, default=0
        Columns behind the slots that hold numbers known beside the formula, such as a
        temperature or a load; NaN where one is not known. They are scaled inside, and
        enter in front of the head.
    optimizer : {"adamw", "adam", "sgd", "lamb"}, default=None
        Optimizer; "lamb" is LAMB inside Lookahead.
    lr : float, default=None
        Highest learning rate.
    lr_schedule : {"constant", "one-cycle", "cyclic"}, default=None
        Course of the learning rate; "cyclic" is a triangle from 1e-4 over 20 epochs.
    weight_decay : float, default=None
        Weight decay of the optimizer.
    max_epochs : int or "auto", default=None
        The most passes over the training rows; "auto" takes 1,000 to 4,500 steps,
        more for more rows, and 20 passes at least.
    batch_size : int or "auto", default="auto"
        Rows a step; "auto" is 128, and with ``preset="paper"``
        :math:`2^{\mathrm{round}(\log_2 n - 4)}` from 128 to 4096.
    validation_fraction : float, default=0.1
        Share of the compositions that each half of the members does not train on;
        they calibrate the uncertainty, and with ``preset="paper"`` choose the weights.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows, batches, noise and dropout.
    device : str, default="auto"
        "cpu", "cuda", or "auto" for a GPU where there is one.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision inside; "auto" is float64 up to 100 rows and float32 above.
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
        The trained networks.
    calibration_ : Calibration
        Of held-out compositions ``scores``, the errors in units of the predicted
        standard deviation, before calibration, in rising order, of shape (n_held_out,
        n_targets); and ``spread_ratio``, the usual ratio of the members' variance to
        the aleatoric one, of shape (n_targets,).
    history_ : list of dict
        Training loss of each epoch, and twenty times in a fit (with "cyclic" at the
        end of each cycle) the mean absolute error on held-out rows.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_curve_ : list of (int, float)
        Epoch and error on held-out rows, in standard deviations of the target.
    n_iter_ : int
        Epochs run.
    n_outputs_ : int
        Number of targets.
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
    sklmag.composition.FormulaTokenizer : Makes the table that goes in.
    sklmag.inspection.cecv : How finely the networks tell compounds apart.

    Notes
    -----
    Loss: :math:`\sqrt 2\, |\hat y - y|\, e^{-u} + u` on the standardised target;
    :math:`e^u` is the aleatoric standard deviation. With ``preset="fast"`` each row is
    multiplied by :math:`e^{u/2}`, taken as a constant [2]_: else those that are known
    well, such as the band gaps of metals, would leave little to learn from the others.
    The prediction is
    :math:`\bar c\, \sigma(\bar l)`, with means over the elements; the median of the
    members leaves out one that is far off. Equal training compositions are averaged.

    Where we deviate from the published code: batches hold formulas of one number of
    elements, so nothing is padded and no prediction depends on padding; elements of
    equal fraction are ordered by atomic number, so none depends on how the formula is
    written; "v2", of which no sizes are published, has four heads as wide together as
    the network. With ``preset="fast"`` fractions enter through smooth waves: the
    published ones give every 1/2000 a code of its own, and predictions along a line of
    compositions jump. Weights of "cyclic" enter the average when their error on
    held-out rows is a new minimum.

    ============= ================== ========
    parameter     fast               paper
    ============= ================== ========
    body          set                l-g-dcnn
    embedding     mat2vec and orb_v2 mat2vec
    width         64                 512
    n_members     4                  1
    dropout       0.1                0.0
    optimizer     adamw              lamb
    lr            0.004              0.006
    lr_schedule   one-cycle          cyclic
    weight_decay  0.01               0.0
    max_epochs    auto               300
    ============= ================== ========

    The body "set": with :math:`x_j` the fractions, element i sees element j with the
    weight :math:`x_j e^{s_{ij}} / \sum_k x_k e^{s_{ik}}`, and the means over the
    elements that make the prediction weigh them by :math:`x_i e^{s_i}` in the same way.
    What vanishes is not seen; scores s are within 2.5, so that a trace does not count
    as much as the rest.

    With ``init="pretrained"`` embedding and body begin at weights that were trained on
    formation energies, band gaps, volumes and moduli of OQMD and the Materials Project,
    all at once; `width` is 128 then, `lr` 0.002, and "auto" takes half the steps. The
    card ``models/data/formulas.json`` in the package says what was learnt. No
    composition of the tables that the guide tests on was among it.

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, "Rational design of deep learning networks
       based on a fusion strategy for improved material property predictions",
       J. Chem. Theory Comput. 20 (2024), doi:10.1021/acs.jctc.4c00187.
    .. [2] M. Seitzer et al., "On the pitfalls of heteroscedastic uncertainty estimation
       with probabilistic neural networks", ICLR (2022), doi:10.48550/arXiv.2203.09168.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklmag.composition import FormulaTokenizer
    >>> from sklmag.models import LGDCNNRegressor
    >>> formulas = ["Fe", "Co", "Ni", "Nd2Fe14B", "SmCo5", "FeNi", "Fe3O4", "Fe2B"]
    >>> Tc_K = [1043, 1388, 627, 588, 1020, 785, 858, 1015]
    >>> net = LGDCNNRegressor(width=16, max_epochs=20, random_state=0)
    >>> model = make_pipeline(FormulaTokenizer(n_slots=3), net).fit(formulas, Tc_K)
    >>> y, std = model.predict(["Fe3C", "Co2B"], return_std=True)
    >>> y.shape, std.shape
    ((2,), (2,))
    """

    _takes_gaps = True
    _criterion = staticmethod(
        lambda settings: LaplaceLoss(0.0 if settings["preset"] == "paper" else 0.5)
    )

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

    def _run(self, x, z, weight, held_out, settings, n_epochs):
        """Train, and compare errors and uncertainties on the rows held out."""
        super()._run(x, z, weight, held_out, settings, n_epochs)
        if held_out is None:
            return
        used = held_out.any(axis=0)
        parts = self.net_.predict_members(x[used]).astype(np.float64)
        value, log_std = np.split(parts, 2, axis=-1)
        self.calibration_ = Calibration.from_held_out(
            value, log_std, z[used], held_out[:, used]
        )

    def fine_tune(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        lr_scale: float = 0.1,
        max_epochs: int = 100,
        freeze: Literal["nothing", "embedding", "body"] = "nothing",
    ) -> LGDCNNRegressor:
        """Return a copy that was trained further on data of another kind.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, of few materials.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Their targets, as many as before; NaN where one of several is not known.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.
        lr_scale : float, default=0.1
            Share of the highest learning rate that the rate has, without a schedule.
        max_epochs : int, default=100
            Passes over the rows.
        freeze : {"nothing", "embedding", "body"}, default="nothing"
            What stays as it is: nothing; how elements and fractions are read; or also
            what looks at them, so that only the head learns.

        Returns
        -------
        LGDCNNRegressor
            A fitted estimator of the same parameters; this one stays as it is.

        Raises
        ------
        ValueError
            For options out of their ranges, and another number of targets.

        Notes
        -----
        Location and scale of the targets are learned anew, so that another property,
        or another unit, may follow on the first. No row is held out: intervals and
        calibrated deviations are those of `fit` alone.

        Examples
        --------
        >>> from sklmag import FormulaTokenizer, LGDCNNRegressor
        >>> read = FormulaTokenizer(n_slots=3)
        >>> X = read.fit_transform(["Fe", "Co", "Ni", "FeCo", "FeNi", "CoNi"])
        >>> net = LGDCNNRegressor(width=16, max_epochs=10, random_state=0)
        >>> net = net.fit(X, [1043, 1388, 627, 1200, 785, 1100])  # Tc in K
        >>> tuned = net.fine_tune(X[:3], [2.15, 1.79, 0.61], freeze="body")  # Js in T
        >>> bool(tuned.predict(X[:3]).max() < 10)
        True
        """
        check_is_fitted(self)
        if not (lr_scale > 0 and isinstance(max_epochs, Integral) and max_epochs > 0):
            raise ValueError(
                f"lr_scale={lr_scale} must be positive, and max_epochs={max_epochs} a "
                "number of epochs."
            )
        if freeze not in _FROZEN:
            raise ValueError(f"freeze={freeze!r} is not among {list(_FROZEN)}.")
        tuned = copy.deepcopy(self)
        _, targets, weight = tuned._check(X, y, sample_weight, reset=False)
        tuned.target_scaler_ = self._target_scaler_class().fit(targets, weight)
        lr = self._settings()["lr"] * lr_scale
        changes = {"lr": lr, "lr_schedule": "constant", "max_epochs": max_epochs}
        frozen = [getattr(tuned.net_.module_, name) for name in _FROZEN[freeze]]
        for part in frozen:
            part.requires_grad_(False)
        tuned._train(
            X, y, sample_weight, fresh=False, n_epochs=max_epochs, changes=changes
        )
        for part in frozen:
            part.requires_grad_(True)
        if hasattr(tuned, "calibration_"):
            del tuned.calibration_
        return tuned

    # -- prediction ---------------------------------------------------------------

    def predict(
        self, X: ArrayLike, return_std: bool | Literal["aleatoric", "ensemble"] = False
    ) -> Any:
        """Predict the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them.
        return_std : bool or {"aleatoric", "ensemble"}, default=False
            Also return a standard deviation: the calibrated total, what the networks
            expect of the data alone (aleatoric), or the spread of the members
            (ensemble, 2 or more of them), both of these before calibration.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            The median of the members, in float64.
        std : ndarray of the shape of y
            Only where asked for. The total has the aleatoric part and the spread of
            the members, drawn towards the usual one (``calibration_.spread_ratio``)
            because few members tell little of it, see `predict_interval`; nine of ten
            held-out targets are within 1.645.
        """
        median, parts = self._predict_moments(X, return_std)
        if not return_std:
            return self._shaped(median)
        if isinstance(return_std, str):
            std = np.sqrt(parts[return_std])
        else:
            std = np.sqrt(parts["total"]) * self._calibrated().quantile(0.9) / 1.645
        return self._shaped(median), self._shaped(std)

    def predict_members(self, X: ArrayLike) -> np.ndarray:
        """Predict the targets with each member alone.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them.

        Returns
        -------
        ndarray of shape (n_members, n_samples) or (n_members, n_samples, n_targets)
            Of which `predict` returns the median.
        """
        check_is_fitted(self)
        value, _ = self._predict_parts(X)
        return np.stack(
            [
                self._shaped(self.target_scaler_.inverse_transform(member))
                for member in value
            ]
        )

    def predict_interval(
        self, X: ArrayLike, coverage: float = 0.9
    ) -> tuple[np.ndarray, np.ndarray]:
        """Predict intervals that hold a given share of the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots + n_conditions)
            Slots, as FormulaTokenizer writes them.
        coverage : float, default=0.9
            The share.

        Returns
        -------
        low, high : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Ends of the intervals.

        Notes
        -----
        The prediction plus and minus q times the total standard deviation, q being
        the quantile of the held-out errors, in the manner of split conformal
        prediction [1]_; its guarantee holds for up to three members. Of more, each
        half has held-out rows of its own, and the deviation is the harmonic mean of
        what both halves expect. Compositions that
        occur several times in training count once, with their mean target: for them
        the interval is that of the mean, not of a single measurement.

        References
        ----------
        .. [1] J. Lei et al., J. Am. Stat. Assoc. 113 (2018) 1094,
           doi:10.1080/01621459.2017.1307116.
        """
        if not 0 < coverage < 1:
            raise ValueError(f"coverage={coverage} must be between 0 and 1.")
        check_is_fitted(self)
        n = len(self._calibrated())
        if 0 < n < coverage * (n + 1):
            warnings.warn(
                f"{n} held-out errors cannot tell where {coverage:.1%} of them lie; "
                "the interval ends at the largest. Train on more compositions.",
                SklmagWarning,
                stacklevel=2,
            )
        median, parts = self._predict_moments(X, True)
        reach = np.sqrt(parts["total"]) * self.calibration_.quantile(coverage)
        return self._shaped(median - reach), self._shaped(median + reach)

    def _predict_moments(self, X, return_std):
        """Return the median prediction and its variances, in units of the target."""
        kinds = (False, True, "aleatoric", "ensemble")
        if return_std not in kinds:
            raise ValueError(f"return_std={return_std!r} must be one of {kinds}.")
        check_is_fitted(self)
        if return_std == "ensemble" and self.net_.n_members < 2:
            raise ValueError(
                "return_std='ensemble' needs at least 2 members, but this "
                "LGDCNNRegressor was fitted with n_members=1."
            )
        value, log_std = self._predict_parts(X)
        scale = self.target_scaler_.scale_
        median = self.target_scaler_.inverse_transform(np.median(value, axis=0))
        known = getattr(self, "calibration_", None)
        parts = variances(value, log_std, known and known.spread_ratio)
        return median, {name: part * scale**2 for name, part in parts.items()}

    def _predict_parts(self, X):
        """Return scaled values and logarithmic uncertainties of all members."""
        slots = self._slots(X)
        with self._threads():
            predicted = self.net_.predict_members(slots).astype(np.float64)
        return np.split(predicted, 2, axis=-1)

    def _calibrated(self):
        """Return the calibration; raise where no rows were held out for one."""
        if not hasattr(self, "calibration_"):
            raise ValueError(
                "This LGDCNNRegressor was trained by partial_fit or fine_tune, which "
                "hold out no rows to calibrate with. Use fit, or "
                "return_std='aleatoric'."
            )
        return self.calibration_
