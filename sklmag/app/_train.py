"""The tab that trains."""

from functools import partial
from pathlib import Path

import pandas as pd
from nicegui import ui

from sklmag._utils._units import unit_of
from sklmag.app._session import files_of, kind_of, safe_name, table_of
from sklmag.app._survey import show_survey
from sklmag.app._widgets import (
    errors_shown,
    parity,
    plain,
    plot,
    quiet,
    say,
    show_table,
    uploader,
)
from sklmag.app._work_panel import WorkPanel
from sklmag.datasets import make_sintered_ndfeb
from sklmag.tasks import RECIPES, compare, fine_tune, model_report, open_any, train
from sklmag.tasks._features import suspected_outcomes

_NAME = "train"
_FURTHER, _ALL = "fine-tune", "all"
_OTHERS = {
    "as it was": "model as it was",
    "median": "median of those that it learned from",
}
_POOR = 0.2  # of R2, below which a model is not worth its name


def train_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Gets the model that is trained, and has the one that is trained further.
    """
    _TrainTab(models)


class _TrainTab:
    def __init__(self, models):
        self._models, self._session = models, models.session
        form = self._session.form
        form.setdefault("train_model", "auto")
        uploader(
            self._session, "a table: .csv, .xlsx or .parquet; structure files it names",
            self._take,
        )  # fmt: skip
        ui.button(
            "Try an example", icon="lightbulb", on_click=self._give_example
        ).props("flat dense")
        self._preview = ui.column().classes("w-full")
        with ui.element("div").classes("sk-thirds"):
            self._targets = ui.select({}, label="what to predict", multiple=True)
            self._left_out = ui.select({}, label="columns to leave out", multiple=True)
            kinds = {r.name: f"{r.name}: {r.about}" for r in RECIPES.values()}
            kinds[_FURTHER] = f"{_FURTHER}: train the model of the other tabs further"
            kinds[_ALL] = f"{_ALL}: compare all that the table is fit for, five minutes"
            kind = ui.select(kinds, label="model").bind_value(form, "train_model")
            for field in (self._targets, self._left_out, kind):
                field.classes("w-full")
        self._learns = ui.column().classes("w-full gap-1")
        for field in (self._targets, self._left_out):
            field.on_value_change(self._say_what_it_learns_from)
        ui.button("Train", icon="play_arrow", on_click=self._start)
        self._panel = WorkPanel(self._session, "Train", self._show, _show_losses)
        self._board = ui.column().classes("w-full")
        self._show_board()
        if self._table is not None:
            self._show_preview(form.get("targets", []), form.get("left_out", []))

    @property
    def _table(self):
        return self._session.tables.get(_NAME, (None, None))[1]

    def _take(self, path):
        for file in files_of(path, self._session):
            if kind_of(file) == "table":
                self._keep(file.name, table_of(file), [], [])

    def _keep(self, name, table, targets, left_out):
        self._session.tables[_NAME] = (name, table)
        self._show_preview(targets, left_out)

    def _give_example(self):
        X, y = make_sintered_ndfeb(400, 0, random_state=0)
        others = [name for name in y if name != "Hcj_kOe"]
        self._keep("magnets (synthetic)", X.join(y), ["Hcj_kOe"], others)

    def _show_preview(self, targets, left_out):
        name, table = self._session.tables[_NAME]
        self._preview.clear()
        with self._preview:
            quiet(f"{name}: {len(table)} rows")
            show_survey(table)
            show_table(table.head(5), hidden=list(table)[12:])
        named = {n: f"{n} [{unit_of(n)}]" if unit_of(n) else n for n in table}
        numbers = {n: named[n] for n in table.select_dtypes("number")}
        self._targets.set_options(numbers, value=[n for n in targets if n in numbers])
        self._left_out.set_options(named, value=[n for n in left_out if n in named])

    def _drop(self):
        return [n for n in self._left_out.value if n not in self._targets.value]

    def _say_what_it_learns_from(self):
        """Say which columns a model will see, and which of them look like outcomes."""
        form, table = self._session.form, self._table
        form["targets"] = list(self._targets.value)
        form["left_out"] = list(self._left_out.value)
        self._learns.clear()
        if table is None or not self._targets.value:
            return
        targets, drop = list(self._targets.value), self._drop()
        seen = [n for n in table if n not in (*targets, *drop)]
        strange = suspected_outcomes(table[seen], table[targets])
        with self._learns:
            more = f" and {len(seen) - 12} more" if len(seen) > 12 else ""
            quiet(f"learns from: {', '.join(seen[:12])}{more}")
            if strange:
                told = "; ".join(f"{name} ({why})" for name, why in strange.items())
                with ui.row().classes("items-center"):
                    ui.label(f"These look like outcomes: {told}.").classes("sk-care")
                    ui.button(
                        "Leave them out",
                        on_click=lambda: self._left_out.set_value(
                            [*self._left_out.value, *strange]
                        ),
                    ).props("flat dense")

    def _start(self):
        with errors_shown(self._panel.wrong):
            if self._table is None:
                raise ValueError("Upload a table first.")
            kind = self._session.form["train_model"]
            targets, session = list(self._targets.value), self._session
            options = {"drop": self._drop(), "folder": session.folder, "confined": True}
            if kind == _ALL:
                how = partial(compare, self._table, targets)
            elif kind == _FURTHER:
                how = partial(fine_tune, self._table, targets, self._models.model)
            else:
                how = partial(train, self._table, targets, kind)
            self._panel.start(_trained, how, session, options)

    def _show(self, result):
        trained, name, board, entry = result
        if entry not in self._session.trained:
            self._session.trained.append(entry)
            self._models.choose(name)
            say(f"{name} can be chosen in the other tabs.")
        self._models.follow()
        _show_trained(trained, self._session.folder / name, board)
        self._show_board()

    def _show_board(self):
        """Show what all trainings of the visit have come to."""
        self._board.clear()
        if len(self._session.trained) < 2:
            return
        with self._board:
            ui.label("All models of this visit").classes("text-lg")
            show_table(pd.DataFrame(self._session.trained), "models")


def _trained(work, how, session, options):
    """Train, and keep the model file with the session, seen or not."""
    found, board = how(watch=work.watch, **options), None
    if isinstance(found, tuple):
        (found, *_), board = found
    name = f"{'_'.join(found.data.y)}_{found.name}.sklmag"
    path = session.folder / session.free_name(safe_name(name))
    found.save(path)
    session.models[path.name] = open_any(path)
    entry = {"model": path.name, "rows": len(found.data.y)}
    if found.scores is not None:
        for target, row in found.scores.drop(index="mean", errors="ignore").iterrows():
            entry |= {f"R2 {target}": row["R2"], f"RMSE {target}": row["RMSE"]}
    return found, path.name, board, entry


def _losses(estimator):
    """Return training and validation loss of each epoch that is over."""
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    history = list(getattr(getattr(last, "net_", None), "history", None) or [])
    curves = {}
    for name, key in (("training", "train_loss"), ("held out", "valid_loss")):
        known = [(i, e[key]) for i, e in enumerate(history, 1) if key in e]
        if known:
            epochs, losses = zip(*known, strict=True)
            curves[name] = {"x": epochs, "y": [float(loss) for loss in losses]}
    return [
        {"type": "scatter", "mode": "lines", "name": name} | curve
        for name, curve in curves.items()
    ]


def _show_losses(estimator, drawn):
    """Show the loss curve of a network while it grows."""
    traces = _losses(estimator)
    if traces and "curve" not in drawn:
        drawn["curve"] = plot(
            [], title="loss of the scaled targets", x="epoch", y="loss", height=260
        )
    if traces:
        drawn["curve"].figure["data"] = traces
        drawn["curve"].update()


def _show_trained(trained, path, board):
    for note in trained.data.notes:
        if "--drop" not in note:  # of the command line; said above
            quiet(note)
    if trained.scores is not None:
        ui.label("Cross-validation: rows that the model had not seen").classes(
            "text-lg"
        )
        for target, score in trained.scores["R2"].items():
            if score < _POOR and target != "mean":
                ui.label(
                    f"{target}: no better than the mean of all rows. Give columns that "
                    "decide it, more rows, or another model."
                ).classes("sk-care")
        show_table(trained.scores.reset_index(names="target"), "scores")
        for other, scores in trained.others.items():
            ui.label(f"The same rows by the {_OTHERS[other]}").classes("text-lg")
            show_table(scores.reset_index(names="target"))
        with ui.element("div").classes("sk-halves"):
            for target in list(trained.data.y)[:2]:
                measured = trained.data.y[target]
                parity(measured, trained.predicted[target], name=target)
    if board is not None:
        ui.label("All models on the same rows").classes("text-lg")
        show_table(board, "leaderboard")
    if trained.leaderboard is not None:
        ui.label("What it is made of, and how each model does alone").classes("text-lg")
        show_table(trained.leaderboard.round(4).reset_index(), "members")
    with ui.row():
        ui.button(
            f"Save the model file {path.name}",
            icon="save",
            on_click=lambda: ui.download.content(path.read_bytes(), path.name),
        )
        ui.button(
            "Report", icon="description", on_click=lambda: _download_report(path)
        ).props("outline")


def _download_report(path):
    name = Path(path).stem
    text = model_report(open_any(path), plain(name))
    ui.download.content(text.encode(), f"{name}.html")
