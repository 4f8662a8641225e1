"""Fitted networks as plain arrays, and back: no torch in a file, no device."""

import numpy as np
import torch

_SIZES = (  # settings that say how large a module is
    "n_members", "n_layers", "n_blocks", "width", "n_heads", "n_components", "n_latent",
    "width_factor", "outputs_per_target", "trunk_widths", "head_widths",
)  # fmt: skip
_MANY_EMBEDDINGS = 16
_MANY = {"n_members": 256, "n_heads": 256, "n_layers": 200, "n_blocks": 200}
_MANY_WIDTHS = 200  # in a list: as many layers
_REMEMBERED = ("memory_x", "memory_y", "memory_weight")  # training rows, of any number


def arrays_of(module):
    """Return weights and buffers of a module as arrays, by name."""
    return {k: v.cpu().numpy() for k, v in module.state_dict().items()}


def load_arrays(module, arrays):
    """Put arrays into a module, also such buffers as it only has after training."""
    device = next(module.parameters()).device
    tensors = {k: torch.as_tensor(v) for k, v in arrays.items()}
    for name in set(tensors) - set(module.state_dict()):
        module.register_buffer(name, tensors[name].to(device))
    module.load_state_dict(tensors)


def refuse_other_sizes(build, settings, arrays, widths=None):
    """Raise where a module would not have the weights that are there.

    The module is built without memory first: settings of a file could ask for more
    than the machine has.

    Parameters
    ----------
    build : callable
        Returns the module.
    settings : dict
        What it is built from. No count in it can be larger than what is there.
    arrays : dict of str to ndarray
        The weights.
    widths : (int, int), default=None
        Features and targets of the training rows that are remembered, where they can
        be.

    Raises
    ------
    ValueError
        For a count that is too large, and for other names or shapes.
    """
    n_values = sum(array.size for array in arrays.values())
    embedding = settings.get("embedding")
    if isinstance(embedding, (list, tuple)) and len(embedding) > _MANY_EMBEDDINGS:
        raise ValueError("embedding: too many to be joined")
    for name in _SIZES:
        value, most = settings.get(name), min(n_values, _MANY.get(name, n_values))
        sizes = np.atleast_1d(0 if value is None else value)
        if len(sizes) > _MANY_WIDTHS or max(sizes, default=0) > most:
            raise ValueError(f"{name}={value!r:.60} does not belong to the weights")
    with torch.device("meta"):
        expected = {k: tuple(v.shape) for k, v in build().state_dict().items()}
    found = {k: v.shape for k, v in arrays.items() if k not in _REMEMBERED}
    for name in expected.keys() | found.keys():
        if expected.get(name) != found.get(name):
            raise ValueError(
                f"weights {name!r} have shape {found.get(name)}, expected "
                f"{expected.get(name)}"
            )

    remembered = {k: arrays[k] for k in _REMEMBERED if k in arrays}
    if remembered:
        _refuse_other_memory(remembered, settings, widths)


def _refuse_other_memory(remembered, settings, widths):
    """Raise for remembered rows that are not those of a fit."""
    n_rows = len(next(iter(remembered.values())))
    expected = {
        "memory_x": (n_rows, (widths or (0, 0))[0]),
        "memory_y": (n_rows, (widths or (0, 0))[1]),
        "memory_weight": (settings.get("n_members"), n_rows),
    }
    found = {name: array.shape for name, array in remembered.items()}
    limit = settings.get("n_memory") or 0
    if found != expected or not 0 < n_rows <= limit:
        raise ValueError(f"the rows that it remembers have shapes {found}")


class ArrayState:
    """An estimator whose ``net_`` is pickled as arrays, and built anew from them.

    A subclass says what its module is (`_module`), and how its network is built
    (`_rebuild`).
    """

    def _remembered_widths(self):
        """Return features and targets of rows that a module remembers."""
        return None

    def __getstate__(self):
        """Return parameters and plain arrays: no torch, no device."""
        state = super().__getstate__().copy()
        net = state.pop("net_", None)
        if net is not None:
            state["_weights"] = arrays_of(net.module_)
        return state

    def __setstate__(self, state):
        """Rebuild the network from the arrays."""
        state = state.copy()
        weights = state.pop("_weights", None)
        super().__setstate__(state)
        if weights is not None:
            refuse_other_sizes(
                self._module, self._fitted_settings, weights, self._remembered_widths()
            )
            self._rebuild(weights)


def as_fitted(estimator, weights, *, feature_scaler, target_scaler, dtype="float32"):
    """Put an estimator into the state that a fit would have left it in.

    Parameters
    ----------
    estimator : NetRegressor
        Unfitted; its parameters say the sizes.
    weights : dict of str to ndarray
        Of its module.
    feature_scaler, target_scaler : object
        Fitted scalers.
    dtype : str, default="float32"
        Precision inside.

    Returns
    -------
    NetRegressor
        The estimator.
    """
    settings, n_targets = estimator.get_params(), len(target_scaler.scale_)
    estimator.__setstate__(
        settings
        | {
            "_weights": weights,
            "_fitted_settings": settings,
            "_one_target": n_targets == 1,
            "_n_different_rows": 1,
            "_random_state": np.random.RandomState(0),
            "n_features_in_": len(feature_scaler.scale_),
            "n_outputs_": n_targets,
            "dtype_": dtype,
            "feature_scaler_": feature_scaler,
            "target_scaler_": target_scaler,
            "history_": [],
            "loss_curve_": [],
            "validation_curve_": [],
            "n_iter_": 0,
        }
    )
    return estimator
