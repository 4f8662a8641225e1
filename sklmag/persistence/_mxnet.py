"""Networks of MXNet: the form in which SIPFENN's were first released."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sklmag.persistence._chain import Chain, MissingWeights

if TYPE_CHECKING:
    from sklmag import SIPFENNRegressor

_LIST = 0x112  # begins a file of arrays
_ARRAYS = {0xF993FAC8: 1, 0xF993FAC9: 2, 0xF993FACA: 3}  # begin an array, by version
_DTYPES = {0: "<f4", 1: "<f8", 2: "<f2", 3: "<u1", 4: "<i4", 5: "<i1", 6: "<i8"}
_MOST_DIMENSIONS = 8
_WITHOUT_EFFECT = (
    "_copy", "identity", "BlockGrad", "Flatten", "flatten", "Reshape", "reshape",
    "Cast", "cast", "expand_dims", "squeeze",
)  # fmt: skip
_OF_CONSTANT = {
    "broadcast_mul": "mul", "elemwise_mul": "mul", "_mul": "mul",
    "broadcast_add": "add", "broadcast_plus": "add", "elemwise_add": "add",
    "_plus": "add",
    "broadcast_sub": "sub", "broadcast_minus": "sub", "elemwise_sub": "sub",
    "_minus": "sub",
    "broadcast_div": "div", "elemwise_div": "div", "_div": "div",
}  # fmt: skip
_OF_SCALAR = {
    "_mul_scalar": "mul", "_plus_scalar": "add", "_minus_scalar": "sub",
    "_div_scalar": "div",
}  # fmt: skip
_ELU_SLOPE = 0.25  # of MXNet, where a file has none


def read_mxnet(path: str | Path, params: str | Path | None = None) -> SIPFENNRegressor:
    """Read a network of SIPFENN's architectures from files of MXNet.

    Parameters
    ----------
    path : str or Path
        The ``.json`` file, which holds the layers.
    params : str or Path, default=None
        The file of the weights; None is the one file beside it whose name begins as
        that of `path` and ends with ``.params``.

    Returns
    -------
    SIPFENNRegressor
        Fitted, with scaling inside its weights; `predict` and `fine_tune` it.

    Raises
    ------
    FileNotFoundError
        Where there is no such file, or no weights beside it.
    ValueError
        For other architectures, and what is no such file, or a damaged one.

    See Also
    --------
    read_onnx : The form of later releases.

    Notes
    -----
    Neither MXNet, which is no longer developed, nor any code of a file is needed or
    run: the layers are JSON, the weights plain numbers.

    Examples
    --------
    >>> from sklmag.persistence import read_mxnet
    >>> read_mxnet("SIPFENN_Krajewski2020_NN24.json")  # doctest: +SKIP
    """
    path = Path(path)
    params = _beside(path) if params is None else Path(params)
    arrays = _read_arrays(params)
    try:
        graph = json.loads(path.read_text(encoding="utf-8"))
        return _chain(graph, arrays, repr(str(path)), params).fitted()
    except (ValueError, KeyError, TypeError, LookupError, AttributeError,
            RecursionError) as error:  # fmt: skip
        if any(repr(str(p)) in str(error) for p in (path, params)):
            raise
        raise ValueError(
            f"{str(path)!r} is no network of MXNet, or a damaged file: {error!r}."
        ) from error


def _chain(graph, arrays, name, params):
    """Return the layers of a graph, from the features to its head."""
    chain, nodes = Chain(name), graph["nodes"]
    current = _features(nodes, arrays, name)
    for place, node in enumerate(nodes):
        kind, sources = node["op"], [source[0] for source in node["inputs"]]
        if kind == "null":
            continue
        if current not in sources:
            raise ValueError(
                f"{name}: the layer {node['name']!r} takes "
                f"{[nodes[k]['name'] for k in sources]}, not what the one before it "
                "gives: the network is no chain of layers."
            )
        constants = [
            _array(arrays, nodes[k]["name"], params) for k in sources if k != current
        ]
        _add(chain, kind, _options(node), constants, sources.index(current))
        current = place
    if current != graph["heads"][0][0]:
        raise ValueError(f"{name} does not give what its last layer does.")
    return chain


def _beside(path):
    """Return the file of weights of a network."""
    stem = path.name.removesuffix(".json").removesuffix("-symbol")
    found = sorted(path.parent.glob(f"{stem}*.params"))
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    if len(found) != 1:
        raise MissingWeights(
            f"{str(path)!r} holds the layers only. Of the weights, {stem}.params, "
            f"there are {len(found)} files beside it: {[p.name for p in found]}. Put "
            "one there, or name it: params=..."
        )
    return found[0]


def _features(nodes, arrays, name):
    """Return the place of the features: of what is no layer and has no weights."""
    free = [
        place
        for place, node in enumerate(nodes)
        if node["op"] == "null" and node["name"] not in arrays
    ]
    if len(free) != 1:
        raise ValueError(
            f"{name}: {[nodes[k]['name'] for k in free]} are not among the weights, "
            "where the features alone should not be. Is it the file of another network?"
        )
    return free[0]


def _array(arrays, name, params):
    if name not in arrays:
        raise ValueError(
            f"{str(params)!r} holds no weights {name!r}, but {sorted(arrays)}: is it "
            "the file of another network?"
        )
    return arrays[name]


def _options(node):
    """Return the options of a layer, under any of the names that MXNet gave them."""
    return node.get("attrs") or node.get("attr") or node.get("param") or {}


def _add(chain, kind, options, constants, position):
    """Add a layer of MXNet to a chain."""
    if kind in _WITHOUT_EFFECT:
        return
    if kind == "FullyConnected" and position == 0 and constants:
        chain.linear(constants[0].T, *constants[1:2])
    elif kind == "Dropout":
        chain.drop(float(options.get("p", 0.5)))
    elif kind in _OF_CONSTANT and len(constants) == 1:
        _elementwise(chain, _OF_CONSTANT[kind], constants[0], position)
    elif kind in _OF_SCALAR:
        _elementwise(chain, _OF_SCALAR[kind], float(options["scalar"]), 0)
    else:
        chain.activate(_activation(chain, kind, options))


def _activation(chain, kind, options):
    name = options.get("act_type", "") if kind == "Activation" else kind
    if name in ("sigmoid", "softsign"):
        return name
    slope = float(options.get("slope", _ELU_SLOPE))
    if kind == "LeakyReLU" and options.get("act_type") == "elu" and slope == 1:
        return "elu"
    raise ValueError(
        f"{chain.name} holds the layer {kind} with {options}, which no network of "
        "SIPFENN has."
    )


def _elementwise(chain, kind, constant, position):
    if kind == "mul":
        chain.elementwise(scale=constant)
    elif kind == "add":
        chain.elementwise(shift=constant)
    elif position:
        raise ValueError(f"{chain.name}: the features are taken from a constant.")
    elif kind == "sub":
        chain.elementwise(shift=-constant)
    else:
        chain.elementwise(scale=1 / constant)


class _Bytes:
    """The content of a file, read from its beginning to its end."""

    def __init__(self, path):
        self.content, self.place, self.path = path.read_bytes(), 0, path

    def take(self, size):
        """Return the next bytes; raise where the file has fewer."""
        if not 0 <= size <= len(self.content) - self.place:
            raise self.damaged(f"it ends after {len(self.content):,} bytes")
        self.place += size
        return self.content[self.place - size : self.place]

    def numbers(self, form):
        """Return the next numbers of a form of `struct`."""
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))

    def damaged(self, why):
        return ValueError(
            f"{str(self.path)!r} is no file of weights of MXNet, or a damaged one: "
            f"{why}."
        )


def _read_arrays(path):
    """Return the arrays of a file by their names."""
    file = _Bytes(Path(path))
    magic, _, count = file.numbers("QQQ")
    if magic != _LIST:
        raise file.damaged(f"it begins with {magic:#x}, not {_LIST:#x}")
    if count > len(file.content):
        raise file.damaged(f"it says that it holds {count:,} arrays")
    arrays = [_read_array(file) for _ in range(count)]
    (n_names,) = file.numbers("Q")
    if n_names != count:
        raise file.damaged(f"{count} arrays have {n_names} names")
    names = []
    for _ in range(count):
        (length,) = file.numbers("Q")
        names.append(file.take(length).decode("utf-8", "replace").rpartition(":")[2])
    return dict(zip(names, arrays, strict=True))


def _read_array(file):
    """Return the next array: its version, shape, device and type, then its numbers."""
    (magic,) = file.numbers("I")
    version = _ARRAYS.get(magic, 0)
    if version > 1 and file.numbers("i") != (0,):
        raise file.damaged("an array is sparse")
    # the first form has no magic, but begins with its dimensions, of 32 bits
    (n_dimensions,) = file.numbers("I") if version else (magic,)
    if not 0 < n_dimensions <= _MOST_DIMENSIONS:
        raise file.damaged(f"an array has {n_dimensions} dimensions")
    shape = file.numbers(f"{n_dimensions}{'q' if version else 'I'}")
    file.numbers("ii")
    (kind,) = file.numbers("i")
    if kind not in _DTYPES or min(shape) < 0:
        raise file.damaged(f"an array has the type {kind} and the shape {shape}")
    dtype, size = np.dtype(_DTYPES[kind]), 1
    for n in shape:
        size *= n
    return np.frombuffer(file.take(size * dtype.itemsize), dtype).reshape(shape)
