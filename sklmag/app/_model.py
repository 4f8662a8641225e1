"""The model that the page predicts, explains and designs with."""

from nicegui import ui

from sklmag.app._widgets import say, uploader


class ModelPicker:
    """One model for all tabs: given at the start, uploaded, or trained.

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
                    "or upload a model file (.sklmag)",
                    self._take,
                    multiple=False,
                )
        self.on_change(self._describe)

    def _describe(self):
        model = self.chosen
        if model is not None:
            targets = ", ".join(model.target_names) or "without names"
            self._note.set_text(f"predicts {targets} from {model.takes}")

    def add(self, path):
        """Open a model file and choose it."""
        name = self.session.add_model(path)
        self._choice.set_options([*self.session.models], value=name)

    def _take(self, path):
        self.add(path)
        say(f"{path.name} is open.")

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
