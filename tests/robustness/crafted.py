"""Model files as somebody with ill will and time would make them.

Each is an honest file with one thing changed and honest checksums: name of the attack,
name of the honest model, the change, and what the refusal says (None: the file may be
opened, and must then do nothing but predict).
"""

import json
import struct

import numpy as np
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.tree._tree import NODE_DTYPE

from tests.robustness.model_files import (
    ARRAYS,
    STRUCTURE,
    array,
    attribute,
    booster,
    headed,
    nodes,
    put,
    state,
    tree_field,
    with_structure,
)


def _function(name):
    return attribute("FunctionTransformer", "func", {"function": name})


def _class(name):
    def change(structure):
        pair = [["bucket", "x"], ["args", "id"]]
        put(
            structure["state"],
            "steps",
            [{"tuple": ["a", {"class": name, "state": pair}]}],
        )

    return with_structure(change)


def _deep(structure):
    node = 0
    for _ in range(400):
        node = [node]
    put(structure["state"], "verbose", node)


def _twice(structure):
    structure["state"].append(["steps", []])


def _steps(structure, *steps):
    """Put steps behind the first of a pipeline."""
    own = next(pair for pair in structure["state"] if pair[0] == "steps")[1]
    own[1:1] = [{"tuple": [f"step{k}", step]} for k, step in enumerate(steps)]


def _object(name, **state):
    return {"class": name, "state": [[k, v] for k, v in state.items()]}


def _wide(structure):
    """Six unions, each of which gives ten times what it takes."""
    union = _object(
        "sklearn.pipeline.FeatureUnion",
        transformer_list=[{"tuple": [f"t{k}", "passthrough"]} for k in range(10)],
        n_jobs=None, transformer_weights=None, verbose=False,
        verbose_feature_names_out=True,
    )  # fmt: skip
    _steps(structure, *[union] * 6)


def _nested(structure):
    """Pipelines in pipelines: scikit-learn would ask each of them for all inside."""
    inner = None
    for _ in range(14):
        inner = _object(
            "sklearn.pipeline.Pipeline", steps=[{"tuple": ["a", inner]}], memory=None,
            transform_input=None, verbose=False,
        )  # fmt: skip
    _steps(structure, inner)


def _behind(structure):
    """A featurizer that would open files named by the step before it."""
    voronoi = _object(
        "sklmag.structure.VoronoiFeaturizer", on_error="raise", n_jobs=None, verbose=0
    )
    _steps(structure, voronoi)


def _in_an_array(structure):
    """A pipeline that names a file, where estimators are held in an array."""
    imputer = _object("sklearn.preprocessing.Normalizer", norm="l2", copy=True)
    voronoi = _object(
        "sklmag.structure.VoronoiFeaturizer", on_error="raise", n_jobs=None, verbose=0
    )
    inner = _object(
        "sklearn.pipeline.Pipeline", memory=None, transform_input=None, verbose=False,
        steps=[{"tuple": ["a", imputer]}, {"tuple": ["b", voronoi]}],
    )  # fmt: skip
    vote = _object(
        "sklearn.ensemble.VotingRegressor", weights=None, n_jobs=None, verbose=False,
        estimators=[{"tuple": ["a", None]}],
        estimators_={"estimators": [inner], "shape": [1]},
    )  # fmt: skip
    _steps(structure, vote)


def _wide_columns():
    scaler = _object(
        "sklearn.preprocessing.StandardScaler", copy=True, with_mean=True, with_std=True
    )
    return {"tuple": ["scaled", scaler, [0] * 300_000]}


def _orphan(parts):
    """Add a node to a tree that no other node leads to."""
    parts = array("nodes", lambda raw: np.concatenate([raw, raw[-64:]]))(parts)
    return array("values", lambda a: np.concatenate([a, a[-1:]]))(parts)


def _settings(name, value):
    """Change a setting that a network is built from."""

    def change(structure):
        for node in nodes(structure):
            if isinstance(node, list) and len(node) == 2 and node[0] == name:
                node[1] = value

    return with_structure(change)


def _text(old, new):
    return booster(lambda content: content.replace(old, new))


def _ubj(text):
    return b"L" + struct.pack(">q", len(text)) + text


def _longer_array(content):
    """Claim an array of 2^40 numbers where there are seven."""
    place = content.index(b"[$d#L") + 5
    return content[:place] + struct.pack(">q", 2**40) + content[place + 8 :]


