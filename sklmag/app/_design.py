"""The tab that designs."""

from nicegui import ui

from sklmag._utils._remarks import recorded
from sklmag._utils._units import unit_of
from sklmag.app._predict import known_there, show_trust, show_value
from sklmag.app._widgets import errors_shown, plot, quiet, show_table
from sklmag.app._work_panel import WorkPanel
from sklmag.composition import element_symbols
from sklmag.design import Goal
from sklmag.design._goals import bounds_of
from sklmag.tasks import design, design_report, open_any
from sklmag.tasks._design import CLOSE, as_one

_EXAMPLE = "moduli"
_FIELDS = ("goals", "bounds", "constraints", "prices")


def design_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Model and session.
    """
    _DesignTab(models)


class _DesignTab:
    def __init__(self, models):
        self._models, self._session = models, models.session
        self._form = models.session.form
        for name in _FIELDS:
            self._form.setdefault(name, "")
        self._form.setdefault("candidates", 3)
        self._build_fields()
        with ui.row():
            ui.button("Design", icon="play_arrow", on_click=self._start)
            ui.button(
                "Try an example", icon="lightbulb", on_click=self._give_example
            ).props("flat")
        self._panel = WorkPanel(self._session, "Design", lambda result: _show(*result))
        also, others = self._form.get("also", []), self._others()
        self._also.set_options(others, value=[name for name in also if name in others])
        for field in (self._also, self._elements):
            field.on_value_change(self._keep)
        self._also.on_value_change(self._fit)
        models.on_change(self._fit)

    def _build_fields(self):
        form = self._form
        ui.textarea(
            "wanted properties, one in a line",
            placeholder="G_GPa=36\nHcj_kOe>=20\nmaximize Br_kG\nminimize Dy+Tb",
        ).bind_value(form, "goals").classes("w-full").props("autogrow outlined")
        self._known = quiet()
        with ui.element("div").classes("sk-thirds"):
            self._also = ui.select(
                [], label="models of other tables, asked together", multiple=True
            ).props("use-chips")
            self._elements = ui.select([], label="elements", multiple=True)
            self._elements.props("use-chips")
            for name, label, example in (
                ("bounds", "bounds, one in a line", "Ti=30:50\nDy=0:3"),
                ("constraints", "sums, ratios, counts, one in a line",
                 "Nd+Pr+Dy+Tb=29:31\nPr:Nd=1:4\ncost<=40"),
                ("prices", "prices of a kilogram, for cost", "Nd=85\nDy=260"),
            ):  # fmt: skip
                field = ui.textarea(label, placeholder=example).props("autogrow")
                field.bind_value(form, name)
            ui.number("candidates", min=1, max=50, format="%d").bind_value(
                form, "candidates"
            )
            ui.switch("best compromises of two objectives").bind_value(form, "front")

    def _others(self):
        """Return the models that the chosen one can be asked together with."""
        if self._models.name not in self._session.models:  # all ready ones
            return []
        return [name for name in self._session.models if name != self._models.name]

    def _keep(self):
        self._form["also"] = list(self._also.value)
        self._form["elements"] = list(self._elements.value)

    def _fit(self):
        """Offer what the chosen models know: elements of all, and the ranges."""
        elements, others = self._form.get("elements", []), self._others()
        self._also.set_visibility(bool(others))
        also = [name for name in self._also.value if name in others]
        self._also.set_options(others, value=also)
        asked = [self._models.chosen, *(self._session.models[name] for name in also)]
        cards = [model.card for model in asked if model and model.card]
        seen = [card.training.elements if card.training else {} for card in cards]
        shared = (
            [e for e in seen[0] if all(e in other for other in seen)] if seen else []
        )
        self._elements.set_options(shared, value=[e for e in elements if e in shared])
        self._known.set_text(_ranges([t for card in cards for t in card.targets]))

    def _start(self):
        form = self._form
        with errors_shown(self._panel.wrong):
            others = [self._session.models[name] for name in self._also.value]
            asked = [self._models.model, *others]
            wanted = [Goal.parse(line) for line in _lines(form["goals"])]
            n_candidates = 50 if form.get("front") else int(form["candidates"] or 1)
            options = {
                "elements": list(self._elements.value) or None,
                "bounds": bounds_of(_lines(form["bounds"])),
                "constraints": _lines(form["constraints"]),
                "prices": _prices(form["prices"]),
                "pareto": bool(form.get("front")),
                "n_candidates": n_candidates,
            }
            self._panel.start(_designed, asked, wanted, **options)

    def _give_example(self):
        self._session.models[_EXAMPLE] = open_any(_EXAMPLE)
        self._models.choose(_EXAMPLE)
        self._form.update(goals="G_GPa=36\nK_GPa=105", bounds="Ti=30:50")
        self._elements.set_value(["Ti", "Zr", "Be", "Fe"])


def _lines(text):
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _prices(text):
    """Return the price of each element, or None where none is given."""
    found = {}
    for line in _lines(text):
        name, sign, price = line.replace(":", "=").partition("=")
        try:
            found[name.strip()] = float(price)
        except ValueError:
            sign = ""
        if not sign:
            raise ValueError(f"prices: {line!r} is none. Write one in a line: Nd=85.")
    return found or None


def _ranges(targets):
    """Return what is known of the properties: where the training data lie."""
    texts = []
    for target in targets:
        low, high = target.range or (float("nan"), float("nan"))
        texts.append(f"{target.name} from {low:.4g} to {high:.4g}")
    return "In the training data: " + "; ".join(texts) if texts else ""


def _designed(work, asked, goals, **options):
    work.tell("searches")
    with recorded() as remarks:
        found = design(asked, goals, **options)
    return asked, goals, found, remarks, options


def _show(asked, goals, found, remarks, options):
    model = as_one(asked)
    for remark in remarks:
        ui.label(remark).classes("sk-care")
    names = [name for name in model.target_names if name in found]
    if options["pareto"]:
        _show_front(found, goals)
    else:
        with ui.element("div").classes("sk-cards"):
            for place in range(min(len(found), 12)):
                _show_candidate(found.iloc[place], place, names, model)
    varied = [name for name in found if found[name].nunique(dropna=False) > 1]
    constant = [n for n in found if n not in varied and n not in names]
    show_table(found, "candidates", hidden=constant if len(found) > 1 else [])
    limits = (
        [f"elements {', '.join(options['elements'])}"] if options["elements"] else []
    )
    limits += [f"{n}={low:g}:{high:g}" for n, (low, high) in options["bounds"].items()]
    limits += options["constraints"]

    def report():
        text = design_report(asked, goals, found, limits=limits, remarks=remarks)
        ui.download.content(text.encode(), "design.html")

    ui.button("Report", icon="description", on_click=report).props("outline")


def _show_candidate(row, place, names, model):
    """Show a candidate: what it is, what it is predicted to do, whether to trust it."""
    with ui.card().classes("w-full"):
        ui.label(_recipe(row, place, model)).classes("text-lg font-bold").props(
            "role=heading aria-level=2"
        )
        for name in names:
            show_value(name, row[name], row.get(f"{name}_std"), unit_of(name))
        if "chance" in row:
            ui.label(f"chance to meet all goals: {row['chance']:.0%}")
        if row.get("missed", 0.0) > CLOSE:
            ui.label("misses a goal").classes("sk-bad")
        inside = bool(row["inside"]) if "inside" in row else None
        show_trust(
            inside, row.get("beyond") or "", row.get("nearest"),
            known_there(row, names),
        )  # fmt: skip


def _recipe(row, place, model):
    """Return what a candidate is called: its composition, or what changes."""
    elements = [name for name in row.index if name in element_symbols()]
    if model.card.input.kind == "formula":
        return "".join(f"{e}{row[e]:.1f}" for e in elements if row[e] >= 0.05)
    typical = model.card.training.typical
    moved = {
        name: row[name]
        for name in model.card.input.columns
        if name in typical
        and abs(row[name] - typical[name]) > 1e-6 * abs(typical[name])
    }
    told = ", ".join(f"{name} {value:.3g}" for name, value in list(moved.items())[:8])
    return told or f"candidate {place + 1}"


def _show_front(found, goals):
    """Draw the compromises; a point says which row of the table it is."""
    x, y = [goal.quantity for goal in goals if goal.is_objective][:2]
    points = {
        "type": "scatter", "mode": "markers", "x": found[x].tolist(),
        "y": found[y].tolist(), "text": [f"row {i}" for i in found.index],
        "marker": {"size": 9},
    }  # fmt: skip
    plot([points], title="best compromises", x=x, y=y)
