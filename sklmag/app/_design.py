"""The tab that designs."""

from nicegui import ui

from sklmag._utils._remarks import recorded
from sklmag.app._widgets import errors_shown, show_table
from sklmag.design._goals import bounds_of
from sklmag.tasks import design


def design_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """
    goals = ui.textarea(
        "wanted properties, one in a line",
        placeholder="G_GPa=36\nHcj_kOe>=20\nmaximize Br_kG",
    )
    goals.classes("w-full").props("autogrow")
    known = ui.label("").classes("text-sm text-grey-8")
    with ui.row().classes("w-full no-wrap"):
        elements = ui.select([], label="elements", multiple=True).classes("w-1/3")
        bounds = ui.textarea(
            "bounds, one in a line", placeholder="Ti=30:50\nDy=0:3"
        ).classes("w-1/3")
        constraints = ui.textarea(
            "sums, ratios, counts, one in a line",
            placeholder="Nd+Pr+Dy+Tb=29:31\nPr:Nd=1:4",
        ).classes("w-1/3")
        with ui.column().classes("w-1/3"):
            minimize = ui.input("as little as possible of", placeholder="Dy+Tb")
            count = ui.number("candidates", value=3, min=1, max=50, format="%d")
            minimize.classes("w-full")
            count.classes("w-full")

    async def start():
        results.clear()
        with errors_shown(button):
            found, remarks = await models.session.jobs.run(
                _designed,
                models.model,
                _lines(goals),
                elements=list(elements.value) or None,
                bounds=bounds_of(_lines(bounds)),
                constraints=_lines(constraints),
                minimize=(minimize.value or "").strip() or None,
                n_candidates=int(count.value or 1),
            )
            with results:
                for remark in remarks:
                    ui.label(remark).classes("text-warning")
                show_table(found, "candidates.csv")

    button = ui.button("Design", icon="play_arrow", on_click=start)
    results = ui.column().classes("w-full")

    def fit_to_model():
        results.clear()
        card = models.chosen.card if models.chosen else None
        trained = card.training.elements if card and card.training else {}
        elements.set_options([*trained], value=[])
        known.set_text(_ranges(card.targets if card else []))

    models.on_change(fit_to_model)


def _lines(area):
    return [line.strip() for line in (area.value or "").splitlines() if line.strip()]


def _ranges(targets):
    """Return what is known of the properties: where the training data lie."""
    texts = []
    for target in targets:
        low, high = target.range or (float("nan"), float("nan"))
        texts.append(f"{target.name} from {low:.4g} to {high:.4g}")
    return "In the training data: " + "; ".join(texts) if texts else ""


def _designed(model, goals, **options):
    with recorded() as remarks:
        found = design(model, goals, **options)
    return found, remarks
