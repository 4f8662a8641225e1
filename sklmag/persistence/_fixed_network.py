"""Networks that predict as they are, by onnxruntime."""

from __future__ import annotations

from functools import cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Never

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_array

from sklmag._utils._optional import needed

if TYPE_CHECKING:
    from sklmag._utils._typing import ArrayLike

_MOST_NUMBERS = 10**8  # in one value of a graph, for one row
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
# by chance, of no end, with a memory, or of a size that the weights do not tell
_REFUSED = {
    "Bernoulli", "ConstantOfShape", "EyeLike", "Expand", "GRU", "If", "LSTM", "Loop",
    "Multinomial", "Pad", "RNN", "RandomNormal", "RandomNormalLike", "RandomUniform",
    "RandomUniformLike", "Range", "Resize", "Scan", "SequenceMap", "Tile", "Upsample",
}  # fmt: skip


class FixedNetwork(RegressorMixin, BaseEstimator):
    """A feed-forward network of an ONNX file, as it is: it predicts and learns nothing.

    :func:`read_onnx` returns one for what is none of SIPFENN's architectures.

    Parameters
    ----------
    path : str or Path
        The file. It is read again in other processes, and must stay where it is.

    Attributes
    ----------
    n_features_in_ : int
        Number of features; not there where the file does not tell it.

    Raises
    ------
    ValueError
        At the first use: for what onnxruntime cannot run, several inputs or outputs,
        and operators that draw by chance, repeat, or remember.

    See Also
    --------
    sklmag.persistence.read_onnx : Reads SIPFENN's as networks that can be tuned.

    Examples
    --------
    >>> from sklmag.persistence import FixedNetwork
    >>> FixedNetwork("net.onnx").fit([[1.0]], [1.0])
    Traceback (most recent call last):
    ...
    ValueError: 'net.onnx' is a fixed network, which does not learn. ...
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path

    def opened(self, why: str = "") -> FixedNetwork:
        """Open the file now.

        Parameters
        ----------
        why : str, default=""
            Why the network is no regressor of ours, for `fine_tune`.

        Returns
        -------
        FixedNetwork
            Itself.
        """
        self._why, _ = why, self._session
        return self

    @property
    def n_features_in_(self):
        """Number of features; an AttributeError where the file does not tell it."""
        width = self._session.get_inputs()[0].shape[-1:]
        if not width or not isinstance(width[0], int):
            raise AttributeError(f"{str(self.path)!r} does not tell how many features.")
        return width[0]

    def fit(self, X: ArrayLike, y: ArrayLike) -> Never:
        """Refuse: the network stays as it is.

        Parameters
        ----------
        X, y : array-like
            Ignored.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            f"{str(self.path)!r} is a fixed network, which does not learn. Train a "
            "SIPFENNRegressor, or fine-tune a network of SIPFENN's architectures."
        )

    def fine_tune(self, X: ArrayLike, y: ArrayLike) -> Never:
        """Refuse: the network stays as it is.

        Parameters
        ----------
        X, y : array-like
            Ignored.

        Raises
        ------
        ValueError
            Always, with what the file has that no network of SIPFENN's has.
        """
        why = getattr(self, "_why", "")
        raise ValueError(
            f"{str(self.path)!r} is a fixed network, which cannot be tuned. {why}"
        )

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
        """
        given, taken = self._session.get_inputs()[0], self._session.get_outputs()[0]
        X = check_array(X, dtype=np.float64, input_name="X", estimator=self)
        width = getattr(self, "n_features_in_", X.shape[1])
        if X.shape[1] != width:
            raise ValueError(
                f"X has {X.shape[1]} features, but {str(self.path)!r} takes {width}."
            )
        rows, n_rows = X.astype(_DTYPES[given.type]), len(X)
        found = [
            self._session.run([taken.name], {given.name: part})[0].reshape(n, -1)
            for part, n in _parts(rows, given.shape)
        ]
        y = np.concatenate(found)[:n_rows].astype(np.float64)
        return y[:, 0] if y.shape[1] == 1 else y

    def __sklearn_is_fitted__(self):
        return True

    def __getstate__(self):
        state = super().__getstate__().copy()
        state.pop("_session", None)  # opened again where it is needed
        return state

    @cached_property
    def _session(self):
        needed("onnx", extra="onnx", what="FixedNetwork")
        runtime = needed("onnxruntime", extra="onnx", what="FixedNetwork")
        path = Path(self.path)
        _refuse(path)
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        try:
            session = runtime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"], enable_fallback=0
            )
        except Exception as error:  # onnxruntime's own have no common base
            raise ValueError(
                f"{str(path)!r} is no ONNX file that onnxruntime can run: {error}"
            ) from error
        _refuse_ends(session, path)
        return session


_DTYPES = {"tensor(float)": "float32", "tensor(double)": "float64",
           "tensor(float16)": "float16"}  # fmt: skip


def _parts(rows, shape):
    """Yield rows in the shape that a graph takes, and how many; the last may be filled.

    Some graphs take a vector, and some a fixed number of rows.
    """
    between = [1] * (len(shape) - 2)
    if not (len(shape) == 1 or (shape and isinstance(shape[0], int))):
        yield rows.reshape(len(rows), *between, -1), len(rows)
        return
    size = 1 if len(shape) == 1 else shape[0]
    filled = np.vstack((rows, np.zeros((-len(rows) % size, rows.shape[1]), rows.dtype)))
    lead = () if len(shape) == 1 else (size, *between)
    for start in range(0, len(filled), size):
        yield filled[start : start + size].reshape(*lead, -1), size


def _refuse(path):
    """Raise for operators that a feed-forward network does not have, and sizes."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        if node.domain not in _DOMAINS or node.op_type in _REFUSED:
            raise ValueError(
                f"{str(path)!r} holds the operator {node.op_type} of the domain "
                f"{node.domain or 'ai.onnx'!r}, which no feed-forward network has."
            )
    shapes = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    for value in (*shapes.value_info, *shapes.output):
        dims = value.type.tensor_type.shape.dim
        size = prod(max(1, d.dim_value) for d in dims)
        if size > _MOST_NUMBERS:
            raise ValueError(
                f"{str(path)!r}: its value {value.name!r} has {size:,} numbers, more "
                f"than {_MOST_NUMBERS:,}."
            )


def _refuse_ends(session, path):
    """Raise unless one table of numbers goes in and one comes out."""
    ends = {"inputs": session.get_inputs(), "outputs": session.get_outputs()}
    for what, values in ends.items():
        if len(values) != 1 or values[0].type not in _DTYPES:
            found = [f"{v.name}: {v.type}" for v in values]
            raise ValueError(
                f"{str(path)!r} has the {what} {found}; a network of features has one, "
                "of floating-point numbers."
            )
