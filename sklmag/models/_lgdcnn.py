"""L-G-DCNN: properties, with uncertainties, from formulas alone."""

from __future__ import annotations

import copy
import warnings
from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import torch
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from sklmag._nn._formula_net import BODIES, FormulaNet
from sklmag._nn._losses import LaplaceLoss
from sklmag._utils._papers import DU_2024
from sklmag._utils._validation import Interval, StrOptions
from sklmag.composition import element_symbols
from sklmag.exceptions import SklmagWarning
from sklmag.models._averages import CycleAverage, RunningAverage
from sklmag.models._element_table import element_table
from sklmag.models._formula_rows import (
    FormulaTensorNet,
    SlotReader,
    Unscaled,
    average_duplicates,
)
from sklmag.models._held_out import parts_of_halves
from sklmag.models._net import NetRegressor
from sklmag.models._plan import triangles
from sklmag.models._uncertainty import Calibration, variances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike


_PRESETS = {
    "fast": {
        "body": "set",
        "embedding": ("mat2vec", "orb_v2"),
        "width": 64,
        "n_members": 4,
        "dropout": 0.1,
        "optimizer": "adamw",
        "lr": 0.004,
        "lr_schedule": "one-cycle",
        "weight_decay": 0.01,
        "max_epochs": "auto",
        "clip_norm": 1.0,
    },
    "paper": {
        "body": "l-g-dcnn",
        "embedding": "mat2vec",
        "width": 512,
        "n_members": 1,
        "dropout": 0.0,
        "optimizer": "lamb",
        "lr": 0.006,
        "lr_schedule": "cyclic",
        "weight_decay": 0.0,
        "max_epochs": 300,
        "clip_norm": None,
    },
}
_FROZEN: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "embedding": ("embedding",),
    "body": ("embedding", "body"),
}
_HALF_CYCLE = 10  # epochs
_LOWEST_LR = 1e-4
_DISCRETE = ("lstm", "gru", "rnn", "dcnn", "dcnn-k1", "cnn")
_STEPS: dict[str, int | None] = {
    name: 5000 if name in _DISCRETE else 2000 for name in BODIES
}
_STEPS["set"] = None  # no steps: smooth
_Body = Literal[
    "set", "l-g-dcnn", "v1", "v2", "l-att-res-dcnn", "ldcnn", "no-region-residual",
    "no-residual", "lstm", "gru", "rnn", "dcnn", "dcnn-k1", "cnn",
]  # fmt: skip