def _in_array(name, index, value):
    """Change one number of an array of a booster."""

    def change(content):
        place = content.index(_ubj(name.encode()) + b"[$") + 9 + len(name) + 2
        kind, place = chr(content[place]), place + 1 + 2 + 8
        code = {"l": ">i", "d": ">f", "U": "B", "L": ">q"}[kind]
        place += index * struct.calcsize(code)
        new = struct.pack(code, value)
        return content[:place] + new + content[place + len(new) :]

    return booster(change)


def _number_text(name, new):
    """Change a number that a booster writes as text, where it stands last."""

    def change(content):
        start = content.rindex(_ubj(name.encode())) + 9 + len(name)
        length = struct.unpack(">q", content[start + 2 : start + 10])[0]
        return content[:start] + b"S" + _ubj(new) + content[start + 10 + length :]

    return booster(change)


def _chain(content):
    """Make of the first tree a chain of 2,000 levels."""
    n_nodes = 4001
    inner, leaf = np.arange(0, n_nodes - 1, 2), np.arange(n_nodes)
    left, parents = np.full(n_nodes, -1), np.full(n_nodes, 2**31 - 1)
    left[inner] = inner + 1
    parents[inner + 1] = parents[inner + 2] = inner
    arrays = {
        "left_children": left, "right_children": np.where(left < 0, -1, left + 1),
        "parents": parents, "split_indices": 0 * leaf, "base_weights": 0.0 * leaf,
        "split_conditions": 0.0 * leaf, "default_left": 0 * leaf,
        "split_type": 0 * leaf, "loss_changes": 0.0 * leaf, "sum_hessian": 0.0 * leaf,
    }  # fmt: skip
    codes = {"l": ">i4", "d": ">f4", "U": "u1"}
    for name, values in arrays.items():
        mark = _ubj(name.encode()) + b"[$"
        start = content.index(mark) + len(mark)
        kind, size = chr(content[start]), start + 3
        n_bytes = struct.unpack(">q", content[size : size + 8])[0]
        end = size + 8 + n_bytes * np.dtype(codes[kind]).itemsize
        new = struct.pack(">q", n_nodes) + values.astype(codes[kind]).tobytes()
        content = content[:size] + new + content[end:]
    first = content.index(_ubj(b"num_nodes")) + 9 + len("num_nodes")
    length = struct.unpack(">q", content[first + 2 : first + 10])[0]
    number = b"S" + _ubj(str(n_nodes).encode())
    return content[:first] + number + content[first + 10 + length :]


def _card(change):
    """Return the change of a card."""

    def changed(parts):
        card = json.loads(parts["card.json"])
        change(card)
        return parts | {"card.json": json.dumps(card).encode()}

    return changed


def _part(name, content):
    return lambda parts: parts | {name: content}


def _node(field, row, value):
    return tree_field("nodes", NODE_DTYPE, field, row, value)


def _histogram_node(field, row, value):
    return tree_field("nodes", PREDICTOR_RECORD_DTYPE, field, row, value)


_STEP = {"tuple": ["a", {"class": "sklearn.pipeline.Pipeline", "state": [
    ["steps", [{"tuple": ["r", None]}]], ["memory", "/tmp"], ["verbose", False],
    ["transform_input", None]]}]}  # fmt: skip
_RIDGE = {"class": "sklearn.linear_model.Ridge", "state": []}
_NO_ROWS = b'{"rows":{"dtype":"F64","shape":[0,100000000],"data_offsets":[0,0]}}'
_HEADER = b'{"a":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8]}}'

