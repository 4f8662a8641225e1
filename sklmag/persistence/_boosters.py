"""Boosters of XGBoost: bytes of UBJSON, read and held before XGBoost reads them.

Native code that reads bytes trusts their counts. So the whole text is read here first,
by its grammar, and every index of every tree is checked; what does not fit is refused.
"""

import re
import struct

import numpy as np

from sklmag.persistence._native import refuse, walk_depth

_ARRAYS = {"d": ">f4", "D": ">f8", "U": "u1", "i": "i1", "I": ">i2", "l": ">i4",
           "L": ">i8"}  # fmt: skip
_NUMBERS = {"d": ">f", "D": ">d", "U": "B", "i": "b", "I": ">h", "l": ">i", "L": ">q"}
_CONSTANTS = {"T": True, "F": False, "Z": None}
_DEEPEST = 12
_MANY_FEATURES, _MANY_GROUPS = 100_000, 10_000
_NUMBER = r"-?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,4})?"
# one, or a list of them; XGBoost calls itself for each bracket of one in another
_NUMBER_TEXT = re.compile(rf"(?:{_NUMBER}|\[(?:{_NUMBER}(?:,{_NUMBER})*)?\])\Z")
_LONGEST_TEXT = 200_000
_COUNT = re.compile(r"\d{1,9}\Z")
_ATTRIBUTES = {"best_iteration", "best_score", "scikit_learn"}
_OBJECTIVE = re.compile(r"(reg|binary|multi|count):[a-z]{1,30}\Z")
_NO_NODE = (-1, 2**31 - 1)  # what stands for none, in signed and unsigned versions
_TREE_ARRAYS = (
    "base_weights", "default_left", "left_children", "loss_changes", "parents",
    "right_children", "split_conditions", "split_indices", "split_type", "sum_hessian",
)  # fmt: skip


class _Reader:
    """Reads UBJSON as XGBoost writes it; nothing is made that is not there."""

    def __init__(self, content):
        self._bytes, self._at = memoryview(content), 0

    def whole(self):
        """Return all, and raise for bytes behind it."""
        value = self._value(0)
        refuse(self._at == len(self._bytes), "a booster with bytes behind its end")
        return value

    def _take(self, n_bytes):
        end = self._at + n_bytes
        refuse(0 <= n_bytes and end <= len(self._bytes), "a booster that is cut off")
        part, self._at = self._bytes[self._at : end], end
        return part

    def _mark(self):
        return chr(self._take(1)[0])

    def _number(self, mark):
        kind = _NUMBERS[mark]
        return struct.unpack(kind, self._take(struct.calcsize(kind)))[0]

    def _length(self):
        refuse(self._mark() == "L", "a length in a booster")
        return self._number("L")

    def _text(self):
        return bytes(self._take(self._length())).decode("utf-8")

    def _value(self, depth):
        refuse(depth < _DEEPEST, "a booster that is nested too deep")
        mark = self._mark()
        if mark == "{":
            return self._object(depth)
        if mark == "[":
            return self._array(depth)
        if mark == "S":
            return self._text()
        if mark in _CONSTANTS:
            return _CONSTANTS[mark]
        refuse(mark in _NUMBERS, f"a mark {mark!r} in a booster")
        return self._number(mark)

    def _object(self, depth):
        found = {}
        while self._bytes[self._at : self._at + 1] != b"}":
            name = self._text()
            refuse(name not in found, f"two parts {name!r:.40} in a booster")
            found[name] = self._value(depth + 1)
        self._take(1)
        return found

    def _array(self, depth):
        mark = self._mark()
        if mark == "$":
            kind = self._mark()
            refuse(kind in _ARRAYS and self._mark() == "#", "an array in a booster")
            dtype = np.dtype(_ARRAYS[kind])
            return np.frombuffer(self._take(self._length() * dtype.itemsize), dtype)
        refuse(mark == "#", "an array in a booster")
        n_values = self._length()
        refuse(n_values <= len(self._bytes) - self._at, "a booster that is cut off")
        return [self._value(depth + 1) for _ in range(n_values)]


def load_booster(content):
    """Return the booster of some bytes that were checked.

    Parameters
    ----------
    content : bytes
        What ``Booster.save_raw("ubj")`` gives.

    Returns
    -------
    xgboost.Booster

    Raises
    ------
    ValueError
        For bytes that are none, and for parts that do not belong together.
    """
    from xgboost import Booster

    _check(_Reader(content).whole())
    booster = Booster()
    booster.load_model(bytearray(content))
    return booster


def _check(document):
    refuse(
        isinstance(document, dict)
        and set(document) <= {"learner", "version", "Config"},
        "a booster without a learner",
    )
    learner = document["learner"]
    _check_texts(learner)
    shape = {
        name: _count(learner["learner_model_param"].get(name, "0"))
        for name in ("num_feature", "num_class", "num_target")
    }
    n_features, n_classes = shape["num_feature"], shape["num_class"]
    n_groups = n_classes if n_classes > 1 else max(shape["num_target"], 1)
    refuse(0 < n_features <= _MANY_FEATURES, "the features of a booster")
    refuse(0 < n_groups <= _MANY_GROUPS, "the classes or targets of a booster")
    base = learner["learner_model_param"]["base_score"].strip("[]").split(",")
    refuse(len(base) in (1, n_groups), "the base score of a booster")
    softmax = learner["objective"].get("softmax_multiclass_param")
    refuse(
        softmax is None or _count(softmax["num_class"]) == n_classes,
        "the classes of a booster",
    )
    n_rounds = _check_model(learner["gradient_booster"], n_features, n_groups)
    best = learner.get("attributes", {}).get("best_iteration")
    refuse(best is None or _count(best) < n_rounds, "the best round of a booster")


