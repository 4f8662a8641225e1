"""ONNX files: the same numbers in onnxruntime, and networks read back."""

import itertools
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from sklmag.cli import main
from sklmag.models import (
    DenseRegressor,
    LGDCNNRegressor,
    MultiHeadAttentionRegressor,
    SIPFENNRegressor,
)
from sklmag.persistence import read_onnx, write_onnx

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
    ("operators", "message"),
    [
        ([("Relu", [], {})], "holds the operator Relu with {}, which no network of"),
        ([("Gemm", [np.ones((3, 7)), np.ones(7)], {}), ("Sigmoid", [], {}),
          ("Gemm", [np.ones((7, 1)), [0]], {})],
         r"hidden layers of widths \(7,\) with \('sigmoid',\): none of SIPFENN's"),
        ([("Gemm", [np.ones((3, 7)), np.ones(7)], {}), ("Sigmoid", [], {}), ("Elu", [], {})],
         r"net.onnx': Elu follows 1 linear layers and 1 activations; they must take"),
        ([("MatMul", [np.ones((3, 7))], {}), ("MatMul", [np.ones((7, 1))], {})],
         r"net.onnx': a linear layer follows 1 linear layers and 0 activations"),
        ([("Gemm", [], {})], r"net.onnx' is no ONNX file, or a damaged one: IndexError"),
    ],
)  # fmt: skip
def test_other_networks_are_refused(operators, message, tmp_path):
    onnx.save(model_of(*operators), tmp_path / "net.onnx")
    with pytest.raises(ValueError, match=message):
        read_onnx(tmp_path / "net.onnx")


def test_an_output_in_the_middle_is_refused(tmp_path):
    model = model_of(("MatMul", [np.ones((3, 2))], {}), ("Sigmoid", [], {}))
    model.graph.output[0].name = "t0"
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ValueError, match=r"gives \['t0'\], not only 't1', the end of"):
        read_onnx(tmp_path / "net.onnx")


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
