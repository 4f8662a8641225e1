"""Reading compositions: formulas in, amounts of elements out.

Every error about a formula is raised here, and names the formula, what is wrong
with it and what would be right.
"""

import re
from collections.abc import Mapping

from sklmag._utils._errors import FormulaError
from sklmag.composition._elements import (
    atomic_masses,
    element_symbols,
    suggest_element,
)

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


def parse_formula(formula, *, unit="at.%"):
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
    of a mixture of Ce and La in the ratio 10 to 90". A bracket is read so when the
    literal amounts do not sum to 1 or 100 and the other reading does;
    :func:`has_group_totals` tells which reading was taken. pymatgen always
    multiplies.

    Examples
    --------
    >>> from sklmag.composition import parse_formula
    >>> fractions = parse_formula("Nd2Fe14B")
    >>> {element: round(x, 4) for element, x in fractions.items()}
    {'B': 0.0588, 'Fe': 0.8235, 'Nd': 0.1176}
    """
    if isinstance(formula, str):
        amounts, _ = _read(formula)
    else:
        amounts = _mapping_amounts(formula)
    return _to_atomic_fractions(amounts, formula, unit)


def has_group_totals(formula):
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
    literal = _flatten(tree, totals=False)
    grouped = any(isinstance(part, list) for part, _ in tree) and not _is_whole(literal)
    totals = _flatten(tree, totals=True) if grouped else literal
    use_totals = grouped and _is_whole(totals)
    amounts = totals if use_totals else literal
    if balance is not None:
        _fill_balance(amounts, balance, formula)
    return amounts, use_totals


def _parse(formula):
    """Return the tree of (element or sub-tree, amount), and the balance element."""
    text = formula.translate(_SUBSCRIPTS)
    stack, opened, balance, position = [[]], [], None, 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise FormulaError(
                f"Formula {formula!r}: unexpected {text[position]!r} at position "
                f"{position + 1}. A formula holds element symbols, amounts and "
                "brackets, such as 'Nd2Fe14B' or '(Fe0.5Co0.5)2B'."
            )
        kind, found, position = token.lastgroup, token.group(), token.end()
        if kind == "open":
            opened.append(found)
            stack.append([])
        elif kind == "close":
            _close_bracket(stack, opened, found, formula)
        elif kind == "number":
            _set_amount(stack[-1], float(found), formula)
        elif kind == "balance":
            balance = _known(re.match("[A-Z][a-z]?", found).group(), formula)
        elif kind == "element":
            stack[-1].append((_known(found, formula), 1.0))
    if opened:
        raise FormulaError(f"Formula {formula!r}: {opened[-1]!r} is never closed.")
    if not stack[0] and balance is None:
        raise FormulaError(f"Formula {formula!r} is empty. Write one like 'Nd2Fe14B'.")
    return stack[0], balance


def _close_bracket(stack, opened, found, formula):
    if not opened or _CLOSING[opened.pop()] != found:
        raise FormulaError(f"Formula {formula!r}: {found!r} closes no bracket.")
    stack[-2].append((stack.pop(), 1.0))


def _set_amount(parts, amount, formula):
    if not parts:
        raise FormulaError(
            f"Formula {formula!r}: the number {amount:g} follows no element."
        )
    parts[-1] = (parts[-1][0], amount)


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
    for part, amount in tree:
        inner = _flatten(part, totals=totals) if isinstance(part, list) else {part: 1.0}
        scale = amount / sum(inner.values()) if totals and inner else amount
        for element, share in inner.items():
            amounts[element] = amounts.get(element, 0.0) + share * scale
    return amounts


def _is_whole(amounts):
    total = sum(amounts.values())
    return any(abs(total - whole) <= 0.005 * whole for whole in _WHOLES)


def _fill_balance(amounts, balance, formula):
    total = sum(amounts.values())
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
        _known(element, composition): amount for element, amount in composition.items()
    }


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
