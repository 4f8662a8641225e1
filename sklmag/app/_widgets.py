"""Pieces of the page that several tabs have."""

import contextlib
import html
import io
import logging
import re

import numpy as np
import pandas as pd
from nicegui import ui

from sklmag._utils._units import with_unit
from sklmag.app._identity import BLUE, GREY
from sklmag.app._limits import MAX_FILE_BYTES, MAX_FILES

_LOG = logging.getLogger("sklmag.app")
_PAGE = 10  # rows of a table that are shown at once
_LAYOUT = {
    "margin": {"l": 60, "r": 20, "t": 40, "b": 50},
    "height": 380,
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"color": "#7a8594"},
}
_AXIS = {"linecolor": "#7a8594", "ticks": "outside", "showgrid": False,
         "zeroline": False, "automargin": True}  # fmt: skip
_CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "svg"},
}


@contextlib.contextmanager
def errors_shown(place=None):
    """Show an error as text, which a log would swallow; beside its control if there is
    a `place` for it.
    """
    if place is not None:
        place.set_text("")
    try:
        yield
    except Exception as error:
        _LOG.info("an error that the page shows", exc_info=True)
        if place is None:
            say(str(error) or repr(error), bad=True)
        else:
            place.set_text(plain(str(error) or repr(error)))


def error_line():
    """Return a line beside a control where its errors stand."""
    return ui.label("").classes("sk-bad").props("role=alert")


def say(text, *, bad=False):
    """Show a message for a while; its text is no HTML."""
    ui.notify(
        plain(text),
        type="negative" if bad else "positive",
        multi_line=True,
        timeout=20_000 if bad else 4000,
        actions=[{"label": "close", "color": "white"}],
    )


def quiet(text=""):
    """Show a line that stands back."""
    return ui.label(plain(text)).classes("sk-quiet")


def plain(text):
    """Return a text without folders of this machine, which tell a visitor nothing."""
    return re.sub(r"(?<![\w./])(?:/[^\s/'\":]+)+/(?=[^\s/'\"]|['\"])", "", text)


def uploader(session, label, on_file, *, max_bytes=MAX_FILE_BYTES):
    """Show a box for files; each is stored, and handed on as a path.

    A file that cannot be read gets a cross, and its reason stands below.

    Parameters
    ----------
    session : Session
        Where they are kept.
    label : str
        What is asked for.
    on_file : callable
        Takes the path.
    max_bytes : int, default=MAX_FILE_BYTES
        The most that a file may have.
    """

    async def take(event):
        with errors_shown(wrong):
            on_file(session.keep(event.file.name, await event.file.read()))

    def refuse():
        wrong.set_text(f"Refused: a file may have {max_bytes / 1e6:.0f} MB at most.")

    with ui.column().classes("w-full gap-1"):
        box = ui.upload(
            label=label,
            multiple=True,
            auto_upload=True,
            max_file_size=max_bytes,
            max_files=MAX_FILES,
            on_upload=take,
            on_rejected=refuse,
        )
        box.props("flat bordered").classes("w-full")
        wrong = error_line()
    return box


def show_table(table, filename=None, *, hidden=()):
    """Show a table that can be sorted, page by page, and buttons to download it.

    Parameters
    ----------
    table : DataFrame
        The table; only the rows of a page travel to the browser.
    filename : str, default=None
        Of the downloads, without an ending; without one there are no buttons.
    hidden : list of str, default=()
        Columns that are shown when they are asked for.
    """
    table = table.reset_index(drop=True)
    columns = [
        {
            "name": str(k),
            "label": str(name),
            "field": str(k),
            "sortable": True,
            "align": "right" if _is_number_column(table.iloc[:, k]) else "left",
            **(
                {"classes": "hidden", "headerClasses": "hidden"}
                if name in hidden
                else {}
            ),
        }
        for k, name in enumerate(table)
    ]
    paging = {"rowsPerPage": _PAGE, "page": 1, "rowsNumber": len(table)}
    is_long = len(table) > _PAGE
    shown = ui.table(
        columns=columns,
        rows=_rows(table.iloc[:_PAGE]) if is_long else _rows(table),
        row_key="id",
        pagination=paging if is_long else 0,
    )
    shown.classes("w-full").props(
        "dense flat bordered" + ("" if is_long else " hide-bottom")
    )

    def turn(event):
        wanted = event.args["pagination"]
        part, by = table, wanted.get("sortBy")
        if by is not None:
            part = table.iloc[_order(table.iloc[:, int(by)], wanted["descending"])]
        size = wanted["rowsPerPage"] or len(table)
        first = (wanted["page"] - 1) * size
        shown.rows = _rows(part.iloc[first : first + size])
        shown.pagination = wanted | {"rowsNumber": len(table)}
        shown.update()

    if is_long:
        shown.on("request", turn)
    with ui.row().classes("items-center"):
        if hidden:
            _toggle(shown, columns, [str(n) for n in hidden])
        if filename is not None:
            _downloads(table, filename)


