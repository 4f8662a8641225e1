"""Write small networks by MXNet itself, and what it predicts with them, for the tests.

    python benchmarks/make_mxnet_reference.py tests/persistence/mxnet

MXNet ended with release 1.9.1. It runs in an environment of its own:

    pip install "numpy<1.24" requests graphviz && pip install --no-deps mxnet==1.9.1
"""

import sys
from pathlib import Path

import numpy as np

np.bool = bool  # MXNet 1.9.1 is from before numpy 1.24

import mxnet as mx  # noqa: E402

N_ROWS, N_FEATURES = 7, 5


def nn24():
    """Build one with a scale, activations as layers of their own, and dropout."""
    scale = mx.sym.Variable("scale", shape=(1, N_FEATURES))
    h = mx.sym.broadcast_mul(mx.sym.Variable("Input"), scale)
    activations = [mx.sym.softsign, mx.sym.sigmoid, elu, elu, elu]
    for k, (width, activate) in enumerate(
        zip([8, 8, 8, 2, 1], activations, strict=True)
    ):
        h = activate(mx.sym.FullyConnected(h, num_hidden=width, name=f"linear{k}"))
        if k < 4:
            h = mx.sym.Dropout(h, p=0.1)
    return mx.sym.FullyConnected(h, num_hidden=1, name="output")


def nn9():
    """Build one with activations by names, whose output is scaled and shifted."""
    h = mx.sym.Variable("Input")
    names = ["softsign", "sigmoid", "sigmoid", "sigmoid", "elu", "elu"]
    for k, (width, name) in enumerate(zip([20, 20, 20, 20, 2, 1], names, strict=True)):
        h = mx.sym.FullyConnected(h, num_hidden=width, name=f"linear{k}")
        h = elu(h) if name == "elu" else mx.sym.Activation(h, act_type=name)
    return mx.sym.FullyConnected(h, num_hidden=1, name="output") * 0.5 - 1.25


def elu(h):
    return mx.sym.LeakyReLU(h, act_type="elu", slope=1.0)


def main():
    folder, rng = Path(sys.argv[1]), np.random.RandomState(0)
    for build in (nn24, nn9):
        net, path = build(), str(folder / build.__name__)
        shapes, _, _ = net.infer_shape(Input=(N_ROWS, N_FEATURES))
        weights = {
            name: mx.nd.array(rng.normal(size=shape))
            for name, shape in zip(net.list_arguments(), shapes, strict=True)
            if name != "Input"
        }
        X = mx.nd.array(rng.normal(size=(N_ROWS, N_FEATURES)))
        (y,) = net.bind(mx.cpu(), weights | {"Input": X}).forward(is_train=False)
        net.save(f"{path}.json")
        mx.nd.save(f"{path}.params", {f"arg:{n}": w for n, w in weights.items()})
        np.savetxt(f"{path}.csv", np.hstack((X.asnumpy(), y.asnumpy())), delimiter=",")


if __name__ == "__main__":
    main()
