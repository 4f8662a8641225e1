"""The tab that predicts."""

import pandas as pd
from nicegui import ui

from sklmag.app._inputs import Inputs, row_name
from sklmag.app._widgets import (
    distribution,
    errors_shown,
    parity,
    plain,
    show_table,
)
from sklmag.tasks import predict_rows
from sklmag.tasks._predict import beside

_BATCH = 128
_MOST = 0.5
_MANY = 10  # rows of which a distribution tells more than the table


def predict_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """
    inputs = Inputs(models.session)

    async def predict():
        results.clear()
        with errors_shown(button):
            model, items, lead = inputs.read(models.model)
            found, errors = await _predicted(models.session.jobs, model, items, bar)
            with results:
                _show(lead, found, errors)

    button = ui.button("Predict", icon="play_arrow", on_click=predict)
    bar = ui.linear_progress(show_value=False).props("instant-feedback")
    bar.set_visibility(False)
    results = ui.column().classes("w-full")
    models.on_change(results.clear)


async def _predicted(jobs, model, items, bar):
    """Predict batch by batch in a thread, so that the page lives on."""
    bar.set_value(0)
    bar.set_visibility(True)
    tables, errors = [], {}
    try:
        for start in range(0, len(items), _BATCH):
            part = items[start : start + _BATCH]
            table, failed = await jobs.run(predict_rows, model, part)
            tables.append(table.set_axis(table.index + start))
            errors |= {start + i: why for i, why in failed.items()}
            bar.set_value(min(1.0, (start + _BATCH) / len(items)))
    finally:
        bar.set_visibility(False)
    return pd.concat(tables), errors


def _show(lead, found, errors):
    n_rows = len(lead)
    outside = int((~found["inside"]).sum()) if "inside" in found else None
    with ui.row():
        ui.badge(f"{n_rows - len(errors)} of {n_rows} predicted")
        if outside is None:
            ui.badge("training data unknown", color="orange")
        elif outside:
            ui.badge(f"{outside} outside the training data", color="orange")
    for i, why in list(errors.items())[:20]:
        ui.label(plain(f"{row_name(lead, i)}: {why}")).classes("text-negative text-sm")
    if found.empty:
        return
    if "distance" in found and (found["distance"] == 0).mean() > _MOST:
        ui.label(
            "Most of these rows are training data: how well they are predicted does "
            "not tell how well new ones will be."
        ).classes("text-sm text-grey-8")
    _plots(lead, found)
    table = beside(lead, found)
    given = list(lead.columns)
    order = [given[0], *(name for name in table if name not in given), *given[1:]]
    show_table(table[order], "predictions.csv")


def _plots(lead, found):
    names = [
        name for name in found if f"{name}_std" in found or name == found.columns[0]
    ]
    with ui.row().classes("w-full no-wrap"):
        for name in names[:2]:
            with ui.column().classes("w-1/2"):
                if name in lead:
                    measured = pd.to_numeric(lead[name], errors="coerce")
                    both = pd.concat([measured, found[name]], axis=1).dropna()
                    parity(both.iloc[:, 0], both.iloc[:, 1], name=name)
                elif len(found) >= _MANY:
                    distribution(found[name], name=name)
