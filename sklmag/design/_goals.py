"""What is wanted of outputs, and what inputs must keep to: one language for both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from sklmag.design._quantity import FOLLOWS, Quantity
from sklmag.design._space import interval
from sklmag.exceptions import DesignError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_SIGN = re.compile(r"(>=|<=|==|=|>|<|≥|≤|\s+in\s+)")
_COUNT = re.compile(r"^count\s*\((?P<names>[^;]*)(;(?P<least>[^;]*))?\)$")
_OBJECTIVE = re.compile(r"^(?P<verb>max|min)(imize|imise|imum)?\s+(?P<rest>.+)$")
_WEIGHT = re.compile(r"\(\s*weight\s+(?P<weight>[^()]*)\)\s*$")
_HOW = (
    "Write 'Hcj_kOe >= 20', 'G_GPa = 36', 'Br_kG = 12:13', '29 <= Nd + Pr <= 31', "
    "'Pr:Nd = 1:4' or 'maximize BHmax_MGOe'; in a shell with the quotes."
)


@dataclass(frozen=True)
class Goal:
    """What is wanted of a property, or of what follows from several.

    Parameters
    ----------
    quantity : str
        A property, or arithmetic of properties and inputs: ``"Hcj_kOe"``,
        ``"K_GPa / G_GPa"``, ``"Dy + Tb"``. ``"E_GPa"`` and ``"nu"`` (Young's modulus
        and Poisson's ratio) follow from ``K_GPa`` and ``G_GPa``.
    low, high : float, default=-inf, inf
        Least and most; equal ones are a value.
    direction : {"maximize", "minimize"} or None, default=None
        For an objective: as much or as little as the other goals leave.
    weight : float, default=1.0
        How much a miss counts, or the objective, beside those of the other goals.

    Raises
    ------
    DesignError
        For contradictory ends, and a weight that is not positive.

    See Also
    --------
    Constraint : The same for what inputs must keep to.

    Examples
    --------
    >>> from sklmag.design import Goal
    >>> Goal.parse("Hcj_kOe >= 20")
    Goal('Hcj_kOe >= 20')
    >>> Goal.parse("K_GPa/G_GPa = 2.5:3").high
    3.0
    >>> Goal.parse("maximize BHmax_MGOe").direction
    'maximize'
    """

    quantity: str
    low: float = -np.inf
    high: float = np.inf
    direction: Literal["maximize", "minimize"] | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", Quantity(self.quantity).plain)
        interval("goals", self.quantity, (self.low, self.high))
        if self.direction not in (None, "maximize", "minimize"):
            raise DesignError(
                f"direction={self.direction!r} must be 'maximize', 'minimize' or None."
            )
        if not 0 < self.weight < np.inf:
            raise DesignError(
                f"{self.quantity}: weight={self.weight!r} must be above 0."
            )
        if self.direction is None and np.isinf([self.low, self.high]).all():
            raise DesignError(f"{self.quantity}: nothing is asked. {_HOW}")

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Return the goal that a text says.

        Parameters
        ----------
        text : str
            Such as ``Hcj_kOe >= 20``, ``G_GPa = 36``, ``Br_kG = 12:13`` (from 12 to
            13), ``maximize BHmax_MGOe``; behind it perhaps ``(weight 2)``.

        Returns
        -------
        Goal

        Raises
        ------
        DesignError
            For a text that says none.
        """
        weighted = _WEIGHT.search(text)
        weight = 1.0
        if weighted:
            weight = _number(weighted["weight"], text)
            text = text[: weighted.start()]
        objective = _OBJECTIVE.match(text.strip())
        if objective:
            verb = "maximize" if objective["verb"] == "max" else "minimize"
            return cls(
                objective["rest"],
                direction=cast("Literal['maximize', 'minimize']", verb),
                weight=weight,
            )
        quantity, low, high = _relation(text)
        return cls(quantity, low, high, weight=weight)

    @property
    def is_objective(self) -> bool:
        """Whether as much or as little as possible is wanted."""
        return self.direction is not None

    def value(
        self, frame: pd.DataFrame, follows: Mapping[str, str] = FOLLOWS
    ) -> np.ndarray:
        """Return the quantity in each row of a frame."""
        return Quantity(self.quantity).of(frame, follows)

    def over(
        self, frame: pd.DataFrame, follows: Mapping[str, str] = FOLLOWS
    ) -> np.ndarray:
        """Return by how much each row misses the ends, in the unit of the quantity."""
        return _over(self.value(frame, follows), self.low, self.high)

    def __str__(self) -> str:
        shown = f" (weight {self.weight:g})" if self.weight != 1 else ""
        if self.is_objective:
            return f"{self.direction} {self.quantity}{shown}"
        return _shown(self.quantity, self.low, self.high) + shown

    def __repr__(self) -> str:
        return f"Goal({str(self)!r})"


@dataclass(frozen=True)
class Constraint:
    """What inputs must keep to: a sum, a ratio, a number of elements.

    Parameters
    ----------
    quantity : str
        Arithmetic of inputs: ``"Nd + Pr + Dy"``, ``"Pr:Nd"``, ``"2*Dy + Tb"``; or
        ``"count(Ti, Zr, Be)"``, how many are above 0, and ``"count(Ti, Zr, Be; 0.5)"``,
        where each is absent or at least 0.5.
    low, high : float, default=-inf, inf
        Least and most; equal ones are a value.

    Raises
    ------
    DesignError
        For contradictory ends.

    See Also
    --------
    Goal : The same for what is wanted of outputs.

    Examples
    --------
    >>> from sklmag.design import Constraint
    >>> Constraint.parse("29 <= Nd + Pr + Dy + Tb <= 31")
    Constraint('Nd + Pr + Dy + Tb = 29:31')
    >>> Constraint.parse("Pr:Nd = 1:4").low
    0.25
    """

    quantity: str
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        if not _COUNT.match(self.quantity.strip()):
            object.__setattr__(self, "quantity", Quantity(self.quantity).plain)
        interval("constraints", self.quantity, (self.low, self.high))
        if np.isinf([self.low, self.high]).all():
            raise DesignError(f"{self.quantity}: nothing is asked. {_HOW}")

    @classmethod
    def parse(cls, text: str) -> Constraint:
        """Return the constraint that a text says, such as ``Nd + Pr = 29:31``.

        Parameters
        ----------
        text : str
            A quantity, a sign (``>=``, ``<=``, ``=``) and a number, or two with a
            colon: from the first to the second, and of a ratio with a colon their
            ratio.

        Returns
        -------
        Constraint

        Raises
        ------
        DesignError
            For a text that says none.
        """
        return cls(*_relation(text))

    @property
    def counted(self) -> tuple[list[str], float] | None:
        """Names that are counted and the least amount of each, or None."""
        found = _COUNT.match(self.quantity.strip())
        if not found:
            return None
        names = [name.strip() for name in found["names"].split(",")]
        least = _number(found["least"], self.quantity) if found["least"] else 0.0
        return names, least

    def over(
        self, frame: pd.DataFrame, follows: Mapping[str, str] = FOLLOWS
    ) -> np.ndarray:
        """Return by how much each row misses the ends, in the unit of the quantity."""
        return _over(self.value(frame, follows), self.low, self.high)

    def value(
        self, frame: pd.DataFrame, follows: Mapping[str, str] = FOLLOWS
    ) -> np.ndarray:
        """Return the quantity in each row of a frame."""
        if self.counted is None:
            return Quantity(self.quantity).of(frame, follows)
        return (frame[self.counted[0]].to_numpy(dtype=float) > 0).sum(axis=1)

    def names(
        self, known: Iterable[str], follows: Mapping[str, str] = FOLLOWS
    ) -> list[str]:
        """Return the inputs that it is about; raise for one that is not known."""
        if self.counted is None:
            return Quantity(self.quantity).names(known, follows)
        known = list(known)
        for name in self.counted[0]:
            if name not in known:
                raise DesignError(
                    f"{self.quantity!r}: {name!r} is not known. There are {known}."
                )
        return self.counted[0]

    def __str__(self) -> str:
        return _shown(self.quantity, self.low, self.high)

    def __repr__(self) -> str:
        return f"Constraint({str(self)!r})"


def goals_of(given: Any) -> list[Goal]:
    """Return goals from a mapping of intervals, texts and goals.

    Parameters
    ----------
    given : mapping of str to float or pair, or iterable of str or Goal
        What is wanted.

    Raises
    ------
    DesignError
        For a quantity with two intervals, or wanted both ways.
    """
    if isinstance(given, (str, Goal)):
        given = [given]
    if isinstance(given, Mapping):
        found = [Goal(n, *interval("goals", n, p)) for n, p in given.items()]
    else:
        found = [g if isinstance(g, Goal) else Goal.parse(g) for g in given]
    said = set()
    for goal in found:
        if (goal.quantity, goal.is_objective) in said:
            raise DesignError(
                f"{goal.quantity!r} is given twice. Write one goal with both ends, "
                f"such as '{goal.quantity} = 12:13'."
            )
        said.add((goal.quantity, goal.is_objective))
    return found


def constraints_of(given: Any) -> list[Constraint]:
    """Return constraints from texts and constraints."""
    if given is None:
        return []
    if isinstance(given, (str, Constraint)):
        given = [given]
    return [c if isinstance(c, Constraint) else Constraint.parse(c) for c in given]


def _relation(text):
    """Return the quantity, the least and the most that a text says."""
    parts = [part.strip() for part in _SIGN.split(text)]
    if len(parts) == 5 and parts[1] == parts[3] and parts[1] in ("<=", "≤", "<"):
        low, high = _number(parts[0], text), _number(parts[4], text)
        return parts[2], low, high
    if len(parts) != 3 or not parts[0]:
        raise DesignError(f"{text!r} is not understood. {_HOW}")
    quantity, sign, value = parts
    if sign in (">=", "≥", ">"):
        return quantity, _number(value, text), np.inf
    if sign in ("<=", "≤", "<"):
        return quantity, -np.inf, _number(value, text)
    first, found, second = value.partition(":")
    first = _number(first, text)
    if not found:
        return quantity, first, first
    second = _number(second, text)
    if ":" in quantity:  # a ratio
        if not second:
            raise DesignError(f"{text!r}: a ratio to 0.")
        return quantity, first / second, first / second
    return quantity, first, second


def _number(value, text):
    try:
        number = float(value)
    except ValueError:
        raise DesignError(f"{text!r}: {value.strip()!r} is not a number.") from None
    if not np.isfinite(number):
        raise DesignError(f"{text!r}: {value.strip()!r} is not finite.")
    return number


def _over(value, low, high):
    return np.maximum(np.maximum(low - value, value - high), 0)


def _shown(quantity, low, high):
    if low == high:
        return f"{quantity} = {low:g}"
    if np.isinf(high):
        return f"{quantity} >= {low:g}"
    if np.isinf(low):
        return f"{quantity} <= {high:g}"
    return f"{quantity} = {low:g}:{high:g}"


def bounds_of(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return bounds by name from texts such as ``Ti=30:50``.

    Raises
    ------
    DesignError
        For another form, and a name with two.
    """
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        if "=" not in text:
            raise DesignError(
                f"{text!r} is not understood. Write name=value or name=least:most."
            )
        name, low, high = _relation(text)
        if not np.isfinite([low, high]).all():
            raise DesignError(f"{text!r}: bounds have two ends. Write {name}=0:3.")
        if name in found:
            raise DesignError(f"{name!r} is given twice. Write {name}=least:most.")
        found[name] = (low, high)
    return found
