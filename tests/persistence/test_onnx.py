"""ONNX files: the same numbers in onnxruntime, and networks read back."""

import itertools
import pickle
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from sklearn.base import clone
from torch import nn

from sklmag.cli import main
from sklmag.models import (
    DenseRegressor,
    LGDCNNRegressor,
    MultiHeadAttentionRegressor,
    SIPFENNRegressor,
)
from sklmag.persistence import FixedNetwork, read_onnx, save, write_onnx

X = np.random.default_rng(0).uniform(-1, 2, size=(120, 5))
Y = np.column_stack((X[:, 0] - X[:, 1] ** 2, 100 * X[:, 2] + 7))

NETS = {
    "NN9": SIPFENNRegressor(architecture="NN9", width_factor=0.01),
    "NN20": SIPFENNRegressor(architecture="NN20", width_factor=0.01),
    "NN24": SIPFENNRegressor(width_factor=0.01),
    "perceptron": SIPFENNRegressor(architecture="perceptron"),
    "NN24, double": SIPFENNRegressor(width_factor=0.01, dtype="float64"),
    "NN24, members": SIPFENNRegressor(width_factor=0.01, n_members=3),
    "DNNR": DenseRegressor(width=16),
    "MHAR": MultiHeadAttentionRegressor(width=16),
}


def fitted(name, y=Y):
    return NETS[name].set_params(max_epochs=3, random_state=0).fit(X, y)


def remarks_of_the_exporter(test):
    """Mark a test in which torch and onnxscript warn of their own doings."""
    kinds = (
        "::FutureWarning",
        "::DeprecationWarning",
        ":.*encountered in:RuntimeWarning",
    )
    return pytest.mark.filterwarnings(*[f"ignore{kind}" for kind in kinds])(test)


@remarks_of_the_exporter
@pytest.mark.parametrize("name", NETS)
def test_onnxruntime_computes_the_same(name, tmp_path):
    net = fitted(name)
    path = write_onnx(net, tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(path)
    for rows in (X[:1], X):
        (found,) = session.run(["targets"], {"features": rows.astype("float32")})
        np.testing.assert_allclose(found, net.predict(rows), rtol=1e-4, atol=1e-4)


@remarks_of_the_exporter
def test_writing_leaves_the_network_as_it_is(tmp_path):
    net = SIPFENNRegressor(
        width_factor=0.005, n_members=2, max_epochs=2, random_state=0
    )
    net.fit(X[:50], Y[:50])
    before = net.predict(X)
    assert net.dtype_ == "float64"
    path = write_onnx(net, tmp_path / "net.onnx")
    np.testing.assert_array_equal(net.predict(X), before)
    session = onnxruntime.InferenceSession(path)
    (found,) = session.run(["targets"], {"features": X.astype("float32")})
    np.testing.assert_allclose(found, before, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("factor", [0.0137, 0.00624, 0.002501, 0.0355, 0.049])
def test_every_width_factor_comes_back(factor, tmp_path):
    for architecture in ("NN20", "NN24"):
        net = SIPFENNRegressor(
            architecture=architecture, width_factor=factor / 4, max_epochs=1
        ).fit(X[:20], X[:20, 0])
        back = read_onnx(write_onnx(net, tmp_path / "net.onnx"))
        for ours, theirs in zip(
            net.net_.module_.linear_layers(),
            back.net_.module_.linear_layers(),
            strict=True,
        ):
            assert ours.weight.shape == theirs.weight.shape


@pytest.mark.parametrize("name", ["NN9", "NN20", "NN24", "perceptron", "NN24, double"])
def test_a_network_comes_back(name, tmp_path):
    net = fitted(name, Y[:, 1])
    back = read_onnx(write_onnx(net, tmp_path / "net.onnx"))
    assert back.architecture == net.architecture
    assert back.net_.module_.linear_layers()[0].weight.shape[0] == 1
    np.testing.assert_allclose(back.predict(X), net.predict(X), rtol=1e-4, atol=1e-4)
    tuned = back.fine_tune(X[:20], Y[:20, 1] + 5)
    assert np.abs(tuned.predict(X) - back.predict(X)).max() > 0


def model_of(*operators):
    """Return an ONNX model of a chain of operators and their constants."""
    nodes, constants, before = [], [], "x"
    for k, (kind, arrays, options) in enumerate(operators):
        names = [f"c{k}_{i}" for i in range(len(arrays))]
        constants += [
            numpy_helper.from_array(np.asarray(a, np.float32), n)
            for a, n in zip(arrays, names, strict=True)
        ]
        nodes.append(helper.make_node(kind, [before, *names], [f"t{k}"], **options))
        before = f"t{k}"
    ends = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("x", before)
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], constants)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )


