"""What the page predicts from."""

import pandas as pd
from nicegui import ui

from sklmag.app._session import kind_of, table_of
from sklmag.app._widgets import uploader
from sklmag.tasks import inputs_for
from sklmag.tasks._inputs import formulas_in


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
        formulas = formulas_in(self.formulas.value or "")
        if formulas and (self.paths or self.table is not None):
            raise ValueError("There are files and formulas: clear one of the two.")
        if formulas:
            lead = pd.DataFrame({"formula": formulas})
            return *inputs_for(model, "formula", formulas), lead
        if self.table is not None:
            name, table = self.table
            found = inputs_for(
                model, "table", table, name=name, folder=self.folder, confined=True
            )
            return *found, table
        if self.paths:
            lead = pd.DataFrame({"file": list(self.paths)})
            return *inputs_for(model, "structure", list(self.paths.values())), lead
        raise ValueError("Upload structure files or a table, or type formulas.")


def row_name(lead, place):
    """Return what a row is called: its file or formula, or its number."""
    if lead.columns[0] in ("file", "formula"):
        return str(lead.iloc[place, 0])
    return f"row {place}"
