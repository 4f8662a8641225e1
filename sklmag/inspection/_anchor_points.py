"""Anchor points of demagnetization curves, predicted from grain structures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sklmag.inspection._demagnetization import DemagnetizationDisplay
from sklmag.inspection._grain_map import GrainMapDisplay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklmag._utils._typing import ArrayLike

_NAMES = ("M1", "Mr", "Hk90", "Hk80", "Hk70", "Hc")
_PARTS = {"training": ("s", "C0", 6), "test": ("o", "C1", 12)}


class AnchorParityDisplay:
    """Predicted against computed anchor points, training and test (figure 5 of [1]_).

    Parameters
    ----------
    computed, predicted : dict of str to ndarray of shape (n_samples, 6)
        M1, Mr, Hk90, Hk80, Hk70 and Hc of each part of the rows; parts are called
        "training" and "test".

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_names,)
        The axes, after `plot`.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> from sklmag.inspection import AnchorParityDisplay
    >>> points = [[0.95, 0.7, 0.2, 0.28, 0.31, 0.34], [0.97, 0.9, 0.3, 0.33, 0.34, 0.4]]
    >>> display = AnchorParityDisplay({"test": points}, {"test": points}).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['Mr: R² 1.000', 'Hk90: R² 1.000', 'Hc: R² 1.000']
    """

    def __init__(
        self, computed: dict[str, ArrayLike], predicted: dict[str, ArrayLike]
    ) -> None:
        self.computed = computed
        self.predicted = predicted

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        X_train: ArrayLike | None = None,
        y_train: ArrayLike | None = None,
        names: Sequence[str] = ("Mr", "Hk90", "Hc"),
    ) -> AnchorParityDisplay:
        """Predict with a fitted estimator and plot.

        Parameters
        ----------
        estimator : regressor
            Predicts the six anchor points.
        X : array-like
            Test structures, in the form that the estimator takes.
        y : array-like of shape (n_samples, 6)
            Their computed anchor points.
        X_train, y_train : array-like, default=None
            Training structures and points, drawn behind the others.
        names : sequence of str, default=("Mr", "Hk90", "Hc")
            Which points are drawn.

        Returns
        -------
        AnchorParityDisplay
        """
        parts = {} if X_train is None else {"training": (X_train, y_train)}
        parts["test"] = (X, y)
        return cls(
            {name: np.asarray(points) for name, (_, points) in parts.items()},
            {name: estimator.predict(seen) for name, (seen, _) in parts.items()},
        ).plot(names=names)

    def plot(
        self, *, names: Sequence[str] = ("Mr", "Hk90", "Hc")
    ) -> AnchorParityDisplay:
        """Plot.

        Parameters
        ----------
        names : sequence of str, default=("Mr", "Hk90", "Hc")
            Which points are drawn.

        Returns
        -------
        AnchorParityDisplay

        Raises
        ------
        ValueError
            For a name that is none of the six.
        """
        from matplotlib import pyplot as plt

        for name in names:
            if name not in _NAMES:
                raise ValueError(f"names holds {name!r}, expected {list(_NAMES)}.")
        _, axes = plt.subplots(
            1, len(names), figsize=(3 * len(names), 3.3), squeeze=False,
            layout="constrained",
        )  # fmt: skip
        self.axes_ = axes[0]
        for ax, name in zip(self.axes_, names, strict=True):
            self._draw(ax, name)
        if len(self.computed) > 1:
            self.axes_[0].legend(fontsize=8, loc="upper left")
        return self

    def _draw(self, ax, name):
        column, unit = _NAMES.index(name), "M_s" if name[0] == "M" else "H_A"
        label = f"${name[0]}_{{{name[1:]}}} / {unit}$"
        ends = []
        for part, points in self.computed.items():
            x = np.asarray(points)[:, column]
            y = np.asarray(self.predicted[part])[:, column]
            marker, color, size = _PARTS[part]
            ax.scatter(x, y, marker=marker, c=color, s=size, alpha=0.7, label=part)
            ends += [x.min(), x.max(), y.min(), y.max()]
        ax.plot([min(ends), max(ends)], [min(ends), max(ends)], color="0.4", lw=0.8)
        spread = np.sum((x - x.mean()) ** 2)
        ax.set(
            xlabel=f"computed {label}",
            ylabel=f"predicted {label}",
            title=f"{name}: R² {1 - np.sum((x - y) ** 2) / spread:.3f}",
            aspect="equal",
        )


class GrainPredictionDisplay:
    """Structures, what their codes keep, and their curves (figures 4 and 6 of [1]_).

    One row a structure: as it is, as it is decoded, and its computed curve with the
    computed and the predicted anchor points.

    Parameters
    ----------
    structures : ndarray of shape (n_samples, n_y, n_x)
        Angles of the easy axes in radians.
    predicted : ndarray of shape (n_samples, 6)
        M1, Mr, Hk90, Hk80, Hk70 and Hc.
    computed : ndarray of shape (n_samples, 6), default=None
        The same by the solver.
    decoded : ndarray of shape (n_samples, n_y, n_x), default=None
        Structures made of the codes; without them there is no such column.
    field : ndarray of shape (n_fields,), default=None
        Of the curves, in units of the anisotropy field.
    magnetization : ndarray of shape (n_samples, n_fields), default=None
        In units of the spontaneous magnetization.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_samples, 2 or 3)
        The axes, after `plot`.

    References
    ----------
    .. [1] A. Kovacs et al., Front. Mater. 9 (2023) 1094055,
       doi:10.3389/fmats.2022.1094055.

    Examples
    --------
    >>> import numpy as np
    >>> from sklmag.inspection import GrainPredictionDisplay
    >>> points = np.tile([0.95, 0.7, 0.2, 0.28, 0.31, 0.34], (2, 1))
    >>> GrainPredictionDisplay(np.zeros((2, 8, 8)), points).plot().axes_.shape
    (2, 2)
    """

    def __init__(
        self,
        structures: np.ndarray,
        predicted: np.ndarray,
        *,
        computed: ArrayLike | None = None,
        decoded: np.ndarray | None = None,
        field: np.ndarray | None = None,
        magnetization: np.ndarray | None = None,
    ) -> None:
        self.structures = structures
        self.predicted = predicted
        self.computed = computed
        self.decoded = decoded
        self.field = field
        self.magnetization = magnetization

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        curves: Any = None,
        color: Literal["x", "angle"] = "x",
    ) -> GrainPredictionDisplay:
        """Predict with a fitted estimator and plot.

        Parameters
        ----------
        estimator : regressor, or Pipeline that begins with a GrainVAE
            Predicts the six anchor points of maps.
        X : array-like of shape (n_samples, n_y, n_x)
            Angles of the easy axes in radians.
        y : array-like of shape (n_samples, 6), default=None
            Computed anchor points.
        curves : DemagnetizationCurves, default=None
            Computed curves, one a structure.
        color : {"x", "angle"}, default="x"
            Colours of the maps, see :class:`GrainMapDisplay`.

        Returns
        -------
        GrainPredictionDisplay
        """
        maps, decoded = np.asarray(X), None
        first = estimator[0] if hasattr(estimator, "steps") else estimator
        if hasattr(first, "inverse_transform"):
            decoded = np.asarray(first.inverse_transform(first.transform(X)))
            decoded = decoded.reshape(maps.shape)
        return cls(
            maps,
            np.asarray(estimator.predict(X)),
            computed=y,
            decoded=decoded,
            field=None if curves is None else curves.field,
            magnetization=None if curves is None else curves.magnetization,
        ).plot(color=color)

    def plot(self, *, color: Literal["x", "angle"] = "x") -> GrainPredictionDisplay:
        """Plot.

        Parameters
        ----------
        color : {"x", "angle"}, default="x"
            Colours of the maps, see :class:`GrainMapDisplay`; "x" is the paper's.

        Returns
        -------
        GrainPredictionDisplay
        """
        from matplotlib import pyplot as plt

        columns = {"structure": self.structures, "decoded": self.decoded}
        columns = {name: maps for name, maps in columns.items() if maps is not None}
        n, n_maps = len(self.structures), len(columns)
        _, self.axes_ = plt.subplots(
            n, n_maps + 1, figsize=(2 * n_maps + 3, 2.1 * n), squeeze=False,
            layout="constrained", width_ratios=[1] * n_maps + [1.5],
        )  # fmt: skip
        nothing = [None] * n
        curves = nothing if self.magnetization is None else self.magnetization
        computed = nothing if self.computed is None else np.asarray(self.computed)
        for k, row in enumerate(self.axes_):
            for ax, maps in zip(row, columns.values(), strict=False):
                GrainMapDisplay(maps[k]).plot(ax=ax, color=color)
            DemagnetizationDisplay(
                self.field, curves[k], computed=computed[k], predicted=self.predicted[k]
            ).plot(ax=row[-1])
            if k < n - 1:
                row[-1].set_xlabel("")
            legend = row[-1].get_legend()
            if k and legend is not None:
                legend.remove()
        for ax, name in zip(self.axes_[0], columns, strict=False):
            ax.set_title(name)
        return self
