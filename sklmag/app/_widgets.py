"""Pieces of the page that several tabs have."""

import contextlib
import html
import logging
import re

import numpy as np
import pandas as pd
from nicegui import ui

from sklmag.app._jobs import VisitorLeft
from sklmag.app._limits import MAX_FILE_BYTES, MAX_FILES

_LOG = logging.getLogger("sklmag.app")
_MAX_SHOWN = 5000  # rows; the file to download has all
_LAYOUT = {
    "margin": {"l": 60, "r": 20, "t": 40, "b": 50},
    "height": 380,
    "template": "simple_white",
}
_CONFIG = {"displayModeBar": False, "responsive": True}
BLUE, RED, GREY = "#2c6fbb", "#c0392b", "#888888"


@contextlib.contextmanager
def errors_shown(button=None):
    """Show an error as text, which a log would swallow; let a button rest meanwhile."""
    if button is not None:
        button.disable()
    try:
        yield
    except VisitorLeft:
        return
    except Exception as error:
        _LOG.info("an error that the page shows", exc_info=True)
        say(str(error) or repr(error), bad=True)
    finally:
        if button is not None:
            button.enable()


def say(text, *, bad=False):
    """Show a message for a while; its text is no HTML."""
    ui.notify(
        plain(text),
        type="negative" if bad else "positive",
        multi_line=True,
        timeout=20_000 if bad else 4000,
        actions=[{"label": "close", "color": "white"}],
    )


def plain(text):
    """Return a text without folders of this machine, which tell a visitor nothing."""
    return re.sub(r"(?<![\w./])(?:/[^\s/'\":]+)+/(?=[^\s/'\"]|['\"])", "", text)


def uploader(session, label, on_file, *, max_bytes=MAX_FILE_BYTES):
    """Show a box for files; each is stored, and handed on as a path.

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
        with errors_shown():
            on_file(session.keep(event.file.name, await event.file.read()))

    def refuse():
        limit = max_bytes / 1e6
        say(f"Refused: a file may have {limit:.0f} MB at most.", bad=True)

    return (
        ui.upload(
            label=label,
            multiple=True,
            auto_upload=True,
            max_file_size=max_bytes,
            max_files=MAX_FILES,
            on_upload=take,
            on_rejected=refuse,
        )
        .props("flat bordered")
        .classes("w-full")
    )


def show_table(table, filename=None):
    """Show a table that can be sorted, and a button to download it.

    Parameters
    ----------
    table : DataFrame
        The table.
    filename : str, default=None
        Of the download, a CSV file; without one there is no button.
    """
    columns = [
        {
            "name": str(k),
            "label": str(name),
            "field": str(k),
            "sortable": True,
            "align": "right" if _is_number_column(table[name]) else "left",
        }
        for k, name in enumerate(table)
    ]
    shown = table.iloc[:_MAX_SHOWN]
    rows = [
        {"id": i} | {str(k): _shown(value) for k, value in enumerate(row)}
        for i, row in enumerate(shown.itertuples(index=False))
    ]
    ui.table(columns=columns, rows=rows, row_key="id", pagination=10).classes(
        "w-full"
    ).props("dense flat bordered")
    if len(table) > _MAX_SHOWN:
        ui.label(f"The first {_MAX_SHOWN} of {len(table)} rows.")
    if filename is None:
        return
    text = table.to_csv(index=False)
    ui.button(
        "Download CSV",
        icon="download",
        on_click=lambda: ui.download.content(text, filename),
    ).props("outline")


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
    whole = _LAYOUT | {"title": {"text": title}, "xaxis": {"title": {"text": x}}}
    whole |= {"yaxis": {"title": {"text": y}}} | layout
    figure = {"data": _escaped(traces), "layout": whole, "config": _CONFIG}
    return ui.plotly(figure).classes("w-full")


def _escaped(value):
    """Return what plotly is given with every text as text: it reads some HTML."""
    if isinstance(value, str):
        return html.escape(value, quote=False)
    if isinstance(value, list):
        return [_escaped(part) for part in value]
    if isinstance(value, dict):
        return {name: _escaped(part) for name, part in value.items()}
    return value


def parity(measured, predicted, *, name):
    """Show what was predicted over what was measured."""
    ends = [
        float(min(measured.min(), predicted.min())),
        float(max(measured.max(), predicted.max())),
    ]
    points = {
        "type": "scatter", "mode": "markers", "x": measured.tolist(),
        "y": predicted.tolist(), "marker": {"color": BLUE, "size": 6, "opacity": 0.6},
        "showlegend": False,
    }  # fmt: skip
    line = {
        "type": "scatter", "mode": "lines", "x": ends, "y": ends,
        "line": {"color": GREY, "width": 1}, "showlegend": False, "hoverinfo": "skip",
    }  # fmt: skip
    return plot([line, points], title=name, x="measured", y="predicted")


def distribution(values, *, name):
    """Show how values are distributed."""
    trace = {"type": "histogram", "x": values.dropna().tolist(), "nbinsx": 40}
    trace |= {"marker": {"color": BLUE}}
    return plot([trace], title=name, x=name, y="rows", bargap=0.05)
