"""Write a page of the docs for each ready model, from what is in its file.

    python benchmarks/ready/pages.py

Parity of rows that the tested models had not seen, errors by number of elements and by
element, intervals, and ten materials that everybody knows. Writes docs/ready/NAME.rst
and docs/ready/NAME.png; tests/test_figures.py holds them against the files.
"""

from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pandas as pd

from sklmag import unit_of
from sklmag._utils._units import with_unit
from sklmag.composition import parse_formula
from sklmag.inspection import ParityDisplay
from sklmag.persistence import open_model
from sklmag.pretrained import ready_models

DOCS = Path(__file__).parents[2] / "docs" / "ready"
_FEW = 20  # rows of an element, below which its error is chance
_N_ELEMENTS, _N_KNOWN = 5, 10
KNOWN = {
    "curie": "Fe Co Ni Gd SmCo5 GdFe2 Fe3C MnSb CrO2 Fe3O4 MnBi Co2MnSi",
    "re2fe14b": "Nd2Fe14B Pr2Fe14B Dy2Fe14B Tb2Fe14B Ce2Fe14B Y2Fe14B Gd2Fe14B Sm2Fe14B"
    " Ho2Fe14B La2Fe14B Er2Fe14B Lu2Fe14B",
    "band-gap": "GaAs CdTe ZnO GaN InSb PbS SiC ZnS CdSe AlN InP Cu2O",
    "moduli": "TiC NiAl Al2O3 MgO NaCl WC GaAs Fe3C TiN ZnO CaF2 Ni3Al",
    "metal": "GaAs NiAl TiC ZnO Fe3C CdTe Co2MnSi PbS TiN MgB2 NaCl SmCo5",
    "formation-energy": "TiC NiAl Al2O3 MgO NaCl WC GaAs TiN ZnO CaF2 Ni3Al Fe2O3",
}


def main():
    """Write all pages."""
    DOCS.mkdir(exist_ok=True)
    for name in ready_models():
        draw(name)
        (DOCS / f"{name}.rst").write_text(page(name), encoding="utf-8")


def page(name):
    """Return the page of a model."""
    ready = ready_models()[name]
    model = open_model(ready.path)
    title = f"{name}: {', '.join(ready.properties)}"
    parts = [
        title, "=" * len(title), "", model.card.description, "",
        f"Learnt from {ready.n_rows:,} rows. License: {model.card.license}.", "",
        *(f"* {line}" for line in model.card.citation), "",
        f".. image:: {name}.png",
        f"   :alt: Predicted against measured {', '.join(ready.properties)}", "",
        "Each row was predicted by a model that had not seen its composition.", "",
    ]  # fmt: skip
    for target in ready.properties:
        parts += about(model, target, name)
    return "\n".join(parts).rstrip() + "\n"


def about(model, target, name):
    """Return what is known of the errors of one target."""
    scores, rows = model.card.metrics[target], errors_of(model, target)
    unit = unit_of(target)
    held = scores.get("coverage_90", float("nan"))
    lines = [
        target, "-" * len(target), "",
        f"Mean absolute error {scores['MAE']:.3g} {unit}, R2 {scores['R2']:.3f}; "
        f"boosted trees {scores['MAE_XGBoost']:.3g}, a constant "
        f"{scores['MAE_constant']:.3g}. "
        + (f"Intervals of 90 % hold {held:.1%}." if held == held else
           "It gives no intervals of its own."), "",
    ]  # fmt: skip
    if "elements" not in rows:
        return lines
    by_number = rows.groupby(rows["elements"].map(len))["error"].agg(["mean", "size"])
    lines += table(
        "Errors by number of elements", ["elements", "error", "rows"],
        [[n, f"{row['mean']:.3g}", int(row["size"])] for n, row in
         by_number.iterrows()],
    )  # fmt: skip
    single = rows.explode("elements").groupby("elements")["error"]
    single = single.agg(["mean", "size"])
    single = single[single["size"] >= _FEW].sort_values("mean")
    if len(single) >= 2 * _N_ELEMENTS:
        chosen = pd.concat([single.head(_N_ELEMENTS), single.tail(_N_ELEMENTS)])
        lines += table(
            "Errors by element, the least and the largest", ["with", "error", "rows"],
            [[e, f"{row['mean']:.3g}", int(row["size"])] for e, row in
             chosen.iterrows()],
        )  # fmt: skip
    first = rows.set_axis(rows.index.map(_composition))
    first = first[~first.index.duplicated()]
    known = {f: _composition(f) for f in KNOWN.get(name, "").split()}
    known = [(f, key) for f, key in known.items() if key in first.index][:_N_KNOWN]
    if known:
        lines += table(
            "Well-known materials, as the data have them",
            ["material", "measured", "predicted"],
            [[f, *(f"{first.loc[key, k]:.4g}" for k in ("measured", "held_out"))]
             for f, key in known],
        )  # fmt: skip
    return lines


def _composition(formula):
    """Return a composition as text, however the formula was written."""
    return str({e: round(x, 4) for e, x in sorted(parse_formula(formula).items())})


def errors_of(model, target):
    """Return measured and held-out values with the elements of each row."""
    rows = model.parity(target)
    rows["error"] = (rows["measured"] - rows["held_out"]).abs()
    if not rows.index.str.startswith("row ").all():
        rows["elements"] = [sorted(parse_formula(f)) for f in rows.index]
    return rows


def table(title, header, rows):
    """Return a table of reStructuredText."""
    lines = [f".. csv-table:: {title}", f"   :header: {', '.join(header)}", ""]
    return [*lines, *(f"   {', '.join(map(str, row))}" for row in rows), ""]


def draw(name):
    """Draw the parity of all targets of a model."""
    model = open_model(ready_models()[name].path)
    targets = list(ready_models()[name].properties)
    n_columns = min(3, len(targets))
    n_rows = -(-len(targets) // n_columns)
    figure, axes = plt.subplots(
        n_rows, n_columns, figsize=(4 * n_columns, 3.8 * n_rows), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for ax in axes.ravel()[len(targets) :]:
        ax.set_axis_off()
    for target, ax in zip(targets, axes.ravel(), strict=False):
        rows = model.parity(target)
        ParityDisplay.from_predictions(
            rows["measured"], rows["held_out"], name=target, ax=ax
        )
        ax.set_title(f"{with_unit(target)}, {len(rows)} rows")
    figure.savefig(DOCS / f"{name}.png", dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
