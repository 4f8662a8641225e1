"""What every display shares."""


def axes(ax=None, **kwargs):
    """Return `ax`, or new axes; matplotlib is imported only here."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained", **kwargs)[1]


def with_unit(name):
    """Write a column's name with its unit: ``Hcj_kOe`` becomes ``Hcj (kOe)``."""
    quantity, _, unit = str(name).rpartition("_")
    units = {"percent": "%", "C": "°C", "um": "µm", "g_cm3": "g/cm³"}
    if name.endswith("_g_cm3"):
        quantity, unit = name.removesuffix("_g_cm3"), "g_cm3"
    return f"{quantity} ({units.get(unit, unit)})" if quantity else str(name)
