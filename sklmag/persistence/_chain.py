"""Networks of other programs as chains of linear layers and activations."""

import numpy as np

from sklmag._nn._sipfenn_net import SIPFENN_LAYERS
from sklmag.models import SIPFENNRegressor
from sklmag.models._scaling import MagnitudeScaler, TargetScaler
from sklmag.models._state import as_fitted


class NoChain(ValueError):
    """A network that is no chain of the layers that SIPFENN's have."""


class MissingWeights(FileNotFoundError):
    """The layers of a network without the file that holds its weights."""


class Chain:
    """Linear layers and activations, one after the other, in double precision.

    What scales or shifts goes into the linear layer before it, or at the beginning
    and after an activation into the next.

    Parameters
    ----------
    name : str
        Of the file, for errors.
    """

    def __init__(self, name):
        self.name = name
        self.layers, self.activations, self.dropouts = [], [], []
        self._scale, self._shift = 1.0, 0.0  # not yet in a layer
        self._dtypes = set()

    def linear(self, weight, bias=0.0):
        """Add a layer, ``weight`` of shape (n_inputs, n_outputs)."""
        self._take_turns("a linear layer", len(self.layers))
        self._dtypes.add(np.asarray(weight).dtype)
        weight = np.asarray(weight, dtype=np.float64)
        n_inputs, n_outputs = weight.shape
        if self.layers and len(self.layers[-1][1]) != n_inputs:
            raise NoChain(
                f"{self.name}: a layer for {n_inputs} numbers follows one that gives "
                f"{len(self.layers[-1][1])}."
            )
        bias = np.broadcast_to(self._of_width(bias, n_outputs), n_outputs)
        scale, shift = (
            np.broadcast_to(self._of_width(a, n_inputs), n_inputs)
            for a in (self._scale, self._shift)
        )
        self.layers.append((scale[:, None] * weight, bias + shift @ weight))
        self._scale, self._shift = 1.0, 0.0

    def elementwise(self, scale=1.0, shift=0.0):
        """Multiply and shift each number."""
        scale, shift = (np.asarray(a, dtype=np.float64) for a in (scale, shift))
        if len(self.layers) > len(self.activations):  # directly after a linear layer
            weight, bias = self.layers[-1]
            scale, shift = (self._of_width(a, len(bias)) for a in (scale, shift))
            self.layers[-1] = (weight * scale, bias * scale + shift)
        else:
            scale, shift = np.ravel(scale), np.ravel(shift)
            self._scale = self._scale * scale
            self._shift = self._shift * scale + shift

    def activate(self, name):
        """Add an activation of SIPFENN's."""
        self._take_turns(name, len(self.layers) - 1)
        self.activations.append(name)

    def drop(self, probability):
        """Note with which probability units are left out in training."""
        self.dropouts.append(float(f"{float(np.ravel(probability)[0]):.6g}"))

    def fitted(self):
        """Return the estimator that a fit would have left so."""
        if not self.layers:
            raise NoChain(f"{self.name} holds no linear layer.")
        if len(self.layers) == len(self.activations) or np.any(self._shift):
            raise NoChain(f"{self.name} does not end with a linear layer.")
        widths = tuple(bias.size for _, bias in self.layers[:-1])
        architecture, factor = self._architecture(widths)
        return _fitted(
            SIPFENNRegressor(
                architecture=architecture,
                width_factor=factor,
                dtype="float64" if np.dtype("float64") in self._dtypes else "float32",
                **self._dropout(),
            ),
            self.layers,
        )

    def _dropout(self):
        """Return the probability of the file, where there is one and only one."""
        used = {p for p in self.dropouts if 0 < p < 1}
        return {"dropout": used.pop()} if len(used) == 1 else {}

    def _take_turns(self, what, n_before):
        """Raise unless linear layers and activations alternate."""
        if len(self.activations) != n_before:
            raise NoChain(
                f"{self.name}: {what} follows {len(self.layers)} linear layers and "
                f"{len(self.activations)} activations; they must take turns."
            )

    def _of_width(self, constant, width):
        """Return a constant of a layer; raise for one of another width."""
        constant = np.ravel(np.asarray(constant, dtype=np.float64))
        if constant.size not in (1, width):
            raise ValueError(
                f"{self.name}: a constant of {constant.size} numbers beside a layer of "
                f"width {width}."
            )
        return constant

    def _architecture(self, widths):
        activations = tuple(self.activations)
        for name, layers in SIPFENN_LAYERS.items():
            if activations == layers.activations and len(widths) == len(layers.widths):
                factor = _width_factor(widths, layers.widths)
                if factor:
                    return name, factor
        raise NoChain(
            f"{self.name} has hidden layers of widths {widths} with {activations}: "
            f"none of SIPFENN's architectures {', '.join(SIPFENN_LAYERS)}."
        )


def _width_factor(widths, published):
    """Return a factor that gives these widths, rounded, or None."""
    pairs = list(zip(widths, published, strict=True))
    least = max((w - 0.5) / p if w > 1 else 0 for w, p in pairs)
    most = min((w + 0.5) / p for w, p in pairs)
    for factor in (1.0, *(w / p for w, p in pairs), (least + most) / 2):
        if widths == tuple(max(1, round(factor * p)) for p in published):
            return factor
    return None


def _fitted(estimator, layers):
    """Return an estimator in the state that a fit would have left it in."""
    n_features, n_targets = len(layers[0][0]), layers[-1][1].size
    features, targets = MagnitudeScaler(), TargetScaler()
    features.scale_ = np.ones(n_features)
    targets.center_, targets.scale_ = np.zeros(n_targets), np.ones(n_targets)
    weights, dtype = {}, estimator.dtype
    modules = estimator._build_module(estimator.get_params(), n_features, n_targets)
    names = {id(p): key for key, p in modules.named_parameters()}
    for module, (weight, bias) in zip(modules.linear_layers(), layers, strict=True):
        weights[names[id(module.weight)]] = weight[None].astype(dtype)
        weights[names[id(module.bias)]] = bias.reshape(1, 1, -1).astype(dtype)
    return as_fitted(
        estimator, weights, feature_scaler=features, target_scaler=targets, dtype=dtype
    )
