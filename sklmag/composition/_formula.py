"""Reading compositions: formulas in, amounts of elements out.

Every error about a formula is raised here, and names the formula, what is wrong
with it and what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from sklmag.composition._elements import (
    atomic_masses,
    element_symbols,
    suggest_element,
)
from sklmag.exceptions import FormulaError

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(
    rf"(?P<balance>[A-Z][a-z]?\s*(?:bal\.?|Bal\.?))"
    rf"|(?P<element>[A-Z][a-z]?)"
    rf"|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    rf"|(?P<number>{_NUMBER})"
    rf"|(?P<space>[\s_]+)"
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_WHOLES = (1.0, 100.0)
_UNITS = ("at.%", "wt.%")


def parse_formula(
    formula: Any, *, unit: Literal["at.%", "wt.%"] = "at.%"
) -> dict[str, float]:
    """Read one composition into the atomic fractions of its elements.

    Parameters
    ----------
    formula : str, mapping of str to float, or pymatgen Composition
        ``"Nd2Fe14B"``, ``"(Fe0.5Co0.5)2B"``, ``"Nd30 Dy1 B1 Fe bal."``,
        ``{"Nd": 2, "Fe": 14, "B": 1}``. The balance element fills up to 100.
    unit : {"at.%", "wt.%"}, default="at.%"
        Whether the amounts count atoms or mass.

    Returns
    -------
    dict of str to float
        Atomic fractions, which sum to 1, in order of atomic number.

    Raises
    ------
    FormulaError
        If the formula cannot be read; the text names the formula and the cure.

    Notes
    -----
    The literature of metallic glasses writes ``(Ce10La90)68Al10Cu20Co2`` for "68 at.%
    of a mixture of Ce and La in the ratio 10 to 90". Brackets are read so when the
    literal amounts do not sum to 1 or 100, the other reading does, and each bracket
    itself sums to 1 or 100 or has no amounts, as in ``(CuZr)91Al7Gd2``;
    ``(Nd2Fe14B)0.9(Nd)0.1`` stays a mixture of formula units.
    :func:`has_group_totals` tells which reading was taken. pymatgen always multiplies.

    Examples
    --------
    >>> from sklmag.composition import parse_formula
    >>> fractions = parse_formula("Nd2Fe14B")
    >>> {element: round(x, 4) for element, x in fractions.items()}
    {'B': 0.0588, 'Fe': 0.8235, 'Nd': 0.1176}
    """
    if unit not in _UNITS:
        raise ValueError(f"unit={unit!r} is not known. Choose one of {_UNITS}.")
    if isinstance(formula, str):
        amounts, _ = _read(formula)
    else:
        amounts = _mapping_amounts(formula)
    return _to_atomic_fractions(amounts, formula, unit)


def has_group_totals(formula: str) -> bool:
    """Tell whether a bracket of a formula is read as a group with a given total.

    Parameters
    ----------
    formula : str
        The formula.

    Returns
    -------
    bool
        True for ``(Ce10La90)68Al10Cu20Co2``, False for ``Ca(OH)2``.

    Examples
    --------
    >>> from sklmag.composition import has_group_totals
    >>> has_group_totals("(Ce10La90)68Al10Cu20Co2")
    True
    """
    return _read(formula)[1]


def _read(formula):
    """Return the amounts by element, and whether brackets were taken as totals."""
    tree, balance = _parse(formula)
    if not tree and balance is None:
        raise FormulaError(f"Formula {formula!r} is empty. Write one like 'Nd2Fe14B'.")
    literal = _flatten(tree, totals=False)
    brackets = [part for part, _ in tree if isinstance(part, list)]
    grouped = brackets and all(_is_mixture(bracket) for bracket in brackets)
    totals = _flatten(tree, totals=True) if grouped else literal
    use_totals = not _is_whole(literal) and _is_whole(totals)
    amounts = totals if use_totals else literal
    if balance is not None:
        _fill_balance(amounts, balance, formula)
    return amounts, use_totals


def _parse(formula):
    """Return the tree of (element or sub-tree, amount), and the balance element."""
    text = formula.translate(_SUBSCRIPTS)
    stack, opened, balance, position = [[]], [], None, 0
    amount_follows = False
    while position < len(text):
        token = _next_token(text, position, formula)
        kind, found, position = token.lastgroup, token.group(), token.end()
        if kind == "open":
            opened.append(found)
            stack.append([])
        elif kind == "close":
            _close_bracket(stack, opened, found, formula)
        elif kind == "number":
            if not amount_follows:
                raise FormulaError(
                    f"Formula {formula!r}: the number {found} follows no element."
                )
            _refuse_letter_as_digit(found, formula)
            stack[-1][-1] = (stack[-1][-1][0], float(found))
        elif kind == "balance":
            balance = _balance_element(found, balance, formula)
        elif kind == "element":
            stack[-1].append((_known(found, formula), None))
        if kind != "space":
            amount_follows = kind in ("element", "close")
    if opened:
        raise FormulaError(f"Formula {formula!r}: {opened[-1]!r} is never closed.")
    return stack[0], balance


def _refuse_letter_as_digit(amount, formula):
    """Raise for 'Si02', which means SiO2 and would be read as pure silicon."""
    if re.match(r"0\d", amount):
        raise FormulaError(
            f"Formula {formula!r}: the amount {amount} begins with the digit 0. Write "
            "the letter O for oxygen, or 0. for a fraction."
        )


def _next_token(text, position, formula):
    token = _TOKEN.match(text, position)
    if token is None:
        raise FormulaError(
            f"Formula {formula!r}: unexpected {text[position]!r} at position "
            f"{position + 1}. A formula holds element symbols, amounts and brackets, "
            "such as 'Nd2Fe14B' or '(Fe0.5Co0.5)2B'."
        )
    return token


def _close_bracket(stack, opened, found, formula):
    if not opened or _CLOSING[opened.pop()] != found:
        raise FormulaError(f"Formula {formula!r}: {found!r} closes no bracket.")
    if not stack[-1]:
        raise FormulaError(f"Formula {formula!r}: a bracket is empty.")
    stack[-2].append((stack.pop(), None))


def _balance_element(found, balance, formula):
    if balance is not None:
        raise FormulaError(
            f"Formula {formula!r}: {balance} is the balance element already; there "
            "can be one only."
        )
    return _known(re.match("[A-Z][a-z]?", found).group(), formula)


def _known(symbol, formula):
    if symbol not in atomic_masses():
        raise FormulaError(
            f"Formula {formula!r}: {symbol!r} is not an element symbol."
            f"{suggest_element(symbol)}"
        )
    return symbol


def _flatten(tree, *, totals):
    """Sum amounts by element; `totals` reads a bracket's number as its sum."""
    amounts = {}
    for part, written in tree:
        amount = 1.0 if written is None else written
        inner = _flatten(part, totals=totals) if isinstance(part, list) else {part: 1.0}
        is_group = totals and isinstance(part, list)
        scale = amount / sum(inner.values()) if is_group else amount
        for element, share in inner.items():
            amounts[element] = amounts.get(element, 0.0) + share * scale
    return amounts