def test_the_ways_in_which_others_write_a_chain(tmp_path):
    """Scaling by Mul and Sub, transposed weights, MatMul and Add, layers without effect."""
    rng = np.random.default_rng(0)
    widths = [3, 8, 8, 8, 2, 1, 1]
    weights = [rng.normal(size=pair) for pair in itertools.pairwise(widths)]
    activations = ["Softsign", "Sigmoid", "Elu", "Elu", "Elu"]
    operators = [
        ("Sub", [np.ones(3)], {}),
        ("Mul", [[0.5, 2, 1]], {}),
        ("Flatten", [], {}),
    ]
    for k, weight in enumerate(weights):
        bias = rng.normal(size=weight.shape[1])
        if k % 2:
            operators.append(("Gemm", [weight.T, bias], {"transB": 1, "alpha": 0.5}))
        else:
            operators += [("MatMul", [weight], {}), ("Add", [bias], {})]
        if k < 5:
            operators.append((activations[k], [], {}))
    model = model_of(*operators)
    # eight, eight, eight, two and one of 4000, 4000, 4000, 1000 and 100
    onnx.save(model, tmp_path / "net.onnx")
    rows = rng.normal(size=(7, 3)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    expected = session.run(None, {"x": rows})[0][:, 0]
    net = read_onnx(tmp_path / "net.onnx")
    assert (net.architecture, net.width_factor) == ("NN24", 0.002)
    np.testing.assert_allclose(net.predict(rows), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("operators", "why"),
    [
        ([("MatMul", [np.ones((3, 2))], {}), ("Relu", [], {})],
         "holds the operator Relu with {}, which no network of SIPFENN has"),
        ([("Gemm", [np.ones((3, 7)), np.ones(7)], {}), ("Sigmoid", [], {}),
          ("Gemm", [np.ones((7, 2)), [0]], {}), ("Sigmoid", [], {}),
          ("Gemm", [np.ones((2, 1)), [0]], {})],
         r"widths \(7, 2\) with \('sigmoid', 'sigmoid'\): none of SIPFENN's archit"),
        ([("Gemm", [np.ones((3, 7)), np.ones(7)], {}), ("Sigmoid", [], {}), ("Elu", [], {})],
         r"net.onnx': elu follows 1 linear layers and 1 activations; they must take"),
        ([("MatMul", [np.ones((3, 7))], {}), ("MatMul", [np.ones((7, 1))], {})],
         r"net.onnx': a linear layer follows 1 linear layers and 0 activations"),
        ([("MatMul", [np.ones((3, 7))], {}), ("Cast", [], {"to": TensorProto.INT32}),
          ("Cast", [], {"to": TensorProto.FLOAT})], "holds the operator Cast with"),
        ([("MatMul", [np.ones((3, 2))], {}), ("Sigmoid", [], {})],
         "does not end with a linear layer"),
    ],
)  # fmt: skip
def test_other_networks_predict_as_they_are(operators, why, tmp_path):
    model = model_of(*operators)
    onnx.save(model, tmp_path / "net.onnx")
    net = read_onnx(tmp_path / "net.onnx")
    rows = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    expected = session.run(None, {"x": rows})[0]
    assert isinstance(net, FixedNetwork)
    np.testing.assert_array_equal(net.predict(rows).reshape(4, -1), expected)
    for same in (clone(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(same.predict(rows).reshape(4, -1), expected)
    with pytest.raises(ValueError, match=f"which cannot be tuned. .*{why}"):
        net.fine_tune(rows, rows[:, 0])
    with pytest.raises(ValueError, match=r"net.onnx' is a fixed network, which does"):
        net.fit(rows, rows[:, 0])
    with pytest.raises(
        ValueError, match=r"net.onnx' is a fixed network: keep that fil"
    ):
        save(net, tmp_path / "net.sklmag")


def pytorch_net(*, width=8, dtype=torch.float32):
    """Return an NN24 as a user of PyTorch writes it."""
    torch.manual_seed(0)
    widths = [5, width, width, width, width // 4, max(1, width // 40)]
    activations = [nn.Softsign, nn.Sigmoid, nn.ELU, nn.ELU, nn.ELU]
    layers = []
    for (before, after), activation in zip(
        itertools.pairwise(widths), activations, strict=True
    ):
        layers += [nn.Linear(before, after), activation(), nn.Dropout(0.1)]
    return nn.Sequential(*layers[:-1], nn.Linear(widths[-1], 1)).to(dtype).eval()


@remarks_of_the_exporter
@pytest.mark.parametrize("n_dimensions", [1, 2])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("exporter", ["script", "dynamo", "script, for training"])
def test_exports_of_pytorch(exporter, dtype, n_dimensions, tmp_path):
    """Soft sign in parts, dropout that was kept, weights beside the file, one row."""
    net = pytorch_net(dtype=getattr(torch, dtype))
    example = torch.zeros(5 if n_dimensions == 1 else (1, 5), dtype=net[0].weight.dtype)
    with torch.no_grad():
        rows = torch.as_tensor(X, dtype=example.dtype)
        expected = np.array([net(row.reshape(example.shape)).item() for row in rows])
    kept = exporter == "script, for training"
    options = {}
    if kept:
        training = torch.onnx.TrainingMode.TRAINING
        options = {"training": training, "do_constant_folding": False}
    torch.onnx.export(
        net, (example,), tmp_path / "net.onnx", dynamo=exporter == "dynamo",
        verbose=False, **options,
    )  # fmt: skip
    back = read_onnx(tmp_path / "net.onnx")
    assert (back.architecture, back.width_factor) == ("NN24", 0.002)
    assert back.dropout == (0.1 if kept else 0.05)
    error = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose(back.predict(X), expected, atol=error)
    assert back.fine_tune(X[:20], Y[:20, 0]).n_iter_ == 25


@remarks_of_the_exporter
def test_weights_in_a_file_that_is_not_there(tmp_path):
    torch.onnx.export(
        pytorch_net(width=400), (torch.zeros(1, 5),), tmp_path / "net.onnx",
        verbose=False,
    )  # fmt: skip
    assert read_onnx(tmp_path / "net.onnx").width_factor == 0.1
    (tmp_path / "net.onnx.data").unlink()
    with pytest.raises(
        FileNotFoundError, match="are in the file 'net.onnx.data', which is not beside"
    ):
        read_onnx(tmp_path / "net.onnx")


def test_constants_before_the_features_and_among_the_inputs(tmp_path):
    """W x for a vector, b + x, constants that are computed, and listed as inputs."""
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(1, 5)), rng.normal(size=1)
    unit = [rng.normal(size=(1, 1)), rng.normal(size=1)]
    arrays = {"w": weight.T, "b": bias, "v": unit[0], "c": unit[1]}
    constants = [
        numpy_helper.from_array(a.astype(np.float32), n) for n, a in arrays.items()
    ]
    nodes = [
        helper.make_node("Transpose", ["w"], ["t"]),
        helper.make_node("MatMul", ["t", "x"], ["h0"]),
        helper.make_node("Add", ["b", "h0"], ["h1"]),
        helper.make_node("Sigmoid", ["h1"], ["h2"]),
        helper.make_node("MatMul", ["v", "h2"], ["h3"]),
        helper.make_node("Add", ["c", "h3"], ["y"]),
    ]
    ends = {"y": None, "b": [1], "w": [5, 1], "x": [5], "v": [1, 1], "c": [1]}
    y, *inputs = (
        helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in ends.items()
    )
    graph = helper.make_graph(nodes, "g", inputs, [y], constants)
    opset = helper.make_opsetid("", 13)
    onnx.save(
        helper.make_model(graph, opset_imports=[opset], ir_version=8),
        tmp_path / "net.onnx",
    )
    net = read_onnx(tmp_path / "net.onnx")
    assert net.architecture == "perceptron"
    expected = unit[0] / (1 + np.exp(-(weight @ X.T + bias[:, None])))
    np.testing.assert_allclose(net.predict(X), expected[0] + unit[1], atol=1e-6)


def relu_net(shape, path):
    """Save a network that is none of SIPFENN's, which takes an array of a shape."""
    model = model_of(("MatMul", [np.eye(3)], {}), ("Relu", [], {}))
    model.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    )
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(
    "shape", [[3], [1, 3], [4, 3], ["n", 3], ["n", 1, 3], [2, 1, 3]]
)
def test_a_fixed_network_takes_any_number_of_rows(shape, tmp_path):
    net = read_onnx(relu_net(shape, tmp_path / "net.onnx"))
    rows = np.random.default_rng(0).normal(size=(7, 3))
    np.testing.assert_allclose(net.predict(rows), np.maximum(rows, 0), rtol=1e-6)
    assert net.n_features_in_ == 3
    with pytest.raises(ValueError, match=r"X has 2 features, but .*net.onnx' takes 3"):
        net.predict(rows[:, :2])
    with pytest.raises(ValueError, match="X contains NaN"):
        net.predict(np.full((2, 3), np.nan))


def test_several_inputs_are_refused(tmp_path):
    model = model_of(("MatMul", [np.ones((3, 1))], {}))
    model.graph.input.append(
        helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 3])
    )
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ValueError, match=r"net.onnx' takes 2 inputs, \['x', 'z'\]"):
        read_onnx(tmp_path / "net.onnx")


