"""All properties that ready models know of a material, in one table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sklmag.persistence import open_model
from sklmag.pretrained import ready_models
from sklmag.tasks._materials import Materials
from sklmag.tasks._predict import predict_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = 4  # significant, of values and uncertainties
_ORDER = ["Tc_K", "Js_T", "mu0Ha_T", "K_GPa", "G_GPa", "yield_strength_MPa"]
_COLUMNS = [
    "material", "property", "value", "unit", "std", "inside", "why_not", "nearest",
    "measured", "model", "row", "order", "n_rows",
]  # fmt: skip


def predict(
    materials: str | Sequence[Any] | pd.DataFrame,
    properties: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Predict properties of materials with the models that come with the package.

    Parameters
    ----------
    materials : str, list of str, list of pymatgen Structure or DataFrame
        Formulas; crystals; or a table with a column of formulas, and perhaps those of
        an annealing: whatever the models can read of it is predicted.
    properties : str or list of str, default=None
        Which, such as ``["Tc_K", "Js_T"]``; None is all that the models know, those
        that are for one family of materials for members of it only.

    Returns
    -------
    DataFrame
        A row for each material and property: ``material``, ``property``, ``value``,
        ``unit``, ``std``, ``inside`` (whether the material lies where the model has
        learnt), ``why_not`` (what is beyond), ``nearest`` (the nearest material that
        the model has learnt from), ``measured`` (its value there), and ``model``.

    Raises
    ------
    ValueError
        For a property that no model knows, for a table that no model can read, and for
        formulas that cannot be read, which it names.

    Examples
    --------
    >>> import sklmag
    >>> table = sklmag.predict(["Nd2Fe14B"], ["Tc_K"])
    >>> table[["material", "property", "unit", "model"]].values.tolist()[0]
    ['Nd2Fe14B', 'Tc_K', 'K', 're2fe14b']
    """
    materials = [materials] if isinstance(materials, str) else materials
    kind = "formula"
    if hasattr(materials, "columns"):
        kind = "table"
    else:
        materials = list(materials)
        if any(hasattr(one, "composition") for one in materials):
            kind = "structure"
    properties = [properties] if isinstance(properties, str) else properties
    table, errors = predict_ready(materials, properties, kind)
    if errors:
        raise ValueError("\n".join(f"Row {i}: {why}" for i, why in errors.items()))
    return table


def predict_ready(materials, properties=None, kind="formula"):
    """Return the table of `predict`, and why rows cannot be predicted.

    Parameters
    ----------
    materials : list or DataFrame
        What is predicted from.
    properties : list of str, default=None
        Which; None is all.
    kind : {"formula", "table", "structure", "grains"}, default="formula"
        What the materials are: grain maps or their files, crystals or their files, a
        table, or formulas.
    """
    if not len(materials):
        raise ValueError("there is no material to predict.")
    materials = Materials(materials, kind)
    tables, errors = [], materials.errors
    for model in _models_for(properties):
        is_silent = model.special and not properties
        if is_silent and not materials.any_made_of(model.elements):
            continue  # it need not be opened
        items = materials.items_for(model)
        if items is None:
            continue
        opened = _opened(model.name)
        found, failed = predict_rows(opened, items)
        found, failed = materials.counted(found, failed)
        errors |= failed
        if is_silent:
            found = found[found["inside"]] if len(found) else found
        tables.append(_long(found, materials.names, opened, model, properties))
    if not tables:
        raise ValueError(materials.not_read(_models_for(properties)))
    filled = [table for table in tables if len(table)] or tables[:1]
    table = _one_answer_each(pd.concat(filled))
    return table.drop(columns=["row", "order", "n_rows"]), errors


@cache
def _opened(name):
    """Return a ready model; it is opened once."""
    return open_model(ready_models()[name].path)


def _one_answer_each(table):
    """Return one answer for each material and property.

    Of two models that know a property, the special one speaks of what it has learnt
    from, and the general one of the rest.
    """
    size = table["n_rows"].where(table["inside"], -table["n_rows"])
    table = table.assign(size=size).sort_values(
        ["row", "inside", "size"], ascending=[True, False, True], kind="stable"
    )
    table = table.drop_duplicates(["row", "property"])
    table = table.sort_values(["row", "order"], kind="stable")
    return table.drop(columns="size").reset_index(drop=True)


def ready_properties():
    """Return all properties that ready models know."""
    names = (name for one in ready_models().values() for name in one.properties)
    return list(dict.fromkeys(names))


def _models_for(properties):
    """Return the models that know at least one of the properties."""
    models, known = ready_models(), ready_properties()
    for name in properties or ():
        if name not in known:
            raise ValueError(
                f"property {name!r} is known to no ready model. They know "
                f"{', '.join(known)}."
            )
    wanted = set(properties or known)
    return [one for one in models.values() if wanted & set(one.properties)]


def _long(found, materials, opened, model, properties):
    """Return a row for each material and property."""
    rows = []
    ranges = {target.name: target.range for target in opened.card.targets}
    for name, unit in model.properties.items():
        if properties and name not in properties:
            continue
        for row in found.index:
            entry = found.loc[row]
            value = entry[name]
            if ranges[name] and ranges[name][0] >= 0:  # none was ever negative
                value = max(value, 0.0)
            rows.append({
                "material": materials[row],
                "property": name,
                "value": _rounded(value),
                "unit": unit,
                "std": _rounded(entry.get(f"{name}_std", np.nan)),
                "inside": bool(entry["inside"]),
                "why_not": _why_not(entry),
                "nearest": entry.get("nearest", ""),
                "measured": _rounded(entry.get(f"{name}_nearest", np.nan)),
                "model": model.name,
                "row": row,
                "order": _ORDER.index(name) if name in _ORDER else len(_ORDER),
                "n_rows": model.n_rows,
            })  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _why_not(entry):
    """Return what takes a material out of what the model has learnt from."""
    if entry["inside"]:
        return ""
    said = str(entry.get("beyond", "") or "")
    return said or f"no such composition near ({entry['distance']:.2g} away)"


def _rounded(value):
    return float(f"{value:.{_DIGITS}g}")
