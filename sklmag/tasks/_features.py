"""Which columns of a table a model learns from, and why the others are left out."""

from __future__ import annotations

import re

import pandas as pd

from sklmag.composition._process_table import category_columns, is_made_of_elements

_FEW_VALUES = 5  # in which a column must be known to be learned from
_MOST_CATEGORIES = 20
_ALIKE = 0.995  # rank correlation with a target from which a column is told
_MEASURED = re.compile(
    r"[<>~≤≥±]\s*[-+]?[\d.,]+\s*\S*|[-+]?\d[\d.,]*\s*(?:[%°]\S*|\s(?:[a-zA-Zµ]\S*))"
    r"|[-+]?\d[\d.,]*\s*(?:\(\d+\)|±.*|\+/-.*)|\d+ \d+"
)
_NAMELESS = re.compile(r"Unnamed: [\d.]+|index|level_\d+", re.IGNORECASE)
# what is measured of a finished magnet or alloy: names, and units that inputs lack
_OUTCOME = re.compile(
    r"(?:^|[^a-z])(?:br|jr|bs|js|mr|ms|hc|hcj|hcb|jhc|bhc|hci|ihc|hk|bh_?max|hk_?hcj|"
    r"squareness|remanence|coercivity|polari[sz]ation|magneti[sz]ation|"
    r"energy_?product|tc|curie|hardness|hv|yield|strength|elongation)(?![a-z])",
    re.IGNORECASE,
)
_OUTCOME_UNIT = re.compile(
    r"(?:^|[^a-z])(?:kOe|Oe|kG|Gs?|MGOe|kA/?_?m|emu(?:/?_?g)?|mT|kJ/?_?m3)\W*$", re.I
)


def without_useless(X: pd.DataFrame, notes: list) -> pd.DataFrame:
    """Leave out columns that nothing can be learned from, with a note for each kind.

    Parameters
    ----------
    X : DataFrame
        All columns but the targets.
    notes : list of str
        What was left out is added.

    Returns
    -------
    DataFrame
    """
    nameless = [n for n in X if _NAMELESS.fullmatch(str(n)) and _counts_rows(X[n])]
    empty = [n for n in X if X[n].isna().all()]
    sparse = [
        n for n in X if n not in empty and X[n].notna().sum() < min(_FEW_VALUES, len(X))
    ]
    for names, why in (
        (nameless, "Nameless columns that count the rows are left out: {}."),
        (empty, "Empty columns are left out: {}."),
        (sparse, f"Columns known in fewer than {_FEW_VALUES} rows are left out: {{}}."),
    ):
        if names:
            notes.append(why.format(", ".join(map(str, names))))
    return X.drop(columns=[*nameless, *empty, *sparse])


def _counts_rows(column):
    """Tell row numbers, however the rows were sorted since."""
    if not pd.api.types.is_numeric_dtype(column) or column.isna().any():
        return False
    return bool((column % 1 == 0).all())


def without_words(X: pd.DataFrame, notes: list) -> pd.DataFrame:
    """Leave out dates and names of samples; words of few kinds are features.

    Parameters
    ----------
    X : DataFrame
        Features.
    notes : list of str
        What was left out, and what is a category, is added.

    Returns
    -------
    DataFrame
    """
    dates = [n for n in X if X[n].dtype.kind in "mM"]
    words = category_columns(X.drop(columns=dates))
    for name in words:
        _refuse_numbers_with_units(X[name])
    kept = [name for name in words if _are_categories(X[name])]
    others = [n for n in X if n in dates or (n in words and n not in kept)]
    if kept:
        shown = [
            f"{n} ({', '.join(sorted(map(str, X[n].dropna().unique())))})" for n in kept
        ]
        notes.append(f"Words are categories: {'; '.join(shown)}.")
    if others:
        notes.append(f"Columns of text are left out: {', '.join(map(str, others))}.")
    return X.drop(columns=others)


def _refuse_numbers_with_units(column):
    """Raise for 1050 °C, 50%, <0.1, 1.2(1): numbers that would be left out as words."""
    known = column.dropna().astype(str)
    odd = known[known.map(lambda word: bool(_MEASURED.fullmatch(word)))]
    if len(odd) > 0.5 * len(known):
        row = column.index.get_loc(odd.index[0])
        raise ValueError(
            f"Column {column.name!r} (row {row}): {odd.iloc[0]!r} is no number. Write "
            "the number alone, and its unit in the name of the column, or leave the "
            "column out."
        )


def _are_categories(column):
    """Tell furnaces and suppliers, which come again, from names of samples."""
    n_kinds, n_known = column.nunique(), column.notna().sum()
    return 2 <= n_kinds <= min(_MOST_CATEGORIES, n_known // 2)


def note_outcomes(X: pd.DataFrame, y: pd.DataFrame, notes: list) -> None:
    """Say which features look like outcomes of the same measurement as the targets.

    A model that needs the remanence to predict the coercivity says nothing of a magnet
    that is not yet made.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Features.
    y : DataFrame of shape (n_samples, n_targets)
        Targets.
    notes : list of str
        The note is added.
    """
    reasons = suspected_outcomes(X, y)
    if reasons:
        shown = "; ".join(f"{name} ({why})" for name, why in reasons.items())
        dropped = " ".join(f'--drop "{name}"' for name in reasons)
        notes.append(
            f"These features look like outcomes: {shown}. A model that learns from "
            "them cannot predict a material that has not been measured. Leave them "
            f"out: {dropped}"
        )


def suspected_outcomes(X: pd.DataFrame, y: pd.DataFrame) -> dict[str, str]:
    """Return which features look like outcomes, and why.

    Parameters
    ----------
    X, y : DataFrame
        Features and targets.

    Returns
    -------
    dict of str to str
    """
    reasons: dict[str, str] = {}
    are_outcomes = any(map(_is_outcome, y))
    for name in X.select_dtypes("number"):
        if are_outcomes and _is_outcome(name):
            reasons[str(name)] = "by its name"
            continue
        target, likeness = _most_alike(X[name].astype(float), y)
        if likeness > _ALIKE and not is_made_of_elements(name):
            reasons[str(name)] = f"it follows {target}, rank correlation {likeness:.3f}"
    return reasons


def _is_outcome(name):
    return bool(_OUTCOME.search(name) or _OUTCOME_UNIT.search(name))


def _most_alike(feature, y):
    def likeness(target):
        known = feature.notna() & target.notna()
        pair = feature[known], target[known]
        if min(column.nunique() for column in pair) < 2:
            return 0.0
        return abs(pair[0].corr(pair[1], method="spearman"))

    found = y.apply(likeness)
    return found.idxmax(), float(found.max())
