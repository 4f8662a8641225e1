"""The tab that predicts."""

from pathlib import Path

import numpy as np
import pandas as pd
from nicegui import ui

from sklmag._utils._units import unit_of
from sklmag.app._inputs import Inputs, row_name
from sklmag.app._shelf import Shelf
from sklmag.app._widgets import (
    copy_button,
    distribution,
    errors_shown,
    parity,
    plain,
    quiet,
    show_table,
)
from sklmag.app._work_panel import WorkPanel
from sklmag.tasks import predict_rows
from sklmag.tasks._materials import kind_of_files
from sklmag.tasks._predict import beside
from sklmag.tasks._ready import predict_ready

_BATCH = 128
_MOST = 0.5
_MANY = 10  # rows of which a distribution tells more than the table
_CARDS = 6  # rows that are shown as cards
_WIDTH = 1.645  # deviations that hold 90 %


def predict_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """
    inputs = Inputs(models)

    def predict():
        with errors_shown(panel.wrong):
            if isinstance(models.chosen, Shelf):
                kind, items, _ = inputs.given()
                panel.start(_by_all, items, kind)
                return
            model, items, lead = inputs.read(models.model)
            panel.start(_by_one, model, items, lead, models.name)

    ui.button("Predict", icon="play_arrow", on_click=predict)
    panel = WorkPanel(models.session, "Predict", lambda result: result[0](*result[1:]))


# -- all ready models --------------------------------------------------------------


def _by_all(work, items, kind):
    """Ask all ready models."""
    work.tell("asks the ready models")
    names = items
    if kind == "structure":
        names = [Path(item).name for item in items]
        kind = kind_of_files(kind, items)
    table, errors = predict_ready(items, kind=kind)
    if kind in ("structure", "grains"):
        table["material"] = table["material"].map(lambda path: Path(path).name)
    return _show_all, table, errors, names


def _show_all(table, errors, names):
    for row, why in list(errors.items())[:20]:
        name = names[row] if isinstance(names, list) else f"row {row}"
        ui.label(plain(f"{name}: {why}")).classes("sk-bad")
    materials = list(dict.fromkeys(table["material"]))
    with ui.element("div").classes("sk-cards"):
        for material in materials[:_CARDS]:
            with ui.card().classes("w-full"):
                ui.label(material).classes("text-lg font-bold").props(
                    "role=heading aria-level=2"
                )
                for _, part in table[table["material"] == material].groupby(
                    "model", sort=False
                ):
                    _show_part(part)
    quiet("± holds 90 % of new materials that are like those known.")
    show_table(table, "predictions")
    formulas = ", ".join(repr(material) for material in materials[:50])
    copy_button("Copy as Python", f"import sklmag\n\nsklmag.predict([{formulas}])\n")


def _show_part(part):
    """Show what one model says of a material, and whether to trust it."""
    for _, row in part.iterrows():
        show_value(row["property"], row["value"], row["std"], row["unit"])
    first = part.iloc[0]
    known = [
        f"{row['property']} {row['measured']:.4g} {row['unit']}".rstrip()
        for _, row in part.iterrows()
        if np.isfinite(row["measured"])
    ]
    show_trust(first["inside"], first["why_not"], first["nearest"], known)


def show_value(name, value, std, unit):
    with ui.row().classes("items-baseline gap-2"):
        ui.label(name).classes("sk-quiet")
        ui.label(f"{value:.4g}").classes("sk-value")
        if std is not None and np.isfinite(std):
            ui.label(f"± {_two_digits(_WIDTH * std)} {unit}")
        else:
            ui.label(unit)


def _two_digits(value):
    """Return a number with two digits that count, and no power of ten."""
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")


def show_trust(inside, why_not, nearest, measured):
    """Say in words whether to trust a prediction.

    Parameters
    ----------
    inside : bool or None
        Whether it lies where the model has learnt; None where that is not known.
    why_not : str
        What is beyond.
    nearest : str or None
        The nearest known row.
    measured : list of str
        What was measured there.
    """
    if inside is None:
        ui.label("Where the model has learnt is not known.").classes("sk-care text-sm")
    elif inside:
        ui.label("like what the model has learnt from").classes("sk-good text-sm")
    else:
        text = f"unlike what the model has learnt from: {why_not}"
        ui.label(text.rstrip(": ")).classes("sk-care text-sm")
    if isinstance(nearest, str) and nearest:
        told = f": {', '.join(measured)}" if measured else ""
        quiet(f"nearest known: {nearest}{told}")


def known_there(row, names):
    """Return what was measured at the nearest known row, in words."""
    return [
        f"{name} {row[f'{name}_nearest']:.4g}"
        for name in names
        if np.isfinite(row.get(f"{name}_nearest", np.nan))
    ]


# -- one model ---------------------------------------------------------------------


def _by_one(work, model, items, lead, name):
    """Predict batch by batch, so that it can be watched and cancelled."""
    tables, errors = [], {}
    for start in range(0, len(items), _BATCH):
        work.tell(f"row {start} of {len(items)}", start / len(items))
        part = items[start : start + _BATCH]
        table, failed = predict_rows(model, part)
        tables.append(table.set_axis(table.index + start))
        errors |= {start + i: why for i, why in failed.items()}
    names = model.target_names
    return _show, lead, pd.concat(tables), errors, names, name


def _show(lead, found, errors, targets, model):
    n_rows = len(lead)
    outside = int((~found["inside"]).sum()) if "inside" in found else None
    with ui.row():
        ui.badge(f"{n_rows - len(errors)} of {n_rows} predicted")
        quiet(f"by {model}")
        if outside is None:
            ui.badge("training data unknown", color="warning")
        elif outside:
            ui.badge(f"{outside} outside the training data", color="warning")
    for i, why in list(errors.items())[:20]:
        ui.label(plain(f"{row_name(lead, i)}: {why}")).classes("sk-bad text-sm")
    if found.empty:
        return
    if "distance" in found and (found["distance"] == 0).mean() > _MOST:
        quiet(
            "Most of these rows are training data: how well they are predicted does "
            "not tell how well new ones will be."
        )
    if len(found) <= _CARDS:
        _cards(lead, found, targets or [found.columns[0]])
    _plots(lead, found)
    table = beside(lead, found)
    given = list(lead.columns)
    order = [given[0], *(name for name in table if name not in given), *given[1:]]
    show_table(table[order], "predictions", hidden=given[1:])
    copy_button(
        "Copy as Python",
        "from sklmag.persistence import open_model\n\n"
        f"model = open_model({model!r})\nmodel.predict(X)\n",
    )


def _cards(lead, found, targets):
    with ui.element("div").classes("sk-cards"):
        for i, row in found.iterrows():
            with ui.card().classes("w-full"):
                ui.label(row_name(lead, i)).classes("text-lg font-bold").props(
                    "role=heading aria-level=2"
                )
                for name in targets:
                    show_value(name, row[name], row.get(f"{name}_std"), unit_of(name))
                show_trust(
                    row.get("inside"), row.get("beyond") or "", row.get("nearest"),
                    known_there(row, targets),
                )  # fmt: skip


def _plots(lead, found):
    names = [
        name for name in found if f"{name}_std" in found or name == found.columns[0]
    ]
    with ui.element("div").classes("sk-halves"):
        for name in names[:2]:
            if name in lead:
                measured = pd.to_numeric(lead[name], errors="coerce")
                both = pd.concat([measured, found[name]], axis=1).dropna()
                parity(both.iloc[:, 0], both.iloc[:, 1], name=name)
            elif len(found) >= _MANY:
                distribution(found[name], name=name)
