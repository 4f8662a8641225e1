"""The one base of the estimators that own a network."""

from __future__ import annotations

import copy
from abc import ABCMeta, abstractmethod
from contextlib import contextmanager
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    column_or_1d,
    validate_data,
)
from skorch.callbacks import Callback

from sklmag._nn._lamb import LookaheadLamb
from sklmag._nn._losses import WeightedLoss
from sklmag._nn._threads import threads
from sklmag._utils._validation import Interval, Options, StrOptions, fit_context
from sklmag.models._equal_rows import groups_of_equal_rows, merged
from sklmag.models._held_out import own_parts
from sklmag.models._plan import TrainingPlan, batch_size_of, one_cycle
from sklmag.models._scaling import FeatureScaler, TargetScaler
from sklmag.models._session import chosen_device, device_here, seeded
from sklmag.models._state import ArrayState, load_arrays
from sklmag.models._tensor_net import BestMembers, TensorNet
from sklmag.models._watch import CallbackSupportMixin, watched, with_callbacks

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike


OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "sgd": torch.optim.SGD,
    "lamb": LookaheadLamb,
}
_FEW = 10_000  # rows up to which products are too small to share among threads
_SMALL = 100  # rows up to which double precision costs little
_INT_MAX = np.iinfo(np.int32).max


