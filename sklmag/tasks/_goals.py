"""Goals and bounds as people write them: ``Hcj_kOe>=20``, ``Dy=0:3``."""

from sklmag.exceptions import DesignError


def parse_goal(text):
    """Return name and interval of a goal such as ``G_GPa=36`` or ``Hcj_kOe>=20``.

    Parameters
    ----------
    text : str
        ``name=value``, ``name=least:most``, ``name>=least`` or ``name<=most``.

    Returns
    -------
    name : str
    interval : tuple of (float or None, float or None)

    Examples
    --------
    >>> from sklmag.tasks._goals import parse_goal
    >>> parse_goal("G_GPa=36"), parse_goal("Hcj_kOe>=20"), parse_goal("Br_kG=12:13")
    (('G_GPa', (36.0, 36.0)), ('Hcj_kOe', (20.0, None)), ('Br_kG', (12.0, 13.0)))
    """
    for sign in (">=", "<="):
        name, found, value = text.partition(sign)
        if found:
            number = _number(value, text)
            return name.strip(), ((number, None) if sign == ">=" else (None, number))
    name, pair = parse_pair(text)
    return name, pair


def parse_pair(text):
    """Return name and interval of ``name=value`` or ``name=least:most``.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    name : str
    interval : tuple of (float, float)

    Raises
    ------
    DesignError
        For another form.

    Examples
    --------
    >>> from sklmag.tasks._goals import parse_pair
    >>> parse_pair("Ti=30:50")
    ('Ti', (30.0, 50.0))
    """
    name, found, value = text.partition("=")
    if not found or not name.strip():
        raise DesignError(
            f"{text!r} is not understood. Write name=value, name=least:most, or for a "
            "goal 'name>=least' or 'name<=most'; in a shell with the quotes."
        )
    low, found, high = value.partition(":")
    low = _number(low, text)
    return name.strip(), (low, _number(high, text) if found else low)


def _number(value, text):
    try:
        return float(value)
    except ValueError:
        raise DesignError(f"{text!r}: {value.strip()!r} is not a number.") from None


def parse_all(texts, parse):
    """Return names and intervals of several texts; a name twice is a contradiction.

    Parameters
    ----------
    texts : list of str
        The texts.
    parse : callable
        :func:`parse_goal` or :func:`parse_pair`.

    Returns
    -------
    dict of str to tuple
    """
    found = {}
    for text in texts:
        name, pair = parse(text)
        if name in found:
            raise DesignError(f"{name!r} is given twice. Write {name}=least:most.")
        found[name] = pair
    return found