def _check_texts(learner):
    """Raise for words of a learner that are neither numbers nor names."""
    for name in ("feature_names", "feature_types"):
        words = learner.get(name, [])
        refuse(all(isinstance(word, str) for word in words), f"the {name} of a booster")
    refuse("c" not in learner.get("feature_types", []), "a booster of categories")
    attributes = learner.get("attributes", {})
    refuse(
        set(attributes) <= _ATTRIBUTES
        and all(isinstance(value, str) for value in attributes.values()),
        "the attributes of a booster",
    )
    _check_numbers(learner["learner_model_param"])
    objective = dict(learner["objective"])
    refuse(bool(_OBJECTIVE.match(objective.pop("name"))), "the objective of a booster")
    for settings in objective.values():
        _check_numbers(settings)


def _check_numbers(settings):
    for name, value in settings.items():
        refuse(
            isinstance(value, str)
            and len(value) <= _LONGEST_TEXT
            and bool(_NUMBER_TEXT.match(value)),
            f"the setting {name!r:.40} of a booster",
        )


def _check_model(booster, n_features, n_groups):
    """Raise where trees or weights do not belong together; return how many rounds."""
    kind = booster["name"]
    refuse(kind in ("gbtree", "dart", "gblinear"), f"a booster called {kind!r:.40}")
    model = booster["gbtree"]["model"] if kind == "dart" else booster["model"]
    if kind == "gblinear":
        n_weights = (n_features + 1) * n_groups
        refuse(len(_array(model["weights"])) == n_weights, "the weights of a booster")
        return _count(str(model["boosted_rounds"]))
    trees = model["trees"]
    _check_numbers(model["gbtree_model_param"])
    n_trees = _count(model["gbtree_model_param"]["num_trees"])
    refuse(isinstance(trees, list) and len(trees) == n_trees, "a booster's trees")
    if kind == "dart":
        refuse(len(_array(booster["weight_drop"])) == n_trees, "a booster's trees")
    group = _array(model["tree_info"]).astype(np.int64)
    refuse(
        len(group) == n_trees and ((group >= 0) & (group < n_groups)).all(),
        "the groups of a booster's trees",
    )
    rounds = _array(model["iteration_indptr"]).astype(np.int64)
    refuse(
        len(rounds) > 0 and rounds[0] == 0 and rounds[-1] == n_trees
        and (np.diff(rounds) >= 0).all(),
        "the rounds of a booster",
    )  # fmt: skip
    cats = model.get("cats", {})
    refuse(
        not any(len(cats.get(part, [])) for part in ("enc", "sorted_idx")),
        "a booster of categories",
    )
    for number, tree in enumerate(trees):
        refuse(isinstance(tree, dict), "a booster's tree")
        _check_tree(tree, number, n_features)
    return len(rounds) - 1


def _check_tree(tree, number, n_features):
    size = tree["tree_param"]
    _check_numbers(size)
    n_nodes = _count(size["num_nodes"])
    refuse(
        _count(size["size_leaf_vector"]) in (0, 1)
        and _count(size["num_feature"]) == n_features
        and int(tree["id"]) == number
        and _count(size.get("num_deleted", "0")) < max(n_nodes, 1),
        "the size of a booster's tree",
    )
    arrays = {name: _array(tree[name]) for name in _TREE_ARRAYS}
    refuse(
        all(len(array) == n_nodes for array in arrays.values()),
        "the nodes of a booster's tree",
    )
    refuse(
        not arrays["split_type"].any()
        and not any(len(tree[part]) for part in tree if part.startswith("categories")),
        "a booster of categories",
    )
    left = arrays["left_children"].astype(np.int64)
    right = arrays["right_children"].astype(np.int64)
    is_leaf = left == -1
    refuse(((right == -1) == is_leaf).all(), "the leaves of a booster's tree")
    _, n_seen = walk_depth(left, right, is_leaf)
    n_deleted = _count(size.get("num_deleted", "0"))
    refuse(n_seen == n_nodes - n_deleted, "a node of a booster that nothing leads to")
    inner = np.flatnonzero(~is_leaf)
    parents = arrays["parents"].astype(np.int64)
    refuse(
        (parents[left[inner]] == inner).all() and (parents[right[inner]] == inner).all()
        and parents[0] in _NO_NODE,
        "the parents of a booster's tree",
    )  # fmt: skip
    feature = arrays["split_indices"].astype(np.int64)
    known = (feature >= 0) & (feature < n_features)
    known |= is_leaf & np.isin(feature, (*_NO_NODE, 2**32 - 1))
    refuse(known.all(), "a booster's feature")


def _count(text):
    """Return a count that is written as text: XGBoost would read -1 as 4294967295."""
    refuse(isinstance(text, str) and bool(_COUNT.match(text)), "a count of a booster")
    return int(text)


def _array(value):
    """Return an array of numbers, which an older version writes as a list."""
    array = np.asarray(value)
    refuse((array.ndim == 1 and array.dtype.kind in "iufb") or array.size == 0,
           "the numbers of a booster")  # fmt: skip
    return array