class LGDCNNRegressor(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetRegressor):
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
        neighbours or of one), "cnn" (one convolution), "ldcnn" (a BiLSTM followed by
        convolutions), "l-att-res-dcnn" (with soft attention between them), and of its
        ablation study "no-residual" and "no-region-residual" (models 3 and 4; model 5
        is "v2", model 6 "ldcnn"). None is that of the preset.
    preset : {"fast", "paper"}, default="fast"
        How it is trained; "paper" is the published way. Parameters of which the
        default is None take their value from here, see Notes.
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
    :math:`e^u` is the aleatoric standard deviation. The prediction is
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

    References
    ----------
    .. [1] H. Du, J. Hui, L. Zhang, H. Wang, "Rational design of deep learning networks
       based on a fusion strategy for improved material property predictions",
       J. Chem. Theory Comput. 20 (2024), doi:10.1021/acs.jctc.4c00187.

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

    citation = DU_2024

    _parameter_constraints = {
        **{
            name: [*allowed, None]
            if name in _PRESETS["fast"] and None not in allowed
            else allowed
            for name, allowed in NetRegressor._parameter_constraints.items()
            if name not in ("loss", "n_layers", "early_stopping", "tol")
            and name != "n_iter_no_change"
        },
        "body": [StrOptions(set(BODIES)), None],
        "preset": [StrOptions(set(_PRESETS))],
        "embedding": [str, tuple, list, pd.DataFrame, None],
        "n_blocks": [Interval(Integral, 1, None, closed="left")],
        "gate": [StrOptions({"mean", "element"})],
        "fraction_noise": [Interval(Real, 0, 1, closed="left")],
        "optimizer": [StrOptions({"adamw", "adam", "sgd", "lamb"}), None],
        "lr_schedule": [StrOptions({"constant", "one-cycle", "cyclic"}), None],
        "max_epochs": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
            None,
        ],
    }

    _presets = _PRESETS
    _fixed = {"early_stopping": True, "n_iter_no_change": None, "tol": 0.0}
    _net_class = FormulaTensorNet
    _feature_scaler_class = Unscaled
    _reader = SlotReader()
    _takes_gaps = True
    _criterion = staticmethod(lambda settings: LaplaceLoss())
    _held_out = staticmethod(parts_of_halves)
    _holds_out_the_same = True
    _shape = (
        "body",
        "embedding",
        "width",
        "n_blocks",
        "gate",
        "n_members",
        "dropout",
        "fraction_noise",
        "optimizer",
    )

    def __init__(
        self,
        *,
        body: _Body | None = None,
        preset: Literal["fast", "paper"] = "fast",
        embedding: str | tuple[Any, ...] | pd.DataFrame | None = None,
        width: int | None = None,
        n_blocks: int = 3,
        gate: Literal["mean", "element"] = "mean",
        n_members: int | None = None,
        dropout: float | None = None,
        fraction_noise: float = 0.02,
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
        self.embedding = embedding
        self.width = width
        self.n_blocks = n_blocks
        self.gate = gate
        self.n_members = n_members
        self.dropout = dropout
        self.fraction_noise = fraction_noise
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

    def _prepare(self, X, y, weight):
        """Make one row of all that have the same composition, in canonical order."""
        self._has_vector = element_table(self._settings()["embedding"])[0]
        return average_duplicates(self._read(X), y, weight)

    def _plan(self, settings, rows, n_epochs=None):
        size, cyclic = settings["batch_size"], settings["lr_schedule"] == "cyclic"
        if size == "auto":
            size = 128
            if settings["preset"] == "paper":
                size = int(np.clip(2 ** round(np.log2(len(rows)) - 4), 128, 4096))
        n_steps, max_epochs = rows.n_batches(size), settings["max_epochs"]
        if max_epochs == "auto":
            # Few rows are learnt in few steps: 1,500 for 250 rows, 4,500 from 1,000 on.
            total = np.clip(4 * self._n_different_rows + 500, 1000, 4500)
            max_epochs = max(20, int(total / n_steps))
        chosen = {"batch_size": size, "max_epochs": max_epochs}
        plan = super()._plan(settings | chosen, rows, n_epochs)
        plan = replace(
            plan,
            batch_size=size if settings["batch_size"] == "auto" else plan.batch_size,
            every=max(1, max_epochs // 20),
            keep=plan.keep and partial(RunningAverage, n_steps=n_steps * plan.n_epochs),
        )
        if not cyclic:
            return plan
        schedule = triangles(_LOWEST_LR, settings["lr"], _HALF_CYCLE * n_steps)
        return replace(
            plan,
            every=2 * _HALF_CYCLE,
            keep=plan.keep and CycleAverage,
            # partial_fit never leaves the foot of a cycle
            schedule=None if n_epochs == 1 else schedule,
        )

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

    def _build_module(self, settings, n_features, n_targets):
        body = settings["body"]
        multiple = 4 if body in ("set", "v2") else 2
        if settings["width"] % multiple:
            raise ValueError(
                f"width={settings['width']} must be a multiple of {multiple} here."
            )
        table = element_table(settings["embedding"])[1]
        names = ("n_members", "width", "n_blocks", "gate", "dropout")
        return FormulaNet(
            n_targets=n_targets,
            body=body,
            table=torch.as_tensor(table),
            resolution=_STEPS[body] if settings["preset"] == "paper" else None,
            jitter=settings["fraction_noise"],
            **{name: settings[name] for name in names},
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
        X : array-like of shape (n_samples, 2 * n_slots)
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
        X : array-like of shape (n_samples, 2 * n_slots)
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
            because few members tell little of it; nine of ten held-out targets are
            within 1.645.
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
        X : array-like of shape (n_samples, 2 * n_slots)
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
        X : array-like of shape (n_samples, 2 * n_slots)
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
        prediction [1]_; its guarantee holds for ``n_members=1``. Compositions that
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

    def _slots(self, X):
        """Return canonical slots of a table that is to be predicted."""
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return self._read(X).astype(self.dtype_)

    def _read(self, X):
        """Return canonical slots; raise where the embedding lacks an element."""
        slots = self._reader.read(X)
        unknown = np.argwhere(~self._has_vector[slots[:, 0::2].astype(int)])
        if len(unknown):
            row, slot = unknown[0]
            symbol = element_symbols()[int(slots[row, 2 * slot]) - 1]
            raise ValueError(
                f"Row {row} of X holds {symbol}, for which the embedding has no "
                "vector. Take one that has, or join it: embedding=('mat2vec', ...)."
            )
        return slots

    # -- explanation --------------------------------------------------------------

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Return the features of each compound: its element features, averaged.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots)
            Slots, as FormulaTokenizer writes them.

        Returns
        -------
        ndarray of shape (n_samples, n_members * width)
            Means over the elements of :meth:`element_features`.
        """
        check_is_fitted(self)
        slots = self._slots(X)
        with self._threads():
            means = self.net_.element_states(slots, averaged=True)
        return np.array(means, dtype=np.float64)

    def element_features(self, X: ArrayLike) -> list[np.ndarray]:
        """Return the element feature matrix (EFM) of each compound.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots)
            Slots, as FormulaTokenizer writes them.

        Returns
        -------
        list of ndarray of shape (n_elements, n_members * width)
            For each compound the states of its elements before the head, those of all
            members side by side, elements by falling fraction, then atomic number.
        """
        check_is_fitted(self)
        slots = self._slots(X)
        with self._threads():
            states = self.net_.element_states(slots)
        return [state.astype(np.float64) for state in states]

    def element_contributions(self, X: ArrayLike, target: int = 0) -> pd.DataFrame:
        """Return what each element of each compound contributes to the prediction.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * n_slots)
            Slots, as FormulaTokenizer writes them.
        target : int, default=0
            Which of several targets.

        Returns
        -------
        DataFrame of shape (n_samples, n_elements + 1)
            A column ``baseline``, the mean of the training targets, and one for each
            element that occurs, by atomic number; NaN where a compound does not hold
            it. Rows sum to the prediction: they are those of the median member, or
            the mean of the two in the middle.
        """
        check_is_fitted(self)
        slots = self._slots(X)
        with self._threads():
            parts = self.net_.contributions(slots)
        parts = [_middle_members(part[..., target]) for part in parts]
        number = slots[:, 0::2].astype(int)
        present = np.unique(number[number > 0])
        table = np.full((len(slots), len(present)), np.nan)
        for row, part in enumerate(parts):
            columns = np.searchsorted(present, number[row, : len(part)])
            table[row, columns] = part * self.target_scaler_.scale_[target]
        symbols = [element_symbols()[z - 1] for z in present]
        index = X.index if isinstance(X, pd.DataFrame) else None
        frame = pd.DataFrame(table, columns=symbols, index=index)
        frame.insert(0, "baseline", self.target_scaler_.center_[target])
        return frame

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # not any table of numbers: slots
        return tags

    @property
    def _n_features_out(self):
        return self.net_.n_members * self.net_.module_.body.n_outputs


def _middle_members(parts):
    """Return the mean parts of the members whose sum is in the middle."""
    n_members = len(parts)
    order = np.argsort(parts.sum(axis=1), kind="stable")
    return parts[order[(n_members - 1) // 2 : n_members // 2 + 1]].mean(axis=0)
