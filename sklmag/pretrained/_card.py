"""What a model file says of its model: the card."""

import hashlib
import re

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from sklmag._utils._featurizer import as_items
from sklmag._utils._versions import versions
from sklmag.composition._elements import atomic_masses
from sklmag.composition._process_table import is_formula

UNITS = {
    "A_m": "A/m", "C": "°C", "GPa": "GPa", "K": "K", "MGOe": "MGOe", "MPa": "MPa",
    "T": "T", "cm3_g": "cm³/g", "eV": "eV", "eV_atom": "eV/atom", "g_cm3": "g/cm³",
    "h": "h", "kA_m": "kA/m", "kG": "kG", "kJ_m3": "kJ/m³", "kJ_mol": "kJ/mol",
    "kOe": "kOe", "meV": "meV", "meV_atom": "meV/atom", "min": "min", "mm": "mm",
    "nm": "nm", "percent": "%", "pm": "pm", "s": "s", "um": "µm",
}  # fmt: skip
_KINDS = {
    "sklmag.design.PredictorCorrector": "targets",
    "sklmag.structure.VoronoiFeaturizer": "structure",
    "sklmag.composition.CompositionFeaturizer": "formula",
}
_WHOLE_TOLERANCE = 0.5  # per cent that amounts of a table may miss of 100
_RESERVED = ("distance", "inside", "beyond")
_FEW_COLUMNS = 2000  # more names would make the card longer than the model


def unit_of(name):
    """Return the unit that the name of a column ends in, or an empty string.

    Parameters
    ----------
    name : str
        Such as ``Hcj_kOe`` or ``formation_energy_eV_atom``.

    Returns
    -------
    str

    Examples
    --------
    >>> from sklmag.pretrained import unit_of
    >>> unit_of("Hcj_kOe"), unit_of("formation_energy_eV_atom"), unit_of("squareness")
    ('kOe', 'eV/atom', '')
    """
    _, _, rest = str(name).partition("_")
    while rest and rest not in UNITS:
        _, _, rest = rest.partition("_")
    return UNITS.get(rest, "")


def describe(estimator, X=None, y=None, *, metrics, description, licence, citation):
    """Return the card of a fitted estimator, as plain values.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X, y : array-like, default=None
        Training data; without them the card knows no ranges.
    metrics : dict
        Scores, by target.
    description, licence : str
        Free text.
    citation : list of str
        References.

    Returns
    -------
    dict
    """
    return {
        "description": description,
        "estimator": summary(estimator),
        "input": _input(estimator, X),
        "targets": _targets(estimator, y),
        "training": {} if X is None else _training(estimator, X, y),
        "metrics": metrics,
        "versions": versions(),
        "licence": licence,
        "citation": citation,
    }


def summary(estimator):
    """Return the class of an estimator, and of each step of a pipeline."""
    estimator = inner(estimator)
    name = type(estimator).__name__
    if isinstance(estimator, Pipeline):
        return f"{name}({', '.join(summary(step) for _, step in estimator.steps)})"
    return name


def inner(estimator):
    """Return what predicts inside a search or a frozen estimator."""
    for name in ("best_estimator_", "regressor_"):
        if hasattr(estimator, name):
            return inner(getattr(estimator, name))
    if type(estimator).__name__ == "FrozenEstimator":
        return inner(estimator.estimator)
    return estimator


def input_kind(estimator):
    """Tell what a model predicts from.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    {"structure", "formula", "table", "numbers", "targets"}
        Crystal structures, formulas, a table with named columns, or one without;
        "targets" are the wanted properties of an inverse model.
    """
    first = inner(estimator)
    while isinstance(first, Pipeline):
        first = inner(first.steps[0][1])
    for name, kind in _KINDS.items():
        if is_a(first, name):
            return kind
    return "table" if hasattr(estimator, "feature_names_in_") else "numbers"


def is_a(estimator, name):
    """Tell whether something is of a class of ours, without importing it.

    Parameters
    ----------
    estimator : object
        Anything.
    name : str
        Folder and class, such as ``sklmag.structure.VoronoiFeaturizer``.

    Returns
    -------
    bool
    """
    folder, _, short = name.rpartition(".")
    return any(
        c.__name__ == short and c.__module__.startswith(f"{folder}.")
        for c in type(estimator).__mro__
    )


def _input(estimator, X):
    kind = input_kind(estimator)
    columns = [str(name) for name in getattr(estimator, "feature_names_in_", [])]
    card = {"kind": kind}
    if isinstance(X, pd.Series) and isinstance(X.name, str):
        card["column"] = X.name
    if kind == "table" and len(columns) <= _FEW_COLUMNS:
        card |= {"columns": columns, "units": _units(columns)}
    if hasattr(estimator, "n_features_in_") and kind in ("table", "numbers"):
        card["n_features"] = int(estimator.n_features_in_)
    return card


