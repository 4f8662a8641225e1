"""What a formula that cannot be read was meant to be: said, and never guessed."""

from __future__ import annotations

import re

from sklmag.composition._elements import atomic_masses

_BASE = re.compile(
    r"([A-Z][a-z]?)((?:\s*[-\u2013\u2212]\s*\d+(?:\.\d+)?\s*[A-Z][a-z]?)+)"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Z][a-z]?)")
_SHARED = re.compile(r"\(([A-Z][a-z]?(?:\s*,\s*[A-Z][a-z]?)+)\)")


def meant(text):
    """Return a clause with another spelling of a formula, or ''.

    Parameters
    ----------
    text : str
        A formula that cannot be read.

    Returns
    -------
    str
        Such as " Did you mean 'Nd2Fe14B'?".

    Examples
    --------
    >>> from sklmag.composition._meant import meant
    >>> meant("nd2fe14b"), meant("NaCl")
    (" Did you mean 'Nd2Fe14B'?", '')
    """
    for other in (_with_base, _with_shares, _in_symbols):
        clause = other(text.strip())
        if clause:
            return clause
    return ""


def _with_base(text):
    """Read Fe-6.5Si, 6.5 of silicon and the rest iron."""
    found = _BASE.fullmatch(text)
    if not found:
        return ""
    parts = [(symbol, float(amount)) for amount, symbol in _PART.findall(found[2])]
    whole = [(found[1], 100 - sum(amount for _, amount in parts)), *parts]
    names = {symbol for symbol, _ in whole}
    if whole[0][1] <= 0 or len(names) < len(whole) or not names <= {*atomic_masses()}:
        return ""
    written = "".join(f"{symbol}{amount:g}" for symbol, amount in whole)
    return (
        f" In at.% it is '{written}', and in wt.% '{written} (wt.%)': write which one "
        "is meant."
    )


def _with_shares(text):
    """Read (Nd,Pr)2Fe14B, which does not say how much of each."""
    found = _SHARED.search(text)
    if not found:
        return ""
    symbols = re.split(r"\s*,\s*", found[1])
    if not set(symbols) <= {*atomic_masses()}:
        return ""
    share = f"{1 / len(symbols):.3g}"
    inner = "".join(f"{symbol}{share}" for symbol in symbols)
    written = text[: found.start()] + f"({inner})" + text[found.end() :]
    return f" Of equal parts it is '{written}'."


def _in_symbols(text):
    """Read what is in small or in capital letters alone."""
    if not re.fullmatch(r"[a-z0-9.()\[\]]+|[A-Z0-9.()\[\]]+", text):
        return ""
    found = _first_reading(text.lower())
    return f" Did you mean '{found}'?" if found and found != text else ""


def _first_reading(text):
    """Return small letters as symbols, long ones first, or None."""
    if not text:
        return ""
    if not text[0].isalpha():
        rest = _first_reading(text[1:])
        return None if rest is None else text[0] + rest
    for length in (2, 1):
        symbol = text[:length].capitalize()
        if len(symbol) == length and symbol in atomic_masses():
            rest = _first_reading(text[length:])
            if rest is not None:
                return symbol + rest
    return None