CRAFTED = [
    # functions and classes that run code
    ("a command of the shell", "ridge", _function("os.system"), "'os.system', which is"),
    ("eval", "ridge", _function("builtins.eval"), "no function of a model file"),
    ("source code of a test helper", "ridge",
     _function("sklearn.utils._testing.assert_run_python_script_without_output"),
     "no function"),
    ("a private helper that calls methods", "ridge",
     _function("sklearn.metrics._scorer._cached_call"), "no function"),
    ("a function behind an allowed module", "ridge", _function("numpy.load"),
     "no function"),
    ("a dotted way out of an allowed module", "ridge", _function("numpy.f2py.os.system"),
     "no function"),
    ("a process", "ridge", _class("subprocess.Popen"), "no class of a model file"),
    ("a cache that unpickles", "ridge", _class("joblib.Memory"), "no class"),
    ("a cache, by a public module", "ridge", _class("sklearn.pipeline.Memory"),
     "no class"),
    ("a network that unpickles", "ridge", _class("sklmag.models._tensor_net.TensorNet"),
     "no class"),
    ("a private class", "ridge", _class("sklearn.metrics._scorer._Scorer"), "no class"),
    ("a path", "ridge", _class("pathlib.PosixPath"), "no class"),
    ("a distribution whose state is code", "ridge",
     _class("scipy.stats._continuous_distns.norm_gen"), "no class"),
    ("a search", "ridge", _class("sklearn.model_selection.GridSearchCV"), "no class"),
    ("a reduce", "ridge",
     attribute("Ridge", "alpha", {"reduce": ["os.system", ["id"]]}), "holds a part"),
    ("a bound method", "ridge",
     attribute("Ridge", "alpha", {"method": "save_model"}), "holds a part"),
    ("a partial", "ridge", attribute("Ridge", "alpha", {"partial": []}), "holds a part"),
    ("a node without a kind", "ridge", attribute("Ridge", "alpha", {}), "holds a part"),
    # attributes that would call or write
    ("a folder to unpickle from", "ridge", attribute("Pipeline", "memory", "/tmp"),
     "Pipeline.memory is '/tmp', expected None"),
    ("the same, deeper", "stack",
     attribute("StackingRegressor", "estimators", [_STEP, _STEP]),
     "Pipeline.memory is '/tmp'"),
    ("the name of a method to call", "stack",
     attribute("StackingRegressor", "stack_method_", ["fit", "predict"]),
     "StackingRegressor.stack_method_ is"),
    ("the same as a parameter", "stack",
     attribute("StackingRegressor", "stack_method", "fit"), "stack_method is 'fit'"),
    ("a way through attributes", "selected",
     attribute("SelectFromModel", "importance_getter", "__class__.__init__"),
     "importance_getter is"),
    ("a method replaced", "ridge", attribute("Ridge", "predict", 1),
     "its own 'predict', which no file changes"),
    ("checks taken off", "ridge", attribute("Ridge", "_parameter_constraints",
     {"dict": []}), "its own '_parameter_constraints'"),
    ("another class", "ridge", attribute("Ridge", "__class__", 1), "its own '__class__'"),
    ("an attribute that is no name", "ridge", attribute("Ridge", "a b", 1),
     "an attribute called 'a b'"),
    ("a word where a number belongs", "ridge", attribute("Ridge", "coef_", "word"),
     "Ridge.coef_ is 'word', expected numbers"),
    ("an estimator among names of columns", "columns",
     attribute("ColumnTransformer", "feature_names_in_",
               {"estimators": [{"class": "sklearn.linear_model.Ridge", "state": []}],
                "shape": [1]}), "has no 'alpha'|feature_names_in_ is"),
    ("another module for output", "columns",
     attribute("StandardScaler", "_sklearn_output_config",
               {"dict": [["transform", "os"]]}), "_sklearn_output_config is"),
    ("processes at predict", "forest", attribute("RandomForestRegressor", "n_jobs",
     10**6), "n_jobs is 1000000, expected None"),
    ("threads at predict", "dense", attribute("DenseRegressor", "n_threads", 10**6),
     "n_threads is 1000000"),
    ("a callback", "dense", attribute("DenseRegressor", "callbacks",
     [{"class": "sklearn.linear_model.Ridge", "state": []}]), "callbacks|has no 'alpha'"),
    ("a device of its own", "dense", attribute("DenseRegressor", "device", "cpu;id"),
     "device is 'cpu;id'"),
    ("a parameter out of its range", "ridge", attribute("Ridge", "alpha", -1),
     "'alpha' parameter of Ridge must be"),
    ("no estimator", "ridge", _part(STRUCTURE, b"[1]"), "holds list, no estimator"),
    # claims on memory and time
    ("parts nested deep", "ridge", with_structure(_deep), "nested too deep"),
    ("brackets without end", "ridge", _part(STRUCTURE, b"[" * 10**6), "is damaged"),
    ("a number of 10,000 digits", "ridge", _part(STRUCTURE, b"9" * 10**4), "is damaged"),
    ("no number", "ridge", _part(STRUCTURE, b"[NaN]"), "NaN is no number"),
    ("a wide network without weights", "dense", _settings("width", 10**9),
     "width=1000000000 does not belong to the weights"),
    ("a deep one", "dense", _settings("n_layers", 10**9), "n_layers=1000000000 does"),
    ("many members", "mhar", _settings("n_members", 10**9), "n_members=1000000000 does"),
    ("blocks of a formula network", "formulas", _settings("n_blocks", 10**9),
     "n_blocks=1000000000 does"),
    ("slots of a formula", "formulas", attribute("FormulaTokenizer", "n_slots", 10**9),
     "n_slots is 1000000000, expected at most 118"),
    ("powers without end", "powers", attribute("PolynomialFeatures", "degree", 500),
     "degree is 500, expected"),
    ("a header that claims a terabyte", "ridge",
     _part(ARRAYS, headed(len(_HEADER), _HEADER, b"0" * 8)), "is damaged"),
    ("a header without end", "ridge", _part(ARRAYS, headed(2**60, b"{}")), "is damaged"),
    ("an empty array of 10^15 columns", "ridge",
     _part(ARRAYS, headed(74, b'{"steps.2.1.coef_":{"dtype":"F64","shape":[0,'
                              b'1000000000000000],"data_offsets":[0,0]}}'[:200])),
     "is damaged|is refused"),
    ("more rows of words than there are", "columns",
     attribute("ColumnTransformer", "feature_names_in_",
               {"objects": ["a"], "shape": [10**9]}), "the shape of an array"),
    ("an array that is not there", "ridge",
     attribute("Ridge", "coef_", {"array": "none"}), "is refused"),
    # indices that compiled code would follow
    ("a tree in a circle", "forest", _node("left_child", 1, 0), "comes back to a node"),
    ("a child that is no node", "forest", _node("left_child", 0, 10**6),
     "with a child that is none"),
    ("a child before the first", "forest", _node("right_child", 0, -5),
     "with a child that is none"),
    ("a feature that is none", "forest", _node("feature", 0, 10**9), "a tree's feature"),
    ("a deeper tree than is said", "forest",
     with_structure(lambda s: [put(n["Tree"], "max_depth", 0) for n in nodes(s)
                               if isinstance(n, dict) and "Tree" in n] and None),
     "the depth of a tree"),
    ("values of another shape", "forest", array("values", lambda a: a[:1]),
     "values of a tree"),
    ("nodes that are cut", "forest", array("nodes", lambda a: a[:-3]), "nodes of a tree"),
    ("a forest of more features", "forest",
     attribute("RandomForestRegressor", "n_features_in_", 2),
     "that do not belong together"),
    ("stages of more features", "stages",
     attribute("GradientBoostingRegressor", "n_features_in_", 2), "not belong together"),
    ("a circle in histogram boosting", "histogram", _histogram_node("left", 0, 0),
     "comes back to a node"),
    ("a feature of it that is none", "histogram", _histogram_node("feature_idx", 0, 99),
     "a feature of histogram boosting"),
    ("categories of it", "histogram", _histogram_node("is_categorical", 0, 1),
     "splits by categories"),
    ("rows of other neighbours", "neighbours",
     array("_fit_X", lambda a: a[:, :2].copy()), "shape of KNeighborsRegressor._fit_X|rows of nearest"),
    ("a metric that is called", "neighbours",
     attribute("KNeighborsRegressor", "effective_metric_", "precomputed"),
     "effective_metric_ is 'precomputed'"),
    ("support vectors that are missing", "vectors",
     array("support_vectors_", lambda a: a[:1].copy()), "shape of SVR.support_vectors_"),
    ("a kernel that is none", "process",
     attribute("GaussianProcessRegressor", "kernel_", 1), "kernel_ is 1, expected"),
    ("the place of a random generator", "process",
     with_structure(lambda s: [n["random"].__setitem__(1, 10**6) for n in nodes(s)
                               if isinstance(n, dict) and "random" in n] and None),
     "the state of a random generator"),
    # boosters
    ("a booster's child that is no node", "booster", _in_array("left_children", 0, 99),
     "with a child that is none"),
    ("a booster in a circle", "booster", _in_array("left_children", 0, 0),
     "comes back to a node"),
    ("a booster's feature that is none", "booster", _in_array("split_indices", 0, 10**6),
     "a booster's feature"),
    ("a booster of 2^31 features", "booster", _number_text("num_feature", b"2147483647"),
     "a count of a booster"),
    ("a booster of other classes", "classes", _number_text("num_class", b"100"),
     "classes of a booster|groups of a booster|base score"),
    ("a tree of no class", "classes",
     _text(b"tree_info[#L" + struct.pack(">q", 6) + b"i\0",
           b"tree_info[#L" + struct.pack(">q", 6) + b"ic"),
     "the groups of a booster's trees"),
    ("a booster of more trees", "booster", _number_text("num_trees", b"1000000000"),
     "a count of a booster"),
    ("a booster's objective that is none", "booster",
     _text(b"reg:squarederror", b"reg:../../../etc"), "the objective of a booster"),
    ("a booster's array that is not there", "booster", booster(_longer_array),
     "a booster that is cut off"),
    ("a booster that is cut", "booster", booster(lambda c: c[:-40]), "cut off"),
    ("a booster with more behind it", "booster", booster(lambda c: c + b"Z"),
     "bytes behind its end"),
    ("a booster nested deep", "booster",
     booster(lambda c: b"[#" + _ubj(b"")[:1] + struct.pack(">q", 1) + c if not c else
             (b"[#L" + struct.pack(">q", 1)) * 10**4 + b"Z"), "nested too deep"),
    ("a booster as JSON", "booster", booster(lambda c: b'{"learner": {}}'),
     "a length in a booster"),
    ("an empty booster", "booster", booster(lambda c: b""), "cut off"),
    # what is only strange, and may be opened
    ("another pure function", "ridge", _function("numpy.sqrt"), None),
    ("a twin of an attribute", "ridge", with_structure(_twice), "two parts called 'steps'"),
    ("coefficients of another length", "ridge",
     array("coef_", lambda a: np.ones(7)), "shape of Ridge.coef_"),
    ("numbers without end", "ridge", array("coef_", lambda a: a * np.inf), None),
    ("an attribute that nobody reads", "ridge", attribute("Ridge", "unknown_", 1), None),
    # found by somebody who had not written the reader
    ("columns outside a matrix", "words",
     attribute("OneHotEncoder", "_n_features_outs", [10**8, 3 - 10**8, 3]),
     "the columns of an encoder"),
    ("more stages than values", "stages",
     attribute("GradientBoostingRegressor", "n_trees_per_iteration_", 200),
     "the stages of gradient boosting"),
    ("a start of another make", "stages",
     attribute("GradientBoostingRegressor", "init_", _RIDGE),
     "has no 'alpha'|the start of gradient boosting"),
    ("processes by an argument", "ridge",
     attribute("FunctionTransformer", "kw_args", {"dict": [["n_jobs", 9]]}),
     "kw_args is .*expected nothing"),
    ("processes by a score", "ridge",
     _function("sklearn.feature_selection.mutual_info_regression"), "func is .*mutual"),
    ("words that are padded", "columns",
     attribute("ColumnTransformer", "feature_names_in_",
               {"words": ["a" * 900, *[""] * 9000], "shape": [9001]}), "too long words"),
    ("a word without end", "columns",
     attribute("ColumnTransformer", "feature_names_in_",
               {"objects": ["a" * 10**6], "shape": [1]}), "a word that is too long"),
    ("one booster a thousand times", "booster",
     attribute("XGBRegressor", "missing", [{"booster": "0.ubj"}] * 1000),
     "its arrays are used too often"),
    ("one array a thousand times", "neighbours",
     attribute("KNeighborsRegressor", "leaf_size",
               [{"array": "_fit_X"}] * 10**4), "its arrays are used too often"),
    ("ten million outputs", "forest",
     attribute("RandomForestRegressor", "n_outputs_", 10**7), "n_outputs_ is 10000000"),
    ("arrays that stretch each other", "ridge",
     array("coef_", lambda a: np.ones((1, 3, 1500), np.int8)), "the shape of Ridge.coe"),
    ("layers that stretch each other", "perceptron",
     array("coefs_.0", lambda a: np.ones((40, 500, 1), np.int8)), "the shape of a layer"),
    ("values that stretch predictions", "process",
     array("X_train_", lambda a: a[:7].copy()), "the shape of GaussianProcess"),
    ("powers behind the degree", "powers",
     attribute("PolynomialFeatures", "_max_degree", 10**9), "_max_degree is 1000000000"),
    ("columns that multiply", "ridge", with_structure(_wide), "columns become too many"),
    ("a type of a million letters", "words",
     attribute("OneHotEncoder", "dtype", {"type": "dtype", "name": "U1000000"}),
     "numbers of type 'U1000000'"),
    ("a format of its own", "columns",
     attribute("ColumnTransformer", "verbose_feature_names_out", "{feature_name:>99}"),
     "verbose_feature_names_out is"),
    ("estimators in estimators", "ridge", with_structure(_nested),
     "estimators in estimators"),
    ("a file to read that the user did not name", "ridge", with_structure(_behind),
     "a VoronoiFeaturizer behind other parts"),
    # and by another, after these
    ("the same, in an array", "ridge", with_structure(_in_an_array),
     "a VoronoiFeaturizer behind other parts"),
    ("a node that nothing leads to", "forest", _orphan, "a node that nothing leads to"),
    ("numbers out of order", "words",
     array("categories_.0", lambda a: a[::-1].copy()), "the order of an encoder's"),
    ("fewer columns than there are", "powers",
     attribute("PolynomialFeatures", "n_output_features_", 0), "the powers of features"),
    ("one column many times", "columns",
     with_structure(lambda s: [put(n["state"], "transformers_", [_wide_columns()])
                               for n in nodes(s) if isinstance(n, dict)
                               and str(n.get("class", "")).endswith("mnTransformer")]
                    and None), "columns become too many"),
    ("a number of 4,000 digits", "process",
     attribute("GaussianProcessRegressor", "alpha", 10**4000), "a number too large"),
    ("a kernel of words", "process",
     with_structure(lambda s: put(state(s, "WhiteKernel"), "noise_level", "a" * 900)),
     "noise_level is 'a"),
    ("an empty array of a million columns", "process",
     array("alpha_", lambda a: np.zeros((0, 10**6))), "an empty array"),
    ("no rows at all", "process",
     array("X_train_", lambda a: np.zeros((0, 3))), "the shape of GaussianProcess"),
    ("a domain of no rows and many columns", "ridge",
     _part("domain.safetensors", headed(len(_NO_ROWS), _NO_ROWS)),
     "rows of the training data that are none"),
    ("a memory of many targets", "mhar",
     array("memory_y", lambda a: np.zeros((len(a), 5000), a.dtype)),
     "the rows that it remembers have shapes"),
    ("other classes than the tree", "oak",
     attribute("DecisionTreeClassifier", "n_classes_", 9000), "the classes of a tree"),
    ("a search that does not end", "scheme",
     attribute("PredictorCorrector", "n_calls", 10**6), "n_calls is 1000000"),
    # and by a third
    ("numbers out of order, in lists", "words",
     attribute("OneHotEncoder", "categories_", [[0.0, -1.0]] * 3), "categories_ is"),
    ("a best round before the first", "booster",
     booster(lambda c: c.replace(
         _ubj(b"attributes") + b"{}",
         _ubj(b"attributes") + b"{" + _ubj(b"best_iteration") + b"S"
         + _ubj(b"-2147483648") + b"}")), "a count of a booster"),
    ("less than no targets", "booster", _number_text("num_target", b"-3994967296"),
     "a count of a booster"),
    ("lists that stretch each other", "process",
     attribute("GaussianProcessRegressor", "_y_train_std", [[[1]]] * 3000),
     "the shape of GaussianProcess"),
    ("a step with a long name", "ridge",
     with_structure(lambda s: put(s["state"], "steps", [
         {"tuple": ["a" * 1000, None]}])), "steps is"),
    ("a function as a parameter", "ridge",
     attribute("Ridge", "max_iter", {"function": "numpy.log"}), "max_iter is numpy.log|max_iter is <ufunc"),
    # and by a fifth
    ("a hundred thousand brackets", "booster",
     _number_text("base_score", b"[" * 100_000), "the setting 'base_score'"),
    ("brackets in a setting of the objective", "booster",
     _number_text("scale_pos_weight", b"[" * 100_000), "the setting 'scale_pos_weight'"),
    ("two numbers where there is one", "booster", _number_text("base_score", b"[1,2]"),
     "the base score of a booster"),
    ("a number of two points", "booster", _number_text("base_score", b"1.2.3"),
     "the setting 'base_score'"),
    ("a chain of 2,000 levels", "booster", booster(_chain), "a tree deeper than 1000"),
    ("a network of 40,000 layers", "dense", _settings("n_layers", 40_000),
     "n_layers=40000 does not belong"),
    ("a title for the window", "ridge",
     _card(lambda c: c["card"]["targets"].append({"name": "a\x1b]0;b\x07"})),
     "which holds characters that cannot be shown"),
    ("half a character", "ridge",
     _card(lambda c: c["card"].update(description="\ud800")), "cannot be shown"),
    ("one target twice", "ridge",
     _card(lambda c: c["card"].update(targets=[{"name": "a"}, {"name": "a"}])),
     "two targets are called 'a'"),
    ("formulas of a column that is none", "ridge",
     _card(lambda c: c["card"].update(training={
         "n_rows": 1, "sha256": "", "formula_column": "zzz"})),
     "is 'zzz', which is no column"),
]  # fmt: skip
