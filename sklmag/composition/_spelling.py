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
_LATEX = re.compile(
    r"\$|\\(?:mathrm|mathit|rm|text|ce|,|;|!| )|</?(?:sub|span|i|b)>", re.IGNORECASE
)
_SUBSCRIPT = re.compile(r"_\s*\{\s*([^{}]*?)\s*\}")
_PER_CENT = (
    r"(?P<what>at(?:omic)?|atom|mol|wt|mass|weight|Gew)\s*[.-]*\s*"
    r"(?:%|percent|per cent)"
)
_UNIT = re.compile(
    rf"[\s,;]*[(\[]?\s*(?:in\s+)?{_PER_CENT}\s*[)\]]?\s*$", re.IGNORECASE
)
_UNIT_FIRST = re.compile(rf"^\s*[(\[]\s*{_PER_CENT}\s*[)\]]\s*", re.IGNORECASE)
_WEIGHT = ("wt", "mass", "weight", "gew")
# A point before nH2O is a dot, but in Fe0.5H2O, Fe1.5H2O a decimal point; of two in a
# row, as in SO4.0.5H2O, it is not clear which is which.
_HYDRATE = re.compile(
    r"(.*(?:[A-Za-z)\]}]|(?<![\d.])[2-9]|(?<![\d.])[1-9]\d+))\.(\d*[HD]2O)$"
)
_UNCLEAR = re.compile(r"\d\.\d+\.\d*[HD]2O$")
_ADDUCT = re.compile(r"\s*(?:[·•∙⋅・‧*\u00d7]|@(?=C\d+$))\s*")  # Dy3N in a cage of C80
# oxides with dots: Al2O3.2SiO2.2H2O, BaO.6Fe2O3
_OXIDE = re.compile(r"\d*(?:[A-Z][a-z]?\d*)*O\d*")
_WORD_OF_BALANCE = r"(?:[Bb]al(?:ance)?|BAL|[Rr]est|[Rr]emainder)\.?"  # not BAl
_BALANCE_FIRST = re.compile(rf"^\s*{_WORD_OF_BALANCE}\s*([A-Z][a-z]?)(?![a-z])")
_BALANCE_LAST = re.compile(rf"(?<=\d)[\s,;]*{_WORD_OF_BALANCE}\s*([A-Z][a-z]?)\s*$")
_BALANCE = re.compile(
    rf"([A-Z][a-z]?|[)\]}}])[\s_\-=:]*"
    rf"(?:[({{]\s*{_WORD_OF_BALANCE}\s*[)}}]|{_WORD_OF_BALANCE})(?![a-z])"
)
_PLAIN = re.compile(r"(?:[A-Z][a-z]?|[\d.()\[\]{} ])*")  # most formulas
_MAY_BE_MORE = re.compile(r"2\s*O|\.\D|O\d*\.|BAL")  # hydrates, oxides, balances
_AND_WATER = re.compile(r"\s*([.x\u00d7])\s*(\d*)\s*([HD])2\s*O\s*$")


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
    if _PLAIN.fullmatch(formula) and not _MAY_BE_MORE.search(formula):
        return formula, None
    text = _INVISIBLE.sub("", formula)
    if not text.isascii():
        text = "".join(map(_narrow, text)).translate(_SUBSCRIPTS)
        text = re.sub(r"(?<!\d)[½⅓⅔¼¾]", lambda found: _PARTS[found.group()], text)
    text = text.replace("\\cdot", "·")
    text = _SUBSCRIPT.sub(r"\1", _LATEX.sub("", text))
    text = re.sub("^\\s*[\u03b1-\u03c9]-(?=[A-Z])", "", text)  # of a phase
    text, unit = _without_unit(text)
    text = _BALANCE_FIRST.sub(r"\1 bal.", text)
    text = _BALANCE.sub(r"\1 bal.", text)
    text = _BALANCE_LAST.sub(r"\1 bal.", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text).replace(";", ",")  # a decimal comma
    text = _AND_WATER.sub(
        lambda m: f"{'.' if m[1] == '.' else '·'}{m[2]}{m[3]}2O", text
    )
    return _with_brackets(text.strip(), formula), unit


def _narrow(character):
    """Return letters and digits of full width, as East Asian fonts have, as usual."""
    if "\uff01" <= character <= "\uff5e" or character.isspace():
        return unicodedata.normalize("NFKC", character)
    return "/" if character == "\u2044" else character


def _without_unit(text):
    found = _UNIT.search(text) or _UNIT_FIRST.search(text)
    if not found:
        return text, None
    is_weight = found["what"].lower() in _WEIGHT
    rest = text[: found.start()] + text[found.end() :]
    return rest, "wt.%" if is_weight else "at.%"


def _with_brackets(text, formula):
    """Write hydrates and other adducts, A·nB, as A(B)n."""
    if _UNCLEAR.search(text):
        raise FormulaError(
            f"Formula {formula!r}: it is not clear which point is a decimal point. "
            "Write the water in brackets, such as 'CaSO4(H2O)0.5'."
        )
    parts = text.split(".")
    if len(parts) > 1 and all(_OXIDE.fullmatch(part) for part in parts):
        text = "·".join(parts)
    text = re.sub(r"\.\s*(\d*)\(([HD]2O)\)$", r"·\1\2", text)
    parts = _ADDUCT.split(_HYDRATE.sub(r"\1·\2", text))
    return parts[0] if len(parts) == 1 else "".join(map(_bracketed, parts))


def _bracketed(part):
    """Write 3CaO as (CaO)3."""
    amount, rest = re.match(r"(\d+(?:[./]\d+)?|\.\d+)?\s*(.*)", part).groups()
    return f"({rest}){amount}" if amount else f"({rest})"
