"""The tab that explains."""

from nicegui import ui

from sklmag.app._identity import BLUE, ORANGE
from sklmag.app._inputs import Inputs, row_name
from sklmag.app._widgets import errors_shown, plot, show_table
from sklmag.app._work_panel import WorkPanel
from sklmag.tasks import explain

_N_BARS = 15


def explain_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """
    inputs = Inputs(models)
    form = models.session.form
    form.setdefault("explain_row", 0)
    with ui.row():
        ui.number("row, counted from 0", min=0, format="%d").bind_value(
            form, "explain_row"
        )
        target = ui.select([], label="target").classes("w-48")

    def start():
        with errors_shown(panel.wrong):
            model, items, lead = inputs.read(models.model)
            place = int(form["explain_row"] or 0)
            if not 0 <= place < len(lead):
                raise ValueError(f"There is no row {place}: there are {len(lead)}.")
            panel.start(
                _explained, model, items[place : place + 1], target.value,
                row_name(lead, place),
            )  # fmt: skip

    ui.button("Explain", icon="play_arrow", on_click=start)
    panel = WorkPanel(models.session, "Explain", lambda result: _show(*result))

    def fit_to_model():
        names = models.chosen.target_names if models.chosen else []
        target.set_options(names, value=names[0] if names else None)

    models.on_change(fit_to_model)


def _explained(work, model, item, target, name):
    work.tell(f"explains {name}")
    return explain(model, item, target=target), name


def _show(found, name):
    ui.label(
        f"{name}: {found.target} = {found.prediction:.4g} = {found.baseline:.4g} + the "
        f"sum of {len(found.parts)} parts ({found.method})"
    )
    parts = found.parts
    shown = parts.iloc[:_N_BARS]
    names = shown["feature"].astype(str).tolist()
    values = shown["contribution"].tolist()
    if len(parts) > _N_BARS:
        names.append(f"other {len(parts) - _N_BARS}")
        values.append(parts["contribution"].iloc[_N_BARS:].sum())
    bars = {
        "type": "bar", "orientation": "h", "x": values[::-1], "y": names[::-1],
        "marker": {"color": [ORANGE if v > 0 else BLUE for v in values[::-1]]},
    }  # fmt: skip
    plot([bars], title=f"what makes {found.target} of {name}",
         x=f"contribution to {found.target}", margin={"l": 150, "t": 40})  # fmt: skip
    if found.attention is not None:
        names = list(found.feature_names)
        heat = {
            "type": "heatmap", "z": found.attention.tolist(), "x": names, "y": names,
            "colorscale": "Viridis",
        }  # fmt: skip
        plot([heat], title="attention of rows to columns", height=620)
    show_table(parts, "explanation")
