"""Pages that stand alone: one file, with its figures in it."""

from __future__ import annotations

import base64
import html
import io

import numpy as np

_UNKNOWN = "\u2013"
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; margin: 0 auto;
       max-width: 60rem; padding: 1.5rem; }
h1 { color: #2c4a7c; margin: 0; } h2 { color: #2c4a7c; margin: 2rem 0 .5rem; }
.about { color: #4a5666; margin: 0 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #d5dbe3; text-align: right; }
th { background: #eef2f7; } th:first-child, td:first-child { text-align: left; }
td.text, th.text { text-align: left; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; }
figcaption { color: #4a5666; font-size: .9rem; }
.warning { border-left: 4px solid #a8471c; background: #fbf1ea; padding: .5rem 1rem; }
code { background: #eef2f7; padding: .1rem .3rem; border-radius: 3px; }
@media print { body { padding: 0; } h2 { break-after: avoid; } }
"""


def page(title, about, sections):
    """Return a page.

    Parameters
    ----------
    title, about : str
        Heading, and a line below it.
    sections : list of (str, str)
        Heading and HTML of each; those without HTML are left out.

    Returns
    -------
    str
    """
    body = "\n".join(
        f"<section><h2>{html.escape(name)}</h2>\n{content}</section>"
        for name, content in sections
        if content
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>"
        f'<h1>{html.escape(title)}</h1><p class="about">{html.escape(about)}</p>\n'
        f"{body}\n</body></html>\n"
    )


def text(*lines):
    """Return paragraphs."""
    return "".join(f"<p>{html.escape(line)}</p>\n" for line in lines if line)


def warning(line):
    """Return a paragraph that is seen."""
    return f'<p class="warning">{html.escape(line)}</p>\n'


def items(lines):
    """Return a list."""
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def table(frame):
    """Return a table; numbers have four digits, what is not known is a dash."""
    is_text = [
        not np.issubdtype(kind, np.number) for kind in map(_kind, _columns(frame))
    ]
    head = _row("th", frame.columns, is_text)
    rows = (_row("td", row, is_text) for row in frame.itertuples(index=False))
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div>\n'


def _columns(frame):
    return [frame.iloc[:, k] for k in range(frame.shape[1])]


def _kind(column):
    return column.dtype if isinstance(column.dtype, np.dtype) else np.dtype(object)


def _row(tag, cells, is_text):
    found = "".join(
        f"<{tag}{' class=text' if words else ''}>{html.escape(shown(cell))}</{tag}>"
        for cell, words in zip(cells, is_text, strict=True)
    )
    return f"<tr>{found}</tr>\n"


def shown(value):
    """Return a cell of a table as text."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}" if np.isfinite(value) else _UNKNOWN
    return _UNKNOWN if value is None else str(value)


def figure(drawn, caption):
    """Return a figure of matplotlib, which is closed, with what it shows."""
    import matplotlib.pyplot as plt

    content = io.BytesIO()
    drawn.savefig(content, format="png", dpi=150, bbox_inches="tight")
    plt.close(drawn)
    picture = base64.b64encode(content.getvalue()).decode()
    escaped = html.escape(caption)
    return (
        f'<figure><img alt="{escaped}" src="data:image/png;base64,{picture}">'
        f"<figcaption>{escaped}</figcaption></figure>\n"
    )
