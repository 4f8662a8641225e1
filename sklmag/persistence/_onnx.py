"""Networks in ONNX files: ours out, and SIPFENN's in."""

from __future__ import annotations

import copy
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import nn

from sklmag._nn._sipfenn_net import SIPFENN_LAYERS
from sklmag._utils._optional import needed
from sklmag.models import SIPFENNRegressor
from sklmag.models._scaling import FeatureScaler, MagnitudeScaler, TargetScaler
from sklmag.models._state import as_fitted

if TYPE_CHECKING:
    from sklmag import DenseRegressor, MultiHeadAttentionRegressor


_ACTIVATIONS = {"Softsign": "softsign", "Sigmoid": "sigmoid", "Elu": "elu"}
_WITHOUT_EFFECT = ("Dropout", "Identity", "Flatten", "Reshape", "Squeeze", "Cast")


# -- out ------------------------------------------------------------------------------


class _Whole(nn.Module):
    """A fitted estimator as one module: features in, targets out, in their units."""

    def __init__(self, estimator):
        super().__init__()
        self.net = copy.deepcopy(estimator.net_.module_)
        scaler, targets = estimator.feature_scaler_, estimator.target_scaler_
        self.bounded = isinstance(scaler, FeatureScaler)
        constants = {
            "scale": scaler.scale_,
            "target_scale": targets.scale_,
            "target_center": targets.center_,
        }
        if self.bounded:
            constants |= {"center": scaler.center_}
            self.register_buffer(
                "used", torch.as_tensor(np.flatnonzero(scaler.varies_))
            )
        for name, value in constants.items():
            self.register_buffer(name, torch.as_tensor(value))

    def forward(self, x):
        if self.bounded:
            z = (x[:, self.used] - self.center) / self.scale
            z = z / torch.sqrt(1 + (z / 3) ** 2)
        else:
            z = x / self.scale
        return self.net(z).mean(dim=0) * self.target_scale + self.target_center


def write_onnx(
    estimator: SIPFENNRegressor | DenseRegressor | MultiHeadAttentionRegressor,
    path: str | Path,
) -> Path:
    """Write a fitted network to an ONNX file, scaling included.

    Parameters
    ----------
    estimator : SIPFENNRegressor, DenseRegressor or MultiHeadAttentionRegressor
        Fitted. Not an LGDCNNRegressor, whose formulas have no fixed length.
    path : str or Path
        The file. Input ``features`` of shape (n_samples, n_features_in), output
        ``targets`` of shape (n_samples, n_targets), in single precision: onnxruntime
        knows soft sign and ELU in no other.

    Returns
    -------
    Path

    See Also
    --------
    read_onnx : Reads the networks of SIPFENN.
    save : A file that gives the estimator back.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from sklmag.models import SIPFENNRegressor
    >>> from sklmag.persistence import read_onnx, write_onnx
    >>> X = np.random.default_rng(0).uniform(size=(200, 3))
    >>> net = SIPFENNRegressor(width_factor=0.01, max_epochs=2, random_state=0)
    >>> net = net.fit(X, X[:, 0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     same = read_onnx(write_onnx(net, f"{folder}/net.onnx"))
    >>> np.allclose(same.predict(X), net.predict(X), atol=1e-5)
    True
    """
    check_is_fitted(estimator)
    needed("onnx", extra="onnx", what="write_onnx")
    scaler = getattr(estimator, "feature_scaler_", None)
    if not isinstance(scaler, (FeatureScaler, MagnitudeScaler)):
        raise ValueError(
            f"{type(estimator).__name__} has no ONNX form: it takes no table of plain "
            "numbers. Keep it with sklmag.persistence.save."
        )
    if isinstance(estimator, SIPFENNRegressor) and estimator.net_.n_members == 1:
        return _write_chain(estimator, Path(path))
    needed("onnxscript", extra="onnx", what="write_onnx")
    module = _Whole(estimator).eval().cpu().float()
    example = torch.zeros(2, estimator.n_features_in_)
    program: Any = torch.onnx.export(
        module,
        (example,),
        input_names=["features"],
        output_names=["targets"],
        dynamic_shapes={"x": {0: torch.export.Dim("n_samples")}},
        dynamo=True,
        verbose=False,
    )
    path = Path(path)
    program.save(path)
    return path