def _order(column, descending):
    keys = column if _is_number_column(column) else column.astype(str)
    return keys.reset_index(drop=True).sort_values(ascending=not descending).index


def _toggle(shown, columns, names):
    """Show a switch for columns that stand back."""
    behind = [column for column in columns if column["label"] in names]

    def switch(event):
        for column in behind:
            for part in ("classes", "headerClasses"):
                column[part] = "" if event.value else "hidden"
        shown.columns = columns
        shown.update()

    ui.switch(f"show {len(behind)} more columns", on_change=switch)


def _downloads(table, filename):
    ui.button(
        "Download CSV",
        icon="download",
        on_click=lambda: ui.download.content(
            table.to_csv(index=False), f"{filename}.csv"
        ),
    ).props("outline")

    def excel():
        content = io.BytesIO()
        table.to_excel(content, index=False)
        ui.download.content(content.getvalue(), f"{filename}.xlsx")

    ui.button("Excel", icon="grid_on", on_click=excel).props("outline")


def copy_button(label, text):
    """Show a button that copies a text."""

    def copy():
        ui.clipboard.write(text)
        say("copied")

    ui.button(label, icon="content_copy", on_click=copy).props("outline")


def _rows(table):
    return [
        {"id": i} | {str(k): _shown(value) for k, value in enumerate(row)}
        for i, row in zip(table.index, table.itertuples(index=False), strict=True)
    ]


def _is_number_column(column):
    """Tell whether a column of a table holds numbers."""
    return pd.api.types.is_numeric_dtype(column) and column.dtype != bool


def _shown(value):
    """Return a value as JSON can hold it: numbers stay numbers, to be sorted."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.5g}") if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return "" if value is None else str(value)


def plot(traces, *, title="", x="", y="", **layout):
    """Show a plot of plotly; its program comes with the page.

    Parameters
    ----------
    traces : list of dict
        As plotly has them.
    title, x, y : str
        What is written on it.
    **layout : dict
        More of plotly's layout.

    Returns
    -------
    ui.plotly
    """
    title, x, y = (_escaped(text) for text in (title, x, y))
    whole = _LAYOUT | {"title": {"text": title}}
    whole |= {"xaxis": _AXIS | {"title": {"text": x}}}
    whole |= {"yaxis": _AXIS | {"title": {"text": y}}} | layout
    figure = {"data": _escaped(traces), "layout": whole, "config": _CONFIG}
    return ui.plotly(figure).classes("w-full").props(f'role=img aria-label="{title}"')


def _escaped(value):
    """Return what plotly is given with every text as text: it reads some HTML."""
    if isinstance(value, str):
        return html.escape(value, quote=False)
    if isinstance(value, list):
        return [_escaped(part) for part in value]
    if isinstance(value, dict):
        return {name: _escaped(part) for name, part in value.items()}
    return value


def parity(measured, predicted, *, name, labels=None):
    """Show what was predicted over what was measured, with its R2."""
    ends = [
        float(min(measured.min(), predicted.min())),
        float(max(measured.max(), predicted.max())),
    ]
    points = {
        "type": "scatter", "mode": "markers", "x": measured.tolist(),
        "y": predicted.tolist(), "marker": {"color": BLUE, "size": 6, "opacity": 0.6},
        "text": labels or [f"row {i}" for i in measured.index], "showlegend": False,
    }  # fmt: skip
    line = {
        "type": "scatter", "mode": "lines", "x": ends, "y": ends,
        "line": {"color": GREY, "width": 1}, "showlegend": False, "hoverinfo": "skip",
    }  # fmt: skip
    spread = ((measured - measured.mean()) ** 2).sum()
    title = with_unit(name)
    if spread > 0:
        r2 = 1 - ((measured - predicted) ** 2).sum() / spread
        title += f", R² {r2:.3f}"
    return plot([line, points], title=title, x="measured", y="predicted")


def distribution(values, *, name):
    """Show how values are distributed."""
    trace = {"type": "histogram", "x": values.dropna().tolist(), "nbinsx": 40}
    trace |= {"marker": {"color": BLUE}}
    label = with_unit(name)
    return plot([trace], title=label, x=label, y="rows", bargap=0.05)