@pytest.mark.parametrize(
    "operator", [("RandomNormalLike", [], {}), ("Expand", [[1000, 3]], {})]
)
def test_what_no_feed_forward_network_has_is_refused(operator, tmp_path):
    onnx.save(model_of(operator), tmp_path / "net.onnx")
    with pytest.raises(
        ValueError, match=f"holds the operator {operator[0]} of the dom"
    ):
        read_onnx(tmp_path / "net.onnx")


def test_a_fixed_network_of_huge_values_is_refused(tmp_path):
    column = np.ones((20_000, 1))
    model = model_of(("MatMul", [np.ones((3, 1))], {}), ("Relu", [], {}))
    for name, array in (("a", column), ("b", column.T)):
        model.graph.initializer.append(
            numpy_helper.from_array(array.astype(np.float32), name)
        )
    model.graph.node.append(helper.make_node("MatMul", ["a", "b"], ["huge"]))
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ValueError, match="value 'huge' has 400,000,000 numbers"):
        read_onnx(tmp_path / "net.onnx")


def test_a_torn_graph(tmp_path):
    onnx.save(model_of(("Gemm", [], {})), tmp_path / "net.onnx")
    with pytest.raises(
        ValueError, match="is no ONNX file, or a damaged one: IndexError"
    ):
        read_onnx(tmp_path / "net.onnx")


