"""Grain structures as the pictures that they are."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from sklmag.inspection._base import axes


class GrainMapDisplay:
    """A map of easy axes.

    Parameters
    ----------
    angles : ndarray of shape (n_y, n_x)
        Angles of the easy axes to the y-axis in radians.
    size_nm : float, default=None
        Length along x; None draws without a scale.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import GrainMapDisplay
    >>> from sklmag.microstructure import make_grain_structures
    >>> grains = make_grain_structures(1, shape=(20, 20), size_nm=40, random_state=0)
    >>> display = GrainMapDisplay(grains.angles[0], size_nm=40).plot()
    >>> display.ax_.get_xlabel()
    'x (nm)'
    """

    def __init__(self, angles: np.ndarray, size_nm: float | None = None) -> None:
        self.angles = angles
        self.size_nm = size_nm

    def plot(
        self, *, ax: Any = None, color: Literal["x", "angle"] = "x"
    ) -> GrainMapDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        color : {"x", "angle"}, default="x"
            "x" is the component along x, from -1 (red) to +1 (blue), as in the paper;
            "angle" gives an axis and its reverse one colour, on a circle.

        Returns
        -------
        GrainMapDisplay
        """
        if color not in ("x", "angle"):
            raise ValueError(f"color={color!r} must be 'x' or 'angle'.")
        self.ax_ = axes(ax, figsize=(4, 4))
        n_y, n_x = self.angles.shape
        options: dict[str, Any] = {"origin": "lower", "interpolation": "nearest"}
        if self.size_nm is not None:
            options["extent"] = (0, self.size_nm, 0, self.size_nm * n_y / n_x)
        if color == "x":
            values, cmap, limit = -np.sin(self.angles), "RdBu", 1.0
        else:
            values = (self.angles + np.pi / 2) % np.pi - np.pi / 2
            cmap, limit = "twilight", np.pi / 2
        self.ax_.imshow(values, cmap=cmap, vmin=-limit, vmax=limit, **options)
        if self.size_nm is None:
            self.ax_.set(xticks=[], yticks=[])
        else:
            self.ax_.set(xlabel="x (nm)", ylabel="y (nm)")
        return self
