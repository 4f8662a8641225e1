"""Where the work of a tab is begun, watched, cancelled, and its result shown."""

from nicegui import ui

from sklmag.app._widgets import error_line, plain, quiet
from sklmag.app._work import Work

_LOOKS = 0.3  # s between two looks how far work is


class WorkPanel:
    """What runs for one tab, and what came of it, on every page of a visitor.

    Parameters
    ----------
    session : Session
        Which has the work.
    name : str
        Of the tab.
    show : callable
        Shows a result in the place that is open.
    show_running : callable, default=None
        Shows what a running work has `seen`; called with it, and a place to keep what
        was drawn.
    """

    def __init__(self, session, name, show, show_running=None):
        self._session, self._name = session, name
        self._show, self._show_running = show, show_running
        self._current, self._is_shown, self._drawn = None, False, {}
        self.wrong = error_line()
        with ui.row().classes("items-center w-full").props("role=status") as self._row:
            ui.spinner()
            self._told = quiet()
            self._bar = ui.linear_progress(show_value=False).classes("grow")
            self._bar.props('aria-label="progress"')
            ui.button("Cancel", icon="stop", on_click=self._cancel).props("flat")
        self._row.set_visibility(False)
        self._live = ui.column().classes("w-full")
        self.results = ui.column().classes("w-full")
        ui.timer(_LOOKS, self._look)

    @property
    def work(self):
        """What runs or has run, or None."""
        return self._session.works.get(self._name)

    def start(self, function, *arguments, **options):
        """Begin work; what ran before ends."""
        self._cancel()
        self._session.works[self._name] = Work(function, *arguments, **options)
        self._look()

    def clear(self):
        """Forget what was found."""
        self._cancel()
        self._session.works.pop(self._name, None)
        self._look()

    def _cancel(self):
        if self.work is not None:
            self.work.cancel()

    def _look(self):
        """Show how far the work is, and once what came of it."""
        work = self.work
        if work is not self._current:  # begun or forgotten, on this page or another
            self._current, self._is_shown, self._drawn = work, False, {}
            for place in (self._live, self.results):
                place.clear()
            self.wrong.set_text("")
        self._row.set_visibility(work is not None and not work.is_over)
        if work is None or self._is_shown:
            return
        self._told.set_text(plain(work.told()))
        self._bar.set_visibility(work.share is not None)
        self._bar.set_value(work.share or 0.0)
        if self._show_running is not None and work.seen is not None:
            with self._live:
                self._show_running(work.seen, self._drawn)
        if work.is_over:
            self._is_shown = True
            self._end(work)

    def _end(self, work):
        if work.state == "failed":
            self.wrong.set_text(plain(str(work.error) or repr(work.error)))
        with self.results:
            if work.state == "cancelled":
                quiet("Cancelled.")
            elif work.state == "done":
                self._show(work.result)
