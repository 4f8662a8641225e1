"""The page: four tabs."""

from nicegui import ui

from sklmag import __version__
from sklmag.app._design import design_tab
from sklmag.app._explain import explain_tab
from sklmag.app._model import ModelPicker
from sklmag.app._predict import predict_tab
from sklmag.app._train import train_tab

_TABS = {
    "Predict": ("insights", predict_tab),
    "Train": ("model_training", train_tab),
    "Explain": ("help_outline", explain_tab),
    "Design": ("science", design_tab),
}


def build_page(session):
    """Build the page of one visitor.

    Parameters
    ----------
    session : Session
        What belongs to this visitor.
    """
    ui.colors(primary="#2c4a7c")
    with ui.header().classes("items-center"):
        ui.label("sklmag").classes("text-xl font-bold")
        ui.label(f"{__version__} · magnets and alloys").classes("text-sm opacity-80")
        with ui.tabs() as tabs:
            for name, (icon, _) in _TABS.items():
                ui.tab(name, icon=icon)
    with ui.column().classes("w-full max-w-5xl mx-auto"):
        models = ModelPicker(session)
        models.row.bind_visibility_from(tabs, "value", lambda tab: tab != "Train")
        with ui.tab_panels(tabs, value="Predict", animated=False).classes("w-full"):
            for name, (_, build) in _TABS.items():
                with ui.tab_panel(name).props(f"aria-label={name}"):
                    build(models)