def _is_mixture(bracket):
    """Tell whether a bracket holds shares of a whole, or elements without amounts."""
    unwritten = all(amount is None for _, amount in bracket)
    return unwritten or _is_whole(_flatten(bracket, totals=False))


def _is_whole(amounts):
    total = sum(amounts.values())
    return any(abs(total - whole) <= 0.005 * whole for whole in _WHOLES)


def _fill_balance(amounts, balance, formula):
    total = sum(amounts.values())
    if 0 < total <= 1:
        raise FormulaError(
            f"Formula {formula!r}: the amounts beside the balance element sum to "
            f"{total:g}. A balance fills up to 100: write per cent."
        )
    if total >= 100.0:
        raise FormulaError(
            f"Formula {formula!r}: the other amounts sum to {total:g}, which leaves "
            f"nothing of 100 for the balance element {balance!r}."
        )
    amounts[balance] = amounts.get(balance, 0.0) + 100.0 - total


def _mapping_amounts(composition):
    if hasattr(composition, "get_el_amt_dict"):  # a pymatgen Composition
        composition = composition.get_el_amt_dict()
    if not isinstance(composition, Mapping):
        raise FormulaError(
            f"{composition!r} (of type {type(composition).__name__}) is not a "
            "composition. Pass a formula such as 'Nd2Fe14B', a dictionary of amounts "
            "or a pymatgen Composition."
        )
    return {
        _known(element, composition): _as_number(amount, element, composition)
        for element, amount in composition.items()
    }


def _as_number(amount, element, composition):
    try:
        return float(amount)
    except (TypeError, ValueError):
        raise FormulaError(
            f"Formula {dict(composition)!r}: the amount of {element} is {amount!r}, "
            "which is not a number."
        ) from None


def _to_atomic_fractions(amounts, formula, unit):
    bad = {e: x for e, x in amounts.items() if not 0 <= x < float("inf")}
    if bad:
        element, amount = next(iter(bad.items()))
        raise FormulaError(
            f"Formula {formula!r}: the amount of {element} is {amount:g}; amounts "
            "are finite and not negative."
        )
    if unit == "wt.%":
        amounts = {e: x / atomic_masses()[e] for e, x in amounts.items()}
    total = sum(amounts.values())
    if total <= 0:
        raise FormulaError(f"Formula {formula!r}: all amounts are zero.")
    ordered = sorted(amounts, key=element_symbols().index)
    return {
        element: amounts[element] / total for element in ordered if amounts[element]
    }
