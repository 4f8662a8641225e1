"""Model files made with ill will: parts of honest ones, with honest checksums."""

import hashlib
import json
import zipfile

import numpy as np
import pandas as pd
from safetensors.numpy import load, save
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
    StackingRegressor,
)
from sklearn.feature_selection import SelectFromModel
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

import sklmag
from sklmag.datasets import make_metallic_glasses
from sklmag.design import inverse_table
from sklmag.models import DenseRegressor, MultiHeadAttentionRegressor

ARRAYS, STRUCTURE = "arrays.safetensors", "structure.json"
X = np.random.default_rng(0).uniform(0.1, 1, size=(40, 3))
Y = X[:, 0] + X[:, 1] ** 2
TABLE = pd.DataFrame(X, columns=["Nd", "Dy", "B"])
FORMULAS = ["Fe2O3", "NaCl", "SiO2", "MgO", "CaO", "Al2O3"]
QUICK = {"max_epochs": 1, "random_state": 0}


def honest_models():
    """Return fitted models of every make, by name, with what they predict from."""
    columns = ColumnTransformer([("scaled", StandardScaler(), ["Nd", "Dy"])])
    table = {
        "columns": make_pipeline(columns, Ridge()),
        "magnets": sklmag.make_magnet_pipeline(XGBRegressor(n_estimators=2)),
    }
    numbers = {
        "ridge": make_pipeline(
            FunctionTransformer(np.log1p), StandardScaler(), Ridge()
        ),
        "forest": RandomForestRegressor(2, max_depth=3, random_state=0),
        "stages": GradientBoostingRegressor(n_estimators=2, random_state=0),
        "histogram": HistGradientBoostingRegressor(max_iter=2, random_state=0),
        "booster": XGBRegressor(n_estimators=2, max_depth=2),
        "neighbours": KNeighborsRegressor(),
        "vectors": SVR(),
        "words": make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge()),
        "perceptron": MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0),
        "process": GaussianProcessRegressor(RBF() + WhiteKernel(), random_state=0),
        "selected": make_pipeline(SelectFromModel(Ridge()), Ridge()),
        "powers": make_pipeline(PolynomialFeatures(), Ridge()),
        "stack": StackingRegressor(
            [("a", make_pipeline(StandardScaler(), Ridge())), ("b", Ridge(2))], cv=2
        ),
        "dense": DenseRegressor(width=4, n_layers=1, **QUICK),
        "mhar": MultiHeadAttentionRegressor(width=8, n_members=1, **QUICK),
    }
    found = {n: (m.fit(TABLE, Y), TABLE) for n, m in table.items()}
    found |= {n: (m.fit(X, Y), X) for n, m in numbers.items()}
    classes = (X[:, 0] * 3).astype(int)
    found["classes"] = XGBClassifier(n_estimators=2, max_depth=2).fit(X, classes), X
    found["oak"] = DecisionTreeClassifier(max_depth=3).fit(X, classes), X
    inverse = sklmag.DenseInverseRegressor(width=4, **QUICK)
    glasses, moduli = make_metallic_glasses(30, random_state=0)
    scheme = sklmag.PredictorCorrector(inverse, forward=_on_glasses(), random_state=0)
    wanted = inverse_table(glasses, moduli[["G_GPa"]])
    found["scheme"] = scheme.fit(*wanted), wanted[0][:1]
    net = sklmag.LGDCNNRegressor(width=8, n_blocks=1, n_members=1, **QUICK)
    formulas = make_pipeline(sklmag.FormulaTokenizer(), net).fit(FORMULAS, Y[:6])
    return found | {"formulas": (formulas, FORMULAS)}


def _on_glasses():
    return make_pipeline(sklmag.GlassFeaturizer("paper"), Ridge())


