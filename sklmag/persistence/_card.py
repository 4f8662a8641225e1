"""What a model file says of its model, and the check that a card is one."""

from __future__ import annotations

import functools
import re
import types
import typing
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any

Range = tuple[float, float]
# what moves the cursor of a terminal, and halves of characters, which none can show
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class InputCard:
    """What a model predicts from.

    Parameters
    ----------
    kind : {"structure", "formula", "table", "numbers", "grains", "targets"}
        Crystal structures, formulas, a table with named columns, or one without, grain
        structures; "targets" are the wanted properties of an inverse model.
    column : str, default=None
        What formulas or structures were called in the training data.
    columns : list of str, default=()
        Columns of a table.
    units : dict of str to str, default={}
        Those of the columns that have one.
    n_features : int, default=None
        Number of columns.
    """

    kind: str
    column: str | None = None
    columns: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    n_features: int | None = None


@dataclass(frozen=True, kw_only=True)
class TargetCard:
    """One target.

    Parameters
    ----------
    name : str
        Column of the predictions.
    unit : str, default=""
        Its unit.
    range : (float, float), default=None
        Least and largest value in the training data.
    """

    name: str
    unit: str = ""
    range: Range | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingCard:
    """What a model has learnt from.

    Parameters
    ----------
    n_rows : int
        Rows.
    sha256 : str
        Fingerprint of features and targets.
    ranges : dict of str to (float, float), default={}
        Least and largest value of each column of numbers.
    complete : list of str, default=()
        Columns without a missing value.
    formula_column : str, default=None
        The column of a table that holds formulas.
    elements : dict of str to (float, float), default={}
        Least and largest at.% of the elements in formulas.
    balance : str, default=None
        The column that fills the amounts of a table up to 100.
    parts : list of str, default=()
        The columns that sum to 100.
    typical : dict of str to float, default={}
        The row that is nearest to the medians of all columns.
    categories : dict of str to list of str, default={}
        The words of each column of words, the most frequent first.
    """

    n_rows: int
    sha256: str
    ranges: dict[str, Range] = field(default_factory=dict)
    complete: list[str] = field(default_factory=list)
    formula_column: str | None = None
    elements: dict[str, Range] = field(default_factory=dict)
    balance: str | None = None
    parts: list[str] = field(default_factory=list)
    typical: dict[str, float] = field(default_factory=dict)
    categories: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model file says of its model.

    Parameters
    ----------
    estimator : str
        Classes, such as ``"Pipeline(MagpieFeaturizer, XGBRegressor)"``.
    input : InputCard
        What it predicts from.
    targets : list of TargetCard, default=()
        What it predicts.
    training : TrainingCard, default=None
        What it has learnt from; None where it was saved without.
    metrics : dict of str to dict of str to float, default={}
        Scores, by target.
    versions : dict of str to str, default={}
        Of Python, the system, and the packages that it was trained with.
    description, license : str, default=""
        Free text.
    citation : list of str, default=()
        References to data and method.

    Examples
    --------
    >>> from sklmag.persistence import InputCard, ModelCard
    >>> card = ModelCard(estimator="Ridge", input=InputCard(kind="formula"))
    >>> ModelCard.from_dict(card.to_dict()) == card
    True
    >>> ModelCard.from_dict({"estimator": "Ridge", "input": {"kind": 3}})
    Traceback (most recent call last):
    ...
    ValueError: field 'input.kind' is 3, expected str.
    """

    estimator: str
    input: InputCard
    targets: list[TargetCard] = field(default_factory=list)
    training: TrainingCard | None = None
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    description: str = ""
    license: str = ""
    citation: list[str] = field(default_factory=list)

    @property
    def target_names(self):
        """Names of the targets that are known; may be empty."""
        return [target.name for target in self.targets]

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain values, for JSON.

        Returns
        -------
        dict
        """
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ModelCard:
        """Return the card that some plain values are, after a check of each of them.

        Parameters
        ----------
        values : dict
            As :meth:`to_dict` gives them.

        Returns
        -------
        ModelCard

        Raises
        ------
        ValueError
            For what does not fit; the text names the field, what it holds, and what is
            expected.
        """
        card = _read(cls, values, "")
        _refuse_contradictions(card)
        return card


def _read(kind, value, place):
    """Return a value as the kind that a field has, or raise for the name of the field.

    Plain values, lists, dictionaries with names, pairs, and dataclasses of these.
    """
    if is_dataclass(kind):
        return _read_dataclass(kind, value, place)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:  # something or None
        return None if value is None else _read(inner[0], value, place)
    if origin is dict and isinstance(value, dict):
        return {
            _read(str, name, place): _read(inner[1], part, f"{place}[{name!r}]")
            for name, part in value.items()
        }
    sizes = {list: None, tuple: len(inner)}
    if origin in sizes and isinstance(value, (list, tuple)):
        if sizes[origin] in (None, len(value)):
            parts = (_read(inner[0], v, f"{place}[{i}]") for i, v in enumerate(value))
            return origin(parts)
    allowed = (float, int) if kind is float else (kind,)
    if origin is None and isinstance(value, allowed) and not isinstance(value, bool):
        if kind is str and _UNSHOWN.search(value):
            raise ValueError(
                f"field {place!r} is {value!a:.60}, which holds characters that cannot "
                "be shown."
            )
        return kind(value)
    name = kind.__name__ if origin is None else str(kind)
    raise ValueError(f"field {place!r} is {value!r:.60}, expected {name}.")


def _refuse_contradictions(card):
    """Raise for names that a prediction would look for in vain."""
    names = card.target_names
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two targets are called {name!r:.60}.")
    column = card.training.formula_column if card.training else None
    if column is not None and column not in card.input.columns:
        raise ValueError(
            f"field 'training.formula_column' is {column!r:.60}, which is no column."
        )


def _read_dataclass(kind, values, place):
    if not isinstance(values, dict):
        where = f"field {place!r}" if place else "it"
        raise ValueError(f"{where} is {values!r:.60}, expected named values.")
    prefix = f"{place}." if place else ""
    known = {f.name: f for f in fields(kind)}
    for name in values:
        if name not in known:
            raise ValueError(f"field {prefix + str(name)!r} is not known.")
    hints = _hints(kind)
    given = {n: _read(hints[n], v, prefix + n) for n, v in values.items()}
    try:
        return kind(**given)
    except TypeError:
        missing = next(n for n in known if n not in given and _is_needed(known[n]))
        raise ValueError(f"field {prefix + missing!r} is missing.") from None


@functools.cache
def _hints(kind):
    return typing.get_type_hints(kind)


def _is_needed(one):
    missing = type(one.default).__name__
    return missing == "_MISSING_TYPE" and type(one.default_factory).__name__ == missing
