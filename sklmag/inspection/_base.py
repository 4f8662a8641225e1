"""What every display shares."""


def axes(ax=None, **kwargs):
    """Return `ax`, or new axes; matplotlib is imported only here."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained", **kwargs)[1]
