"""What stands out in an uploaded table: said, and nothing changed."""

from nicegui import ui

from sklmag.app._widgets import plain
from sklmag.tasks._survey import survey


def show_survey(table):
    """Show what stands out, where anything does."""
    remarks = survey(table)
    if not remarks:
        return
    with ui.expansion(f"{len(remarks)} remarks on the table", icon="fact_check"):
        for remark in remarks:
            ui.label(plain(remark)).classes("text-sm")
