"""What to cite."""

from __future__ import annotations

import re

import sklmag

_SKLMAG = f"""@software{{sklmag,
  title = {{sklmag: machine learning on magnets and alloys}},
  author = {{{{The sklmag developers}}}},
  version = {{{sklmag.__version__}}},
}}"""


def bibliography(summary: str | None = None) -> str:
    """Return what to cite, as BibTeX.

    Parameters
    ----------
    summary : str, default=None
        The steps of a model, as its card names them: only their papers; None is all.

    Returns
    -------
    str

    Notes
    -----
    The papers are those in the attribute ``citation`` of the classes.

    Examples
    --------
    >>> from sklmag.tasks import bibliography
    >>> bibliography("Pipeline(FormulaTokenizer, LGDCNNRegressor)").count("@")
    2
    """
    names = sklmag.__all__ if summary is None else re.findall(r"\w+", summary)
    found = (getattr(sklmag, name, None) for name in names)
    papers = (getattr(cls, "citation", None) for cls in found)
    return "\n\n".join([_SKLMAG, *dict.fromkeys(filter(None, papers))])
