"""The one base of the estimators that own a network."""

import contextlib
import threading
from abc import ABCMeta, abstractmethod
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from sklmag._nn._lamb import LookaheadLamb
from sklmag._nn._losses import WeightedLoss
from sklmag._utils._progress import progress
from sklmag._utils._validation import Interval, Options, StrOptions, fit_context
from sklmag.models._scaling import FeatureScaler, TargetScaler
from sklmag.models._tensor_net import BestMembers, TensorNet

try:  # scikit-learn 1.9 and later
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # pragma: no cover - older scikit-learn has no callbacks

    class CallbackSupportMixin:
        """Stand-in: there are no callbacks to support."""

    def with_callbacks(method):
        """Return the method as it is."""
        return method


OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "nadam": torch.optim.NAdam,
    "sgd": torch.optim.SGD,
    "lamb": LookaheadLamb,
}
_BATCH = 256
_FEW = 10_000  # rows up to which products are too small to share among threads
_SMALL = 100  # rows up to which double precision costs little
_TORCH_GENERATOR = threading.RLock()  # torch's global generator is one for all threads


class NetRegressor(
    CallbackSupportMixin,
    RegressorMixin,
    MultiOutputMixin,
    BaseEstimator,
    metaclass=ABCMeta,
):
    """Base of the regressors that own a network in ``net_``.

    A subclass assigns its parameters in the constructor and says what differs:
    `_build_module`, and where needed `_settings`.
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
        "random_state": ["random_state"],
        "device": [str],
        "dtype": [Options(str, {"auto", "float32", "float64"})],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
        "verbose": ["verbose"],
    }

    _clip_norm = None
    _n_steps_between_validations = 1
    _net_class = TensorNet
    _feature_scaler_class = FeatureScaler
    _shape = ("n_members", "n_layers", "width", "activation", "attention", "n_heads")
    _built_in = (
        "loss",
        "optimizer",
        "dropout",
        "device",
    )  # changed without new weights

    def _settings(self):
        """Return the parameters with everything decided that "auto" leaves open."""
        return self.get_params(deep=False)

    # -- fitting ------------------------------------------------------------------

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
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
    def partial_fit(self, X, y, sample_weight=None):
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
        """Take the one way of training: check, scale, split, build, run.

        `changes` are settings that differ from the parameters this time.
        """
        settings = self._settings() | (changes or {})
        X, y, weight = self._check(X, y, sample_weight, reset=fresh)
        if fresh:
            self._start(X, y, weight, settings)
        else:
            self._refuse_other_shape(settings)
        seed = self._random_state.randint(np.iinfo(np.int32).max)
        group = _groups_of_equal_rows(X)
        self._n_different_rows = int(group.max()) + 1
        weight = weight * self._n_different_rows / weight.sum()
        x, z = self._scaled(X, y)
        held_out = None
        if settings["early_stopping"] and n_epochs is None:
            held_out = self._hold_out(group, settings)
        with _seeded(seed, settings["device"]), self._threads():
            if fresh:
                self.net_ = self._build_net(
                    settings, self.feature_scaler_.n_features_out
                )
            else:
                self._rebuild_if_changed(settings)
            self._run(self._rows(x, z, weight), held_out, settings, n_epochs)
        return self

    def _start(self, X, y, weight, settings):
        """Forget an earlier fit, and learn what stays fixed from now on."""
        self._random_state = check_random_state(self.random_state)
        if isinstance(self.random_state, np.random.RandomState):
            seed = self._random_state.randint(np.iinfo(np.int32).max)
            self._random_state = np.random.RandomState(seed)
        small = len(X) <= _SMALL
        dtype = settings["dtype"]
        self.dtype_ = ("float64" if small else "float32") if dtype == "auto" else dtype
        self.feature_scaler_ = self._feature_scaler_class().fit(X, weight)
        self.target_scaler_ = TargetScaler().fit(y, weight)
        self.history_ = []
        self._fitted_settings = settings | {"random_state": None}

    def _refuse_other_shape(self, settings):
        """Raise where a warm start would need another network than the fitted one."""
        for name in self._shape:
            fitted = self._fitted_settings.get(name)
            if not _equal(settings.get(name), fitted):
                raise ValueError(
                    f"{name}={settings[name]!r} was changed after a fit with "
                    f"{fitted!r}; the fitted network cannot go on. Set "
                    "warm_start=False, or clone."
                )

    def _rebuild_if_changed(self, settings):
        """Put the weights into another net where the parameters now ask for one."""
        now = {name: settings[name] for name in self._built_in if name in settings}
        if any(self._fitted_settings[name] != value for name, value in now.items()):
            self._fitted_settings = self._fitted_settings | now
            self._build_net_of(self.net_.module_.state_dict(), settings)

    def _check(self, X, y, sample_weight, *, reset):
        _refuse_infinite_targets(y)
        X, y = validate_data(
            self,
            X,
            y,
            reset=reset,
            multi_output=True,
            y_numeric=True,
            dtype=np.float64,
            ensure_min_samples=2,
        )
        y = y.astype(np.float64)
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
        return X[used], y[used], weight[used]

    def _scaled(self, X, y):
        x = self.feature_scaler_.transform(X).astype(self.dtype_)
        return x, self.target_scaler_.transform(y).astype(self.dtype_)

    def _hold_out(self, group, settings):
        """Choose the rows that each member does not train on, (n_members, n_samples).

        Equal rows are held out together: otherwise a repeated row would be judged
        by its own copy.
        """
        n_groups = group.max() + 1
        fraction = settings["validation_fraction"]
        n_held_out = int(np.ceil(fraction * n_groups))
        if n_groups < 2 or n_held_out >= n_groups:
            raise ValueError(
                f"early_stopping needs held-out rows, but there are only {n_groups} "
                f"different ones and validation_fraction={fraction}. "
                "Pass early_stopping=False, or more rows."
            )
        draws = [
            self._random_state.permutation(n_groups)[:n_held_out]
            for _ in range(settings["n_members"])
        ]
        return np.array([np.isin(group, draw) for draw in draws])

    def _rows(self, x, z, weight):
        weight = np.tile(weight.astype(self.dtype_), (self.net_.n_members, 1))
        return self.net_.rows_class(
            *(torch.as_tensor(a, device=self.net_.device) for a in (x, z, weight))
        )

    def _run(self, rows, held_out, settings, n_epochs):
        """Train on `rows`, of which `held_out` decide about the best members."""
        net, options = self.net_, {}
        if held_out is not None:
            mask = torch.as_tensor(held_out, device=net.device)
            options["validation"] = rows.where(mask)
            rows = rows.where(~mask)
        self._remember(rows, append=n_epochs is not None)
        net.batch_size = self._batch_size(settings, len(rows.x))
        n_steps = rows.n_batches(net.batch_size)
        one_epoch = n_epochs is not None
        n_epochs = n_epochs or self._n_epochs(settings, n_steps)
        if not one_epoch:
            options["keep"] = self._keeper(settings, n_steps * n_epochs, held_out)
        options["every"] = self._n_epochs_between_validations(settings, n_steps)
        for group in net.optimizer_.param_groups:
            group["lr"] = group["initial_lr"] = settings["lr"]
            group["weight_decay"] = settings["weight_decay"]
        net.schedule = self._schedule(settings, n_steps, n_epochs)
        n_before = len(net.history)
        with self._watch(n_epochs) as watch:
            net.train(rows, n_epochs, watch=watch, **options)
        self._record(net.history[n_before:])

    def _n_epochs_between_validations(self, settings, n_steps):
        if settings["n_iter_no_change"] is not None:
            return 1
        return max(1, self._n_steps_between_validations // n_steps)

    def _keeper(self, settings, n_steps, held_out):
        """Return what decides about the weights to keep, or None for the last ones."""
        if held_out is None:
            return None
        return BestMembers(self.net_, settings["n_iter_no_change"], settings["tol"])

    def _schedule(self, settings, n_steps, n_epochs):
        """Return the course of the learning rate, or None for a constant one."""
        if settings["lr_schedule"] == "constant":
            return None
        return _one_cycle(self.net_.optimizer_, settings["lr"], n_steps * n_epochs)

    def _remember(self, rows, *, append):
        """Let the module keep training rows, where it predicts from them."""

    def _record(self, history):
        self.history_ = self.history_ + [
            {k: v for k, v in epoch.items() if k.endswith("_loss")} for epoch in history
        ]
        self.n_iter_ = len(self.history_)
        self.loss_curve_ = [epoch["train_loss"] for epoch in self.history_]
        self.validation_curve_ = [
            (i, epoch["valid_loss"])
            for i, epoch in enumerate(self.history_, 1)
            if "valid_loss" in epoch
        ]

    def _batch_size(self, settings, n_samples):
        if settings["batch_size"] == "auto":
            return min(_BATCH, n_samples)
        return min(settings["batch_size"], n_samples)

    def _n_epochs(self, settings, n_steps):
        return settings["max_epochs"]

    @contextlib.contextmanager
    def _watch(self, n_epochs):
        """Give what reports each epoch: a bar, and scikit-learn's callbacks."""
        bar = progress(
            range(n_epochs),
            verbose=self.verbose,
            desc=type(self).__name__,
            unit="epoch",
        )
        ticks = iter(bar)
        root = None
        if getattr(self, "_skl_callbacks", None):
            root = self._init_callback_context(max_subtasks=n_epochs)
            root.call_on_fit_task_begin(estimator=self)

        def watch(epoch):
            next(ticks, None)
            if self.verbose and "valid_loss" in epoch:
                bar.set_postfix(loss=epoch["valid_loss"], refresh=False)
            if root is not None:
                task = root.subcontext(task_name="epoch")
                task.call_on_fit_task_begin(estimator=self)
                task.call_on_fit_task_end(estimator=self)

        try:
            yield watch
        finally:
            if self.verbose:
                bar.close()
            if root is not None:
                root.call_on_fit_task_end(estimator=self)

    @contextlib.contextmanager
    def _threads(self):
        """Let torch use `n_threads` inside; on few rows more than one only wait."""
        before = torch.get_num_threads()
        few = self._n_different_rows <= _FEW
        torch.set_num_threads(self.n_threads or (1 if few else before))
        try:
            yield
        finally:
            torch.set_num_threads(before)

    # -- the network --------------------------------------------------------------

    @abstractmethod
    def _build_module(self, settings, n_features, n_targets):
        """Return the torch module; the one thing that every subclass must say."""

    def _criterion(self, settings):
        return WeightedLoss(settings["loss"])

    def _build_net(self, settings, n_features):
        module = self._build_module(settings, n_features, self.n_outputs_)
        device = _chosen_device(settings["device"])
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
        net.clip_norm = settings.get("clip_norm", self._clip_norm)
        return net.initialize()

    # -- prediction ---------------------------------------------------------------

    def predict(self, X, return_std=False):
        """Predict the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        return_std : bool, default=False
            Also return the standard deviation over the members, a measure of how far
            the training data determine the prediction (epistemic), in the unit of
            the target. Needs ``n_members`` of 2 or more.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            The mean prediction of the members, in float64.
        std : ndarray of the shape of y
            Only with ``return_std=True``.
        """
        check_is_fitted(self)
        if return_std and self.net_.n_members < 2:
            raise ValueError(
                f"return_std=True needs at least 2 members, but this "
                f"{type(self).__name__} was fitted with n_members=1."
            )
        members = self._predict_members(X)
        y = members.mean(axis=0)
        if not return_std:
            return self._shaped(y)
        return self._shaped(y), self._shaped(members.std(axis=0, ddof=1))

    def _predict_members(self, X):
        """Return each member's prediction, (n_members, n_samples, n_targets)."""
        x = self._scaled_features(X)
        with self._threads():
            z = self.net_.predict_members(x).astype(np.float64)
        return self.target_scaler_.inverse_transform(z)

    def _scaled_features(self, X):
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return self.feature_scaler_.transform(X).astype(self.dtype_)

    def _shaped(self, y):
        return y[:, 0] if self._one_target else y

    # -- saving -------------------------------------------------------------------

    def __getstate__(self):
        """Return parameters and plain arrays: no torch, no device."""
        state = super().__getstate__().copy()
        net = state.pop("net_", None)
        if net is not None:
            weights = net.module_.state_dict()
            state["_weights"] = {k: v.cpu().numpy() for k, v in weights.items()}
        return state

    def __setstate__(self, state):
        """Rebuild the network from the arrays."""
        state = state.copy()
        weights = state.pop("_weights", None)
        super().__setstate__(state)
        if weights is None:
            return
        settings = self._fitted_settings
        if not torch.cuda.is_available():  # what a GPU has learnt opens without one
            settings = settings | {"device": "cpu"}
        with _seeded(0, settings["device"]):
            self._build_net_of(weights, settings)

    def _build_net_of(self, weights, settings):
        """Build the net, and put weights and whatever else it kept into it."""
        self.net_ = self._build_net(settings, self.feature_scaler_.n_features_out)
        module = self.net_.module_
        tensors = {k: torch.as_tensor(v) for k, v in weights.items()}
        for name in set(tensors) - set(module.state_dict()):
            module.register_buffer(name, tensors[name].to(self.net_.device))
        module.load_state_dict(tensors)


def _equal(one, other):
    if hasattr(one, "equals"):
        return one.equals(other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    return not hasattr(other, "equals") and one == other


def _groups_of_equal_rows(X):
    """Return the number of the group of equal rows that each row belongs to."""
    return np.unique(X, axis=0, return_inverse=True)[1].reshape(-1)


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


def _chosen_device(device):
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device={device!r}: torch finds no GPU here. Take 'cpu' or 'auto'."
        )
    return device


def _one_cycle(optimizer, lr, n_steps):
    rising = min(max(0.1, 2 / (n_steps + 1)), 0.9)  # no less than one step
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lr, total_steps=n_steps + 1, pct_start=rising
    )


@contextlib.contextmanager
def _seeded(seed, device):
    """Seed torch inside, and leave its global generator as it was.

    The generator is one for the process, so threads take turns.
    """
    on_gpu = _chosen_device(device).startswith("cuda")
    devices = list(range(torch.cuda.device_count())) if on_gpu else []
    with _TORCH_GENERATOR, torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
