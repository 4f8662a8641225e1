"""Networks that MXNet itself has written, by benchmarks/make_mxnet_reference.py."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sklmag.persistence import read_mxnet
from sklmag.tasks import open_any

FOLDER = Path(__file__).parent / "mxnet"


@pytest.fixture
def files(tmp_path):
    """Return copies of a network's layers and weights."""
    for suffix in (".json", ".params"):
        shutil.copy(FOLDER / f"nn24{suffix}", tmp_path)
    return tmp_path / "nn24.json", tmp_path / "nn24.params"


def changed(path, change):
    """Write what a function makes of the nodes of a graph."""
    graph = json.loads(path.read_text())
    change({node["name"]: node for node in graph["nodes"]}, graph)
    path.write_text(json.dumps(graph))


@pytest.mark.parametrize(("name", "dropout"), [("nn24", 0.1), ("nn9", 0.05)])
def test_it_predicts_what_mxnet_does(name, dropout):
    X, y = np.split(np.loadtxt(FOLDER / f"{name}.csv", delimiter=","), [5], axis=1)
    net = read_mxnet(FOLDER / f"{name}.json")
    assert (net.architecture, net.width_factor) == (name.upper(), 0.002)
    assert net.dropout == dropout
    np.testing.assert_allclose(net.predict(X), y[:, 0], atol=1e-6)
    assert net.fine_tune(X, y[:, 0] + 1).n_iter_ == 25
    np.testing.assert_array_equal(
        open_any(FOLDER / f"{name}.json").estimator.predict(X), net.predict(X)
    )


def test_weights_of_another_name_are_given(files):
    layers, weights = files
    weights = weights.rename(weights.with_name("other.params"))
    with pytest.raises(
        FileNotFoundError, match=r"Of the weights, nn24.params, there ar"
    ):
        read_mxnet(layers)
    assert read_mxnet(layers, weights).architecture == "NN24"
    weights.rename(layers.with_name("nn24-0000.params"))  # as MXNet names an epoch
    assert read_mxnet(layers.rename(layers.with_name("nn24-symbol.json")))


def test_older_names_of_options_and_an_array_of_the_first_form(files):
    layers, weights = files
    expected = read_mxnet(layers).predict(np.ones((1, 5)))

    def older(nodes, graph):
        for k, node in enumerate(graph["nodes"]):
            if "attrs" in node:
                node[("attr", "param")[k % 2]] = node.pop("attrs")

    changed(layers, older)
    content = weights.read_bytes()
    new = (0xF993FAC9).to_bytes(4, "little") + bytes(4)
    assert content.count(new) == 13
    at = content.index(new)  # the scale, of shape (1, 5)
    shape = b"".join(n.to_bytes(4, "little") for n in (2, 1, 5))
    weights.write_bytes(content[:at] + shape + content[at + 8 + 4 + 16 :])
    np.testing.assert_array_equal(read_mxnet(layers).predict(np.ones((1, 5))), expected)


def test_weights_that_end_early(files):
    layers, weights = files
    content = weights.read_bytes()
    for size in range(0, len(content), 7):
        weights.write_bytes(content[:size])
        with pytest.raises(
            ValueError, match="nn24.params' is no file of weights of MX"
        ):
            read_mxnet(layers)


@pytest.mark.parametrize(
    ("place", "number", "message"),
    [
        (0, 7, "it begins with 0x7, not 0x112"),
        (16, 10**9, "it says that it holds 1,000,000,000 arrays"),
        (28, 1, "an array is sparse"),
        (32, 10**6, "an array has 1000000 dimensions"),
    ],
)
def test_weights_that_claim_more_than_there_is(place, number, message, files):
    layers, weights = files
    content = bytearray(weights.read_bytes())
    content[place : place + 4] = number.to_bytes(4, "little")
    weights.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_mxnet(layers)


def leaky(nodes, graph):
    nodes["leakyrelu0"]["attrs"] = {"act_type": "leaky", "slope": "0.1"}


def of_another_slope(nodes, graph):
    del nodes["leakyrelu0"]["attrs"]["slope"]  # then it is 0.25


def renamed(nodes, graph):
    nodes["linear0_weight"]["name"] = "else"


def skipping(nodes, graph):
    nodes["linear1"]["inputs"][0] = [0, 0, 0]


def other_head(nodes, graph):
    graph["heads"] = [[0, 0, 0]]


def without_nodes(nodes, graph):
    del graph["nodes"]


def beyond(nodes, graph):
    nodes["linear1"]["inputs"][1] = [999, 0, 0]


def other_architecture(nodes, graph):
    nodes["softsign0"]["op"] = "sigmoid"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (leaky, r"holds the layer LeakyReLU with .*'leaky'.*no network of SIPFENN"),
        (of_another_slope, "holds the layer LeakyReLU with {'act_type': 'elu'}"),
        (renamed, r"\['Input', 'else'\] are not among the weights"),
        (skipping, r"the layer 'linear1' takes \['Input', .*is no chain of layers"),
        (other_head, "does not give what its last layer does"),
        (
            without_nodes,
            r"nn24.json' is no network of MXNet, or a damaged file: KeyErr",
        ),
        (beyond, r"nn24.json' is no network of MXNet, or a damaged file: IndexError"),
        (other_architecture, "none of SIPFENN's architectures NN8, NN9, NN20, NN24"),
    ],
)
def test_other_layers(change, message, files):
    layers, _ = files
    changed(layers, change)
    with pytest.raises(ValueError, match=message):
        read_mxnet(layers)


def test_what_is_no_json(files):
    layers, _ = files
    layers.write_text("a page of a server")
    with pytest.raises(ValueError, match="nn24.json' is no network of MXNet, or a dam"):
        read_mxnet(layers)
    with pytest.raises(FileNotFoundError, match="There is no file '.*no.json'"):
        read_mxnet(layers.with_name("no.json"))
