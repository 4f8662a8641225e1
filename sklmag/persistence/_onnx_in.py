"""Networks in ONNX files of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sklmag._utils._optional import needed
from sklmag.persistence._chain import Chain, MissingWeights, NoChain
from sklmag.persistence._fixed_network import FixedNetwork

if TYPE_CHECKING:
    from sklmag import SIPFENNRegressor

_ACTIVATIONS = {"Softsign": "softsign", "Sigmoid": "sigmoid", "Elu": "elu"}
_WITHOUT_EFFECT = (
    "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Cast",
)  # fmt: skip
_OF_CONSTANTS = (*_WITHOUT_EFFECT, "Transpose")  # what is done to them in a file
_ELEMENTWISE = ("Add", "Sub", "Mul", "Div")


def read_onnx(path: str | Path) -> SIPFENNRegressor | FixedNetwork:
    """Read a network from an ONNX file.

    Parameters
    ----------
    path : str or Path
        A published file of SIPFENN, one of :func:`write_onnx`, or what another program
        has written, such as ``torch.onnx.export`` (weights in a file beside it are
        read, too).

    Returns
    -------
    SIPFENNRegressor or FixedNetwork
        Where the graph is a chain of linear layers, soft sign, sigmoid and ELU in one
        of SIPFENN's architectures, a fitted regressor, with scaling inside its
        weights, which can be tuned further. Any other feed-forward graph becomes a
        :class:`FixedNetwork`, which predicts as it is.

    Raises
    ------
    FileNotFoundError
        Where weights are in a file of their own that is not beside it.
    ValueError
        For what is no ONNX file, several inputs or outputs, and operators that no
        feed-forward network has.

    See Also
    --------
    read_mxnet : The form of SIPFENN's first release.

    Notes
    -----
    Dropout that was kept in the file does not act in predictions; its probability
    becomes that of the regressor, for tuning. Single, half and bfloat16 weights are
    computed with in single precision, double ones in double.

    Examples
    --------
    See :func:`write_onnx`.
    """
    onnx = needed("onnx", extra="onnx", what="read_onnx")
    path = Path(path)
    try:
        model = onnx.load(path, load_external_data=False)
        _load_weights_beside(model, path)
        return _Walk(model.graph, repr(str(path))).chain.fitted()
    except NoChain as why:
        return FixedNetwork(path).opened(why=str(why))
    except OSError:
        raise
    except Exception as error:  # protobuf's own, and whatever a torn graph leads to
        if isinstance(error, ValueError) and repr(str(path)) in str(error):
            raise
        raise ValueError(
            f"{str(path)!r} is no ONNX file, or a damaged one: {error!r}."
        ) from error


def _load_weights_beside(model, path):
    """Read weights that are in a file of their own, from the same folder only."""
    from onnx import TensorProto
    from onnx.external_data_helper import load_external_data_for_model

    for constant in model.graph.initializer:
        if constant.data_location != TensorProto.EXTERNAL:
            continue
        location = {e.key: e.value for e in constant.external_data}["location"]
        beside = path.parent / location
        if Path(location).name != location or beside.is_symlink():
            raise ValueError(
                f"{str(path)!r}: the weights {constant.name!r} are in {location!r}; "
                "only a file in the same folder is read."
            )
        if not beside.is_file():
            raise MissingWeights(
                f"{str(path)!r}: the weights {constant.name!r} are in the file "
                f"{location!r}, which is not beside it. Put it there, or save the "
                "model as one file: torch.onnx.export(..., external_data=False)."
            )
    load_external_data_for_model(model, str(path.parent))


class _Walk:
    """The layers that a graph leads through, from its input to its output.

    Values of the graph are constants, shapes, the features as they are now, under one
    name or several, or the parts of a soft sign that was written as x / (1 + |x|).
    """

    def __init__(self, graph, name):
        from onnx import numpy_helper

        self.name, self.chain = name, Chain(name)
        self.constants = {c.name: numpy_helper.to_array(c) for c in graph.initializer}
        first, self.is_vector = _features(graph, self.constants, name)
        self.shapes = set()
        self.now, self.magnitude, self.below = {first}, set(), set()
        for node in graph.node:
            self.step(node)
        outputs = {output.name for output in graph.output}
        if len(outputs) != 1 or not outputs <= self.now:
            raise NoChain(
                f"{name} gives {sorted(outputs)}, not only the end of its chain of "
                "layers."
            )

    def step(self, node):
        """Follow one operator."""
        kind, options = node.op_type, {a.name: _value(a) for a in node.attribute}
        given, known = [name for name in node.input if name], self.constants.keys()
        places = [k for k, name in enumerate(given) if name in self.now]
        others = [name for name in given if name not in self.now]
        if kind == "Constant" and "value" in options:
            self.constants[node.output[0]] = np.asarray(options["value"])
        elif kind in _OF_CONSTANTS and given and known >= set(given):
            self.constants[node.output[0]] = _computed(node, self.constants)
        elif kind == "Shape" or (self.shapes and set(given) <= self.shapes | known):
            self.shapes.update(node.output)
        elif self._of_soft_sign(kind, given, node.output[0]):
            pass
        elif len(places) == 1 and set(others) <= self.shapes | known:
            constants = [self.constants[name] for name in others if name in known]
            if kind in _WITHOUT_EFFECT and _stays_real(options):
                self.now.add(node.output[0])
                return
            self._layer(kind, constants, options, places[0])
            self._become(node.output[0])
        else:
            raise NoChain(
                f"{self.name}: operator {kind} takes {given}, not what the one before "
                "it gives: the graph is no chain of layers."
            )

    def _become(self, name):
        self.now, self.magnitude, self.below = {name}, set(), set()

    def _of_soft_sign(self, kind, given, output):
        """Take |x|, 1 + |x|, x / (1 + |x|), and changes of precision in between."""
        if kind == "Abs" and given[0] in self.now:
            self.magnitude.add(output)
        elif kind == "Cast" and given[0] in self.magnitude:
            self.magnitude.add(output)
        elif kind == "Cast" and given[0] in self.below:
            self.below.add(output)
        elif kind == "Add" and self.magnitude & set(given) and self._adds_one(given):
            self.below.add(output)
        elif kind == "Div" and given[0] in self.now and given[1] in self.below:
            self.chain.activate("softsign")
            self._become(output)
        else:
            return False
        return True

    def _adds_one(self, given):
        others = [name for name in given if name not in self.magnitude]
        value = self.constants.get(others[0]) if others else None
        return value is not None and value.size == 1 and float(value.ravel()[0]) == 1

    def _layer(self, kind, constants, options, place):
        if kind == "Dropout":
            ratio = constants[0] if constants else options.get("ratio", 0.5)
            self.chain.drop(ratio)
        elif kind in ("Gemm", "MatMul"):
            self._linear(constants, options, place)
        elif kind in _ELEMENTWISE and len(constants) == 1:
            self._elementwise(kind, constants[0], place)
        elif kind in _ACTIVATIONS and options.get("alpha", 1.0) == 1.0:
            self.chain.activate(_ACTIVATIONS[kind])
        else:
            raise NoChain(
                f"{self.name} holds the operator {kind} with {options}, which no "
                "network of SIPFENN has."
            )

    def _linear(self, constants, options, place):
        weight = constants[0]
        if weight.ndim < 2 or max(weight.shape[:-2], default=1) > 1:
            raise NoChain(f"{self.name}: a product with {weight.shape} numbers.")
        weight = weight.reshape(weight.shape[-2:])
        if (place and not self.is_vector) or options.get("transA"):
            raise NoChain(f"{self.name}: the features are multiplied from the left.")
        if options.get("transB", 0) != place:
            weight = weight.T
        bias = constants[1] if len(constants) > 1 else 0.0
        self.chain.linear(weight)
        self.chain.elementwise(
            scale=options.get("alpha", 1.0),
            shift=np.float64(options.get("beta", 1.0)) * bias,
        )

    def _elementwise(self, kind, constant, place):
        constant = np.asarray(constant, dtype=np.float64)
        if kind == "Add":
            self.chain.elementwise(shift=constant)
        elif kind == "Mul":
            self.chain.elementwise(scale=constant)
        elif kind == "Sub" and place:
            self.chain.elementwise(scale=-1.0, shift=constant)
        elif kind == "Sub":
            self.chain.elementwise(shift=-constant)
        elif place:
            raise NoChain(f"{self.name} divides a constant by the features.")
        else:
            self.chain.elementwise(scale=1 / constant)


def _features(graph, constants, name):
    """Return the one input that is no constant, and whether it is a single row."""
    if not graph.node:
        raise ValueError(f"{name} is no ONNX file, or a damaged one: it has no layers.")
    inputs = [i for i in graph.input if i.name not in constants]
    if len(inputs) != 1:
        raise ValueError(
            f"{name} takes {len(inputs)} inputs, {[i.name for i in inputs]}; a network "
            "of features takes one."
        )
    rank = len(inputs[0].type.tensor_type.shape.dim)
    return inputs[0].name, rank == 1


def _stays_real(options):
    """Tell whether what has no effect has none: a cast to integers would round."""
    from onnx import TensorProto

    real = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16,
            TensorProto.BFLOAT16)  # fmt: skip
    return options.get("to", real[0]) in real


def _computed(node, constants):
    from onnx.reference import ReferenceEvaluator

    given = {name: constants[name] for name in node.input if name}
    return np.asarray(ReferenceEvaluator(node).run(None, given)[0])


def _value(attribute):
    from onnx import helper, numpy_helper

    value = helper.get_attribute_value(attribute)
    return numpy_helper.to_array(value) if attribute.name == "value" else value
