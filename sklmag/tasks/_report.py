"""What a model is, and what was designed with it, as one page to hand over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import sklmag
from sklmag._utils._units import with_unit
from sklmag.composition import element_symbols
from sklmag.design._wishes import all_goals
from sklmag.inspection import CompositionBarDisplay, ParetoDisplay, ParityDisplay
from sklmag.metrics import regression_table
from sklmag.tasks._bibliography import bibliography
from sklmag.tasks._design import CLOSE
from sklmag.tasks._html import figure, items, page, table, text, warning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sklmag.design import Goal
    from sklmag.persistence._files import SavedModel

_MOST_BARS = 8  # candidates whose compositions are drawn
_TRUST = {
    "inside": "inside the training data",
    "beyond": "beyond",
    "nearest": "nearest known",
}
_APART = (
    "distance", "inside", "beyond", "nearest", "missed", "chance", "counted_as_zero",
)  # fmt: skip


def model_report(model: SavedModel, name: str) -> str:
    """Return what is known of a model as one page of HTML.

    Parameters
    ----------
    model : SavedModel
        The model.
    name : str
        What it is called.

    Returns
    -------
    str
        Scores, parity, training data, license and what to cite, with the figures in
        it: the page needs no network and no other file.

    Examples
    --------
    >>> import sklmag
    >>> from sklmag.persistence import open_model
    >>> from sklmag.pretrained import ready_models
    >>> from sklmag.tasks import model_report
    >>> text = model_report(open_model(ready_models()["curie"].path), "curie")
    >>> text[:15], "Tc_K" in text
    ('<!doctype html>', True)
    """
    card = model.card
    about = f"{card.estimator}; predicts {', '.join(model.target_names)} from " + (
        f"{model.takes}. Written by sklmag {sklmag.__version__}."
    )
    sections = [
        ("What it is for", text(card.description)),
        ("What it predicts", _targets(model)),
        ("How well", _scores(model)),
        ("What it has learnt from", _training(card.training)),
        ("License and citation", text(card.license) + _citations(card)),
        ("Made with", items(f"{n} {v}" for n, v in card.versions.items())),
    ]
    return page(f"Model {name}", about, sections)


def design_report(
    models: Sequence[SavedModel],
    goals: Mapping[str, tuple[float | None, float | None]] | Sequence[str | Goal],
    found: pd.DataFrame,
    *,
    limits: Sequence[str] = (),
    remarks: Sequence[str] = (),
) -> str:
    """Return a design as one page of HTML.

    Parameters
    ----------
    models : list of SavedModel
        The models that were asked.
    goals : dict, or list of str or Goal
        What was wanted, as :func:`design` takes it.
    found : DataFrame
        Candidates, of :func:`design`.
    limits : list of str, default=()
        Elements, bounds, constraints and prices, in words.
    remarks : list of str, default=()
        What the search has warned of.

    Returns
    -------
    str
        Goals, limits, candidates with uncertainty and the nearest known ones, figures,
        and how well the models predict; needs no network and no other file.

    Examples
    --------
    See :doc:`/tool/design`.
    """
    goals = all_goals(goals, None, None, ())
    names = [name for model in models for name in model.target_names]
    about = f"{len(found)} candidates for {', '.join(names)}. " + (
        f"Written by sklmag {sklmag.__version__}."
    )
    sections = [
        ("Wanted", items(map(str, goals))),
        ("Limits", items(limits) if limits else ""),
        ("Candidates", "".join(map(warning, remarks)) + _candidates(found, names)),
        ("Properties against goals", _against_goals(found, goals, names)),
        ("The front", _front(found, goals)),
        ("Compositions", _compositions(found, models[0].card.input.kind)),
        ("How well the models predict", "".join(map(_scores, models))),
        ("What to cite", _citations(*(model.card for model in models))),
    ]
    return page("Design", about, sections)


# -- models ------------------------------------------------------------------------


def _targets(model):
    rows = [
        {
            "property": target.name,
            "unit": target.unit,
            "least": (target.range or (np.nan, np.nan))[0],
            "most": (target.range or (np.nan, np.nan))[1],
        }
        for target in model.card.targets
    ]
    return table(pd.DataFrame(rows)) if rows else text("The file does not say.")


def _scores(model):
    """Return scores and parity, of rows that were not seen where they are known."""
    scores = model.card.metrics
    if not scores:
        return text(f"{model.card.estimator}: the file holds no scores.")
    frame = pd.DataFrame.from_dict(scores, orient="index")
    found = table(frame.reset_index(names="property"))
    for name in model.target_names:
        rows = model.parity(name)
        if rows is not None and len(rows):
            found += _parity(name, rows)
    return found


def _parity(name, rows):
    display = ParityDisplay.from_predictions(
        rows["measured"], rows["held_out"], name=name
    )
    score = regression_table(rows[["measured"]], rows[["held_out"]]).iloc[0]
    caption = (
        f"{with_unit(name)} of {len(rows)} rows, each predicted by a model that had "
        f"not seen it: R2 {score['R2']:.3f}, MAE {score['MAE']:.4g}"
    )
    return figure(display.ax_.figure, caption)


def _training(training):
    if training is None:
        return text("The model was saved without training data.")
    found = text(f"{training.n_rows} rows.")
    ranges = training.elements or training.ranges
    what = "element, at.%" if training.elements else "column"
    rows = [{what: name, "least": low, "most": high} for name, (low, high) in
            ranges.items()]  # fmt: skip
    return found + (table(pd.DataFrame(rows)) if rows else "")


def _citations(*cards):
    own = list(dict.fromkeys(line for card in cards for line in card.citation))
    entries = "\n".join(dict.fromkeys(bibliography(card.estimator) for card in cards))
    keys = re.findall(r"title\s*=\s*\{+([^}]*)\}", entries)
    return items([*own, *dict.fromkeys(keys)])


# -- designs -----------------------------------------------------------------------


def _candidates(found, names):
    """Return candidates: what is predicted first, then how far to trust it."""
    shown = pd.DataFrame({"candidate": range(1, len(found) + 1)})
    elements = _elements(found)
    if elements:
        shown["composition"] = _formulas(found[elements])
    for name in names:
        values, std = found[name], found.get(f"{name}_std")
        shown[name] = [
            f"{v:.4g}" if std is None or not np.isfinite(std.iloc[i])
            else f"{v:.4g} ± {std.iloc[i]:.2g}"
            for i, v in enumerate(values)
        ]  # fmt: skip
    beside = {f"{n}{end}" for n in names for end in ("_std", "_nearest")}
    known = {*names, *beside, *elements, *_APART, "random_search"}
    varied = [n for n in found if n not in known and found[n].nunique() > 1]
    if len(varied) <= 12:
        shown = shown.join(found[varied].reset_index(drop=True))
    if "chance" in found:
        shown["chance to meet all goals"] = [f"{c:.0%}" for c in found["chance"]]
    if "missed" in found:
        shown["meets all goals"] = (found["missed"] <= CLOSE).tolist()
    for name, title in _TRUST.items():
        if name in found and not (found[name] == "").all():
            shown[title] = found[name].tolist()
    for name in names:
        if f"{name}_nearest" in found:
            shown[f"{name} there"] = found[f"{name}_nearest"].tolist()
    return table(shown)


def _elements(found):
    return [name for name in found if name in element_symbols()]


def _formulas(amounts):
    return [
        "".join(f"{e}{a:.1f}" for e, a in row.items() if a >= 0.05)
        for _, row in amounts.iterrows()
    ]


def _against_goals(found, goals, names):
    """Return a figure: each property with twice its deviation, and what was wanted."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    wanted = {g.quantity: g for g in goals if not g.is_objective}
    drawn, axes = plt.subplots(
        1, len(names), figsize=(4 * len(names), 1.2 + 0.35 * len(found)),
        sharey=True, squeeze=False, layout="constrained",
    )  # fmt: skip
    places = np.arange(1, len(found) + 1)
    for name, ax in zip(names, axes[0], strict=True):
        std = found.get(f"{name}_std", pd.Series(np.nan, found.index)).to_numpy()
        ax.errorbar(
            found[name], places, xerr=2 * np.nan_to_num(std.astype(float)), fmt="o",
            color="#2c4a7c", capsize=3,
        )  # fmt: skip
        goal = wanted.get(name)
        if goal is not None:
            low, high = _widened(*ax.get_xlim(), goal)
            ax.axvspan(
                max(low, goal.low), min(high, goal.high), color="#d98a2b", alpha=0.25
            )
            ax.axvline(np.clip(goal.low, low, high), color="#d98a2b", lw=1)
            ax.set_xlim(low, high)
        ax.set_xlabel(with_unit(name))
    axes[0, 0].set_ylabel("candidate")
    axes[0, 0].set_yticks(places if len(places) <= 20 else places[::10])
    axes[0, 0].invert_yaxis()
    caption = "Predicted properties with twice their deviation; wanted in orange."
    return figure(drawn, caption)


def _widened(low, high, goal):
    """Return an axis that shows the ends of a goal."""
    ends = [end for end in (goal.low, goal.high) if np.isfinite(end)]
    pad = 0.05 * (max(high, *ends) - min(low, *ends))
    return min([low, *(end - pad for end in ends)]), max(
        [high, *(end + pad for end in ends)]
    )


def _front(found, goals):
    objectives = [goal.quantity for goal in goals if goal.is_objective]
    if len(objectives) < 2 or "missed" in found:
        return ""
    display = ParetoDisplay.from_table(found, *objectives[:2])
    return figure(display.ax_.figure, "The best compromises.")


def _compositions(found, kind):
    elements = _elements(found)
    if len(elements) < 2:
        return ""
    rows = found[elements].iloc[:_MOST_BARS]
    rows = rows.loc[:, rows.max() > 0.05]
    rows.index = [f"candidate {k}" for k in range(1, len(rows) + 1)]
    display = CompositionBarDisplay(rows).plot()
    unit = "at.%" if kind == "formula" else "wt.%"
    display.ax_.set_ylabel(f"amount ({unit})")
    return figure(display.ax_.figure, "Amounts of the elements.")