def _units(names):
    return {name: unit_of(name) for name in names if unit_of(name)}


def _targets(estimator, y):
    """Return name, unit and range of each target."""
    if y is None:
        names = getattr(estimator, "target_names_", None)
        return [{"name": str(n), "unit": unit_of(n)} for n in (names or [])]
    y = target_frame(y)
    for name in y:
        if name in _RESERVED or any(name == f"{other}_std" for other in y):
            raise ValueError(
                f"A target cannot be called {name!r}: a column of the predictions has "
                "that name. Rename it."
            )
    ranges = number_ranges(y)
    return [
        {"name": name, "unit": unit_of(name), "range": ranges.get(name)} for name in y
    ]


def target_frame(y):
    """Return targets as a frame; without names they are ``prediction`` and on."""
    if isinstance(y, pd.Series):
        name = y.name if isinstance(y.name, str) else "prediction"
        return y.to_frame(name)
    frame = pd.DataFrame(y)
    if not all(isinstance(name, str) for name in frame):
        frame.columns = target_names(frame.shape[1])
    return frame


def target_names(n_targets):
    """Return the names of targets that have none."""
    if n_targets == 1:
        return ["prediction"]
    return [f"prediction_{k}" for k in range(n_targets)]


def number_ranges(table):
    """Return the least and the largest value of each column of numbers."""
    numbers = table.select_dtypes("number")
    return {
        str(name): [float(column.min()), float(column.max())]
        for name, column in numbers.items()
        if column.notna().any()
    }


def _composition_columns(table):
    """Return which column holds formulas, and which fills the amounts up to 100."""
    text = table.select_dtypes(exclude=["number", "bool", "datetime"])
    found = [name for name in text if is_formula(table[name])]
    if len(found) == 1:
        return {"formula_column": found[0], "elements": _elements(table[found[0]])}
    parts = [name for name in table if _is_made_of_elements(str(name))]
    totals = table[parts].sum(axis=1) if len(parts) > 2 else pd.Series([0.0])
    if (totals - 100).abs().max() > _WHOLE_TOLERANCE:
        return {}
    return {"balance": str(table[parts].median().idxmax()), "parts": parts}


def _is_made_of_elements(name):
    symbols = re.findall("[A-Z][a-z]?", name)
    known = atomic_masses()
    return (
        bool(symbols)
        and "".join(symbols) == name
        and all(map(known.__contains__, symbols))
    )


def _typical(table):
    """Return the row that is nearest to the medians of all columns."""
    numbers = table.select_dtypes("number")
    numbers = numbers.loc[:, numbers.notna().any()].astype(float)
    medians = numbers.median()
    filled = numbers.fillna(medians)
    far = ((filled - medians) / filled.std(ddof=0).replace(0, 1)) ** 2
    row = filled.iloc[int(far.sum(axis=1).to_numpy().argmin())]
    return {str(name): float(value) for name, value in row.items()}


def _training(estimator, X, y):
    card = {"n_rows": len(X), "sha256": fingerprint(X, y)}
    kind = input_kind(estimator)
    if kind in ("table", "numbers"):
        table = pd.DataFrame(X)
        card["ranges"] = number_ranges(table)
        known = table.columns[table.notna().all()]
        card["complete"] = [str(name) for name in known]
        card |= _composition_columns(table)
        card["typical"] = _typical(table)
    elif kind == "formula":
        card["elements"] = _elements(X)
    return card


def atomic_percent(formulas):
    """Return the at.% of all elements in some formulas, as a frame."""
    from sklmag.composition import ElementFractionFeaturizer

    featurizer = ElementFractionFeaturizer().set_output(transform="pandas")
    return 100 * featurizer.transform(formulas)


def _elements(formulas):
    """Return the least and the largest at.% of the elements in some formulas."""
    amounts = atomic_percent(formulas)
    return number_ranges(amounts.loc[:, (amounts > 0).any()])


def fingerprint(X, y):
    """Return a SHA-256 of training data: the same rows in the same order, or others."""
    digest = hashlib.sha256()
    X = X if getattr(X, "ndim", 1) == 2 else pd.DataFrame({"item": as_items(X)})
    for table in (pd.DataFrame(X), pd.DataFrame(y)):
        text = table.map(_written)
        digest.update(
            pd.util.hash_pandas_object(text, index=False).to_numpy().tobytes()
        )
    return digest.hexdigest()


def _written(value):
    if isinstance(value, (float, np.floating)):
        return float(value).hex()
    return str(value)
