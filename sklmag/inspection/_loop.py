"""Hysteresis loops, reversal curves, and the magnetization behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sklmag.microstructure import HysteresisLoop, Magnet, ReversalCurves

_MOST_ARROWS = 20  # along an edge


class LoopDisplay:
    """Loops of magnets: polarization against the applied field.

    Parameters
    ----------
    loops : dict of str to HysteresisLoop
        Loops by name.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import LoopDisplay
    >>> from sklmag.microstructure import field_path, hysteresis_loop, make_magnet
    >>> magnet = make_magnet([[0, 0], [0, 0]], [[0, 1, 0.2]], cell_nm=2.0)
    >>> loop = hysteresis_loop(magnet, field_path(8, -8, 8, step_T=1))
    >>> LoopDisplay({"one grain": loop}).plot().ax_.get_ylabel()
    '$J$ (T)'
    """

    def __init__(self, loops: Mapping[str, HysteresisLoop]) -> None:
        self.loops = loops

    def plot(
        self, *, ax: Any = None, field: Literal["applied", "internal"] = "applied"
    ) -> LoopDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        field : {"applied", "internal"}, default="applied"
            Whether the demagnetizing field of the whole is taken off.

        Returns
        -------
        LoopDisplay
        """
        if field not in ("applied", "internal"):
            raise ValueError(f"field={field!r} must be 'applied' or 'internal'.")
        self.ax_ = axes(ax, figsize=(5, 3.8))
        for name, loop in self.loops.items():
            J = loop.polarization_T
            shift = loop.demagnetizing_factor * J if field == "internal" else 0
            self.ax_.plot(loop.field_T - shift, J, label=name, linewidth=1.3)
        self.ax_.axhline(0, color="gray", linewidth=0.5)
        self.ax_.axvline(0, color="gray", linewidth=0.5)
        self.ax_.set(xlabel=rf"{field} field $\mu_0 H$ (T)", ylabel="$J$ (T)")
        if len(self.loops) > 1:
            self.ax_.legend(frameon=False)
        return self


class FORCDisplay:
    """The distribution of first-order reversal curves.

    Parameters
    ----------
    curves : ReversalCurves
        The curves.
    smoothing : int, default=2
        As in :meth:`~sklmag.microstructure.ReversalCurves.distribution`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import FORCDisplay
    >>> from sklmag.microstructure import make_magnet, reversal_curves
    >>> magnet = make_magnet([[0, 0], [1, 1]], [[0, 1, 0.2], [1, 2, 0]], cell_nm=2.0)
    >>> display = FORCDisplay(reversal_curves(magnet, 8, 1)).plot()
    >>> display.ax_.get_xlabel()
    'switching field (T)'
    """

    def __init__(self, curves: ReversalCurves, smoothing: int = 2) -> None:
        self.curves = curves
        self.smoothing = smoothing

    def plot(self, *, ax: Any = None) -> FORCDisplay:
        """Plot against the switching field and the field of interaction.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        FORCDisplay
        """
        self.ax_ = axes(ax, figsize=(5, 3.8))
        fields = self.curves.field_T
        rho = self.curves.distribution(self.smoothing)
        reversal, applied = np.meshgrid(fields, fields, indexing="ij")
        largest = np.nanmax(np.abs(rho))
        mesh = self.ax_.pcolormesh(
            (applied - reversal) / 2, (applied + reversal) / 2,
            np.ma.masked_invalid(rho), cmap="RdBu_r", vmin=-largest, vmax=largest,
            shading="gouraud",
        )  # fmt: skip
        self.ax_.figure.colorbar(mesh, ax=self.ax_, label=r"$\rho$ (1/T)")
        self.ax_.axhline(0, color="gray", linewidth=0.5)
        top = fields[-1]
        self.ax_.set(
            xlabel="switching field (T)", ylabel="interaction field (T)",
            xlim=(0, top), ylim=(-top / 2, top / 2),
        )  # fmt: skip
        return self


class MagnetizationMapDisplay:
    """The magnetization of all cells, in colours and arrows.

    Parameters
    ----------
    directions : ndarray of shape (n_z, n_y, n_x, 3)
        Of the magnetization, such as one of `maps` of a loop.
    magnet : Magnet
        Whose it is.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> from sklmag.inspection import MagnetizationMapDisplay
    >>> from sklmag.microstructure import hysteresis_loop, make_magnet
    >>> magnet = make_magnet([[0, 0], [1, 1]], [[0, 1, 0.2], [1, 1, 0]], cell_nm=2.0)
    >>> loop = hysteresis_loop(magnet, [8, 0], maps_at=[0])
    >>> display = MagnetizationMapDisplay(loop.maps[1], magnet).plot()
    >>> display.ax_.get_xlabel()
    'x (nm)'
    """

    def __init__(self, directions: np.ndarray, magnet: Magnet) -> None:
        self.directions = directions
        self.magnet = magnet

    def plot(
        self, *, ax: Any = None, component: Literal["x", "y", "z"] = "y", layer: int = 0
    ) -> MagnetizationMapDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.
        component : {"x", "y", "z"}, default="y"
            What colours show; arrows show the part in the plane.
        layer : int, default=0
            Which cells along z.

        Returns
        -------
        MagnetizationMapDisplay
        """
        if component not in ("x", "y", "z"):
            raise ValueError(f"component={component!r} must be 'x', 'y' or 'z'.")
        self.ax_ = axes(ax, figsize=(4.6, 4))
        m = self.directions[layer]
        n_y, n_x = m.shape[:2]
        dx, dy, _ = self.magnet.cell_nm
        values = np.ma.masked_where(
            self.magnet.Js_T[layer] == 0, m[..., "xyz".index(component)]
        )
        image = self.ax_.imshow(
            values, cmap="RdBu_r", vmin=-1, vmax=1, origin="lower",
            interpolation="nearest", extent=(0, n_x * dx, 0, n_y * dy),
        )  # fmt: skip
        self.ax_.set_facecolor("0.6")
        self.ax_.figure.colorbar(image, ax=self.ax_, label=f"$m_{component}$")
        every = max(1, int(np.ceil(max(n_x, n_y) / _MOST_ARROWS)))
        at = slice(every // 2, None, every)
        y, x = np.mgrid[:n_y, :n_x] + 0.5
        self.ax_.quiver(
            x[at, at] * dx, y[at, at] * dy, m[at, at, 0], m[at, at, 1], pivot="middle",
            scale=1.3 * n_x / every, width=0.004,
        )  # fmt: skip
        self.ax_.set(xlabel="x (nm)", ylabel="y (nm)")
        return self