def _write_chain(estimator, path):
    """Write the layers of one network as the operators that they are, in float32."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def add(operator, *values):
        names = [f"constant_{len(constants) + k}" for k in range(len(values))]
        for name, value in zip(names, values, strict=True):
            array = np.ascontiguousarray(value, dtype=np.float32)
            constants.append(numpy_helper.from_array(array, name))
        before = nodes[-1].output[0] if nodes else "features"
        after = f"{operator.lower()}_{len(nodes)}"
        nodes.append(helper.make_node(operator, [before, *names], [after]))

    add("Div", estimator.feature_scaler_.scale_)
    operators = {name: operator for operator, name in _ACTIVATIONS.items()}
    activations = SIPFENN_LAYERS[estimator.architecture].activations
    for layer, activation in zip_longest(
        estimator.net_.module_.linear_layers(), activations
    ):
        weight, bias = (p.detach().cpu().numpy()[0] for p in (layer.weight, layer.bias))
        add("Gemm", weight, bias[0])
        if activation is not None:
            add(operators[activation])
    add("Mul", estimator.target_scaler_.scale_)
    add("Add", estimator.target_scaler_.center_)
    nodes[-1].output[0] = "targets"
    sizes = {"features": estimator.n_features_in_, "targets": estimator.n_outputs_}
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n_samples", size])
        for name, size in sizes.items()
    ]
    graph = helper.make_graph(nodes, "sipfenn", ends[:1], ends[1:], constants)
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.save(model, path)
    return path


# -- in -------------------------------------------------------------------------------


def read_onnx(path: str | Path) -> SIPFENNRegressor:
    """Read a network of SIPFENN's architectures from an ONNX file.

    Parameters
    ----------
    path : str or Path
        A published file, or one of :func:`write_onnx`. Its graph is a chain of linear
        layers, soft sign, sigmoid and ELU; constants may scale and shift in between.

    Returns
    -------
    SIPFENNRegressor
        Fitted, with scaling inside its weights.

    Raises
    ------
    ValueError
        For an operator or an architecture of another kind, and what is no ONNX file.

    Examples
    --------
    See :func:`write_onnx`.
    """
    onnx = needed("onnx", extra="onnx", what="read_onnx")
    path = Path(path)
    try:
        model = onnx.load(path, load_external_data=False)
        layers, activations = _chain(model.graph, path)
    except OSError:
        raise
    except Exception as error:  # protobuf's own, and whatever a torn graph leads to
        if isinstance(error, ValueError) and repr(str(path)) in str(error):
            raise
        raise ValueError(
            f"{str(path)!r} is no ONNX file, or a damaged one: {error!r}."
        ) from error
    widths = tuple(bias.size for _, bias in layers[:-1])
    name, factor = _architecture(widths, tuple(activations), path)
    return _fitted(name, factor, layers)


def _chain(graph, path):
    """Return weight and bias of each linear layer, and the activations between."""
    from onnx import TensorProto, numpy_helper

    for constant in graph.initializer:
        if constant.data_location == TensorProto.EXTERNAL:
            raise ValueError(
                f"{str(path)!r}: the weights {constant.name!r} are in a file of their "
                "own, which is not read. Save the model as one file: onnx.save(model, "
                "path, save_as_external_data=False)."
            )
    constants = {c.name: numpy_helper.to_array(c) for c in graph.initializer}
    inputs = [i.name for i in graph.input if i.name not in constants]
    current, chain = inputs[0], _Chain(path)
    for node in graph.node:
        options = {a.name: _value(a) for a in node.attribute}
        if node.op_type == "Constant":
            constants[node.output[0]] = np.asarray(options["value"])
            continue
        others = [constants[name] for name in node.input if name in constants]
        if current not in node.input:
            raise ValueError(
                f"{str(path)!r}: operator {node.op_type} takes {list(node.input)}, not "
                "what the one before it gives: the graph is no chain of layers."
            )
        chain.add(node.op_type, others, options, list(node.input).index(current))
        current = node.output[0]
    if [output.name for output in graph.output] != [current]:
        raise ValueError(
            f"{str(path)!r} gives {[output.name for output in graph.output]}, not only "
            f"{current!r}, the end of its chain of layers."
        )
    return chain.layers, chain.activations


def _value(attribute):
    from onnx import helper, numpy_helper

    value = helper.get_attribute_value(attribute)
    return numpy_helper.to_array(value) if attribute.name == "value" else value


class _Chain:
    """Linear layers and activations, from operators one after the other.

    What scales or shifts goes into the linear layer before it, or at the beginning
    and after an activation into the next.
    """

    def __init__(self, path):
        self.path = path
        self.layers, self.activations = [], []
        self.scale, self.shift = 1.0, 0.0  # not yet in a layer

    def add(self, kind, constants, options, position):
        if kind in _WITHOUT_EFFECT:
            return
        if kind in ("Gemm", "MatMul"):
            self._add_linear(constants, options)
        elif kind in ("Add", "Sub", "Mul", "Div") and len(constants) == 1:
            self._add_elementwise(kind, constants[0], position)
        elif kind in _ACTIVATIONS and options.get("alpha", 1.0) == 1.0:
            self._take_turns(kind, len(self.layers) - 1)
            self.activations.append(_ACTIVATIONS[kind])
        else:
            raise ValueError(
                f"{str(self.path)!r} holds the operator {kind} with {options}, which "
                "no network of SIPFENN has. Known: Gemm, MatMul, Add, Sub, Mul, Div, "
                f"{', '.join((*_ACTIVATIONS, *_WITHOUT_EFFECT))}."
            )

    def _take_turns(self, kind, n_before):
        """Raise unless linear layers and activations alternate."""
        if len(self.activations) != n_before:
            raise ValueError(
                f"{str(self.path)!r}: {kind} follows {len(self.layers)} linear layers "
                f"and {len(self.activations)} activations; they must take turns."
            )

    def _add_linear(self, constants, options):
        self._take_turns("a linear layer", len(self.layers))
        weight = np.asarray(constants[0], dtype=np.float64)
        weight = weight.reshape(weight.shape[-2:])
        if options.get("transB"):
            weight = weight.T
        weight = weight * options.get("alpha", 1.0)
        bias = np.zeros(weight.shape[1])
        if len(constants) > 1:
            bias = bias + self._of_width(constants[1], len(bias), options.get("beta"))
        shift = np.broadcast_to(self.shift, weight.shape[0])
        scale = np.broadcast_to(self.scale, weight.shape[0])
        self.layers.append((scale[:, None] * weight, bias + shift @ weight))
        self.scale, self.shift = 1.0, 0.0

    def _add_elementwise(self, kind, constant, position):
        constant = np.ravel(np.asarray(constant, dtype=np.float64))
        scale, shift = 1.0, 0.0
        if kind == "Add":
            shift = constant
        elif kind == "Sub":
            scale, shift = (1.0, -constant) if position == 0 else (-1.0, constant)
        elif kind == "Mul":
            scale = constant
        elif position == 0:
            scale = 1 / constant
        else:
            raise ValueError(f"{str(self.path)!r} divides a constant by the features.")
        if len(self.layers) > len(self.activations):  # directly after a linear layer
            weight, bias = self.layers[-1]
            scale, shift = (self._of_width(a, len(bias)) for a in (scale, shift))
            self.layers[-1] = (weight * scale, bias * scale + shift)
        else:
            self.scale, self.shift = self.scale * scale, self.shift * scale + shift

    def _of_width(self, constant, width, factor=None):
        """Return a constant of a layer; raise for one of another width."""
        constant = np.ravel(np.asarray(constant, dtype=np.float64))
        if constant.size not in (1, width):
            raise ValueError(
                f"{str(self.path)!r}: a constant of {constant.size} numbers beside a "
                f"layer of width {width}."
            )
        return constant if factor is None else factor * constant


def _architecture(widths, activations, path):
    for name, layers in SIPFENN_LAYERS.items():
        if activations == layers.activations and len(widths) == len(layers.widths):
            factor = _width_factor(widths, layers.widths)
            if factor:
                return name, factor
    raise ValueError(
        f"{str(path)!r} has hidden layers of widths {widths} with {activations}: none "
        f"of SIPFENN's architectures {', '.join(SIPFENN_LAYERS)}."
    )


def _width_factor(widths, published):
    """Return a factor that gives these widths, rounded, or None."""
    pairs = list(zip(widths, published, strict=True))
    least = max(((w - 0.5) / p if w > 1 else 0 for w, p in pairs), default=1)
    most = min(((w + 0.5) / p for w, p in pairs), default=1)
    for factor in (*(w / p for w, p in pairs), (least + most) / 2):
        if widths == tuple(max(1, round(factor * p)) for p in published):
            return factor
    return None


def _fitted(name, factor, layers):
    """Return an estimator in the state that a fit would have left it in."""
    estimator = SIPFENNRegressor(
        architecture=name, width_factor=factor, dtype="float32"
    )
    n_features, n_targets = len(layers[0][0]), layers[-1][1].size
    features, targets = MagnitudeScaler(), TargetScaler()
    features.scale_ = np.ones(n_features)
    targets.center_, targets.scale_ = np.zeros(n_targets), np.ones(n_targets)
    weights = {}
    modules = estimator._build_module(estimator.get_params(), n_features, n_targets)
    names = {id(p): key for key, p in modules.named_parameters()}
    for module, (weight, bias) in zip(modules.linear_layers(), layers, strict=True):
        weights[names[id(module.weight)]] = weight[None].astype(np.float32)
        weights[names[id(module.bias)]] = bias.reshape(1, 1, -1).astype(np.float32)
    return as_fitted(estimator, weights, feature_scaler=features, target_scaler=targets)
