"""Ways to spell a formula, brought to one: letters, digits, points and brackets.

Only spellings with one meaning are changed; what stays is judged by the parser.
"""

from __future__ import annotations

import re
import unicodedata

from sklmag.exceptions import FormulaError

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_PARTS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}
_SUBSCRIPTS = {ord("₀") + k: str(k) for k in range(10)} | {
    ord("₊"): "+", ord("₋"): "-", ord("₍"): "(", ord("₎"): ")",
}  # fmt: skip
_LATEX = re.compile(r"\$|\\(?:mathrm|mathit|rm|text|ce|,|;|!| )|</?(?:sub|span|i|b)>")
_SUBSCRIPT = re.compile(r"_\s*\{\s*([^{}]*?)\s*\}")
_UNIT = re.compile(
    r"[\s,;]*[(\[]?\s*(?:in\s+)?(?P<what>at(?:omic)?|mol|wt|mass|weight)"
    r"\s*\.?\s*(?:%|percent|per cent)\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_WEIGHT = ("wt", "mass", "weight")
# A point before nH2O is a dot, but in Fe0.5H2O, Fe1.5H2O a decimal point; of two in a
# row, as in SO4.0.5H2O, it is not clear which is which.
_HYDRATE = re.compile(
    r"(.*(?:[A-Za-z)\]}]|(?<![\d.])[2-9]|(?<![\d.])[1-9]\d+))\.(\d*[HD]2O)$"
)
_UNCLEAR = re.compile(r"\d\.\d+\.\d*[HD]2O$")
_ADDUCT = re.compile(r"\s*(?:[·•∙⋅・‧*]|@(?=C\d+$))\s*")  # Dy3N in a cage of C80
_WORD_OF_BALANCE = r"(?:bal(?:ance)?|rest|remainder)\.?"
_BALANCE_FIRST = re.compile(rf"^\s*(?i:{_WORD_OF_BALANCE})\s*([A-Z][a-z]?)(?![a-z])")
_BALANCE = re.compile(
    rf"([A-Z][a-z]?)[\s_\-=:]*[({{]?\s*((?i:{_WORD_OF_BALANCE}))\s*[)}}]?(?![a-z])"
)


_PLAIN = re.compile(r"(?:[A-Z][a-z]?|[\d.()\[\]{} ])*")  # most formulas


def plain_spelling(formula):
    """Return a formula in plain letters, and the unit that it states itself.

    Parameters
    ----------
    formula : str
        Such as ``Nd$_2$Fe$_{14}$B``, ``CuSO4·5H2O``, ``Nd29Dy2B1 Fe-bal. (wt.%)``.

    Returns
    -------
    text : str
        Such as ``Nd2Fe14B``, ``CuSO4(H2O)5``, ``Nd29Dy2B1Fe bal.``.
    unit : {"at.%", "wt.%"} or None
        What the formula says of its amounts.
    """
    if _PLAIN.fullmatch(formula) and "2O" not in formula:
        return formula, None
    text = _INVISIBLE.sub("", formula)
    if not text.isascii():
        text = "".join(map(_narrow, text)).translate(_SUBSCRIPTS)
        text = re.sub(r"(?<!\d)[½⅓⅔¼¾]", lambda found: _PARTS[found.group()], text)
    text = _SUBSCRIPT.sub(r"\1", _LATEX.sub("", text))
    text, unit = _without_unit(text)
    text = _BALANCE_FIRST.sub(r"\1 bal.", text)
    text = _BALANCE.sub(r"\1 bal.", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)  # a decimal comma
    return _with_brackets(text.strip(), formula), unit


def _narrow(character):
    """Return letters and digits of full width, as East Asian fonts have, as usual."""
    if "\uff01" <= character <= "\uff5e" or character.isspace():
        return unicodedata.normalize("NFKC", character)
    return "/" if character == "\u2044" else character


def _without_unit(text):
    found = _UNIT.search(text)
    if not found:
        return text, None
    is_weight = found["what"].lower() in _WEIGHT
    return text[: found.start()], "wt.%" if is_weight else "at.%"


def _with_brackets(text, formula):
    """Write hydrates and other adducts, A·nB, as A(B)n."""
    if _UNCLEAR.search(text):
        raise FormulaError(
            f"Formula {formula!r}: it is not clear which point is a decimal point. "
            "Write the water in brackets, such as 'CaSO4(H2O)0.5'."
        )
    first, *others = _ADDUCT.split(_HYDRATE.sub(r"\1·\2", text))
    for other in others:
        amount, rest = re.match(r"(\d+(?:[./]\d+)?|\.\d+)?\s*(.*)", other).groups()
        first += f"({rest}){amount or ''}"
    return first
