"""The tab of a campaign: which experiments to make next."""

import base64
import io
import tempfile
from pathlib import Path

from nicegui import ui

from sklmag.app._session import table_of
from sklmag.app._widgets import errors_shown, quiet, say, show_table, uploader
from sklmag.app._work_panel import WorkPanel
from sklmag.design import Campaign
from sklmag.design._goals import bounds_of
from sklmag.tasks._campaign import tell_table

_SUFFIX = ".campaign"
_MOST_FIELDS = 24  # experiments in work whose results can be typed
_EXAMPLE = {
    "campaign_inputs": "Fe=70:85\nSi=0:15\nB=5:20",
    "campaign_goals": "maximize Bs_T",
    "campaign_limits": "Fe+Si+B=100",
}


def campaign_tab(models):
    """Build the tab.

    Parameters
    ----------
    models : ModelPicker
        Has the session.
    """
    _CampaignTab(models.session)


class _CampaignTab:
    def __init__(self, session):
        self._session = session
        for name in _EXAMPLE:
            session.form.setdefault(name, "")
        session.form.setdefault("campaign_n", 4)
        self._place = ui.column().classes("w-full")
        work = session.works.get("Campaign")
        self._known = work if work is not None and work.is_over else None
        self._panel = WorkPanel(session, "Campaign", self._show_asked)
        self._refresh()

    def _show_asked(self, batch):
        """Show what was asked for since the page was built."""
        if self._panel.work is not self._known:
            self._refresh()

    def _refresh(self):
        self._place.clear()
        with self._place:
            if self._session.campaign is None:
                self._show_beginning()
            else:
                self._show_campaign(self._session.campaign)

    # -- before there is one -------------------------------------------------------

    def _show_beginning(self):
        form = self._session.form
        with ui.element("div").classes("sk-thirds"):
            for name, label, hint in (
                ("campaign_inputs", "what an experiment sets, one in a line",
                 "Fe=70:85\nannealing_K=700:850"),
                ("campaign_goals", "what is wanted, one in a line",
                 "maximize Bs_T\nDmax_mm>=3"),
                ("campaign_limits", "sums, ratios, counts, one in a line",
                 "Fe+Si+B=100"),
            ):  # fmt: skip
                ui.textarea(label, placeholder=hint).props(
                    "autogrow outlined"
                ).bind_value(form, name)
        with ui.row():
            ui.button("Begin", icon="flag", on_click=self._begin)
            ui.button(
                "Try an example", icon="lightbulb",
                on_click=lambda: form.update(_EXAMPLE),
            ).props("flat")  # fmt: skip
        uploader(self._session, "or a campaign that was saved: .campaign", self._open)

    def _begin(self):
        with errors_shown(self._panel.wrong):
            inputs, goals, limits = (
                [line.strip() for line in text.splitlines() if line.strip()]
                for text in (self._session.form[name] or "" for name in _EXAMPLE)
            )
            self._session.campaign = Campaign(
                bounds_of(inputs), goals, constraints=limits
            )
            self._refresh()

    def _open(self, path):
        if path.suffix != _SUFFIX:
            raise ValueError(f"{path.name} is no campaign: those end in {_SUFFIX}.")
        self._session.campaign = Campaign.load(path)
        self._refresh()

    # -- one that runs -------------------------------------------------------------

    def _show_campaign(self, campaign):
        quiet(", ".join(str(goal) for goal in campaign.goals))
        quiet(
            f"{len(campaign.done)} experiments done, {len(campaign.pending)} in work, "
            f"{len(campaign.failed)} failed"
        )
        with ui.row().classes("items-center"):
            how_many = ui.number("how many", min=1, max=50, format="%d")
            how_many.classes("w-28").bind_value(self._session.form, "campaign_n")
            ui.button("Suggest experiments", icon="science", on_click=self._suggest)
        if len(campaign.pending):
            self._show_pending(campaign)
        uploader(
            self._session, "results as a table, those that are known too", self._tell
        )
        if len(campaign.done.dropna()):
            ui.label("Best so far").classes("text-lg")
            show_table(campaign.best(3).reset_index(names="experiment"), "best")
            _show_figure(campaign)
        with ui.row():
            ui.button("Save the campaign", icon="save", on_click=self._save)
            ui.button("Begin another", on_click=self._leave).props("flat")

    def _show_pending(self, campaign):
        ui.label("In work").classes("text-lg")
        table = campaign.pending.reset_index(names="experiment")
        table = table.assign(**dict.fromkeys(campaign.outputs, ""))
        show_table(table.round(6), "experiments")
        if len(table) > _MOST_FIELDS:
            return
        quiet("Results, or 'failed'; what is not known yet stays empty.")
        fields = []
        for number in campaign.pending.index:
            with ui.row().classes("items-center"):
                ui.label(f"experiment {number}")
                for name in campaign.outputs:
                    field = ui.input(f"{name} of {number}").props("dense outlined")
                    fields.append((number, name, field))

        def note():
            with errors_shown(self._panel.wrong):
                typed = table.set_index("experiment")
                for number, name, field in fields:
                    typed.loc[number, name] = (field.value or "").strip()
                tell_table(campaign, typed, "the results")
                self._refresh()

        ui.button("Note results", icon="edit_note", on_click=note)

    def _suggest(self):
        with errors_shown(self._panel.wrong):
            n = int(self._session.form["campaign_n"] or 1)
            self._panel.start(_asked, self._session.campaign, n)

    def _tell(self, path):
        waiting = tell_table(self._session.campaign, table_of(path), path.name)
        if waiting:
            say(f"{waiting} rows without a result stay in work.")
        self._refresh()

    def _save(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"campaign{_SUFFIX}"
            self._session.campaign.save(path)
            content = path.read_bytes()
        ui.download.content(content, f"campaign{_SUFFIX}")

    def _leave(self):
        self._session.campaign = None
        self._panel.clear()
        self._refresh()


def _asked(work, campaign, n):
    work.tell("looks for experiments")
    return campaign.ask(n)


def _show_figure(campaign):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    campaign.plot(ax=figure.subplots())
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120)
    picture = base64.b64encode(content.getvalue()).decode()
    ui.image(f"data:image/png;base64,{picture}").classes("w-full max-w-3xl").props(
        'alt="progress of the campaign"'
    )
