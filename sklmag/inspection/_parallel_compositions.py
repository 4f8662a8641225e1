"""Many candidates at once: a line for each through the axes of elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class ParallelCompositionDisplay:
    """Candidates as lines through the axes of elements, coloured by a column.

    Parameters
    ----------
    table : DataFrame of shape (n_candidates, n_columns)
        Amounts in at.%, and `color`.
    color : str
        The column that colours the lines, such as a misfit.

    Attributes
    ----------
    figure_ : plotly.graph_objects.Figure
        The figure, after `plot`: lines can be selected along each axis.

    Notes
    -----
    Figure 14 of [1]_.

    References
    ----------
    .. [1] T. Long, Z. Long, B. Pang, Trans. Nonferrous Met. Soc. China 35 (2025) 169,
       doi:10.1016/S1003-6326(24)66672-0.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklmag.inspection import ParallelCompositionDisplay
    >>> table = pd.DataFrame({"Ti": [40, 42], "Zr": [60, 58], "misfit": [0.1, 0.2]})
    >>> display = ParallelCompositionDisplay.from_table(table, color="misfit")
    >>> [axis.label for axis in display.figure_.data[0].dimensions]
    ['Ti', 'Zr']
    """

    def __init__(self, table: pd.DataFrame, *, color: str) -> None:
        self.table = table
        self.color = color

    @classmethod
    def from_table(
        cls, table: pd.DataFrame, *, color: str
    ) -> ParallelCompositionDisplay:
        """Plot the numeric columns of a table.

        Parameters
        ----------
        table : DataFrame
            Such as `design` of a PredictorCorrector returns; select its columns.
        color : str
            The column that colours the lines.

        Returns
        -------
        ParallelCompositionDisplay

        Raises
        ------
        ValueError
            Where the table has no such column.
        """
        numeric = table.select_dtypes("number")
        if color not in numeric:
            raise ValueError(
                f"color={color!r} is no numeric column. They are {list(numeric)}."
            )
        return cls(numeric, color=color).plot()

    def plot(self) -> ParallelCompositionDisplay:
        """Plot.

        Returns
        -------
        ParallelCompositionDisplay
        """
        import plotly.graph_objects as go

        axes = [
            {"label": name, "values": values}
            for name, values in self.table.items()
            if name != self.color
        ]
        line = {
            "color": self.table[self.color],
            "colorscale": "RdBu_r",
            "showscale": True,
            "colorbar": {"title": self.color},
        }
        self.figure_ = go.Figure(go.Parcoords(dimensions=axes, line=line))
        return self
