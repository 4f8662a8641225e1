"""The option that asks for a property in another unit."""


def wanted_units(words, names):
    """Return the wanted unit of each property; raise for what cannot be converted.

    Parameters
    ----------
    words : list of str
        Such as ``["Hcj_kOe=kA/m"]``.
    names : list of str
        The properties that there are.
    """
    from sklmag._utils._convert import factor_and_offset
    from sklmag._utils._units import unit_of

    found = {}
    for word in words:
        name, sign, unit = word.partition("=")
        if not sign or name not in names:
            raise ValueError(
                f"--unit {word!r}: write NAME=UNIT, with a name among "
                f"{', '.join(names)}."
            )
        factor_and_offset(unit_of(name), unit)
        found[name] = unit
    return found
