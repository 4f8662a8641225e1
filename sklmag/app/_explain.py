"""The tab that explains."""

from nicegui import ui

from sklmag.app._inputs import Inputs, row_name
from sklmag.app._widgets import BLUE, RED, errors_shown, plot, show_table
from sklmag.tasks import explain

_N_BARS = 15


def explain_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """
    inputs = Inputs(models.session)
    with ui.row():
        row = ui.number("row, counted from 0", value=0, min=0, format="%d")
        target = ui.select([], label="target").classes("w-48")

    async def start():
        results.clear()
        with errors_shown(button):
            model, items, lead = inputs.read(models.model)
            place = int(row.value or 0)
            if not 0 <= place < len(lead):
                raise ValueError(f"There is no row {place}: there are {len(lead)}.")
            found = await models.session.jobs.run(
                explain, model, items[place : place + 1], target=target.value
            )
            with results:
                _show(found, row_name(lead, place))

    button = ui.button("Explain", icon="play_arrow", on_click=start)
    results = ui.column().classes("w-full")

    def fit_to_model():
        results.clear()
        names = models.chosen.target_names if models.chosen else []
        target.set_options(names, value=names[0] if names else None)

    models.on_change(fit_to_model)


def _show(found, name):
    ui.label(
        f"{name}: {found.target} = {found.prediction:.4g} = {found.baseline:.4g} + the "
        f"sum of {len(found.parts)} parts ({found.method})"
    )
    shown = found.parts.iloc[:_N_BARS][::-1]
    values = shown["contribution"]
    bars = {
        "type": "bar", "orientation": "h", "x": values.tolist(),
        "y": shown["feature"].astype(str).tolist(),
        "marker": {"color": [RED if v > 0 else BLUE for v in values]},
    }  # fmt: skip
    plot([bars], x=f"contribution to {found.target}", margin={"l": 220, "t": 10})
    if found.attention is not None:
        names = list(found.feature_names)
        heat = {
            "type": "heatmap", "z": found.attention.tolist(), "x": names, "y": names,
            "colorscale": "Viridis",
        }  # fmt: skip
        plot([heat], title="attention of rows to columns", height=620)
    show_table(found.parts, "explanation.csv")
