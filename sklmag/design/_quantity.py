"""Arithmetic of columns, as people write it: ``Dy + Tb``, ``Pr/Nd``, ``E_GPa``."""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sklmag.exceptions import DesignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# Young's modulus and Poisson's ratio: doi:10.1016/S1003-6326(24)66672-0, 1, 2
FOLLOWS = {
    "E_GPa": "9 * K_GPa * G_GPa / (3 * K_GPa + G_GPa)",
    "nu": "(3 * K_GPa - 2 * G_GPa) / (6 * K_GPa + 2 * G_GPa)",
}


@dataclass(frozen=True)
class Quantity:
    """A column, or what follows from several by arithmetic.

    Parameters
    ----------
    text : str
        Names, numbers, ``+ - * / **`` and brackets. A name that is no word, such as
        one with a unit in brackets, stands alone or in backquotes. ``Pr:Nd`` is
        ``Pr/Nd``. ``E_GPa`` and ``nu`` follow from ``K_GPa`` and ``G_GPa``, where they
        are no columns themselves.

    Raises
    ------
    DesignError
        For what cannot be read.
    """

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise DesignError("A quantity is missing: name a column, or write Dy + Tb.")
        if self.text.count("`") % 2:
            raise DesignError(f"{self.text!r}: a backquote is missing.")

    @property
    def plain(self) -> str:
        """The text; a name alone without its backquotes."""
        text = self.text.strip()
        is_name = text[0] == text[-1] == "`" and text.count("`") == 2
        return str(self) if is_name else text

    def __str__(self) -> str:
        return self.text.strip().replace("`", "")

    def parts(self) -> list[str]:
        """Return the names in the text."""
        return list(dict.fromkeys(self._read))

    def names(
        self, known: Iterable[str], follows: Mapping[str, str] = FOLLOWS
    ) -> list[str]:
        """Return the columns that it is made of.

        Parameters
        ----------
        known : iterable of str
            Columns that there are.
        follows : dict of str to str
            What other names mean, as arithmetic of columns.

        Raises
        ------
        DesignError
            For a name that is none of them.
        """
        known = list(known)
        if str(self) in known:
            return [str(self)]
        found: list[str] = []
        for name in self._read:
            if name in known:
                found.append(name)
            elif name in follows:
                found += Quantity(follows[name]).names(known)
            else:
                what = f"{self.text!r}: {name!r}" if name != str(self) else f"{name!r}"
                raise DesignError(f"{what} is not known. There are {known}.")
        return list(dict.fromkeys(found))

    def of(
        self, frame: pd.DataFrame, follows: Mapping[str, str] = FOLLOWS
    ) -> np.ndarray:
        """Return its value in each row of a frame."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.by(
                lambda name: frame[name].to_numpy(dtype=float), frame.columns, follows
            )
        return np.broadcast_to(np.asarray(found, dtype=float), len(frame))

    def by(
        self,
        column: Callable[[str], Any],
        known: Iterable[str],
        follows: Mapping[str, str] = FOLLOWS,
    ) -> Any:
        """Return its value, of what a function says that columns are.

        Parameters
        ----------
        column : callable
            From a name to an array or a tensor.
        known : iterable of str
            Columns that there are.
        follows : dict of str to str
            What other names mean, as arithmetic of columns.
        """
        known = list(known)
        self.names(known, follows)
        if str(self) in known:
            return column(str(self))

        def value(name):
            if name in known:
                return column(name)
            return Quantity(follows[name]).by(column, known)

        return _evaluated(self._tree, value, self._quoted)

    def fraction(
        self, known: Iterable[str], follows: Mapping[str, str] = FOLLOWS
    ) -> tuple[_Linear, _Linear] | None:
        """Return the linear numerator and denominator that it is, or None.

        Parameters
        ----------
        known : iterable of str
            Columns that there are.
        follows : dict of str to str
            What other names mean.
        """
        known = list(known)
        if str(self) in known:
            return _Linear({str(self): 1.0}), _Linear({}, 1.0)
        self.names(known, follows)
        if str(self) in follows:
            return Quantity(follows[str(self)]).fraction(known)
        if any(name not in known for name in self._read):
            return None
        tree = self._tree
        below = _Linear({}, 1.0)
        try:
            if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
                below = _evaluated(tree.right, _Linear.of, self._quoted)
                tree = tree.left
            above = _evaluated(tree, _Linear.of, self._quoted)
        except TypeError:
            return None
        above, below = (
            part if isinstance(part, _Linear) else _Linear({}, float(part))
            for part in (above, below)
        )
        return above, below

    # -- reading ------------------------------------------------------------------

    @cached_property
    def _quoted(self):
        """Return what stands in backquotes, by the word that stands in its place."""
        parts = self.text.split("`")
        return {f"quoted_{k}_": parts[k] for k in range(1, len(parts), 2)}

    @cached_property
    def _tree(self):
        parts = self.text.split("`")
        names = list(self._quoted)
        text = "".join(p if k % 2 == 0 else names[k // 2] for k, p in enumerate(parts))
        left, found, right = text.partition(":")
        text = f"({left})/({right})" if found else text
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            return None
        return tree if _is_arithmetic(tree) else None

    @cached_property
    def _read(self):
        """Return the names in the text; one that cannot be read is a name itself."""
        if self._tree is None:
            return [str(self)]
        nodes = [n for n in ast.walk(self._tree) if isinstance(n, ast.Name)]
        nodes.sort(key=lambda node: node.col_offset)
        return [self._quoted.get(node.id, node.id) for node in nodes]


def _is_arithmetic(tree):
    if isinstance(tree, ast.BinOp):
        known = type(tree.op) in _OPERATORS
        return known and _is_arithmetic(tree.left) and _is_arithmetic(tree.right)
    if isinstance(tree, ast.UnaryOp):
        return isinstance(tree.op, (ast.USub, ast.UAdd)) and _is_arithmetic(
            tree.operand
        )
    if isinstance(tree, ast.Constant):
        return isinstance(tree.value, (int, float))
    return isinstance(tree, ast.Name)


def _evaluated(tree, value, quoted):
    """Return what arithmetic comes to, where `value` says what a name is."""
    if isinstance(tree, ast.BinOp):
        left, right = (_evaluated(t, value, quoted) for t in (tree.left, tree.right))
        return _OPERATORS[type(tree.op)](left, right)
    if isinstance(tree, ast.UnaryOp):
        found = _evaluated(tree.operand, value, quoted)
        return -1 * found if isinstance(tree.op, ast.USub) else found
    if isinstance(tree, ast.Constant):
        return float(tree.value)
    return value(quoted.get(tree.id, tree.id))


class _Linear:
    """A sum of names with factors, and a number; other arithmetic is a TypeError."""

    def __init__(self, factors, constant=0.0):
        self.factors, self.constant = factors, constant

    @classmethod
    def of(cls, name):
        """Return the name alone."""
        return cls({name: 1.0})

    def __add__(self, other):
        if not isinstance(other, _Linear):
            return _Linear(self.factors, self.constant + other)
        names = {**self.factors, **other.factors}
        factors = {
            n: self.factors.get(n, 0.0) + other.factors.get(n, 0.0) for n in names
        }
        return _Linear(factors, self.constant + other.constant)

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, _Linear):
            return NotImplemented
        factors = {name: factor * other for name, factor in self.factors.items()}
        return _Linear(factors, self.constant * other)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return NotImplemented if isinstance(other, _Linear) else self * (1 / other)

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return -1 * self + other
