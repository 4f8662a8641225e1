"""What compiled code of scikit-learn walks through: as arrays, and held before it runs.

Compiled code follows an index without looking whether it leads anywhere. So every tree
is walked once here: each node is reached once, each index is in its range.
"""

import numpy as np
from sklearn._loss import loss as losses
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.neighbors import BallTree, KDTree
from sklearn.tree._tree import NODE_DTYPE, TREE_LEAF, Tree

from sklmag.persistence._kinds import is_numeric

_MANY = 100_000  # classes, outputs or features that nobody has
_MANY_CLASSES = 10_000
_DEEPEST = 1000  # levels of a tree
_LOSSES = {  # by name, with the numbers that each is made from
    "HalfSquaredError": (),
    "AbsoluteError": (),
    "PinballLoss": ("quantile",),
    "HuberLoss": ("quantile", "delta"),
    "HalfPoissonLoss": (),
    "HalfGammaLoss": (),
    "HalfBinomialLoss": (),
    "HalfMultinomialLoss": ("n_classes",),
    "ExponentialLoss": (),
}


def refuse(condition, text):
    """Raise ValueError with a text where a condition does not hold."""
    if not condition:
        raise ValueError(text)


def walk_depth(left, right, is_leaf):
    """Return the depth of a tree, and how many nodes a walk reaches, each once.

    Parameters
    ----------
    left, right : ndarray of int of shape (n_nodes,)
        Children.
    is_leaf : ndarray of bool of shape (n_nodes,)
        Which nodes have none.

    Raises
    ------
    ValueError
        For a child that is no node, for a node with two parents, and for a tree deeper
        than 1,000: what walks it calls itself, and Shapley values take its square.
    """
    n_nodes = len(left)
    refuse(n_nodes > 0, "a tree without a node")
    seen = np.zeros(n_nodes, dtype=bool)
    level, depth = np.zeros(1, dtype=np.int64), -1
    while len(level):
        refuse(
            not seen[level].any() and len(np.unique(level)) == len(level),
            "a tree that comes back to a node",
        )
        seen[level], depth = True, depth + 1
        refuse(depth <= _DEEPEST, f"a tree deeper than {_DEEPEST}")
        inner = level[~is_leaf[level]]
        level = np.concatenate((left[inner], right[inner])).astype(np.int64)
        refuse(
            ((level >= 0) & (level < n_nodes)).all(),
            f"a tree of {n_nodes} nodes with a child that is none of them",
        )
    return depth, int(seen.sum())


# -- trees of scikit-learn -------------------------------------------------------------


def pack_tree(tree):
    """Return a tree of scikit-learn as numbers and arrays."""
    state = tree.__getstate__()
    return {
        "n_features": int(tree.n_features),
        "n_classes": np.asarray(tree.n_classes, dtype=np.int64),
        "max_depth": int(state["max_depth"]),
        "nodes": np.ascontiguousarray(state["nodes"]).view(np.uint8),
        "values": state["values"],
    }


def unpack_tree(parts):
    """Return the tree that :func:`pack_tree` made arrays of, after a walk."""
    n_features, n_classes = parts["n_features"], parts["n_classes"]
    nodes, values = parts["nodes"], parts["values"]
    refuse(type(n_features) is int and 0 < n_features < _MANY, "features of a tree")
    refuse(
        is_numeric(n_classes) and n_classes.ndim == 1 and len(n_classes) < _MANY
        and n_classes.dtype == np.int64 and (n_classes > 0).all(),
        "classes of a tree",
    )  # fmt: skip
    nodes = _records(nodes, NODE_DTYPE)
    is_leaf = nodes["left_child"] == TREE_LEAF
    depth, n_seen = walk_depth(nodes["left_child"], nodes["right_child"], is_leaf)
    refuse(n_seen == len(nodes), "a tree with a node that nothing leads to")
    refuse(parts["max_depth"] == depth, "the depth of a tree")
    feature = nodes["feature"][~is_leaf]
    refuse(((feature >= 0) & (feature < n_features)).all(), "a tree's feature")
    shape = (len(nodes), len(n_classes), int(n_classes.max(initial=0)))
    refuse(
        is_numeric(values) and values.dtype == np.float64 and values.shape == shape,
        "values of a tree",
    )
    tree = Tree(n_features, n_classes.astype(np.intp), len(n_classes))
    tree.__setstate__(
        {
            "max_depth": depth,
            "node_count": len(nodes),
            "nodes": nodes,
            "values": np.ascontiguousarray(values),
        }
    )
    return tree


def _records(array, dtype):
    """Return bytes as records, or raise where they are those of another version."""
    refuse(
        is_numeric(array) and array.dtype == np.uint8 and array.ndim == 1
        and len(array) % dtype.itemsize == 0,
        "nodes of a tree that are not those of this version of scikit-learn",
    )  # fmt: skip
    return np.ascontiguousarray(array).view(dtype)