class NetEstimator(ArrayState, CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta):
    """Base of the estimators that own a network in ``net_``.

    A subclass assigns its parameters in the constructor, builds its module
    (`_build_module`), and says what else differs as data: the attributes below, and
    the `TrainingPlan` that `_plan` returns. One path leads through all of them: check,
    prepare, hold out, build, train.
    """

    _parameter_constraints = {
        "loss": [StrOptions({"mae", "mse", "huber"})],
        "optimizer": [StrOptions({"adam", "adamw", "nadam", "sgd"})],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "lr_schedule": [StrOptions({"constant", "one-cycle"})],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "width": [Interval(Integral, 1, None, closed="left")],
        "n_members": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), None],
        "tol": [Interval(Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
        "device": [str],
        "dtype": [Options(str, {"auto", "float32", "float64"})],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
        "verbose": ["verbose"],
    }

    # of what a subclass has no parameter for
    _defaults: ClassVar[dict[str, Any]] = {
        "n_members": 1,
        "loss": "mae",
        "optimizer": "adam",
        "lr": 0.001,
        "lr_schedule": "constant",
        "weight_decay": 0.0,
        "max_epochs": 300,
        "batch_size": "auto",
        "early_stopping": True,
        "validation_fraction": 0.1,
        "n_iter_no_change": 30,
        "tol": 0.0,
        "device": "auto",
        "dtype": "auto",
        "callbacks": None,
    }
    warm_start: bool = False
    random_state: Any = None
    n_threads: int | None = None
    verbose: int | bool = 0
    # by `preset`: values of the parameters that are None
    _presets: ClassVar[dict[Any, Any]] = {}
    _fixed: ClassVar[dict[str, Any]] = {}  # settings that are no parameters here
    _net_class: Any = TensorNet
    _feature_scaler_class: Any = FeatureScaler
    _target_scaler_class: Any = TargetScaler
    _criterion: Any = staticmethod(lambda settings: WeightedLoss(settings["loss"]))
    _held_out: Any = staticmethod(own_parts)
    _holds_out_the_same = False  # in a warm start on the same rows
    _draws_for_rows = True  # what dropout leaves out
    _takes_gaps = False  # NaN in some of several targets
    _finite: bool | str = True  # what scikit-learn's check says of X
    _clip_norm: float | None = None
    _read_before = ("formulas", "MagpieFeaturizer")  # what makes numbers of which texts
    _n_steps_between_validations = 1
    _shape: tuple[str, ...] = (
        "n_members", "n_layers", "width", "activation", "attention", "n_heads",
    )  # fmt: skip
    # what may change without new weights
    _built_in: tuple[str, ...] = ("loss", "optimizer", "dropout", "device")

    @abstractmethod
    def _build_module(self, settings, n_features, n_targets):
        """Return the torch module; the one thing that every subclass must say."""

    def _plan(self, settings, rows, n_epochs=None):
        """Return how to train on some rows; `n_epochs` where that many are asked for.

        Then nothing is held out, and the last weights are kept.
        """
        size = batch_size_of(settings, len(rows))
        n_steps, keep = rows.n_batches(size), None
        if settings["early_stopping"] and n_epochs is None:
            patience, tol = settings["n_iter_no_change"], settings["tol"]
            keep = partial(BestMembers, patience=patience, tol=tol)
        every = max(1, self._n_steps_between_validations // n_steps)
        n_epochs = n_epochs or settings["max_epochs"]
        steady = settings["lr_schedule"] != "one-cycle"
        return TrainingPlan(
            batch_size=size,
            n_epochs=n_epochs,
            lr=settings["lr"],
            weight_decay=settings["weight_decay"],
            every=1 if settings["n_iter_no_change"] is not None else every,
            schedule=None if steady else one_cycle(settings["lr"], n_steps * n_epochs),
            keep=keep,
            clip_norm=settings.get("clip_norm", self._clip_norm),
        )

    def _settings(self):
        """Return the parameters, with everything decided that a preset decides."""
        given = self._defaults | self.get_params(deep=False) | self._fixed
        preset = self._presets.get(given.get("preset"), {})
        return given | {n: v for n, v in preset.items() if given.get(n) is None}

    # -- fitting ------------------------------------------------------------------

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; they are scaled inside.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets; they are scaled inside, and predicted in their own units.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights in the loss and in the scaling; rows of weight zero are left out.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        fresh = not (self.warm_start and hasattr(self, "net_"))
        return self._train(X, y, sample_weight, fresh=fresh)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Go on training for one epoch, without held-out rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        self : object
            The estimator.

        Notes
        -----
        The first call learns the scaling of features and targets, which stays.
        """
        fresh = not hasattr(self, "net_")
        return self._train(X, y, sample_weight, fresh=fresh, n_epochs=1)

    def _train(self, X, y, sample_weight, *, fresh, n_epochs=None, changes=None):
        """Take the one way of training: check, prepare, hold out, build, train.

        `changes` are settings that differ from the parameters this time.
        """
        settings = self._settings() | (changes or {})
        X, y, weight = self._check(X, y, sample_weight, reset=fresh)
        X, y, weight = self._prepare(X, y, weight)
        if fresh:
            self._start(X, y, weight, settings)
        else:
            _refuse_other_shape(settings, self._fitted_settings, self._shape)
        seed = self._random_state.randint(_INT_MAX)
        group = groups_of_equal_rows(X)
        self._n_different_rows = int(group.max()) + 1
        weight = weight * self._n_different_rows / weight.sum()
        x = self.feature_scaler_.transform(X).astype(self.dtype_)
        z = self.target_scaler_.transform(y).astype(self.dtype_)
        held_out = None
        if settings["early_stopping"] and n_epochs is None:
            group = self._kept_together(X, group)
            held_out = self._held_out(group, settings, self._hold_out_random())
        with seeded(seed, settings["device"]), self._threads():
            self._prepare_net(settings, fresh)
            self._run(x, z, weight, held_out, settings, n_epochs)
        return self

    def _prepare(self, X, y, weight):
        """Return the rows in the form in which they are learnt.

        Here as they are, or different ones where dropout draws chance for each.
        """
        if self._draws_for_rows and self._settings().get("dropout"):
            return merged(X, y, weight)
        return X, y, weight

    def _kept_together(self, X, group):
        """Return the group of each row that is held out as one; here equal rows are."""
        return group

    def _start(self, X, y, weight, settings):
        """Forget an earlier fit, and learn what stays fixed from now on."""
        self._random_state = check_random_state(self.random_state)
        if isinstance(self.random_state, np.random.RandomState):
            seed = self._random_state.randint(_INT_MAX)
            self._random_state = np.random.RandomState(seed)
        small = len(X) <= _SMALL
        dtype = settings["dtype"]
        self.dtype_ = ("float64" if small else "float32") if dtype == "auto" else dtype
        self.feature_scaler_ = self._feature_scaler_class().fit(X, weight)
        self.target_scaler_ = self._target_scaler_class().fit(y, weight)
        self.history_ = []
        self._fitted_settings = settings | {"random_state": None, "callbacks": None}
        if self._holds_out_the_same:
            self._hold_out_seed = self._random_state.randint(_INT_MAX)

    def _hold_out_random(self):
        if self._holds_out_the_same:
            return np.random.RandomState(self._hold_out_seed)
        return self._random_state

    def _check(self, X, y, sample_weight, *, reset):
        _refuse_infinite_targets(y)
        gaps, y = _without_gaps(y) if self._takes_gaps else (None, y)
        with self._cure_of_text():
            X, y = validate_data(
                self,
                X,
                y,
                reset=reset,
                multi_output=True,
                y_numeric=True,
                dtype=np.float64,
                ensure_min_samples=2,
                ensure_all_finite=self._finite,
            )
        y = y.astype(np.float64)
        if gaps is not None:
            y[gaps] = np.nan
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if reset:
            self._one_target = y.ndim == 1
            self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]
        y = y.reshape(len(y), -1)
        if y.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {y.shape[1]} targets, but {type(self).__name__} was first "
                f"trained on {self.n_outputs_}. Fit a new estimator for other targets."
            )
        weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        used = weight > 0
        if np.count_nonzero(used) < 2:
            raise ValueError(
                f"{np.count_nonzero(used)} of {len(X)} rows have a positive "
                "sample_weight; at least 2 are needed."
            )
        if gaps is not None:
            _without_gaps(y[used])  # rows without weight know nothing
        return X[used], y[used], weight[used]

    def _run(self, x, z, weight, held_out, settings, n_epochs):
        """Train on scaled rows, of which `held_out` decide about the best members."""
        net, options = self.net_, {}
        weight = np.tile(weight.astype(self.dtype_), (net.n_members, 1))
        rows = net.rows_class(
            *(torch.as_tensor(a, device=net.device) for a in (x, z, weight))
        )
        if held_out is not None:
            mask = torch.as_tensor(held_out, device=net.device)
            options["validation"] = rows.where(mask)
            rows = rows.where(~mask)
        if hasattr(net.module_, "remember"):
            net.module_.remember(
                rows.x, rows.y, rows.weight,
                limit=settings["n_memory"], append=n_epochs is not None,
            )  # fmt: skip
        plan, n_before = self._plan(settings, rows, n_epochs), len(net.history)
        net.callbacks = [] if n_epochs is not None else _copies(settings["callbacks"])
        net.initialize_callbacks()
        try:
            with watched(self, plan.n_epochs) as watch:
                net.train(rows, plan, watch=watch, **options)
        finally:
            self._record(n_before)

    def _record(self, n_before):
        """Take over what the net has noted of its last epochs."""
        net = self.net_
        self.history_ = self.history_ + [
            {k: v for k, v in epoch.items() if k.endswith("_loss")}
            for epoch in net.history[n_before:]
            if "train_loss" in epoch  # one that was interrupted has none
        ]
        self.n_iter_ = len(self.history_)
        self.loss_curve_ = [epoch["train_loss"] for epoch in self.history_]
        self.validation_curve_ = [
            (i, epoch["valid_loss"])
            for i, epoch in enumerate(self.history_, 1)
            if "valid_loss" in epoch
        ]

    def _threads(self):
        """Let torch use `n_threads` inside; on few rows more than one only wait."""
        few = self._n_different_rows <= _FEW
        return threads(self.n_threads or (1 if few else None))

    # -- the network --------------------------------------------------------------

    def _prepare_net(self, settings, fresh):
        """Build the net, or the fitted one anew where the parameters now ask for it."""
        if fresh:
            self.net_ = self._build_net(settings)
            return
        now = {name: settings[name] for name in self._built_in if name in settings}
        if any(self._fitted_settings[name] != value for name, value in now.items()):
            self._fitted_settings = self._fitted_settings | now
            state = self.net_.module_.state_dict()
            self.net_ = self._build_net(settings)
            load_arrays(self.net_.module_, state)

    def _module(self, settings=None):
        """Return the module of some settings, or of those of the last fit."""
        settings = settings or self._fitted_settings
        n_features = self.feature_scaler_.n_features_out
        return self._build_module(settings, n_features, self.n_outputs_)

    def _remembered_widths(self):
        return self.feature_scaler_.n_features_out, self.n_outputs_

    def _build_net(self, settings):
        module = self._module(settings)
        device = chosen_device(settings["device"])
        net = self._net_class(
            module.to(device, getattr(torch, self.dtype_)),
            criterion=self._criterion(settings),
            optimizer=OPTIMIZERS[settings["optimizer"]],
            optimizer__weight_decay=settings["weight_decay"],
            lr=settings["lr"],
            callbacks="disable",
            device=device,
            train_split=None,
            verbose=0,
        )
        if settings["optimizer"] in ("adam", "adamw"):
            net.set_params(optimizer__fused=True)
        net.n_members = settings["n_members"]
        return net.initialize()

    def _rebuild(self, weights):
        """Build the net of the last fit, on the device that is here, with weights."""
        settings = self._fitted_settings
        settings = settings | {"device": device_here(settings["device"])}
        with seeded(0, settings["device"]):
            self.net_ = self._build_net(settings)
        load_arrays(self.net_.module_, weights)

    def _scaled_features(self, X):
        X = self._checked_rows(X)
        return self.feature_scaler_.transform(X).astype(self.dtype_)

    def _checked_rows(self, X):
        """Return a table that is to be predicted."""
        with self._cure_of_text():
            return validate_data(
                self, X, reset=False, dtype=np.float64, ensure_all_finite=self._finite
            )

    @contextmanager
    def _cure_of_text(self):
        """Say what reads formulas, where texts are given in place of numbers."""
        try:
            yield
        except ValueError as error:
            if "could not convert string to float" not in str(error):
                raise
            name, (texts, reader) = type(self).__name__, self._read_before
            raise ValueError(
                f"{error}: {name} takes numbers. Of {texts} {reader} makes them: "
                f"make_pipeline({reader}(), {name}()). Words of a table are for "
                "make_magnet_pipeline."
            ) from None

    def _shaped(self, y):
        return y[:, 0] if self._one_target else y


def _copies(callbacks):
    """Return copies of callbacks; raise for what is none."""
    for one in callbacks or []:
        last = one[-1] if isinstance(one, (tuple, list)) else one
        kind = last if isinstance(last, type) else type(last)
        if not issubclass(kind, Callback):
            raise ValueError(
                f"callbacks holds {one!r}, expected callbacks of skorch, such as "
                "skorch.callbacks.EpochTimer()."
            )
    return copy.deepcopy(list(callbacks or []))


def _refuse_other_shape(settings, fitted, names):
    """Raise where a warm start would need another network than the fitted one."""
    for name in names:
        if not _equal(settings.get(name), fitted.get(name)):
            raise ValueError(
                f"{name}={settings[name]!r} was changed after a fit with "
                f"{fitted.get(name)!r}; the fitted network cannot go on. Set "
                "warm_start=False, or clone."
            )


def _equal(one, other):
    if hasattr(one, "equals"):
        return one.equals(other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    return not hasattr(other, "equals") and one == other


def _without_gaps(y):
    """Return where some of several targets are not known, and y with zeros there."""
    values = np.asarray(y)
    if values.ndim != 2 or values.dtype.kind != "f" or values.shape[1] < 2:
        return None, y
    gaps = np.isnan(values)
    if not gaps.any():
        return None, y
    empty = np.flatnonzero(gaps.all(axis=1))
    if len(empty):
        raise ValueError(
            f"Input y contains NaN: row {empty[0]} has no target at all. A gap in some "
            "targets is left out of the loss; a row without any is to be dropped."
        )
    lacking = np.flatnonzero((~gaps).sum(axis=0) < 2)
    if len(lacking):
        raise ValueError(
            f"Input y contains NaN: target {lacking[0]} is known in fewer than 2 rows. "
            "Drop it, or add rows."
        )
    return gaps, np.where(gaps, 0.0, values)


def _refuse_infinite_targets(y):
    """Name the first infinite target; scikit-learn's own check names none."""
    values = np.asarray(y)
    if values.dtype.kind != "f":
        return
    wrong = np.argwhere(np.isinf(values))
    if len(wrong):
        where = f"row {wrong[0][0]}"
        if hasattr(y, "columns"):
            where += f" of {y.columns[wrong[0][1]]!r}"
        raise ValueError(
            f"Input y contains infinity or a value too large: {where} is "
            f"{values[tuple(wrong[0])]}. Targets are finite numbers; drop the row or "
            "mend its value."
        )
