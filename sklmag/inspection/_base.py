"""What every display shares."""

_UNITS = {
    "percent": "%",
    "C": "°C",
    "um": "µm",
    "g_cm3": "g/cm³",
    "kJ_m3": "kJ/m³",
    **{unit: unit for unit in "kG kOe MGOe T K h s nm mm MPa GPa ppm eV".split()},
}


def axes(ax=None, **kwargs):
    """Return `ax`, or new axes; matplotlib is imported only here."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained", **kwargs)[1]


def with_unit(name):
    """Write a column's name with its unit: ``Hcj_kOe`` becomes ``Hcj (kOe)``."""
    name = str(name)
    for ending, unit in _UNITS.items():
        if name.endswith(f"_{ending}"):
            return f"{name.removesuffix(f'_{ending}')} ({unit})"
    return name