def test_an_output_in_the_middle(tmp_path):
    model = model_of(("MatMul", [np.ones((3, 2))], {}), ("Sigmoid", [], {}))
    model.graph.output[0].name = "t0"
    onnx.save(model, tmp_path / "net.onnx")
    net = read_onnx(tmp_path / "net.onnx")
    np.testing.assert_allclose(net.predict([[1, 2, 3]]), [[6, 6]])
    with pytest.raises(
        ValueError, match=r"gives \['t0'\], not only the end of its cha"
    ):
        net.fine_tune([[1, 2, 3]], [1])


def test_what_is_no_onnx_file(tmp_path):
    (tmp_path / "net.onnx").write_text("a page of a server")
    with pytest.raises(ValueError, match="net.onnx' is no ONNX file, or a damaged one"):
        read_onnx(tmp_path / "net.onnx")


def test_formulas_have_no_onnx_form(tmp_path):
    net = LGDCNNRegressor(width=8, max_epochs=1).fit(
        [[26, 1], [27, 1], [28, 1]], [1, 2, 3]
    )
    with pytest.raises(ValueError, match="LGDCNNRegressor has no ONNX form"):
        write_onnx(net, tmp_path / "net.onnx")


@pytest.mark.parametrize("verb", ["read_onnx", "write_onnx"])
def test_without_onnx_the_extra_is_named(verb, monkeypatch, tmp_path):
    net = SIPFENNRegressor(width_factor=0.005, max_epochs=1).fit(X, X[:, 0])
    path = write_onnx(net, tmp_path / "net.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        ImportError, match=rf"{verb} needs onnx, .* pip install 'sklmag\[onnx\]'"
    ):
        read_onnx(path) if verb == "read_onnx" else write_onnx(net, path)
    assert main(["predict", "NaCl", "--model", str(path), "--quiet"]) == 2
