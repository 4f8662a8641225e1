"""The model that the page predicts, explains and designs with."""

from nicegui import ui

from sklmag.app._limits import MAX_MODEL_BYTES
from sklmag.app._widgets import errors_shown, say, uploader
from sklmag.persistence._chain import MissingWeights
from sklmag.tasks import open_any, published_networks, ready_names


class ModelPicker:
    """One model for all tabs: given, uploaded, trained, ready, or published.

    Parameters
    ----------
    session : Session
        Its models, and where uploads are kept.
    """

    def __init__(self, session):
        self.session = session
        names = [*session.models]
        with ui.row().classes("w-full no-wrap items-start px-4") as self.row:
            with ui.column().classes("w-1/2"):
                self._choice = ui.select(
                    names, value=names[-1] if names else None, label="model"
                ).classes("w-full")
                self._note = ui.label("").classes("text-sm text-grey-8")
            with ui.column().classes("w-1/2"):
                uploader(
                    session,
                    "or upload a model: .sklmag, .onnx, or .json with .params",
                    self._take,
                    max_bytes=MAX_MODEL_BYTES,
                )
                with ui.row().classes("w-full no-wrap items-center"):
                    self._published = ui.select(
                        ready_names() | published_networks(),
                        label="or one that is ready, or published",
                    ).classes("grow")
                    self._get = ui.button("Get", on_click=self._fetch).props("flat")
        self.on_change(self._describe)

    def _describe(self):
        model = self.chosen
        if model is not None:
            targets = ", ".join(model.target_names) or "without names"
            self._note.set_text(f"predicts {targets} from {model.takes}")

    def add(self, path):
        """Open a model file and choose it."""
        self._choose(self.session.add_model(path))

    def _choose(self, name):
        self._choice.set_options([*self.session.models], value=name)
        say(f"{name} is open.")

    def _take(self, path):
        try:
            self.add(path)
        except MissingWeights as more:
            say(f"{path.name} is kept. {more}")

    async def _fetch(self):
        """Open a ready model, or a published one, downloaded where it is not here."""
        with errors_shown(self._get):
            name = self._published.value
            if name is None:
                raise ValueError("Choose one of the ready or published models first.")
            jobs, models = self.session.jobs, self.session.models
            models[name] = await jobs.run(open_any, name)
            self._choose(name)

    @property
    def chosen(self):
        """The model, or None."""
        return self.session.models.get(self._choice.value)

    @property
    def model(self):
        """The model; raise where there is none."""
        if self.chosen is None:
            raise ValueError("Choose a model first: train one, or upload a model file.")
        return self.chosen

    def on_change(self, act):
        """Call a function now and when another model is chosen."""
        self._choice.on_value_change(act)
        act()
