"""The best compromises of two objectives, beside what is known already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklmag.inspection._base import axes

if TYPE_CHECKING:
    import pandas as pd


class ParetoDisplay:
    """A front of two properties.

    Parameters
    ----------
    table : DataFrame of shape (n_points, n_columns)
        The front, such as :meth:`sklmag.InverseDesigner.pareto` returns.
    x, y : str
        Columns on the axes.
    known : DataFrame, default=None
        Materials that are known, with the same two columns.
    color : str, default=None
        A column that colours the points.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes, after `plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import ParetoDisplay
    >>> front = pd.DataFrame({"Br_kG": [14.2, 13.6, 12.9], "Hcj_kOe": [12, 18, 24]})
    >>> display = ParetoDisplay.from_table(front, "Br_kG", "Hcj_kOe")
    >>> display.ax_.get_xlabel()
    'Br_kG'
    """

    def __init__(
        self,
        table: pd.DataFrame,
        x: str,
        y: str,
        *,
        known: pd.DataFrame | None = None,
        color: str | None = None,
    ) -> None:
        self.table, self.x, self.y = table, x, y
        self.known, self.color = known, color

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        x: str,
        y: str,
        *,
        known: pd.DataFrame | None = None,
        color: str | None = None,
        ax: Any = None,
    ) -> ParetoDisplay:
        """Plot a front.

        Parameters
        ----------
        table : DataFrame
            The front.
        x, y : str
            Columns on the axes.
        known : DataFrame, default=None
            Materials that are known.
        color : str, default=None
            A column that colours the points.
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParetoDisplay

        Raises
        ------
        ValueError
            For a column that there is not.
        """
        for name in [x, y, *([color] if color else [])]:
            if name not in table:
                raise ValueError(
                    f"The front has no column {name!r}. They are {list(table)}."
                )
        return cls(table, x, y, known=known, color=color).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> ParetoDisplay:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot.

        Returns
        -------
        ParetoDisplay
        """
        self.ax_ = axes(ax, figsize=(5, 3.8))
        if self.known is not None:
            self.ax_.plot(
                self.known[self.x], self.known[self.y], ".", color="0.75",
                label="known", markersize=4, zorder=1,
            )  # fmt: skip
        front = self.table.sort_values(self.x)
        self.ax_.plot(front[self.x], front[self.y], color="C0", linewidth=0.8, zorder=2)
        points = self.ax_.scatter(
            front[self.x], front[self.y], s=22, zorder=3, label="front",
            **({"c": front[self.color], "cmap": "viridis"} if self.color else
               {"color": "C0"}),
        )  # fmt: skip
        if self.color:
            self.ax_.figure.colorbar(points, ax=self.ax_, label=self.color)
        self.ax_.set(xlabel=self.x, ylabel=self.y)
        if self.known is not None:
            self.ax_.legend(frameon=False)
        return self
