"""Codes of grain structures: what is kept of a picture, and what lies between two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag.inspection._demagnetization import places
from sklmag.inspection._grain_map import GrainMapDisplay

if TYPE_CHECKING:
    from sklmag import GrainVAE
    from sklmag._utils._typing import ArrayLike


class ReconstructionDisplay:
    """Structures, their codes, and what is made of the codes (figure 4 of the paper).

    Parameters
    ----------
    originals : ndarray of shape (n_samples, n_y, n_x)
        Angles of the easy axes in radians.
    codes : ndarray of shape (n_samples, n_latent)
        Codes.
    reconstructions : ndarray of shape (n_samples, n_y, n_x)
        Angles again.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_samples, 3)
        The axes, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import ReconstructionDisplay
    >>> maps, codes = np.zeros((2, 8, 8)), np.zeros((2, 4))
    >>> ReconstructionDisplay(maps, codes, maps).plot().axes_.shape
    (2, 3)
    """

    def __init__(
        self, originals: np.ndarray, codes: np.ndarray, reconstructions: np.ndarray
    ) -> None:
        self.originals = originals
        self.codes = codes
        self.reconstructions = reconstructions

    @classmethod
    def from_estimator(
        cls,
        estimator: GrainVAE,
        X: ArrayLike,
        *,
        color: Literal["x", "angle"] = "angle",
    ) -> ReconstructionDisplay:
        """Encode and decode, and plot.

        Parameters
        ----------
        estimator : GrainVAE
            Fitted on maps.
        X : array-like of shape (n_samples, n_y, n_x) or (n_samples, n_cells)
            Angles of the easy axes in radians.
        color : {"x", "angle"}, default="angle"
            Colours of the maps, see :class:`GrainMapDisplay`; "x" is the paper's.

        Returns
        -------
        ReconstructionDisplay
        """
        codes = np.asarray(estimator.transform(X))
        back = estimator.inverse_transform(codes)
        display = cls(_maps(estimator, X), codes, _maps(estimator, back))
        return display.plot(color=color)

    def plot(self, *, color: Literal["x", "angle"] = "angle") -> ReconstructionDisplay:
        """Plot.

        Parameters
        ----------
        color : {"x", "angle"}, default="angle"
            Colours of the maps, see :class:`GrainMapDisplay`; "x" is the paper's.

        Returns
        -------
        ReconstructionDisplay
        """
        from matplotlib import pyplot as plt

        n_samples, n_latent = self.codes.shape
        _, self.axes_ = plt.subplots(
            n_samples, 3, figsize=(5, 1.7 * n_samples), squeeze=False,
            layout="constrained",
        )  # fmt: skip
        n_columns = 2 ** int(np.ceil(np.log2(n_latent) / 2))
        limit = np.abs(self.codes).max() or 1.0
        for row, one, code, back in zip(
            self.axes_, self.originals, self.codes, self.reconstructions, strict=True
        ):
            GrainMapDisplay(one).plot(ax=row[0], color=color)
            squares = np.full(-(-n_latent // n_columns) * n_columns, np.nan)
            squares[:n_latent] = code
            squares = squares.reshape(-1, n_columns)
            row[1].imshow(squares, cmap="PuOr", vmin=-limit, vmax=limit)
            row[1].set(xticks=[], yticks=[])
            GrainMapDisplay(back).plot(ax=row[2], color=color)
        for ax, title in zip(
            self.axes_[0], ("structure", "code", "reconstruction"), strict=True
        ):
            ax.set_title(title)
        return self


class MorphingDisplay:
    """Structures between two, and their predicted curves (the paper's figures 7 and 8).

    Parameters
    ----------
    structures : ndarray of shape (n, n_y, n_x)
        Angles of the easy axes in radians.
    points : ndarray of shape (n, 6)
        Predicted anchor points.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure, after `plot`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import MorphingDisplay
    >>> points = np.tile([0.95, 0.7, 0.2, 0.28, 0.31, 0.34], (3, 1))
    >>> display = MorphingDisplay(np.zeros((3, 8, 8)), points).plot()
    >>> len(display.figure_.axes)
    4
    """

    def __init__(self, structures: np.ndarray, points: np.ndarray) -> None:
        self.structures = structures
        self.points = points

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: ArrayLike, *, n: int = 6
    ) -> MorphingDisplay:
        """Walk from one structure to another in the space of codes, and plot.

        Parameters
        ----------
        estimator : Pipeline that begins with a GrainVAE and predicts anchor points
            Fitted on maps.
        X : array-like of shape (2, n_y, n_x) or (2, n_cells)
            The first and the last.
        n : int, default=6
            How many, the ends included.

        Returns
        -------
        MorphingDisplay
        """
        vae = estimator[0]
        z_A, z_B = np.asarray(vae.transform(X))
        share = np.linspace(0, 1, n)[:, None]
        points = estimator[1:].predict((1 - share) * z_A + share * z_B)
        return cls(_maps(vae, vae.interpolate(z_A, z_B, n)), np.asarray(points)).plot()

    def plot(self) -> MorphingDisplay:
        """Plot.

        Returns
        -------
        MorphingDisplay
        """
        from matplotlib import pyplot as plt

        n = len(self.structures)
        self.figure_ = plt.figure(figsize=(1.3 * n, 4.8), layout="constrained")
        grid = self.figure_.add_gridspec(2, n, height_ratios=(1, 2.4))
        below = self.figure_.add_subplot(grid[1, :])
        colors = plt.get_cmap("viridis")(np.linspace(0, 0.9, n))
        for k, (one, points, color) in enumerate(
            zip(self.structures, self.points, colors, strict=True)
        ):
            ax = self.figure_.add_subplot(grid[0, k])
            GrainMapDisplay(one).plot(ax=ax)
            share = rf"$\alpha = {k / max(1, n - 1):.1f}$"
            ax.set_title(share, fontsize=9)
            below.plot(*places(points), "o-", color=color, markersize=3, label=share)
        below.axhline(0, color="gray", linewidth=0.5)
        below.axvline(0, color="gray", linewidth=0.5)
        below.set(xlabel="$H / H_A$", ylabel="$M / M_s$", ylim=(-0.1, 1.05))
        below.legend(fontsize=8, loc="lower right")
        return self


def _maps(vae, angles):
    """Return maps, also of the rows of a table."""
    return np.asarray(angles).reshape(-1, *vae.shape_)
