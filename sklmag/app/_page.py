"""The page: five tabs."""

from nicegui import ui

from sklmag import __version__
from sklmag.app._campaign import campaign_tab
from sklmag.app._design import design_tab
from sklmag.app._explain import explain_tab
from sklmag.app._identity import (
    BAD,
    CARE,
    DEEP,
    GOOD,
    MARK,
    NAMES,
    ORANGE,
    STYLE,
)
from sklmag.app._limits import KEPT_HOURS
from sklmag.app._model import ModelPicker
from sklmag.app._predict import predict_tab
from sklmag.app._train import train_tab
from sklmag.app._widgets import quiet

_TABS = {
    "Predict": ("insights", predict_tab, "Properties of materials, and how far to "
                "trust them: from formulas, crystals, tables or grain maps."),
    "Train": ("model_training", train_tab, "A model of your own from a table: it is "
              "tested on rows that it has not seen, and then chosen in all tabs."),
    "Explain": ("help_outline", explain_tab, "What one prediction is the sum of."),
    "Design": ("science", design_tab, "Alloys that are predicted to have the "
               "properties that you want."),
    "Campaign": ("event_repeat", campaign_tab, "Which experiments to make next: ask "
                 "for some, make them, tell what came of them."),
}  # fmt: skip

_WITHOUT_MODEL = ("Train", "Campaign")


def build_page(session, forget):
    """Build the page of one visitor.

    Parameters
    ----------
    session : Session
        What belongs to this visitor.
    forget : callable
        Ends the session.
    """
    ui.colors(primary=DEEP, secondary=ORANGE, positive=GOOD, negative=BAD, warning=CARE)
    ui.add_css(STYLE)
    ui.add_head_html(NAMES)
    dark = ui.dark_mode().bind_value(session.form, "dark")
    with ui.header().classes("items-center no-wrap sk-header q-py-xs"):
        ui.html(MARK, sanitize=False).classes("w-8 h-8 shrink-0")
        ui.label("sklmag").classes("text-xl font-bold").props(
            "role=heading aria-level=1"
        )
        with ui.tabs().classes("grow").props("dense shrink mobile-arrows") as tabs:
            for name, (icon, *_) in _TABS.items():
                ui.tab(name, icon=icon)
        ui.button(icon="contrast", on_click=dark.toggle).props(
            'flat round color=white aria-label="day or night"'
        )
    with ui.column().classes("sk-page"):
        models = ModelPicker(session)
        models.row.bind_visibility_from(
            tabs, "value", lambda tab: tab not in _WITHOUT_MODEL
        )
        tabs.on_value_change(lambda event: session.form.update(tab=event.value))
        first = session.form.get("tab") or "Predict"
        with ui.tab_panels(tabs, value=first, animated=False).classes("w-full"):
            for name, (_, build, about) in _TABS.items():
                with ui.tab_panel(name).props(f"aria-label={name}"):
                    quiet(about)
                    build(models)
        with ui.row().classes("w-full items-center q-mt-lg"):
            quiet(
                f"sklmag {__version__}. Nothing leaves this machine. What you upload, "
                f"train and find is kept for {KEPT_HOURS} hours after you close the "
                "page, and then deleted."
            )

            def leave():
                forget()
                ui.navigate.reload()

            ui.button("Forget all", icon="delete", on_click=leave).props("flat dense")