def parts_of(path):
    """Return the parts of a model file, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, parts, *, honest=True):
    """Write parts as a model file, by custom with the checksums that they have."""
    card = json.loads(parts["card.json"])
    if honest:
        card["checksums"] = {
            name: hashlib.sha256(part).hexdigest()
            for name, part in parts.items()
            if name != "card.json"
        }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("card.json", json.dumps(card))
        for name, part in parts.items():
            if name != "card.json":
                archive.writestr(name, part)
    return path


def nodes(node):
    """Yield every node of a structure that can be changed in place."""
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from nodes(part)
    elif isinstance(node, list):
        yield node
        for part in node:
            yield from nodes(part)


def state(structure, class_name):
    """Return the state of the first object of a class, as pairs of name and node."""
    for node in nodes(structure):
        if isinstance(node, dict) and str(node.get("class", "")).endswith(class_name):
            return node["state"]
    raise KeyError(class_name)


def put(pairs, name, node):
    """Set one attribute in a state."""
    for pair in pairs:
        if pair[0] == name:
            pair[1] = node
            return
    pairs.append([name, node])


def with_structure(change):
    """Return a change of all parts from one of the structure alone."""

    def changed(parts):
        structure = json.loads(parts[STRUCTURE])
        structure = change(structure) or structure
        return parts | {STRUCTURE: json.dumps(structure).encode()}

    return changed


def attribute(class_name, name, node):
    """Return the change that gives an object another attribute."""
    return with_structure(lambda s: put(state(s, class_name), name, node))


def array(ending, change):
    """Return the change of one array, by the end of its name."""

    def changed(parts):
        arrays = load(parts[ARRAYS])
        # safetensors returns them in another order each time
        name = next(n for n in sorted(arrays) if n.endswith(ending))
        arrays[name] = change(arrays[name].copy())
        return parts | {ARRAYS: save(arrays)}

    return changed


def booster(change):
    """Return a change of the bytes of a booster."""
    return lambda parts: parts | {"0.ubj": change(parts["0.ubj"])}


def tree_field(ending, dtype, field, row, value):
    """Return the change of one field of one node of a tree."""

    def changed(raw):
        records = raw.view(dtype)
        records[field][row] = value
        return raw

    return array(ending, changed)


def mutated(parts, random):
    """Return the parts with something wrong at random, and honest checksums."""
    parts = dict(parts)
    name = random.choice([n for n in parts if n != "card.json"])
    kind = random.integers(4)
    if name == STRUCTURE and kind > 0:
        structure = json.loads(parts[name])
        for _ in range(random.integers(1, 3)):
            _mutate(structure, random)
        parts[name] = json.dumps(structure).encode()
        return parts
    content = bytearray(parts[name])
    if kind == 1 and len(content) > 2:
        del content[random.integers(1, len(content)) :]
    else:
        for _ in range(random.integers(1, 6)):
            if content:
                content[random.integers(len(content))] = random.integers(256)
    parts[name] = bytes(content)
    return parts


_HOSTILE = [
    None, True, -1, 0, 1, 10**9, 2**62, 1e308, "", "fit", "predict", "a/b", [], {},
    {"function": "numpy.log"}, {"tuple": []}, {"float": "nan"}, {"slice": [0, None, 2]},
    {"class": "sklearn.linear_model.Ridge", "state": []}, {"dict": []},
    {"type": "type", "name": "object"}, {"words": ["a"], "shape": [1]},
]  # fmt: skip


def _mutate(structure, random):
    """Put a hostile node in the place of another, or one of the file's own."""
    places = [n for n in nodes(structure) if len(n)]
    place = places[random.integers(len(places))]
    own = places[random.integers(len(places))]
    new = own if random.integers(3) == 0 else _HOSTILE[random.integers(len(_HOSTILE))]
    new = json.loads(json.dumps(new))
    key = random.choice(list(place)) if isinstance(place, dict) else None
    place[random.integers(len(place)) if key is None else str(key)] = new


def headed(length, header, rest=b""):
    """Return bytes that begin like safetensors."""
    return length.to_bytes(8, "little") + header + rest
