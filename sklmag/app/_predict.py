"""The tab that predicts."""

import pandas as pd
from nicegui import run, ui

from sklmag.app._session import kind_of, table_of
from sklmag.app._widgets import (
    distribution,
    errors_shown,
    model_choice,
    model_uploader,
    parity,
    plain,
    show_table,
    uploader,
)
from sklmag.tasks import beside, predict_rows, table_inputs

_BATCH = 128
_MOST = 0.5
_MANY = 10  # rows of which a distribution tells more than the table


class Inputs:
    """What was given to predict from: the last table, or all structures, or formulas.

    Parameters
    ----------
    session : Session
        Where uploaded files are kept.
    """

    def __init__(self, session):
        self.folder = session.folder
        with ui.row().classes("w-full no-wrap items-stretch"):
            with ui.column().classes("w-1/2"):
                self.box = uploader(session, "structure files, or a table", self._add)
            self.formulas = ui.textarea(
                "or formulas, separated by spaces or lines",
                placeholder="Nd2Fe14B Ti41Zr25Be28Fe6",
            ).classes("w-1/2")
        with ui.row().classes("items-center"):
            self.note = ui.label("").classes("text-sm text-grey-8")
            self.clear_button = ui.button("Clear", on_click=self.clear).props(
                "flat dense size=sm"
            )
        self.clear()

    def clear(self):
        """Forget the files."""
        self.table, self.paths = None, {}
        self.note.set_text("")
        self.box.reset()
        self.clear_button.set_visibility(False)

    def _add(self, path):
        if kind_of(path) == "model":
            raise ValueError(f"{path.name} is a model: upload it above.")
        if kind_of(path) == "table":
            self.table, self.paths = (path.name, table_of(path)), {}
            n_rows, n_columns = self.table[1].shape
            self.note.set_text(f"{path.name}: {n_rows} rows, {n_columns} columns")
        else:
            self.table = None
            self.paths[path.name] = path
            self.note.set_text(f"{len(self.paths)} structure files")
        self.clear_button.set_visibility(True)

    def read(self, model):
        """Return what a model predicts from, and the columns that say which row.

        Parameters
        ----------
        model : SavedModel
            The model.

        Returns
        -------
        model : SavedModel
            The same, or one that takes structures.
        items : DataFrame, Series or list
        lead : DataFrame
        """
        formulas = (self.formulas.value or "").replace(",", " ").split()
        if formulas and (self.paths or self.table is not None):
            raise ValueError("There are files and formulas: clear one of the two.")
        if formulas:
            if model.card["input"]["kind"] != "formula":
                raise ValueError(
                    f"The model predicts from {model.takes}, not from formulas."
                )
            return model, formulas, pd.DataFrame({"formula": formulas})
        if self.table is not None:
            name, table = self.table
            items = table_inputs(model, table, name, folder=self.folder, confined=True)
            return model, items, table
        if self.paths:
            lead = pd.DataFrame({"file": list(self.paths)})
            return model.of_structures(), list(self.paths.values()), lead
        raise ValueError("Upload structure files or a table, or type formulas.")


def predict_tab(session):
    """Build the tab.

    Parameters
    ----------
    session : Session
        Files and models of the visitor.
    """
    choice = model_choice(session)
    model_uploader(session)
    inputs = Inputs(session)

    async def predict():
        results.clear()
        with errors_shown(button):
            model = chosen_model(session, choice)
            model, items, lead = inputs.read(model)
            found, errors = await _predicted(model, items, bar)
            with results:
                _show(model, lead, found, errors)
        bar.set_visibility(False)

    button = ui.button("Predict", icon="play_arrow", on_click=predict)
    bar = ui.linear_progress(show_value=False).props("instant-feedback")
    bar.set_visibility(False)
    results = ui.column().classes("w-full")


def chosen_model(session, choice):
    """Return the model that is chosen, or say that none is."""
    if choice.value is None:
        raise ValueError("Choose a model first: train one, or upload a model file.")
    return session.models[choice.value]


async def _predicted(model, items, bar):
    """Predict batch by batch in a thread, so that the page lives on."""
    bar.set_value(0)
    bar.set_visibility(True)
    tables, errors = [], {}
    for start in range(0, len(items), _BATCH):
        part = items[start : start + _BATCH]
        table, failed = await run.io_bound(predict_rows, model, part)
        tables.append(table.set_axis(table.index + start))
        errors |= {start + i: why for i, why in failed.items()}
        bar.set_value(min(1.0, (start + _BATCH) / len(items)))
    return pd.concat(tables), errors


def _show(model, lead, found, errors):
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
    _plots(model, lead, found)
    table = beside(lead, found)
    given = list(lead.columns)
    order = [given[0], *(name for name in table if name not in given), *given[1:]]
    show_table(table[order], "predictions.csv")


def row_name(lead, place):
    """Return what a row is called: its file or formula, or its number."""
    if lead.columns[0] in ("file", "formula"):
        return str(lead.iloc[place, 0])
    return f"row {place}"


def _plots(model, lead, found):
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
