"""What the page predicts from."""

import pandas as pd
from nicegui import ui

from sklmag.app._session import files_of, kind_of, table_of
from sklmag.app._survey import show_survey
from sklmag.app._widgets import errors_shown, quiet, uploader
from sklmag.tasks import inputs_for
from sklmag.tasks._inputs import formulas_in

_NAME = "inputs"  # shared by the tabs that predict


class Inputs:
    """What was given to predict from: the last table, or all structures, or formulas.

    The tabs of a visit share it.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """

    def __init__(self, models):
        self._models = models
        self._session = session = models.session
        self.folder = session.folder
        session.form.setdefault("formulas", "")
        with ui.element("div").classes("sk-halves"):
            self.formulas = ui.textarea(
                "formulas, separated by spaces or lines",
                placeholder="Nd2Fe14B Ti41Zr25Be28Fe6",
            ).bind_value(session.form, "formulas")
            self.formulas.props("autogrow outlined")
            with ui.column().classes("gap-1"):
                self.box = uploader(
                    session, "or structure files, grain maps, a table, a .zip",
                    self._add,
                )  # fmt: skip
        with ui.row().classes("items-center"):
            self.example_button = ui.button(
                "Try an example", icon="lightbulb", on_click=self.give_example
            ).props("flat dense")
            self.note = quiet()
            self.clear_button = ui.button("Clear", on_click=self.clear)
            self.clear_button.props("flat dense")
        self.survey = ui.column().classes("w-full gap-0")
        self._told = None
        self._tell()
        ui.timer(0.5, self._tell)

    @property
    def _table(self):
        return self._session.tables.get(_NAME)

    @property
    def _paths(self):
        return self._session.files.setdefault(_NAME, {})

    def clear(self):
        """Forget the files and formulas."""
        self._session.tables.pop(_NAME, None)
        self._paths.clear()
        self.formulas.set_value("")
        self.box.reset()
        self._tell()

    def give_example(self):
        """Fill in what the model predicts from; say so where there is no example."""
        with errors_shown():
            self._fill_in_example()

    def _fill_in_example(self):
        self.clear()
        model = self._models.chosen
        domain = getattr(model, "domain", None)
        if model.card is None:
            self.formulas.set_value("Nd2Fe14B SmCo5 Fe80B20")
        elif model.card.input.kind == "formula":
            names = getattr(domain, "names", None) or ["Nd2Fe14B", "SmCo5"]
            self.formulas.set_value(" ".join(names[:: max(1, len(names) // 3)][:3]))
        elif model.card.input.kind == "table" and model.card.training is not None:
            training = model.card.training
            row = training.typical | {n: w[0] for n, w in training.categories.items()}
            columns = [n for n in model.card.input.columns if n in row]
            table = pd.DataFrame([{name: row[name] for name in columns}])
            self._session.tables[_NAME] = ("the most typical row", table)
        else:
            raise ValueError(
                f"There is no example of {model.takes}: upload one of your own."
            )
        self._tell()

    def _add(self, path):
        if kind_of(path) == "model":
            raise ValueError(f"{path.name} is a model: upload it above.")
        for file in files_of(path, self._session):
            if kind_of(file) == "table":
                self._session.tables[_NAME] = (file.name, table_of(file))
                self._paths.clear()
            else:
                self._session.tables.pop(_NAME, None)
                self._paths[file.name] = file
        self._tell()

    def _tell(self):
        """Say what is here, on whatever page of the visit it was given."""
        table, n_files = self._table, len(self._paths)
        now = (table and table[0], table is not None and id(table[1]), n_files)
        if now == self._told:
            return
        self._told = now
        self.clear_button.set_visibility(table is not None or n_files > 0)
        self.survey.clear()
        if table is not None:
            n_rows, n_columns = table[1].shape
            self.note.set_text(f"{table[0]}: {n_rows} rows, {n_columns} columns")
            with self.survey:
                show_survey(table[1])
        else:
            self.note.set_text(f"{n_files} structure files" if n_files else "")

    def given(self):
        """Return what was given: its kind, the items, and the columns that name rows.

        Returns
        -------
        kind : {"formula", "table", "structure"}
        items : list or DataFrame
        lead : DataFrame
        """
        formulas = formulas_in(self.formulas.value or "")
        if formulas and (self._paths or self._table is not None):
            raise ValueError("There are files and formulas: clear one of the two.")
        if formulas:
            return "formula", formulas, pd.DataFrame({"formula": formulas})
        if self._table is not None:
            return "table", self._table[1], self._table[1]
        if self._paths:
            lead = pd.DataFrame({"file": list(self._paths)})
            return "structure", list(self._paths.values()), lead
        raise ValueError("Upload structure files or a table, or type formulas.")

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
        kind, items, lead = self.given()
        options = {}
        if kind == "table":
            options = {"name": self._table[0], "folder": self.folder, "confined": True}
        return *inputs_for(model, kind, items, **options), lead


def row_name(lead, place):
    """Return what a row is called: its file or formula, or its number."""
    if lead.columns[0] in ("file", "formula"):
        return str(lead.iloc[place, 0])
    return f"row {place}"