def pack_predictor(predictor):
    """Return a tree of histogram boosting as arrays."""
    return {"nodes": np.ascontiguousarray(predictor.nodes).view(np.uint8)}


def unpack_predictor(parts):
    """Return the tree that :func:`pack_predictor` made arrays of, after a walk."""
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

    nodes = _records(parts["nodes"], PREDICTOR_RECORD_DTYPE)
    is_leaf = nodes["is_leaf"] == 1
    children = (nodes[side].astype(np.int64) for side in ("left", "right"))
    _, n_seen = walk_depth(*children, is_leaf)
    refuse(n_seen == len(nodes), "a tree with a node that nothing leads to")
    refuse(not nodes["is_categorical"].any(), "a tree that splits by categories")
    none = np.empty((0, 8), dtype=np.uint32)
    return TreePredictor(nodes, none, none.copy())


def pack_loss(loss):
    """Return a loss of scikit-learn by its name and numbers."""
    name = type(loss).__name__
    numbers = {}
    for key in _LOSSES[name]:
        value = getattr(loss, key, None)
        numbers[key] = getattr(loss.closs, key) if value is None else value
    return {"name": name, "numbers": numbers}


def unpack_loss(parts):
    """Return the loss of a name; raise for one that is not known."""
    name, numbers = parts["name"], parts["numbers"]
    refuse(isinstance(name, str) and name in _LOSSES, f"a loss called {name!r:.40}")
    refuse(
        set(numbers) == set(_LOSSES[name])
        and all(type(v) in (int, float) and 0 < v < _MANY_CLASSES
                for v in numbers.values()),
        f"the numbers of the loss {name}",
    )  # fmt: skip
    return getattr(losses, name)(**numbers)


# -- whole estimators ------------------------------------------------------------------


def neighbour_tree(state):
    """Return the search tree of the rows that nearest neighbours are looked for in."""
    rows, method = state["_fit_X"], state["_fit_method"]
    refuse(
        is_numeric(rows) and rows.ndim == 2 and len(rows) == state["n_samples_fit_"]
        and rows.shape[1] == state["n_features_in_"],
        "the rows of nearest neighbours",
    )  # fmt: skip
    if method == "brute":
        return None
    kind = {"kd_tree": KDTree, "ball_tree": BallTree}[method]
    return kind(
        rows,
        int(state["leaf_size"]),
        metric=state["effective_metric_"],
        **state["effective_metric_params_"],
    )


def check_support_vectors(model):
    """Raise where the arrays of a support vector regression do not belong together."""
    vectors, dual = model.support_vectors_, model._dual_coef_
    n_vectors = len(vectors) if is_numeric(vectors) and vectors.ndim == 2 else -1
    shapes = {
        "support_": ((n_vectors,), np.int32),
        "support_vectors_": ((n_vectors, model.n_features_in_), np.float64),
        "_dual_coef_": ((1, n_vectors), np.float64),
        "_intercept_": ((1,), np.float64),
        "_n_support": ((2,), np.int32),
        "_probA": ((0,), np.float64),
        "_probB": ((0,), np.float64),
    }
    for name, (shape, dtype) in shapes.items():
        array = getattr(model, name)
        refuse(
            is_numeric(array) and array.shape == shape and array.dtype == dtype,
            f"the support vectors ({name})",
        )
    refuse(
        ((model._n_support >= 0) & (model._n_support <= n_vectors)).all()
        and dual.flags.c_contiguous and model._sparse is False
        and model.shape_fit_[1] == model.n_features_in_,
        "the support vectors",
    )  # fmt: skip


def check_same_features(model):
    """Raise where trees of an ensemble read other features than it is given."""
    parts = model.estimators_
    trees = parts.ravel() if isinstance(parts, np.ndarray) else parts
    n_features, n_outputs = model.n_features_in_, getattr(model, "n_outputs_", 1)
    refuse(len(trees) > 0, "an ensemble without trees")
    for part in trees:
        tree = getattr(part, "tree_", None)
        refuse(
            isinstance(tree, Tree) and tree.n_features == n_features
            and part.n_features_in_ == n_features and tree.n_outputs == n_outputs,
            "trees of an ensemble that do not belong together",
        )  # fmt: skip
        _check_classes(model, tree)


def check_tree(model):
    """Raise where a tree reads other features than its estimator is given."""
    refuse(
        model.tree_.n_features == model.n_features_in_
        and model.tree_.n_outputs == model.n_outputs_,
        "a tree that does not belong to its estimator",
    )
    _check_classes(model, model.tree_)


def _check_classes(model, tree):
    """Raise where a classifier has other classes than its tree."""
    if not hasattr(model, "n_classes_"):
        return
    words = [model.classes_] if tree.n_outputs == 1 else list(model.classes_)
    refuse(
        np.array_equal(np.atleast_1d(model.n_classes_), tree.n_classes)
        and [len(some) for some in words] == list(tree.n_classes),
        "the classes of a tree",
    )


