"""Reading compositions: formulas in, amounts of elements out.

Every error about a formula is raised here, and names the formula, what is wrong
with it and what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import gcd
from numbers import Integral
from typing import Any, Literal

from sklmag.composition._elements import (
    atomic_masses,
    element_symbols,
    suggest_element,
)
from sklmag.composition._meant import meant
from sklmag.composition._spelling import plain_spelling
from sklmag.exceptions import FormulaError

_NUMBER = r"(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_TOKEN = re.compile(
    rf"(?P<balance>(?:[A-Z][a-z]?)? bal\.)"
    rf"|(?P<element>[A-Z][a-z]?)"
    rf"|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    rf"|(?P<number>{_NUMBER})"
    rf"|(?P<comma>,)"
    rf"|(?P<space>[\s_]+)"
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ISOTOPES = {"D": ("H", 2.014), "T": ("H", 3.016)}  # with their masses in u
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
        ``{"Nd": 2, "Fe": 14, "B": 1}``. The balance element fills up to 100. Keys may
        be atomic numbers.
    unit : {"at.%", "wt.%"}, default="at.%"
        Whether the amounts count atoms or mass. A formula that says it itself, such as
        ``"Nd30Fe69B1 (wt.%)"``, is read so.

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
    itself sums to 1 or 100, has no amounts, as in ``(CuZr)91Al7Gd2``, or amounts that
    no compound has, as in ``La62Al14(Cu5Ag1)20(Ni1Co1)4``; ``(Nd2Fe14B)0.9(Nd)0.1``
    and ``(BaO)40(B2O3)60`` stay mixtures of formula units.
    :func:`has_group_totals` tells which reading was taken. pymatgen always multiplies.
    The same holds for brackets in brackets, and beside a balance element:
    ``(PrNd)30B1Fe bal.`` is Pr15Nd15Fe69B1.

    Also read are hydrates (``CuSO4·5H2O``, with any dot), thirds (``Ni1/3``), decimal
    commas (``Fe0,5Co0,5``), commas between amounts (``(Nd0.8,Dy0.2)15Fe77B8``), LaTeX
    and HTML subscripts, characters that are not seen, and D and T, which are hydrogen;
    their masses count in wt.%.

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
        return dict(_fractions_of(str(formula), unit))
    return _to_atomic_fractions(_mapping_amounts(formula), formula, unit)


@lru_cache(maxsize=20_000)  # a model, its domain and its warnings ask for the same
def _fractions_of(formula, unit):
    amounts, stated, _ = _read(formula)
    return _to_atomic_fractions(amounts, formula, _agreed(unit, stated, formula))


def _agreed(unit, stated, formula):
    if stated == "at.%" and unit == "wt.%":
        raise FormulaError(
            f"Formula {formula!r} says at.%, but is read with unit='wt.%'. Leave one "
            "of them out."
        )
    return stated or unit


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
    return _read(formula)[2]


def _read(formula):
    """Return amounts by element, the unit stated, and whether brackets are totals."""
    amounts = _read_plain(formula)
    if amounts is not None:
        return amounts, None, False
    text, unit = plain_spelling(formula)
    _refuse_words(text, formula)
    tree, balance = _parse(text, formula)
    if re.search("T(?![a-z])", text):
        _refuse_placeholder(tree, formula)
    if not tree and balance is None:
        raise FormulaError(f"Formula {formula!r} is empty. Write one like 'Nd2Fe14B'.")
    literal = _flatten(tree, totals=False)
    grouped = _is_grouped(tree)
    totals = _flatten(tree, totals=True) if grouped else literal
    use_totals = grouped and (
        balance is not None or (not _is_whole(literal) and _is_whole(totals))
    )
    if balance is not None and sum(literal.values()) >= 100:  # (Nd3Pr)30B1Fe bal.
        totals, use_totals = _flatten(tree, totals=True), True
    amounts = totals if use_totals else literal
    if balance is not None:
        _fill_balance(amounts, balance, formula)
    if unit == "wt.%":
        _refuse_compounds_by_mass(tree, amounts, formula)
    return amounts, unit, use_totals


_PLAIN = re.compile(r"(?:[A-Z][a-z]?(?:(?:[1-9]\d*|0)(?:\.\d+)?)?)+")
_PLAIN_PART = re.compile(r"([A-Z][a-z]?)([\d.]*)")


def _read_plain(formula):
    """Return the amounts of a formula of elements and numbers alone, or None.

    Most are such; what could mean anything else takes the long way.
    """
    if not _PLAIN.fullmatch(formula) or _SUSPECT.search(formula):
        return None
    amounts = {}
    for element, number in _PLAIN_PART.findall(formula):
        amount = float(number) if number else 1.0
        if element not in atomic_masses() or element in amounts or not amount > 0:
            return None
        amounts[element] = amount
    return amounts


_EXAMPLE = " Such as '(Fe0.5Co0.5)2B'."
# What reads as elements, but means something else.
_SUSPECT = re.compile(r"[\s_]|\([A-Z]{2,}\)|^[^a-z]*$|[2-3]0[3-5]$|H20")
_ODD = {
    re.compile(pattern): meaning
    for pattern, meaning in {
        r"\((?:II|III|IV|VI|VII|VIII)\)": "is an oxidation state. Leave it out.",
        r"\((?=[A-Z]{3,}\))[A-Z]*[DT][A-Z]*\)": "is a name. Write its formula.",
        r"^(?:SIO2?|SIC|SI3N4|NIO|DY\w*)$": "is in capitals. Write Si for silicon.",
        r"^[A-Z][a-z]?(?:203|304|205)$": "holds a 0. Write the letter O for oxygen.",
        r"\(H20\)|O\d*\.\d*H20$": "is water with a 0. Write the letter O.",
        r"[\s_]\d+/\d+": "is a ratio. Write the amount behind each element.",
    }.items()
}
_NONMETALS = frozenset("H N O F S Cl Se Br Te I".split())
_METALLOIDS = frozenset("B C Si P Ge As".split())


def _refuse_words(text, formula):
    if not _SUSPECT.search(text):
        return
    for pattern, meaning in _ODD.items():
        found = pattern.search(text)
        if found:
            raise FormulaError(
                f"Formula {formula!r}: {found.group().strip()!r} {meaning}"
            )
    outside = re.sub(r"\([^()]*\)\d*", "", text)
    if re.search(r"[A-Za-z]\d", outside) and re.search(
        r"[A-Za-z] +[\d.]+\s*$", outside
    ):
        raise FormulaError(
            f"Formula {formula!r}: its last amount stands behind a blank, others do "
            "not. Write all in one way, and other numbers in a column of their own."
        )


def _refuse_placeholder(tree, formula):
    """Raise for T beside metals: Sm2T17 means any transition metal, not tritium."""
    others = _flatten(tree, totals=False).keys() - {"T", "H", "D", "O", "Li"}
    if others:
        raise FormulaError(
            f"Formula {formula!r}: 'T' is tritium, beside {sorted(others)[0]} rather "
            "any transition metal. Write the element."
        )


def _refuse_compounds_by_mass(tree, amounts, formula):
    """Raise for (WC)90Co10 in wt.%, of which the shares of W and C are not given."""
    if not _is_whole(amounts):
        raise FormulaError(
            f"Formula {formula!r} says wt.%, but its amounts sum to "
            f"{sum(amounts.values()):g}, not to 100."
        )
    for part, _ in tree:
        if isinstance(part, list) and _is_compound(part):
            raise FormulaError(
                f"Formula {formula!r}: a compound in brackets, and wt.%. Write the "
                "mass of each element."
            )


def _is_compound(bracket):
    """Tell (WC), (OH), (GeTe) from mixtures of metals or metalloids, (CuZr), (SiB)."""
    symbols = {part for part, _ in bracket if isinstance(part, str)}
    has_metals = bool(symbols - _NONMETALS - _METALLOIDS)
    return bool(symbols & _NONMETALS) or (has_metals and "C" in symbols)


def _parse(text, formula):  # noqa: C901 - one branch a token
    """Return the tree of (element or sub-tree, amount), and the balance element."""
    stack, opened, balance, position = [[]], [], None, 0
    amount_follows = False
    while position < len(text):
        token = _next_token(text, position, formula)
        kind, found, position = token.lastgroup, token.group(), token.end()
        if kind == "open":
            _refuse_deep(opened, formula)
            opened.append(found)
            stack.append([])
        elif kind == "close":
            _close_bracket(stack, opened, found, formula)
        elif kind == "number":
            amount = _amount(found, amount_follows, formula)
            stack[-1][-1] = (stack[-1][-1][0], amount)
        elif kind == "balance":
            part = _balance_part(found, stack[-1], formula)
            if opened:
                stack[-1].append((part, _BALANCE))
            else:
                balance = _only_balance(part, balance, formula)
        elif kind == "element":
            stack[-1].append((_known(found, formula), None))
        elif kind == "comma":
            _refuse_bare_comma(stack[-1], text[position:], balance, formula)
        if kind != "space":
            amount_follows = kind in ("element", "close")
    if opened:
        raise FormulaError(f"Formula {formula!r}: {opened[-1]!r} is never closed.")
    return stack[0], balance


def _refuse_deep(opened, formula):
    if len(opened) > 20:
        raise FormulaError(
            f"Formula {formula!r:.40}: brackets in more than 20 brackets."
        )


def _amount(text, follows_element, formula):
    if not follows_element:
        raise FormulaError(
            f"Formula {formula!r}: the number {text} follows no element."
        )
    if re.match(r"0\d", text):  # 'Si02' means SiO2, and would be pure silicon
        raise FormulaError(
            f"Formula {formula!r}: the amount {text} begins with the digit 0. Write "
            "the letter O for oxygen, or 0. for a fraction."
        )
    numerator, _, denominator = text.partition("/")
    if denominator and not float(denominator):
        raise FormulaError(f"Formula {formula!r}: {text} divides by zero.")
    return float(numerator) / float(denominator or 1)


def _refuse_bare_comma(parts, rest, balance, formula):
    """Raise for (Fe,Co)2, which says that they share a place, but not how."""
    written = bool(parts) and parts[-1][1] is not None
    written = written or balance is not None
    if not written or not re.match(r"\s*[A-Z(\[{]", rest):
        raise FormulaError(
            f"Formula {formula!r}: a comma stands between amounts, as in "
            "'(Nd0.8,Dy0.2)15Fe77B8'. Write the amount of each element."
            f"{meant(formula) or _EXAMPLE}"
        )


def _next_token(text, position, formula):
    token = _TOKEN.match(text, position)
    if token is None:
        raise FormulaError(
            f"Formula {formula!r}: unexpected {text[position]!r} at position "
            f"{position + 1}. A formula holds element symbols, amounts and brackets, "
            "such as 'Nd2Fe14B' or '(Fe0.5Co0.5)2B'."
            f"{_cure(text[position:], formula)}"
        )
    return token


def _cure(rest, formula):
    if re.match(r"\s*[-\u2013\u2212+\u00b1]?\s*[xyz\u03b4]", rest):
        return " Write the number for x."
    clause = meant(formula)
    if not clause and re.match(r"[-\u2013\u2212]", rest):
        return " Write the amount behind each element, without dashes."
    return clause


def _close_bracket(stack, opened, found, formula):
    if not opened or _CLOSING[opened.pop()] != found:
        raise FormulaError(f"Formula {formula!r}: {found!r} closes no bracket.")
    if not stack[-1]:
        raise FormulaError(f"Formula {formula!r}: a bracket is empty.")
    stack[-2].append((_with_balance(stack.pop(), formula), None))


_BALANCE = object()  # the amount of an element that fills its bracket


def _with_balance(bracket, formula):
    """Fill a bracket up to 1, or to 100: Sm(CobalFe0.23Cu0.08Zr0.02)7.5."""
    places = [i for i, (_, amount) in enumerate(bracket) if amount is _BALANCE]
    if not places:
        return bracket
    others = [part for i, part in enumerate(bracket) if i not in places]
    total = sum(_flatten(others, totals=False).values())
    whole = 1.0 if total < 1 else 100.0
    if len(places) > 1 or total >= whole:
        raise FormulaError(
            f"Formula {formula!r}: the other amounts in a bracket sum to {total:g}, "
            "which leaves nothing for its balance element, or it has two."
        )
    return [(e, whole - total if x is _BALANCE else x) for e, x in bracket]


def _balance_part(found, parts, formula):
    """Return the element, or the bracket just closed, that fills what is left."""
    symbol = found.removesuffix("bal.").strip()
    if symbol:
        return _known(symbol, formula)
    if not parts or not isinstance(parts[-1][0], list) or parts[-1][1] is not None:
        raise FormulaError(
            f"Formula {formula!r}: the word balance follows no element and no bracket."
        )
    return parts.pop()[0]


def _only_balance(part, balance, formula):
    if balance is not None:
        name = balance if isinstance(balance, str) else "a bracket"
        raise FormulaError(
            f"Formula {formula!r}: {name} is the balance element already; there can be "
            "one only."
        )
    return part


def _known(symbol, formula):
    if symbol not in atomic_masses() and symbol not in _ISOTOPES:
        raise FormulaError(
            f"Formula {formula!r}: {symbol!r} is not an element symbol."
            f"{meant(str(formula)) or suggest_element(str(symbol))}"
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
    """Tell whether a bracket holds shares of a whole, or elements without amounts.

    (Cu5Ag1), (Fe5Ni5) and (Fe44.3Cr10) are no compounds either, which have no 1, no
    common divisor and whole numbers, such as (B2O3).
    """
    amounts = [amount for _, amount in bracket]
    if all(amount is None for amount in amounts):
        return not _is_compound(bracket)
    if all(isinstance(part, str) for part, _ in bracket) and None not in amounts:
        is_whole = all(amount == int(amount) for amount in amounts)
        if not is_whole or 1.0 in amounts or gcd(*map(int, amounts)) > 1:
            return True
    return _is_whole(_flatten(bracket, totals=False)) or (
        _is_grouped(bracket) and _is_whole(_flatten(bracket, totals=True))
    )


def _is_grouped(tree):
    """Tell whether a tree has brackets, and all of them may be groups with a total."""
    brackets = [part for part, _ in tree if isinstance(part, list)]
    return bool(brackets) and all(_is_mixture(bracket) for bracket in brackets)


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
    if isinstance(balance, str):
        shares = {balance: 1.0}
    else:
        shares = _flatten(balance, totals=_is_grouped(balance))
    for element, share in shares.items():
        filled = (100.0 - total) * share / sum(shares.values())
        amounts[element] = amounts.get(element, 0.0) + filled


def _mapping_amounts(composition):
    if hasattr(composition, "get_el_amt_dict"):  # a pymatgen Composition
        composition = composition.get_el_amt_dict()
    if not isinstance(composition, Mapping):
        raise FormulaError(
            f"{composition!r} (of type {type(composition).__name__}) is not a "
            "composition. Pass a formula such as 'Nd2Fe14B', a dictionary of amounts "
            "or a pymatgen Composition."
        )
    amounts: dict[str, float] = {}
    for key, amount in composition.items():
        element = _known(_symbol(key), composition)
        amount = _as_number(amount, element, composition)
        amounts[element] = amounts.get(element, 0.0) + amount
    return amounts


def _symbol(key):
    """Return the element symbol that a key of a dictionary stands for."""
    if (isinstance(key, str) and key.isdecimal()) or isinstance(key, float):
        key = int(key) if float(key) == int(float(key)) else key
    is_number = isinstance(key, Integral) and not isinstance(key, bool)
    if is_number and 1 <= key <= len(element_symbols()):
        return element_symbols()[key - 1]
    return getattr(key, "symbol", key)  # an Element of pymatgen


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
        amounts = {e: x / _mass(e) for e, x in amounts.items()}
    for isotope in _ISOTOPES.keys() & amounts.keys():
        element = _ISOTOPES[isotope][0]
        amounts[element] = amounts.get(element, 0.0) + amounts.pop(isotope)
    total = sum(amounts.values())
    if total <= 0:
        raise FormulaError(f"Formula {formula!r}: all amounts are zero.")
    ordered = sorted(amounts, key=element_symbols().index)
    return {
        element: amounts[element] / total for element in ordered if amounts[element]
    }


def _mass(symbol):
    return _ISOTOPES[symbol][1] if symbol in _ISOTOPES else atomic_masses()[symbol]
