"""The tab that trains."""

import contextlib

from nicegui import ui

from sklmag._utils._units import unit_of
from sklmag.app._session import kind_of, safe_name, table_of
from sklmag.app._widgets import (
    errors_shown,
    parity,
    plot,
    say,
    show_table,
    uploader,
)
from sklmag.tasks import RECIPES, fine_tune, train

_FURTHER = "fine-tune"
_OTHERS = {
    "as it was": "model as it was",
    "median": "median of those that it learned from",
}


class _Progress:
    """What a running fit has come to, read by the page from time to time."""

    def __init__(self):
        self.estimator, self.text = None, "begins"

    def watch(self, estimator, text):
        self.estimator, self.text = estimator, text


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


def train_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Gets the model that is trained, and has the one that is trained further.
    """
    state, session = {}, models.session

    def take(path):
        if kind_of(path) != "table":
            return
        table = table_of(path)
        state["table"] = table
        preview.clear()
        with preview:
            ui.label(f"{path.name}: {len(table)} rows").classes("text-sm text-grey-8")
            show_table(table.head(5))
        named = {n: f"{n} [{unit_of(n)}]" if unit_of(n) else n for n in table}
        numbers = {n: named[n] for n in table.select_dtypes("number")}
        targets.set_options(numbers, value=[])
        left_out.set_options(named, value=[])

    uploader(
        session, "a table: .csv, .xlsx or .parquet; structure files it names", take
    )
    preview = ui.column().classes("w-full")
    with ui.row().classes("w-full no-wrap"):
        targets = ui.select({}, label="what to predict", multiple=True).classes("w-1/3")
        left_out = ui.select({}, label="columns to leave out", multiple=True)
        left_out.classes("w-1/3")
        kinds = {r.name: f"{r.name}: {r.about}" for r in RECIPES.values()}
        kinds[_FURTHER] = f"{_FURTHER}: train the model of the other tabs further"
        kind = ui.select(kinds, value="auto", label="model").classes("w-1/3")

    async def start():
        results.clear()
        with errors_shown(button):
            if "table" not in state:
                raise ValueError("Upload a table first.")
            further = kind.value == _FURTHER
            progress = _Progress()
            with results, _watched(progress):
                trained = await session.jobs.run(
                    fine_tune if further else train,
                    state["table"],
                    list(targets.value),
                    models.model if further else kind.value,
                    drop=[n for n in left_out.value if n not in targets.value],
                    folder=session.folder,
                    confined=True,
                    watch=progress.watch,
                )
            with results:
                _show(models, trained)

    button = ui.button("Train", icon="play_arrow", on_click=start)
    results = ui.column().classes("w-full")


@contextlib.contextmanager
def _watched(progress):
    """Show how a fit goes on, and the loss curve of a network while it grows."""
    with ui.row().classes("items-center") as row:
        ui.spinner()
        label = ui.label("")
    place, curves = ui.column().classes("w-full"), []

    def draw(estimator):
        traces = _losses(estimator)
        if traces and not curves:
            with place:
                curves.append(plot([], title="loss", x="epoch", y="loss", height=260))
        if traces:
            curves[0].figure["data"] = traces
            curves[0].update()

    def refresh():
        label.set_text(progress.text)
        draw(progress.estimator)

    timer = ui.timer(0.4, refresh)
    try:
        yield
    finally:
        timer.deactivate()
        refresh()
        row.set_visibility(False)


def _show(models, trained):
    for note in trained.data.notes:
        ui.label(note).classes("text-sm text-grey-8")
    name = f"{'_'.join(trained.data.y)}_{trained.name}.sklmag"
    name = models.session.free_name(safe_name(name))
    path = trained.save(models.session.folder / name)
    models.add(path)
    say(f"{name} can be chosen in the other tabs.")
    if trained.scores is not None:
        ui.label("Cross-validation: rows that the model had not seen").classes(
            "text-lg"
        )
        show_table(trained.scores.reset_index(names="target"), "scores.csv")
        for other, scores in trained.others.items():
            ui.label(f"The same rows by the {_OTHERS[other]}").classes("text-lg")
            show_table(scores.reset_index(names="target"))
        if trained.leaderboard is not None:
            ui.label("What it is made of, and how each model does alone").classes(
                "text-lg"
            )
            show_table(trained.leaderboard.round(4).reset_index(), "leaderboard.csv")
        with ui.row().classes("w-full no-wrap"):
            for target in list(trained.data.y)[:2]:
                with ui.column().classes("w-1/2"):
                    measured = trained.data.y[target]
                    parity(measured, trained.predicted[target], name=target)
    content = path.read_bytes()
    ui.button(
        f"Save the model file {name}",
        icon="save",
        on_click=lambda: ui.download.content(content, name),
    )
