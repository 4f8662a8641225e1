"""The model that the page predicts, explains and designs with."""

from nicegui import ui

from sklmag.app._limits import MAX_MODEL_BYTES
from sklmag.app._shelf import ALL_READY, Shelf
from sklmag.app._widgets import error_line, errors_shown, quiet, say, uploader
from sklmag.persistence._chain import MissingWeights
from sklmag.tasks import open_any, published_networks, ready_names


class ModelPicker:
    """One model for all tabs: all ready ones, or one given, uploaded, trained, or got.

    Parameters
    ----------
    session : Session
        Its models, and where uploads are kept.
    """

    def __init__(self, session):
        self.session = session
        names = [*session.models]
        first = session.form.get("model", names[-1] if names else ALL_READY)
        with ui.column().classes("w-full gap-1") as self.row:
            with ui.element("div").classes("sk-halves"):
                with ui.column().classes("gap-1"):
                    self._choice = ui.select(self._names(), value=first, label="model")
                    self._choice.classes("w-full")
                    self._note = quiet()
                with ui.expansion("another model").classes("w-full"):
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
                        self._get = ui.button("Get", on_click=self._fetch)
                        self._get.props("flat")
                    self._wrong = error_line()
        self._acts = [self._describe]
        self._choice.on_value_change(self._tell)
        self._describe()

    def _names(self):
        return [ALL_READY, *self.session.models]

    def _describe(self):
        model = self.chosen
        if model is not None:
            targets = ", ".join(model.target_names) or "without names"
            self._note.set_text(f"predicts {targets} from {model.takes}")

    def _tell(self):
        self.session.form["model"] = self._choice.value
        for act in self._acts:
            act()

    def add(self, path):
        """Open a model file and choose it."""
        self.choose(self.session.add_model(path))

    def choose(self, name):
        """Choose a model of the session."""
        self.session.form["model"] = name
        self.follow()
        say(f"{name} is open.")

    def follow(self):
        """Show the choice of the visitor, who may have made it on another page."""
        name = self.session.form.get("model", self._choice.value)
        self._choice.set_options(self._names(), value=name)

    def _take(self, path):
        try:
            self.add(path)
        except MissingWeights as more:
            say(f"{path.name} is kept. {more}")

    async def _fetch(self):
        """Open a ready model, or a published one, downloaded where it is not here."""
        from nicegui import run

        with errors_shown(self._wrong):
            name = self._published.value
            if name is None:
                raise ValueError("Choose one of the ready or published models first.")
            self._get.disable()
            try:
                self.session.models[name] = await run.io_bound(open_any, name)
            finally:
                self._get.enable()
            self.choose(name)

    @property
    def chosen(self):
        """The model, or None."""
        if self._choice.value == ALL_READY:
            return Shelf()
        return self.session.models.get(self._choice.value)

    @property
    def name(self):
        """What it is called."""
        return self._choice.value

    @property
    def model(self):
        """The model, where it is one; raise for all ready ones together."""
        if self.chosen is None or isinstance(self.chosen, Shelf):
            raise ValueError(
                "Choose one model first, above: a ready one, one that you train, or a "
                "model file."
            )
        return self.chosen

    def on_change(self, act):
        """Call a function now and when another model is chosen."""
        self._acts.append(act)
        act()
