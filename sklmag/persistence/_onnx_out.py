"""Our networks as ONNX files."""

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
from sklmag.models._scaling import FeatureScaler, MagnitudeScaler

if TYPE_CHECKING:
    from sklmag import DenseRegressor, MultiHeadAttentionRegressor


_OPERATORS = {"softsign": "Softsign", "sigmoid": "Sigmoid", "elu": "Elu"}


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
    activations = SIPFENN_LAYERS[estimator.architecture].activations
    for layer, activation in zip_longest(
        estimator.net_.module_.linear_layers(), activations
    ):
        weight, bias = (p.detach().cpu().numpy()[0] for p in (layer.weight, layer.bias))
        add("Gemm", weight, bias[0])
        if activation is not None:
            add(_OPERATORS[activation])
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