def check_stages(model):
    """Raise where the stages of gradient boosting do not belong together."""
    check_same_features(model)
    parts, start = model.estimators_, model.init_
    refuse(
        isinstance(start, str)
        or (type(start).__name__ == "DummyRegressor" and start.n_outputs_ == 1),
        "the start of gradient boosting",
    )
    refuse(
        isinstance(parts, np.ndarray) and parts.ndim == 2 and parts.shape[1] == 1
        and model.n_trees_per_iteration_ == 1
        and all(part.tree_.max_n_classes == 1 for part in parts.ravel()),
        "the stages of gradient boosting",
    )  # fmt: skip


def check_bags(model):
    """Raise where the members of a bag are given more features than there are."""
    n_features = model.n_features_in_
    refuse(
        len(model.estimators_features_) == len(model.estimators_)
        and all(is_numeric(some) and some.ndim == 1 and len(some) <= n_features
                for some in model.estimators_features_),
        "the features of a bag",
    )  # fmt: skip


def check_indicator(model):
    """Raise where an indicator of missing values has more columns than its input."""
    refuse(len(model.features_) <= model.n_features_in_, "the features of an indicator")


def check_categories(model):
    """Raise where numbers are not in rising order: they are looked up by bisection."""
    for words in model.categories_:
        if is_numeric(words):
            known = words[: len(words) - int(np.isnan(words[-1:].astype(float)).sum())]
            refuse(
                words.ndim == 1 and bool((np.diff(known.astype(float)) > 0).all()),
                "the order of an encoder's numbers",
            )


def check_neighbours(model):
    """Raise where the values of nearest neighbours are not one for each row."""
    refuse(
        is_numeric(model._y) and len(model._y) == len(model._fit_X)
        and 0 < model.n_neighbors <= len(model._fit_X),
        "the values of nearest neighbours",
    )  # fmt: skip


def check_layers(model):
    """Raise where the layers of a perceptron do not follow each other."""
    weights, biases, width = model.coefs_, model.intercepts_, model.n_features_in_
    refuse(len(weights) == len(biases) == model.n_layers_ - 1, "the layers")
    for weight, bias in zip(weights, biases, strict=True):
        refuse(
            is_numeric(weight) and is_numeric(bias) and weight.ndim == 2
            and weight.shape == (width, len(bias)) and bias.ndim == 1,
            "the shape of a layer",
        )  # fmt: skip
        width = len(bias)


def check_one_hot(model):
    """Raise where the columns of an encoder are not those of its words."""
    n_words = [len(words) for words in model.categories_]
    dropped = [0] * len(n_words)
    if model.drop_idx_ is not None:
        dropped = [int(k is not None) for k in model.drop_idx_]
        refuse(
            len(dropped) == len(n_words)
            and all(k is None or (isinstance(k, (int, np.integer)) and 0 <= k < n)
                    for k, n in zip(model.drop_idx_, n_words, strict=True)),
            "the words that an encoder leaves out",
        )  # fmt: skip
    refuse(
        (not model._infrequent_enabled and len(n_words) == model.n_features_in_
        and getattr(model, "_drop_idx_after_grouping", None) is model.drop_idx_)
        or (not model._infrequent_enabled
        and np.array_equal(model._drop_idx_after_grouping, model.drop_idx_)),
        "the rare words of an encoder, which have no form in a model file",
    )  # fmt: skip
    widths = [n - k for n, k in zip(n_words, dropped, strict=True)]
    refuse(list(model._n_features_outs) == widths, "the columns of an encoder")


def check_powers(model):
    """Raise where powers of features are not as many as their degree gives."""
    from math import comb

    n, low, high = model.n_features_in_, model._min_degree, model._max_degree
    choose = comb if model.interaction_only else lambda n, k: comb(n + k - 1, k)
    expected = sum(choose(n, k) for k in range(max(low, 1), high + 1))
    expected += low == 0 and model.include_bias
    refuse(
        model.n_output_features_ == expected <= _MANY and model._n_out_full <= _MANY,
        "the powers of features",
    )


def check_histogram_boosting(model):
    """Raise where trees of histogram boosting read other features than are given."""
    n_trees, n_features = model.n_trees_per_iteration_, model.n_features_in_
    start = model._baseline_prediction
    refuse(
        type(n_trees) is int and 0 < n_trees < _MANY_CLASSES
        and is_numeric(start) and start.shape == (1, n_trees)
        and model._n_features == n_features
        and len(model._bin_mapper.bin_thresholds_) == n_features
        and len(getattr(model, "classes_", [0, 1])) == (n_trees if n_trees > 1 else 2)
        and not np.any(model._bin_mapper.is_categorical_),
        "the stages of histogram boosting",
    )  # fmt: skip
    for stage in model._predictors:
        refuse(len(stage) == n_trees, "the stages of histogram boosting")
        for tree in stage:
            inner = tree.nodes[tree.nodes["is_leaf"] != 1]
            feature = inner["feature_idx"]
            refuse(
                ((feature >= 0) & (feature < n_features)).all(),
                "a feature of histogram boosting",
            )
